"""The floors: bare scripts on the same pages, in a process of their own, one piece of work a line; see `bench.child`.

A cycle here gives the same guarantees as alertd's and nothing else: every field typed and checked, products and levels
compared with SQLite page by page, nothing kept in memory between pages, history of changes, three rules over the
changed rows, alert states, one transaction, synchronous FULL. No digests, budgets, leases, stages or messages.
"""

import http.client
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from bench import child, shop

Number = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]


class Level(msgspec.Struct, gc=False):
    stock: Number
    stock_minimo: Number | None
    stock_maximo: Number | None
    nota: str | None
    nombre_bodega: str
    nombre_sucursal: str


class Product(msgspec.Struct):
    id: int
    nombre: str
    enable: int
    inventarios: list[Level]
    codigo: str | None
    barcode: str | None
    nombre_categoria: str | None
    marca: str | None
    nombre_proveedor: str | None
    tipo: str | None
    precio: Number | None
    costo: Number | None
    costo_anterior: Number | None
    costo_promedio: Number | None
    created_at: str | None


class Envelope(msgspec.Struct):
    data: list[Product]


typed = msgspec.json.Decoder(Envelope, strict=False).decode
SCHEMA = """
CREATE TABLE product (id INTEGER PRIMARY KEY, nombre, enable, codigo, barcode, categoria, marca, proveedor, tipo,
    precio, costo, anterior, promedio, created_at);
CREATE TABLE level (product_id INTEGER, bodega TEXT, sucursal TEXT, stock REAL, minimo REAL, maximo REAL, nota TEXT,
    PRIMARY KEY (product_id, bodega, sucursal)) WITHOUT ROWID;
CREATE TABLE history (product_id INTEGER, bodega TEXT, sucursal TEXT, at INTEGER, stock REAL, minimo REAL, maximo REAL,
    PRIMARY KEY (product_id, bodega, sucursal, at)) WITHOUT ROWID;
CREATE TABLE alert (rule TEXT, product_id INTEGER, bodega TEXT, sucursal TEXT, since INTEGER,
    PRIMARY KEY (rule, product_id, bodega, sucursal)) WITHOUT ROWID;
CREATE TEMP TABLE changed (product_id INTEGER, bodega TEXT, sucursal TEXT);
"""
RULES = {
    "low": "stock <= minimo AND minimo > 0 AND stock > 0",
    "out": "stock = 0 AND minimo > 0",
    "negative": "stock < 0",
}


def bodies(where: str, edition: str) -> Iterator[bytes]:
    """The whole answers, from files or over one kept connection."""
    if not where.startswith("http"):
        for path in shop.page_files(Path(where), edition):
            yield b'{"success":true,"data":' + path.read_bytes() + b"}"
        return
    parts = urlsplit(where)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    page, more = 1, True
    while more:
        connection.request("GET", f"{parts.path}inventory?per_page={shop.PAGE}&page={page}")
        body = connection.getresponse().read()
        yield body
        more = b'"has_next":true' in body[-400:]
        page += 1
    connection.close()


def open_database(path: Path) -> sqlite3.Connection:
    """A database with the same durability as alertd's."""
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -16000"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript(SCHEMA)
    return database


def cycle(database: sqlite3.Connection, where: str, edition: str, now: int) -> dict[str, Any]:
    """One whole cycle."""
    database.execute("BEGIN IMMEDIATE")
    database.execute("DELETE FROM changed")
    seen = changed = 0
    for body in bodies(where, edition):
        products = typed(body).data
        seen += len(products)
        changed += _take(database, products, now)
    fired = [_alerts(database, rule, condition, now) for rule, condition in RULES.items()]
    database.execute("COMMIT")
    return {"products": seen, "changed": changed, "firing": sum(fired)}


