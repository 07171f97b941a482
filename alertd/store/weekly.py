"""The weekly summary: to which channels and when, what was told last, and figures of a week that no page asks for."""

import re
from dataclasses import dataclass

from ..errors import UsageTrouble
from .db import Row, Store

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Weekly:
    """When a channel has its summary: a day of the week (Monday is 0) and a time, on the clock of each shop."""

    channel_id: int
    weekday: int
    time: str
    set_at: int


def put(store: Store, channel_id: int, weekday: int, time: str, now: int) -> None:
    """Send a channel its summary from now on. Raises UsageTrouble for a day or time that is none."""
    if not 0 <= weekday <= 6 or not _TIME.fullmatch(time):
        raise UsageTrouble(f"'{time}' is no time of day; write one like 07:00.")
    with store.write():
        store.execute(
            "INSERT INTO weekly VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET weekday = ?2, time = ?3, set_at = ?4",
            (channel_id, weekday, time, now),
        )


def remove(store: Store, channel_id: int) -> None:
    """No summary any more."""
    with store.write():
        store.execute("DELETE FROM weekly WHERE channel_id = ?", (channel_id,))


def every(store: Store) -> dict[int, Weekly]:
    """By channel, when it has its summary."""
    return {row[0]: Weekly(*row) for row in store.execute("SELECT channel_id, weekday, time, set_at FROM weekly")}


def last(store: Store, channel_id: int, source_id: int) -> tuple[str, float | None] | None:
    """The day of the last summary of a source, and the stock's value that it told."""
    row = store.execute(
        "SELECT day, value FROM weekly_sent WHERE channel_id = ? AND source_id = ?", (channel_id, source_id)
    ).fetchone()
    return None if row is None else (row[0], row[1])


def note(store: Store, channel_id: int, source_id: int, day: str, value: float | None, now: int) -> None:
    """The summary of that day is in the outbox; joins the caller's transaction."""
    store.execute(
        "INSERT INTO weekly_sent VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET day = ?3, at = ?4, value = ?5",
        (channel_id, source_id, day, now, value),
    )


def stock_value(store: Store, source_id: int) -> float | None:
    """What lies on the shelves, at cost; None where no cost is known."""
    found: float | None = store.value(
        "SELECT round(sum(stock * coalesce(average_cost, cost)), 2) FROM stock_row"
        " WHERE source_id = ? AND present AND NOT gone AND stock > 0",
        (source_id,),
    )
    return found


def branches(store: Store, source_id: int) -> list[str]:
    """The names of the branches that are seen."""
    return [
        row[0]
        for row in store.execute(
            "SELECT DISTINCT branch FROM warehouse WHERE source_id = ? AND hidden_at IS NULL AND branch <> ''"
            " ORDER BY branch",
            (source_id,),
        )
    ]


def revenues(store: Store, source_id: int, since_day: int) -> list[Row]:
    """Per enabled product: net revenue since a day, what lies there, and whether it has a minimum anywhere."""
    return store.rows(
        "SELECT p.id, p.name AS nombre, p.code AS codigo, coalesce(p.average_cost, p.cost) AS cost, p.first_seen_at,"
        " (SELECT sum(d.sold_amount - d.returned_amount) FROM product_day d WHERE d.product_id = p.id AND d.day >= ?2)"
        " AS revenue, (SELECT sum(d.sold - d.returned) FROM product_day d WHERE d.product_id = p.id AND d.day >= ?2)"
        " AS units, count(l.id) AS places, round(sum(l.stock), 6) AS stock, max(coalesce(l.minimum, 0)) AS minimum"
        " FROM product p JOIN level l ON l.product_id = p.id AND l.absent_at IS NULL"
        " WHERE p.source_id = ?1 AND p.enabled AND p.absent_at IS NULL GROUP BY p.id",
        (source_id, since_day),
    )


