"""What the reconciliation reads and keeps: snapshots, steps of shelves, movements with their bounds, and variances.

It hands out rows; what they mean is decided in `alertd.reconcile`. Products are asked for in bundles, so that a cycle
touches those that moved and no others.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from .db import Row, Store

BUNDLE = 500


def bundles(keys: Iterable[int]) -> Iterator[str]:
    """Keys in lists of a size that a statement takes well, as JSON."""
    wanted = sorted(keys)
    for start in range(0, len(wanted), BUNDLE):
        yield json.dumps(wanted[start : start + BUNDLE])


def note_snapshot(store: Store, source_id: int, now: int) -> bool:
    """Remember the whole snapshot that was taken over just now, if one was. Joins the caller's transaction."""
    if store.value("SELECT snapshot_at FROM source WHERE id = ?", (source_id,)) != now:
        return False
    began_at = store.value(
        "SELECT started_at FROM poll WHERE source_id = ? AND lane = 'sweep' AND outcome IN ('running', 'held')"
        " ORDER BY id DESC LIMIT 1",
        (source_id,),
    )
    store.execute(
        "INSERT OR REPLACE INTO snapshot VALUES (?1, ?2, max(min(coalesce(?3, ?2), ?2),"
        " coalesce((SELECT max(at) FROM snapshot WHERE source_id = ?1), 0)))",
        (source_id, now, began_at),
    )
    return True


def snapshots(store: Store, source_id: int, since: int, until: int) -> list[tuple[int, int]]:
    """When each whole snapshot of a span was taken over, and when its reading began."""
    return store.execute(
        "SELECT at, began_at FROM snapshot WHERE source_id = ? AND at BETWEEN ? AND ? ORDER BY at",
        (source_id, since, until),
    ).fetchall()


def snapshot_before(store: Store, source_id: int, at: int) -> int | None:
    """The last whole snapshot up to a moment, else the first one there is; None before any."""
    found: int | None = store.value("SELECT max(at) FROM snapshot WHERE source_id = ? AND at <= ?", (source_id, at))
    return found or store.value("SELECT min(at) FROM snapshot WHERE source_id = ?", (source_id,))


def documents_until(store: Store, source_id: int) -> int | None:
    """Up to when every document that the system lists is known; None while one of its lists was never read.

    A list that the system refuses for good is not waited for, as long as another one is read.
    """
    stopped = {row[0] for row in store.execute(
        "SELECT name FROM lane WHERE source_id = ? AND stopped IS NOT NULL", (source_id,)
    )}  # fmt: skip
    read = dict(
        store.execute(
            "SELECT kind, max(began_at) FROM document_reading WHERE source_id = ? GROUP BY kind", (source_id,)
        ).fetchall()
    )
    wanted = [kind for kind, lane in (("sale", "sales"), ("return", "returns")) if lane not in stopped]
    found = [read.get(kind) for kind in wanted]
    return None if not found or None in found else min(at for at in found if at is not None)


def settled(store: Store, source_id: int) -> tuple[int, int] | None:
    """Up to which snapshot a source is reconciled, and the last movement that was looked at."""
    row = store.execute("SELECT settled_at, movement_id FROM reconciled WHERE source_id = ?", (source_id,)).fetchone()
    return None if row is None else (row[0], row[1])


def set_settled(store: Store, source_id: int, at: int, movement_id: int) -> None:
    """Remember how far a source is reconciled; joins the caller's transaction."""
    store.execute(
        "INSERT INTO reconciled VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET settled_at = ?2, movement_id = ?3",
        (source_id, at, movement_id),
    )


def touch(store: Store, source_id: int, products: Iterable[tuple[int, int]]) -> None:
    """Products to look at again, each with the moment from which on it may differ; joins the caller's transaction."""
    store.connection.executemany(
        "INSERT INTO unsettled VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET since = min(since, ?3)",
        [(source_id, product_id, since) for product_id, since in products],
    )


