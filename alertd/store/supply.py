"""What was ordered and has not come yet. Alerts marked as ordered and lines of the purchase list both end up here.

An order is taken for arrived as its level's stock rises; a rise is counted for the oldest order first. After the day on
which it was expected it counts no more, but its late arrival is still noted, because that is how long it takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .db import Row, Store
from .instants import after_looks

DAY = 86_400_000
GIVEN_UP_AFTER = 90 * DAY


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of an order. A `quantity` of None is one that nobody said."""

    product_id: int
    level_id: int | None
    quantity: float | None
    alert_id: int | None = None


def place(store: Store, source_id: int, lines: Iterable[Placed], *, expected_at: int, by: str | None, now: int) -> int:
    """Note what was ordered. Returns how many lines."""
    count = 0
    with store.write():
        for line in lines:
            store.execute(
                "INSERT INTO supply_order (source_id, product_id, level_id, alert_id, supplier, quantity, remaining,"
                " ordered_at, expected_at, by) SELECT ?1, p.id, coalesce(?3, (SELECT min(l.id) FROM level l"
                " WHERE l.product_id = p.id HAVING count(*) = 1)), ?5, p.supplier, ?4, ?4, ?6, ?7, ?8"
                " FROM product p WHERE p.id = ?2",
                (source_id, line.product_id, line.level_id, line.quantity, line.alert_id, now, expected_at, by),
            )
            _look_again(store, line.product_id, now)
            count += 1
    return count


def place_for_alerts(
    store: Store, alert_ids: Sequence[int], *, quantity: float | None, expected_at: int, by: str, now: int
) -> None:
    """The orders of alerts about stock that a person marked as ordered: so many units, else as many as were suggested.

    Marking one again replaces what was ordered for it.
    """
    cancel_for_alerts(store, alert_ids, now)
    for key in alert_ids:
        row = store.row(
            "SELECT source_id, product_id, level_id, json_extract(\"values\", '$.suggested_order') AS suggested"
            " FROM alert WHERE id = ? AND state <> 'resolved' AND product_id IS NOT NULL"
            " AND json_type(\"values\", '$.stock') IS NOT NULL",
            (key,),
        )
        if row is not None:
            line = Placed(row["product_id"], row["level_id"], quantity or row["suggested"] or None, key)
            place(store, row["source_id"], [line], expected_at=expected_at, by=by, now=now)


def cancel_for_alerts(store: Store, alert_ids: Iterable[int], now: int) -> None:
    """It was not ordered after all."""
    for key in alert_ids:
        for (product_id,) in store.execute(
            "UPDATE supply_order SET closed_at = ? WHERE alert_id = ? AND closed_at IS NULL RETURNING product_id",
            (now, key),
        ).fetchall():
            _look_again(store, product_id, now)


def cancel(store: Store, order_id: int, now: int) -> bool:
    """One order was not placed after all. Whether it was open."""
    with store.write():
        found = store.value(
            "UPDATE supply_order SET closed_at = ? WHERE id = ? AND closed_at IS NULL RETURNING product_id",
            (now, order_id),
        )
        if found is not None:
            _look_again(store, found, now)
        return found is not None


def _look_again(store: Store, product_id: int, now: int) -> None:
    """The rules have to look at this product, though nothing of its stock changed."""
    source_id = store.value("SELECT source_id FROM product WHERE id = ?", (product_id,))
    at = after_looks(store, source_id, now)
    store.execute("UPDATE product SET changed_at = max(changed_at, ?) WHERE id = ?", (at, product_id))


def receive(store: Store, source_id: int, now: int) -> None:
    """Count the rises of stock since they were ordered for the open orders, the oldest first."""
    orders = store.rows(
        "SELECT id, product_id, level_id, quantity, remaining, ordered_at FROM supply_order"
        " WHERE source_id = ? AND closed_at IS NULL ORDER BY ordered_at, id",
        (source_id,),
    )
    by_shelf: dict[tuple[int, int | None], list[Row]] = {}
    for order in orders:
        by_shelf.setdefault((order["product_id"], order["level_id"]), []).append(order)
    for (product_id, level_id), several in by_shelf.items():
        rises = _rises(store, product_id, level_id, several[0]["ordered_at"])
        _count(store, several, rises, now)