def _take(database: sqlite3.Connection, products: list[Product], now: int) -> int:
    ids = [product.id for product in products]
    span = (min(ids), max(ids))
    stood = set(database.execute("SELECT * FROM product WHERE id BETWEEN ? AND ?", span))
    levels = set(database.execute("SELECT * FROM level WHERE product_id BETWEEN ? AND ?", span))
    fresh = [row for row in map(_row, products) if row not in stood]
    moved = [row for product in products for row in _level_rows(product) if row not in levels]
    if fresh:
        database.executemany(f"INSERT OR REPLACE INTO product VALUES ({', '.join('?' * 14)})", fresh)
    if moved:
        database.executemany("INSERT OR REPLACE INTO level VALUES (?, ?, ?, ?, ?, ?, ?)", moved)
        database.executemany(
            "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", [(*row[:3], now, *row[3:6]) for row in moved]
        )
        database.executemany("INSERT INTO changed VALUES (?, ?, ?)", [row[:3] for row in moved])
    return len(moved)


def _row(product: Product) -> tuple[Any, ...]:
    return (
        product.id, product.nombre, product.enable, product.codigo, product.barcode, product.nombre_categoria,
        product.marca, product.nombre_proveedor, product.tipo, product.precio, product.costo, product.costo_anterior,
        product.costo_promedio, product.created_at,
    )  # fmt: skip


def _level_rows(product: Product) -> list[tuple[Any, ...]]:
    return [
        (product.id, row.nombre_bodega, row.nombre_sucursal, row.stock, row.stock_minimo, row.stock_maximo, row.nota)
        for row in product.inventarios
    ]


def _alerts(database: sqlite3.Connection, rule: str, condition: str, now: int) -> int:
    joined = "changed c JOIN level l USING (product_id, bodega, sucursal)"
    database.execute(
        "DELETE FROM alert WHERE rule = ? AND (product_id, bodega, sucursal) IN"
        f" (SELECT product_id, bodega, sucursal FROM {joined} WHERE NOT ({condition}))",
        (rule,),
    )
    return database.execute(
        f"INSERT OR IGNORE INTO alert SELECT ?, product_id, bodega, sucursal, ? FROM {joined} WHERE {condition}",
        (rule, now),
    ).rowcount


def decode_with(decode: Callable[[bytes], Any], where: str, edition: str) -> dict[str, Any]:
    """Nothing but the decoding of every page."""
    return {"products": sum(len(_data(decode(body))) for body in bodies(where, edition))}


def _data(answer: Any) -> list[Any]:
    return answer["data"] if isinstance(answer, dict) else answer.data


def scan(database: sqlite3.Connection, rules: int) -> int:
    """As many rules over every level, each one join with its product."""
    found = 0
    for number in range(rules):
        condition = list(RULES.values())[number] if number < len(RULES) else f"stock < minimo * 0.1 - {number}"
        found += len(
            database.execute(
                "SELECT p.id, p.codigo, p.nombre, l.bodega, l.sucursal, l.stock, l.minimo, l.maximo"
                f" FROM level l CROSS JOIN product p ON p.id = l.product_id WHERE p.enable = 1 AND ({condition})"
            ).fetchall()
        )
    return found


def main(home: str, where: str) -> None:
    """Work off commands: an edition for a whole cycle, or `json`, `typed` and `fetch` with an edition, `rules N`."""
    database = open_database(Path(home) / "floor.db")
    count = [0]

    def one(command: str) -> dict[str, Any]:
        what, _, edition = command.rpartition(" ")
        count[0] += 1
        started = time.perf_counter()
        if what == "json":
            answer = decode_with(json.loads, where, edition)
        elif what == "typed":
            answer = decode_with(typed, where, edition)
        elif what == "rules":
            answer = {"found": scan(database, int(edition))}
        elif what == "fetch":
            answer = {"bytes": sum(map(len, bodies(where, edition)))}
        else:  # cycle
            answer = cycle(database, where, edition, count[0])
        return answer | {"seconds": time.perf_counter() - started}

    child.serve(one)


if __name__ == "__main__":
    main(*sys.argv[1:])