def touch_moved(store: Store, source_id: int, after_id: int, since: int) -> int:
    """Products whose documents are news, and the parts of kits among them. Returns the last movement seen.

    Movements of before a moment are history that was loaded once, and touch nothing.
    """
    rows = store.execute(
        "SELECT product_id, min(max(happened_at, coalesce(not_before, 0))) FROM movement"
        " WHERE id > ? AND source_id = ? AND product_id IS NOT NULL"
        " AND max(happened_at, coalesce(not_before, 0)) > ? GROUP BY product_id",
        (after_id, source_id, since),
    ).fetchall()
    moved = dict(rows)
    for keys in bundles(moved):
        for kit, part in store.execute(
            "SELECT kit_id, part_id FROM recipe WHERE kit_id IN (SELECT value FROM json_each(?))", (keys,)
        ).fetchall():
            rows.append((part, moved[kit]))
    touch(store, source_id, rows)
    return int(store.value("SELECT max(id) FROM movement") or 0)


def touch_changed(store: Store, source_id: int, now: int) -> None:
    """Products with a shelf that changed or vanished just now; joins the caller's transaction."""
    store.execute(
        # No level changes without its product, and products are found by when they changed.
        "INSERT OR IGNORE INTO unsettled SELECT ?1, p.id, ?2 FROM product p CROSS JOIN level l ON l.product_id = p.id"
        " WHERE p.source_id = ?1 AND p.changed_at = ?2 AND (l.changed_at = ?2 OR l.absent_at = ?2)",
        (source_id, now),
    )


def unsettled(store: Store, source_id: int) -> dict[int, int]:
    """Products to look at, with the moment from which on."""
    return dict(store.execute("SELECT product_id, since FROM unsettled WHERE source_id = ?", (source_id,)).fetchall())


def settle(store: Store, source_id: int, products: Iterable[int]) -> None:
    """These products are done."""
    store.connection.executemany(
        "DELETE FROM unsettled WHERE source_id = ? AND product_id = ?", [(source_id, key) for key in products]
    )


def changed_after(store: Store, products: Iterable[int], at: int) -> set[int]:
    """Which of these products have shelves that changed after a moment."""
    found: set[int] = set()
    for keys in bundles(products):
        found |= {
            row[0]
            for row in store.execute(
                "SELECT DISTINCT product_id FROM level WHERE product_id IN (SELECT value FROM json_each(?))"
                " AND max(changed_at, coalesce(absent_at, 0)) > ?",
                (keys, at),
            )
        }
    return found


def facts(store: Store, products: Iterable[int]) -> list[Row]:
    """What is known of products besides their stock; `pack` is what their own terms of buying say."""
    found: list[Row] = []
    for keys in bundles(products):
        found += store.rows(
            "SELECT p.id, p.external_id, p.name, p.code, p.category, p.brand, p.supplier, p.kind, p.price,"
            " coalesce(p.average_cost, p.cost) AS cost, p.cost AS last_cost, p.previous_cost, p.absent_at,"
            " b.pack, f.factor FROM product p LEFT JOIN box_factor f ON f.product_id = p.id LEFT JOIN buying_term b"
            " ON b.source_id = p.source_id AND b.supplier = '' AND b.product_id = p.id"
            " WHERE p.id IN (SELECT value FROM json_each(?))",
            (keys,),
        )
    return found


def cost_steps(store: Store, products: Iterable[int], since: int) -> dict[int, list[tuple[int, float, float]]]:
    """By product, each change of its cost after a moment: when, and from what to what."""
    found: dict[int, list[tuple[int, float, float]]] = {}
    for keys in bundles(products):
        for product, at, before, after in store.execute(
            "SELECT c.product_id, c.at, b.cost, c.cost FROM cost_change c JOIN cost_change b"
            " ON b.product_id = c.product_id AND b.at = (SELECT max(p.at) FROM cost_change p"
            " WHERE p.product_id = c.product_id AND p.at < c.at) WHERE c.product_id IN (SELECT value FROM json_each(?))"
            " AND c.at > ? AND b.cost > 0 AND c.cost > 0 AND b.cost <> c.cost ORDER BY c.product_id, c.at",
            (keys, since),
        ):
            found.setdefault(product, []).append((at, before, after))
    return found