def _rises(store: Store, product_id: int, level_id: int | None, since: int) -> list[tuple[int, float]]:
    """When the stock rose after that moment, and by how much."""
    rows = store.execute(
        "SELECT at, rise FROM (SELECT c.at, c.stock - lag(c.stock) OVER (PARTITION BY c.level_id ORDER BY c.at) AS rise"
        " FROM stock_change c JOIN level l ON l.id = c.level_id WHERE l.product_id = ?1 AND (?2 IS NULL OR l.id = ?2)"
        " AND c.stock IS NOT NULL) WHERE rise > 0 AND at > ?3 ORDER BY at",
        (product_id, level_id, since),
    )
    return rows.fetchall()


def _count(store: Store, orders: list[Row], rises: list[tuple[int, float]], now: int) -> None:
    left = [list(rise) for rise in rises]
    for order in orders:
        wanted, came = order["quantity"], 0.0
        arrived_at = None
        for rise in left:
            if rise[0] <= order["ordered_at"] or rise[1] <= 0 or arrived_at is not None:
                continue
            taken = rise[1] if wanted is None else min(rise[1], wanted - came)
            rise[1], came = rise[1] - taken, came + taken
            if wanted is None or round(wanted - came, 6) <= 0:
                arrived_at = rise[0]
        given_up = now - order["ordered_at"] > GIVEN_UP_AFTER
        remaining = None if wanted is None else round(wanted - came, 6)
        if arrived_at is not None or given_up or remaining != order["remaining"]:
            store.execute(
                "UPDATE supply_order SET remaining = ?, arrived_at = ?, closed_at = ? WHERE id = ?",
                (remaining, arrived_at, now if arrived_at or given_up else None, order["id"]),
            )


def open_orders(store: Store, source_id: int | None = None) -> list[Row]:
    """What is on its way, by when it is expected."""
    return store.rows(
        "SELECT o.*, s.name AS source, p.code, p.name AS product, w.branch, w.name AS warehouse FROM supply_order o"
        " JOIN source s ON s.id = o.source_id JOIN product p ON p.id = o.product_id"
        " LEFT JOIN level l ON l.id = o.level_id LEFT JOIN warehouse w ON w.id = l.warehouse_id"
        " WHERE o.closed_at IS NULL AND (?1 IS NULL OR o.source_id = ?1) ORDER BY o.expected_at, o.id",
        (source_id,),
    )


def lead_times(store: Store, source_id: int) -> dict[str, list[float]]:
    """By supplier, how many days each order took that arrived, the shortest first."""
    found: dict[str, list[float]] = {}
    for supplier, days in store.execute(
        "SELECT coalesce(supplier, ''), (arrived_at - ordered_at) / 86400000.0 FROM supply_order"
        " WHERE source_id = ? AND arrived_at IS NOT NULL ORDER BY 2",
        (source_id,),
    ):
        found.setdefault(supplier, []).append(days)
    return found


def shelves(store: Store, source_id: int, levels: Iterable[int]) -> dict[int, int]:
    """The product of each of these levels, as far as they are of this source."""
    found = {}
    for level in levels:
        product = store.value(
            "SELECT l.product_id FROM level l JOIN product p ON p.id = l.product_id WHERE l.id = ? AND p.source_id = ?",
            (level, source_id),
        )
        if product is not None:
            found[level] = int(product)
    return found


def open_stock_alerts(store: Store, source_id: int, shelves: Iterable[tuple[int, int | None]]) -> list[int]:
    """The open alerts about the stock of these levels, or of their products as a whole."""
    found: list[int] = []
    for product_id, level_id in shelves:
        found += [
            row[0]
            for row in store.execute(
                "SELECT id FROM alert WHERE source_id = ? AND product_id = ? AND state <> 'resolved'"
                " AND (level_id IS NULL OR level_id = ?) AND json_type(\"values\", '$.stock') IS NOT NULL",
                (source_id, product_id, level_id),
            )
        ]
    return found
