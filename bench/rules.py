"""The evaluate step by itself: many rules over a large shop of which little changed, everything, and one plain scan.

What is timed is the engine's own `evaluate` in its transaction, on a file like the one in use. The scan beside it is
the cheapest way to look at every level once: one condition over one table, in the same process and file.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from alertd.engine.evaluate import evaluate
from alertd.rules.load import load_text
from alertd.store import open_store, sources
from alertd.store.db import Store
from bench import results
from bench.workloads import Shop, plain_decode

NOW = 1_760_000_000_000
MINUTE = 60_000
ROUNDS = 5


def fill(store: Store, products: int, levels_each: int = 3) -> None:
    """A shop with so many products in three warehouses, none of which is low."""
    with store.write() as connection:
        store.execute(
            "INSERT INTO source (id, name, kind, base_url, credentials, budget_key, timezone, every_seconds,"
            " created_at, snapshot_at) VALUES (1, 'tienda', 'smartpyme', 'http://x', x'00', 'k', 'UTC', 300, 0, ?)",
            (NOW,),
        )
        connection.executemany(
            "INSERT INTO warehouse (id, source_id, branch, name) VALUES (?, 1, ?, 'Bodega')",
            [(number + 1, f"Sucursal {number}") for number in range(levels_each)],
        )
        connection.executemany(
            "INSERT INTO product (id, source_id, external_id, name, code, category, brand, kind, enabled, price, cost,"
            " digest, level_count, search, first_seen_at, changed_at)"
            " VALUES (?1, 1, ?1, ?2, ?3, 'Varios', ?4, 'Producto', 1, 2.5, 1.5, ?1, ?5, '', 0, 0)",
            [(key, f"Producto {key}", f"P-{key}", f"Marca {key % 50}", levels_each) for key in range(1, products + 1)],
        )
        connection.executemany(
            "INSERT INTO level (product_id, warehouse_id, stock, minimum, changed_at) VALUES (?, ?, ?, 5, 0)",
            [(key, place + 1, 10 + key % 90) for key in range(1, products + 1) for place in range(levels_each)],
        )


def rules_text(count: int) -> str:
    """So many different rules, each of which reads its own row; none of them holds."""
    kinds = (
        "stock <= stock_minimo * 0.{n:02d} and stock_minimo > 0",
        "stock < 0 - {n} or (stock = 0 and stock_minimo > {n})",
        "stock > stock_maximo + {n} and stock_maximo > 0",
        "precio < costo * 0.{n:02d} and marca != 'Marca {n}'",
    )
    lines = [
        f'  - name: r{n}\n    on: stock\n    query: {{enable: 1}}\n    when: "{kinds[n % 4].format(n=n)}"\n'
        for n in range(count)
    ]
    return "rules:\n" + "".join(lines)


def touch(store: Store, products: int, share: float, at: int) -> int:
    """Scattered products change; how many levels that is."""
    step = max(1, round(1 / share))
    with store.write():
        store.execute("UPDATE product SET changed_at = ? WHERE id % ? = 0", (at, step))
        store.execute("UPDATE level SET stock = stock + 1, changed_at = ? WHERE product_id % ? = 0", (at, step))
    return int(store.value("SELECT count(*) FROM level WHERE changed_at = ?", (at,)))


def measure(products: int, count: int, share: float) -> dict[str, float]:
    """Seconds of the evaluate step: when the rules are new, when a share changed, when nothing did; and of one scan."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "alertd.db")
        fill(store, products)
        rules = load_text(rules_text(count), "bench.yaml").rules
        source = sources.get_source(store, "tienda")
        at = NOW
        result = {"levels": float(products * 3), "rules": float(len(rules)), "full": _once(store, source, rules, at)}
        changed, still = [], []
        for _ in range(ROUNDS):
            at += MINUTE
            result["changed levels"] = float(touch(store, products, share, at))
            changed.append(_once(store, source, rules, at))
            at += MINUTE
            _once(store, source, rules, at)
            at += MINUTE
            still.append(_once(store, source, rules, at))
        result["changed"], result["unchanged"] = min(changed), min(still)
        result["scan"] = min(_scan(store) for _ in range(ROUNDS))
        store.close()
        return result


def _once(store: Store, source: sources.Source, rules: tuple, at: int) -> float:
    began = time.perf_counter()
    with store.write():
        evaluate(store, source, rules, at)
    return time.perf_counter() - began


def _scan(store: Store) -> float:
    began = time.perf_counter()
    store.execute("SELECT count(*) FROM level WHERE stock <= minimum AND minimum > 0 OR stock < 0").fetchone()
    return time.perf_counter() - began


SHAPES = ((100_000, 1, 0.01), (100_000, 100, 0.01), (100_000, 100, 0.02), (100_000, 1_000, 0.01), (10_000, 100, 0.01))
"""Products, rules, and the share of the products that changes."""


def main() -> None:
    """Measure, print, keep. The plain decode is that of the same number of products, in the same run."""
    print(
        f"\n{'rules':>6}{'levels':>9}{'changed':>9}{'all new s':>11}{'changed s':>11}{'x decode':>9}{'still s':>9}"
        f"{'one scan s':>12}"
    )
    found = []
    with ExitStack() as stack:
        for products, count, share in SHAPES:
            each = measure(products, count, share)
            stall = Shop(stack, Path(tempfile.gettempdir()) / "alertd-bench-shops-1", products)
            decode = each["decode"] = plain_decode(stall.folder, "a") or 0.0
            ratio = each["changed"] / decode if decode else 0.0
            print(
                f"{each['rules']:>6.0f}{each['levels']:>9.0f}{each['changed levels']:>9.0f}{each['full']:>11.2f}"
                f"{each['changed']:>11.3f}{ratio:>9.2f}{each['unchanged']:>9.3f}{each['scan']:>12.3f}"
                + ("  MISSED: more than one plain decode" if ratio > 1 else ""),
                flush=True,
            )
            found.append(each)
    results.keep("rules", found)


if __name__ == "__main__":
    main()