def shelf_steps(store: Store, products: Iterable[int], since: int) -> list[tuple[Any, ...]]:
    """By product: each shelf with its place and bounds, and its steps after a moment begun by the one in force then.

    A row is (product, level, branch, warehouse, minimum, maximum, warehouse id, moment, stock).
    """
    found: list[tuple[Any, ...]] = []
    for keys in bundles(products):
        found += store.execute(
            "SELECT l.product_id, l.id, w.branch, w.name, l.minimum, l.maximum, w.id, c.at, c.stock"
            " FROM level l JOIN warehouse w ON w.id = l.warehouse_id JOIN stock_change c ON c.level_id = l.id"
            " AND c.at >= coalesce((SELECT max(h.at) FROM stock_change h WHERE h.level_id = l.id AND h.at <= ?2), 0)"
            " WHERE l.product_id IN (SELECT value FROM json_each(?1)) ORDER BY l.product_id, l.id, c.at",
            (keys, since),
        ).fetchall()
    return found


def warehouse_since(store: Store, warehouse_id: int) -> int:
    """When a warehouse was first seen: its first row is the one with the smallest id."""
    return int(
        store.value(
            "SELECT min(at) FROM stock_change WHERE level_id = (SELECT min(id) FROM level WHERE warehouse_id = ?)",
            (warehouse_id,),
        )
        or 0
    )


_MOVEMENT = (
    "SELECT m.product_id, m.kind, m.quantity, m.happened_at, m.seen_at, m.not_before,"
    " coalesce(m.branch, d.branch, s.branch) AS branch, d.id AS document_id, d.kind AS document_kind,"
    " d.external_id, d.number, d.state, d.type, EXISTS (SELECT 1 FROM movement e WHERE"
    " e.document_id = m.document_id AND e.id < m.id AND e.kind = 'deleted') AS after_deletion"
    " FROM movement m JOIN document d ON d.id = m.document_id"
    " LEFT JOIN document s ON d.kind = 'return' AND s.source_id = d.source_id AND s.kind = 'sale'"
    " AND s.external_id = d.sale_id"
)


def movements(store: Store, products: Iterable[int], since: int) -> list[Row]:
    """Every movement of these products that was first seen after a moment, in the order in which they were booked."""
    found: list[Row] = []
    for keys in bundles(products):
        found += store.rows(
            f"{_MOVEMENT} WHERE m.product_id IN (SELECT value FROM json_each(?)) AND m.seen_at > ?"
            " AND m.quantity <> 0 ORDER BY m.id",
            (keys, since),
        )
    return found


def kit_movements(store: Store, source_id: int, since: int, until: int) -> list[Row]:
    """What was sold and taken back of products that are sets of others."""
    return store.rows(
        "SELECT m.product_id, p.name, m.quantity, m.happened_at, m.seen_at, m.not_before FROM movement m"
        " JOIN product p ON p.id = m.product_id WHERE p.source_id = ? AND p.kind = 'Compuesto'"
        " AND m.seen_at > ? AND m.quantity <> 0 AND m.happened_at <= ? ORDER BY m.id",
        (source_id, since, until),
    )


def has_kits(store: Store, source_id: int) -> bool:
    """Whether the catalogue holds sets at all."""
    return bool(
        store.value("SELECT EXISTS (SELECT 1 FROM product WHERE source_id = ? AND kind = 'Compuesto')", (source_id,))
    )


