"""How many levels stood in each state over time: once an hour a row, and what the first page draws from them."""

from dataclasses import dataclass

from .db import Store
from .pages import State
from .pages_overview import Shelf, shelves

HOUR = 3_600_000
DAY = 24 * HOUR
STATES = ("negative", "out", "low", "over")


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of the curve."""

    at: int
    out: int
    low: int


def note(store: Store, state: State, now: int) -> bool:
    """Write down this hour of every source that was read, unless it was written already."""
    hour = now - now % HOUR
    missing = store.execute(
        "SELECT id FROM source s WHERE snapshot_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM shelf_hour h WHERE h.source_id = s.id AND h.at = ?)",
        (hour,),
    ).fetchall()
    if not missing:
        return False
    counted = shelves(store, state)
    rows = [(key, hour, *(counted.get(key, Shelf()).states.get(name, 0) for name in STATES)) for (key,) in missing]
    with store.write() as connection:
        connection.executemany("INSERT OR REPLACE INTO shelf_hour VALUES (?, ?, ?, ?, ?, ?)", rows)
    return True


def points(store: Store, since: int, until: int) -> list[Point]:
    """The curve over all sources: by the hour up to two weeks, by the day beyond. Below nothing counts as out."""
    step = HOUR if until - since <= 15 * DAY else DAY
    rows = store.execute(
        "SELECT at, sum(negative + out), sum(low) FROM shelf_hour WHERE at IN (SELECT max(at) FROM shelf_hour"
        " WHERE source_id IN (SELECT id FROM source) AND at >= ? AND at <= ? GROUP BY at / ?)"
        " AND source_id IN (SELECT id FROM source) GROUP BY at ORDER BY at",
        (since, until, step),
    )
    return [Point(*row) for row in rows]
