"""The reconciliation of a large shop of which little moved: time and memory of a cycle's step, the report, its files.

`python -m bench.reconcile [PRODUCTS]`: one shop with three warehouses, one product in a hundred moved, half of these
with a sale behind it. The step is what every cycle pays; the report is what a page or a command asks for. Each is
measured in a child of its own on a copy of the same file, so that a peak of memory is its own; `open` is a child that
only opens the file.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from alertd.clock import rfc3339
from alertd.model import Document, Line, Product, StockLevel
from alertd.reconcile import export
from alertd.reconcile.report import Report, reconcile
from alertd.reconcile.step import step
from alertd.store import documents, open_store, polls, reconciliation, snapshots, sources
from alertd.store.db import Store
from alertd.store.polls import Poll
from alertd.vault import Vault
from bench import results
from bench.child import peak_mib

NOW = 1_795_191_600_000
HOUR = 3_600_000
ZONE = "America/El_Salvador"
PLACES = ("Centro", "Norte", "Sur")
ONE_IN = 100


def product(key: int, lost: float = 0.0) -> Product:
    """A product with three shelves; one that moved lost some pieces from the first."""
    levels = tuple(
        StockLevel("Bodega", place, 40.0 + key % 50 - (lost if place == PLACES[0] else 0.0), 5.0) for place in PLACES
    )
    return Product(
        id=key, name=f"Producto {key}", code=f"P-{key}", brand=f"Marca {key % 50}", kind="Producto", price=5.0,
        cost=2.5, average_cost=2.5, supplier=f"Proveedor {key % 80}", levels=levels,
    )  # fmt: skip


def sale(key: int) -> Document:
    """A sale of two pieces half an hour after the first snapshot."""
    at = NOW + HOUR // 2
    lines = (Line(quantity=2.0, code=f"P-{key}", name=f"Producto {key}", total=10.0),)
    day = (rfc3339(at) or "")[:10]
    return Document("sale", key, day, "moves", lines, branch=PLACES[0], created_at=at, updated_at=at)


def build(path: Path, products: int) -> None:
    """A shop as a whole sweep finds it, and an hour later again; the sales are read, and nothing is reconciled yet."""
    store = open_store(path)
    sources.add_source(
        store, Vault("k" * 43), name="tienda", kind="smartpyme", base_url="http://127.0.0.1:9",
        secrets={"api_key": "x"}, timezone=ZONE, every=3600.0, sweep_every=None, now=NOW - HOUR,
    )  # fmt: skip
    everything = set(range(1, products + 1))
    moved = [key for key in everything if key % ONE_IN == 0]
    _sweep(store, NOW, ((key, product(key)) for key in range(1, products + 1)), everything, {})
    _read(store, NOW + 5_000, [])
    known = {key: key for key in everything}
    news = ((products + key, product(key, lost=2.0)) for key in moved)
    _sweep(store, NOW + HOUR, news, everything, known)
    _read(store, NOW + HOUR + 5_000, [sale(key) for key in moved if key // ONE_IN % 2])
    store.close()


def _sweep(
    store: Store, now: int, found: Iterator[tuple[int, Product]], everything: set[int], known: dict[int, int]
) -> None:
    poll = polls.begin_poll(store, 1, "sweep", now - 60_000)
    with store.write():
        snapshots.apply(store, 1, found, seen=set(everything), unread=set(), known=known, now=now)
        if not known:
            step(store, 1, now, zone=ZONE)
        else:
            reconciliation.note_snapshot(store, 1, now)
            reconciliation.touch_changed(store, 1, now)
    polls.end_poll(store, poll, Poll("tienda", "sweep", complete=True), now)


def _read(store: Store, now: int, sold: list[Document]) -> None:
    day = (rfc3339(now) or "")[:10]
    with store.write():
        documents.take(store, 1, sold, now)
        for kind in ("sale", "return"):
            documents.note_reading(store, 1, kind, day, day, now)


def _report(store: Store) -> Report:
    return reconcile(store, sources.get_source(store, "tienda"), NOW, NOW + 2 * HOUR)


def _step(store: Store) -> int:
    with store.write():
        step(store, 1, NOW + HOUR + 10_000, zone=ZONE)
    return int(store.value("SELECT count(*) FROM variance") or 0)


WORK: dict[str, Callable[[Store, Path], int]] = {
    "open": lambda _store, _path: 0,
    "step": lambda store, _path: _step(store),
    "report": lambda store, _path: len(_report(store).lines),
    "csv": lambda store, path: export.csv_file(_report(store), path.with_suffix(".csv")) or 0,
    "xlsx": lambda store, path: export.xlsx_file(_report(store), path.with_suffix(".xlsx")) or 0,
}


def child(what: str, path: Path) -> None:
    """Do one thing, and tell how long it took, how much memory there was at most, and what came of it."""
    store = open_store(path)
    began, cpu = time.perf_counter(), time.process_time()
    came = WORK[what](store, path)
    took, worked = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"seconds": round(took, 3), "cpu": round(worked, 3), "mib": round(peak_mib(), 1), "came": came}))


def main(products: int = 100_000) -> None:
    """Build the shop, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop.db"
        build(shop, products)
        print(f"{products:,} products, {products * len(PLACES):,} levels, {products // ONE_IN:,} moved")
        found = {}
        for what in WORK:
            copy = Path(folder) / f"{what}.db"
            shutil.copy(shop, copy)
            told = subprocess.run(
                [sys.executable, "-m", "bench.reconcile", "child", what, str(copy)],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            print(f"{what:<8}{told.strip()}", flush=True)
            found[what] = json.loads(told)
        results.keep("reconcile", {"products": products, **found})


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main(*(int(argument) for argument in sys.argv[1:2]))