def touched_between(store: Store, source_id: int, since: int, until: int) -> set[int]:
    """Every product whose shelves changed or whose documents were news in a span, documents without effect included."""
    found = {
        row[0]
        for row in store.execute(
            "SELECT DISTINCT l.product_id FROM level l JOIN product p ON p.id = l.product_id"
            " WHERE p.source_id = ?1 AND max(l.changed_at, coalesce(l.absent_at, 0), coalesce(p.absent_at, 0)) > ?2"
            " AND (l.absent_at > ?2 OR p.absent_at > ?2 OR EXISTS (SELECT 1 FROM stock_change c"
            " WHERE c.level_id = l.id AND c.at > ?2 AND c.at <= ?3))",
            (source_id, since, until),
        )
    }
    found |= {
        row[0]
        for row in store.execute(
            "SELECT DISTINCT l.product_id FROM document d JOIN document_line l ON l.document_id = d.id"
            " WHERE d.source_id = ?1 AND d.changed_at > ?2 AND l.product_id IS NOT NULL",
            (source_id, since),
        )
    }
    found |= {
        row[0]
        for row in store.execute(
            "SELECT DISTINCT product_id FROM movement WHERE source_id = ? AND seen_at > ? AND product_id IS NOT NULL",
            (source_id, since),
        )
    }
    return found | {
        row[0]
        for row in store.execute(
            "SELECT DISTINCT product_id FROM stock_entry WHERE source_id = ? AND until > ? AND removed_at IS NULL",
            (source_id, since),
        )
    }


def all_products(store: Store, source_id: int) -> list[int]:
    """Every product that has shelves."""
    return [
        row[0]
        for row in store.execute(
            "SELECT id FROM product p WHERE source_id = ? AND gone_at IS NULL"
            " AND EXISTS (SELECT 1 FROM level l WHERE l.product_id = p.id)",
            (source_id,),
        )
    ]


def unmatched_movements(store: Store, source_id: int, since: int) -> list[Row]:
    """Lines without a known product of documents first seen after a moment, with what they do to stock."""
    return store.rows(
        # A dispenser names a product by its id alone.
        "SELECT coalesce(l.code, CAST(l.product_ref AS TEXT)) AS code, l.name, l.brand, l.quantity,"
        " d.kind AS document_kind, d.effect, d.state, d.id AS document_id,"
        " d.external_id, d.number, d.created_at, d.first_seen_at,"
        " (SELECT max(m.not_before) FROM movement m WHERE m.document_id = d.id AND m.seen_at = d.first_seen_at)"
        " AS not_before, d.branch FROM document_line l JOIN document d ON d.id = l.document_id"
        " WHERE l.product_id IS NULL AND d.source_id = ? AND d.gone_at IS NULL AND d.effect <> 'none'"
        " AND d.first_seen_at > ? ORDER BY d.id, l.number",
        (source_id, since),
    )


