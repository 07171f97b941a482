"""Physical counts: what was counted, what the books said then, and which products are worth counting next."""

from collections.abc import Sequence

import msgspec

from .db import Row, Store


class Candidate(msgspec.Struct, frozen=True):
    """What tells of a product whether it is worth counting: what is there, its cost, what was sold lately."""

    product_id: int
    name: str
    stock: float
    cost: float | None
    sold: float | None


def present(store: Store, product_id: int, warehouse_id: int | None = None) -> tuple[float, float | None] | None:
    """What the books say of a product now, in one warehouse or all, and its cost; None where nothing is known."""
    row = store.execute(
        "SELECT round(sum(stock), 6), max(coalesce(average_cost, cost)) FROM stock_row"
        " WHERE product_id = ?1 AND present AND (?2 IS NULL OR warehouse_id = ?2)",
        (product_id, warehouse_id),
    ).fetchone()
    return None if row[0] is None else (row[0], row[1])


def record(
    store: Store,
    source_id: int,
    product_id: int,
    warehouse_id: int | None,
    *,
    at: int,
    counted: float,
    book: float,
    cost: float | None,
    note: str | None,
    by: str | None,
) -> int:
    """Keep a count, also one that found no difference. Returns its id."""
    with store.write():
        return int(
            store.value(
                "INSERT INTO stock_count (source_id, product_id, warehouse_id, at, counted, book, cost, note, by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (source_id, product_id, warehouse_id, at, counted, book, cost, note, by),
            )
        )


def counts(store: Store, source_id: int, since: int) -> list[Row]:
    """Every count since a moment, the newest first."""
    return store.rows(
        "SELECT c.id, c.product_id, p.code AS codigo, p.name AS nombre, w.name AS nombre_bodega,"
        " w.branch AS nombre_sucursal, c.at, c.counted, c.book, round(c.counted - c.book, 6) AS difference, c.cost,"
        " c.note, c.by FROM stock_count c JOIN product p ON p.id = c.product_id"
        " LEFT JOIN warehouse w ON w.id = c.warehouse_id WHERE c.source_id = ? AND c.at >= ?"
        " ORDER BY c.at DESC, c.id DESC",
        (source_id, since),
    )


def net_sales(store: Store, source_id: int, since_day: int, until_day: int) -> float:
    """What was sold less what came back, in money, over business days."""
    return float(
        store.value(
            "SELECT sum(d.sold_amount - d.returned_amount) FROM product_day d JOIN product p ON p.id = d.product_id"
            " WHERE p.source_id = ? AND d.day BETWEEN ? AND ?",
            (source_id, since_day, until_day),
        )
        or 0
    )


def candidates(store: Store, source_id: int, since_day: int) -> list[Candidate]:
    """Every product that can be counted, with what was sold of it lately; a large shop has a hundred thousand."""
    found = store.execute(
        "SELECT p.id, p.name, round(sum(l.stock), 6), coalesce(p.average_cost, p.cost),"
        " (SELECT sum(d.sold) FROM product_day d WHERE d.product_id = p.id AND d.day >= ?)"
        " FROM product p CROSS JOIN level l ON l.product_id = p.id"
        " WHERE p.source_id = ? AND p.enabled AND p.absent_at IS NULL AND l.absent_at IS NULL GROUP BY p.id",
        (since_day, source_id),
    )
    return [Candidate(*row) for row in found]


def gaps(store: Store, source_id: int, since: int) -> dict[int, tuple[int, float]]:
    """By product, how often of late something was missing or over, and how many units in all."""
    rows = store.execute(
        "SELECT product_id, count(*), sum(abs(units)) FROM variance WHERE source_id = ? AND closed_at > ?"
        " AND cause IN ('faltante', 'sobrante') GROUP BY product_id",
        (source_id, since),
    )
    return {key: (times, units) for key, times, units in rows}


def last_counted(store: Store, source_id: int) -> dict[int, int]:
    """By product, when it was last counted."""
    rows = store.execute("SELECT product_id, max(at) FROM stock_count WHERE source_id = ? GROUP BY 1", (source_id,))
    return dict(rows.fetchall())


def described(store: Store, products: Sequence[int]) -> dict[int, tuple[str | None, str | None, str | None]]:
    """By product, its code, its category and the branches that hold it."""
    rows = store.execute(
        "SELECT p.id, p.code, p.category, group_concat(DISTINCT w.branch) FROM json_each(?) k"
        " CROSS JOIN product p ON p.id = k.value JOIN level l ON l.product_id = p.id AND l.absent_at IS NULL"
        " JOIN warehouse w ON w.id = l.warehouse_id GROUP BY p.id",
        (str(list(products)),),
    )
    return {key: (code, category, branches) for key, code, category, branches in rows}


def mark(store: Store, source_id: int) -> tuple[object, ...]:
    """A value that changes with every count."""
    row: tuple[object, ...] = store.execute(
        "SELECT count(*), max(id) FROM stock_count WHERE source_id = ?", (source_id,)
    ).fetchone()
    return row


def by_month(store: Store, source_id: int, since: int) -> list[Row]:
    """Counts a month (UTC): how many, how many right, and what was missing and over at cost. The oldest first."""
    return store.rows(
        "SELECT strftime('%Y-%m', at / 1000, 'unixepoch') AS month, count(*) AS counts,"
        " sum(total = 0) AS exact,"
        " round(sum(CASE WHEN total < 0 THEN total * coalesce(cost, 0) ELSE 0 END), 6) AS short,"
        " round(sum(CASE WHEN total > 0 THEN total * coalesce(cost, 0) ELSE 0 END), 6) AS over FROM ("
        "SELECT product_id, min(at) AS at, round(sum(counted - book), 6) AS total, max(cost) AS cost FROM stock_count"
        " WHERE source_id = ? AND at >= ? GROUP BY product_id, at / 86400000) GROUP BY month ORDER BY month",
        (source_id, since),
    )


def warehouses_of(store: Store, products: list[int]) -> list[Row]:
    """Where these products lie: (product, warehouse) with branch, name and what the books say."""
    marks = ", ".join("?" * len(products))
    return store.rows(
        f"SELECT l.product_id, w.id AS warehouse_id, w.branch, w.name, l.stock FROM level l"
        f" JOIN warehouse w ON w.id = l.warehouse_id WHERE l.product_id IN ({marks}) AND l.absent_at IS NULL"
        " ORDER BY l.product_id, w.branch, w.name",
        tuple(products),
    )
