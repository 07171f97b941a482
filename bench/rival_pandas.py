"""What many people would write instead: pandas, requests and `to_sql`, one cycle in a process of its own.

It reads every page, makes one table of the levels, compares it with the table of the last time, finds what is at or
below its minimum and is news, and keeps the new table. No proof that the pages were whole, no history, no messages.

Also `decode FOLDER EDITION`: the plain orjson decode of the pages, which a quiet cycle is measured against. Runs in the
environment of requirements-bench.txt, without alertd.
"""

import sqlite3
import sys
import time
from pathlib import Path

import orjson


def cycle(url: str, path: str) -> int:
    """One cycle; how many levels are newly low."""
    import pandas as pd
    import requests

    session, pages, page = requests.Session(), [], 1
    while True:
        answer = session.get(f"{url}inventory", params={"page": page, "per_page": 200}, timeout=30).json()
        pages.extend(answer["data"])
        if not answer["pagination"]["has_next"]:
            break
        page += 1
    columns = ["id", "codigo", "nombre", "nombre_categoria", "marca", "nombre_proveedor", "precio", "costo"]
    now = pd.json_normalize(pages, "inventarios", columns)
    for quantity in ("stock", "stock_minimo", "stock_maximo"):
        now[quantity] = pd.to_numeric(now[quantity], errors="coerce")
    database = sqlite3.connect(path)
    keys = ["id", "nombre_bodega", "nombre_sucursal"]
    try:
        before = pd.read_sql("SELECT id, nombre_bodega, nombre_sucursal, stock, stock_minimo FROM level", database)
    except pd.errors.DatabaseError:
        before = now.head(0)[[*keys, "stock", "stock_minimo"]]
    both = now.merge(before, on=keys, how="left", suffixes=("", "_before"))
    low = (both["stock"] <= both["stock_minimo"]) & (both["stock_minimo"] > 0)
    was = both["stock_before"] <= both["stock_minimo_before"]
    news = both[low & ~was]
    now.to_sql("level", database, if_exists="replace", index=False)
    news.to_sql("alert", database, if_exists="append", index=False)
    database.close()
    return len(news)


def decode(folder: str, edition: str) -> float:
    """Seconds to decode every page that lies in a folder."""
    bodies = [path.read_bytes() for path in sorted((Path(folder) / edition).iterdir())]
    started = time.perf_counter()
    for body in bodies:
        orjson.loads(body)
    return time.perf_counter() - started


if __name__ == "__main__":
    print({"cycle": cycle, "decode": decode}[sys.argv[1]](*sys.argv[2:]))