def replace_variances(store: Store, products: Iterable[int], since: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put what was found in place of what was known of these products after a moment.

    A row is (source, product, opened_at, closed_at, place, units, cost, value, cause, facts).
    """
    for keys in bundles(products):
        store.execute(
            "DELETE FROM variance WHERE product_id IN (SELECT value FROM json_each(?)) AND closed_at > ?", (keys, since)
        )
    store.connection.executemany(
        "INSERT OR REPLACE INTO variance"
        " (source_id, product_id, opened_at, closed_at, place, units, cost, value, cause, facts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row[:-1], msgspec.json.encode(row[-1]).decode()) for row in rows],
    )


def replace_days(store: Store, products: Iterable[int], since_day: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put the daily figures of these products in place from a day on."""
    for keys in bundles(products):
        store.execute(
            "DELETE FROM reconciled_day WHERE product_id IN (SELECT value FROM json_each(?)) AND day >= ?",
            (keys, since_day),
        )
    store.connection.executemany("INSERT OR REPLACE INTO reconciled_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


_VARIANCE = (
    "SELECT v.id, v.source_id, v.product_id, p.external_id, p.code AS codigo, p.name AS nombre, p.supplier,"
    " v.opened_at, v.closed_at, v.place, v.units, v.cost, v.value, coalesce(c.cause, v.cause) AS cause,"
    " v.cause AS guess, v.facts,"
    " c.cause IS NOT NULL AS confirmed, c.by AS confirmed_by, c.note AS note FROM variance v"
    " JOIN product p ON p.id = v.product_id"
    " LEFT JOIN confirmation c ON c.product_id = v.product_id AND c.closed_at = v.closed_at AND c.units = v.units"
)


def variances(store: Store, source_id: int, since: int, until: int) -> list[Row]:
    """Every gap of a span with its guess, or what a person said it was; the worst in money first."""
    rows = store.rows(
        f"{_VARIANCE} WHERE v.source_id = ? AND v.closed_at > ? AND v.closed_at <= ?"
        " ORDER BY abs(coalesce(v.value, 0)) DESC, abs(v.units) DESC, v.id",
        (source_id, since, until),
    )
    return [{**row, "facts": msgspec.json.decode(row["facts"])} for row in rows]


def variance(store: Store, key: int) -> Row | None:
    """One gap by its id."""
    row = store.row(f"{_VARIANCE} WHERE v.id = ?", (key,))
    return None if row is None else {**row, "facts": msgspec.json.decode(row["facts"])}


def variances_of(store: Store, product_id: int) -> list[Row]:
    """Every gap of one product, the oldest first."""
    rows = store.rows(f"{_VARIANCE} WHERE v.product_id = ? ORDER BY v.closed_at", (product_id,))
    return [{**row, "facts": msgspec.json.decode(row["facts"])} for row in rows]


def figures(store: Store, source_id: int, since_day: int, until_day: int) -> list[Row]:
    """Per product the sums of a span of days: what rules and pages read. `expected` is `actual` less `unexplained`."""
    # The first and last day are found before they are looked up: an aggregate may not stand in an inner question.
    return store.rows(
        "SELECT g.*, (SELECT f.opening FROM reconciled_day f WHERE f.product_id = g.product_id AND f.day = g.first_day)"
        " AS opening, (SELECT f.actual FROM reconciled_day f WHERE f.product_id = g.product_id AND f.day = g.last_day)"
        " AS actual FROM (SELECT d.product_id, min(d.day) AS first_day, max(d.day) AS last_day, sum(d.sold) AS sold,"
        " sum(d.cancelled) AS cancelled, sum(d.returned) AS returned, sum(d.receipts) AS receipts,"
        " sum(d.adjustments) AS adjustments, round(sum(d.unexplained), 6) AS unexplained,"
        " round(sum(d.undocumented), 6) AS undocumented FROM reconciled_day d JOIN product p ON p.id = d.product_id"
        " WHERE p.source_id = ? AND d.day BETWEEN ? AND ? GROUP BY d.product_id) g",
        (source_id, since_day, until_day),
    )


def daily_undocumented(store: Store, source_id: int, since_day: int) -> list[tuple[int, int, float]]:
    """By product and day, the units that nothing explains; days without any are left out."""
    return store.execute(
        "SELECT d.product_id, d.day, d.undocumented FROM reconciled_day d JOIN product p ON p.id = d.product_id"
        " WHERE p.source_id = ? AND d.day >= ? AND d.undocumented <> 0 ORDER BY d.product_id, d.day",
        (source_id, since_day),
    ).fetchall()


def value_limit(store: Store, source_id: int) -> float:
    """The value under which a difference is not worth a line; 0 unless the shop set one."""
    return float(store.value("SELECT value FROM setting WHERE key = ?", (f"reconcile.limit.{source_id}",)) or 0)


def set_value_limit(store: Store, source_id: int, limit: float) -> None:
    """Set the value under which a difference is not worth a line."""
    with store.write():
        store.execute(
            "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
            (f"reconcile.limit.{source_id}", str(limit)),
        )


def source_of(store: Store, product_id: int) -> int | None:
    """The source that a product belongs to."""
    found: int | None = store.value("SELECT source_id FROM product WHERE id = ?", (product_id,))
    return found


def changes_by_people(store: Store) -> tuple[int, ...]:
    """A mark that changes with everything people type that a reconciliation reads."""
    row = store.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM stock_entry), (SELECT coalesce(max(removed_at), 0) FROM stock_entry),"
        " (SELECT coalesce(max(at), 0) + count(*) FROM confirmation), (SELECT coalesce(max(at), 0) + count(*) FROM"
        " box_factor), (SELECT coalesce(max(at), 0) + count(*) FROM recipe),"
        " (SELECT coalesce(sum(buying_at), 0) FROM source)"
    ).fetchone()
    return tuple(row)