def ran_out(store: Store, source_id: int, begin: int, end: int) -> list[int]:
    """The products of which some place was empty at some time of a span."""
    return [
        row[0]
        for row in store.execute(
            "SELECT DISTINCT l.product_id FROM level l JOIN product p ON p.id = l.product_id"
            " WHERE p.source_id = ?1 AND p.enabled AND p.absent_at IS NULL AND l.absent_at IS NULL"
            " AND (p.kind IS NULL OR p.kind NOT IN ('Servicio', 'Compuesto')) AND (l.stock <= 0 OR EXISTS"
            " (SELECT 1 FROM stock_change c WHERE c.level_id = l.id AND c.at > ?2 AND c.at <= ?3 AND c.stock <= 0))",
            (source_id, begin, end),
        )
    ]


def branch_sales(store: Store, products: list[int], since_day: int) -> dict[tuple[int, str], tuple[float, float]]:
    """By product and branch, units sold and returned since a day; the branch is '' where documents name none."""
    found: dict[tuple[int, str], tuple[float, float]] = {}
    for start in range(0, len(products), 500):
        part = products[start : start + 500]
        marks = ", ".join("?" * len(part))
        for product, branch, sold, returned in store.execute(
            f"SELECT product_id, branch, sum(sold), sum(returned) FROM branch_day WHERE product_id IN ({marks})"
            " AND day >= ? GROUP BY product_id, branch",
            (*part, since_day),
        ):
            found[product, branch] = (sold, returned)
    return found


def prices(store: Store, products: list[int]) -> dict[int, tuple[str, float | None]]:
    """By product, name and price."""
    found: dict[int, tuple[str, float | None]] = {}
    for start in range(0, len(products), 500):
        part = products[start : start + 500]
        for key, name, price in store.execute(
            f"SELECT id, name, price FROM product WHERE id IN ({', '.join('?' * len(part))})", part
        ):
            found[key] = (name, price)
    return found


def cost_changes(store: Store, source_id: int, begin: int, end: int) -> list[Row]:
    """Products whose cost is another one than before a span, or than when they were first seen, with their prices."""
    return store.rows(
        "SELECT p.id, p.name AS nombre, b.cost AS before, c.cost AS now, b.price AS price_before, c.price AS price"
        " FROM (SELECT product_id, max(at) AS at FROM cost_change WHERE at > ?2 AND at <= ?3 GROUP BY product_id) n"
        " JOIN product p ON p.id = n.product_id AND p.source_id = ?1 AND p.absent_at IS NULL"
        " JOIN cost_change c ON c.product_id = n.product_id AND c.at = n.at"
        " JOIN cost_change b ON b.product_id = n.product_id AND b.at ="
        " coalesce((SELECT max(at) FROM cost_change WHERE product_id = n.product_id AND at <= ?2),"
        " (SELECT min(at) FROM cost_change WHERE product_id = n.product_id))"
        " WHERE b.cost > 0 AND c.cost > 0 AND b.cost <> c.cost",
        (source_id, begin, end),
    )


def alerts_of_week(store: Store, source_id: int, begin: int, end: int) -> tuple[int, int]:
    """How many alerts fired, and how many of them somebody attended to or are over."""
    row = store.execute(
        "SELECT count(*), coalesce(sum(state = 'resolved' OR acknowledged_by IS NOT NULL OR ordered_at IS NOT NULL), 0)"
        " FROM alert WHERE source_id = ? AND fired_at > ? AND fired_at <= ?",
        (source_id, begin, end),
    ).fetchone()
    return int(row[0]), int(row[1])


def readings(store: Store, source_id: int, begin: int, end: int) -> tuple[int, int]:
    """How many readings went right, and how many there were."""
    row = store.execute(
        "SELECT coalesce(sum(complete), 0), count(*) FROM poll WHERE source_id = ? AND started_at > ?"
        " AND started_at <= ? AND outcome <> 'running'",
        (source_id, begin, end),
    ).fetchone()
    return int(row[0]), int(row[1])


def times_short(store: Store, source_id: int, since: int, until: int) -> dict[tuple[int, str], int]:
    """By product and place, how often it was short without a document."""
    return {
        (row[0], row[1]): row[2]
        for row in store.execute(
            "SELECT product_id, place, count(*) FROM variance WHERE source_id = ? AND closed_at > ? AND closed_at <= ?"
            " AND cause = 'faltante' GROUP BY product_id, place",
            (source_id, since, until),
        )
    }
