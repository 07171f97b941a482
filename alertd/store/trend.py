"""The stock of a level at the end of each of the last days, for the little line beside an alert."""

from ..clock import local
from .db import Store

DAYS = 14
WEEKS_MS = 42 * 86_400_000
MOST_POINTS = 400
DAY = 86_400_000


def daily_stock(store: Store, level_id: int, zone: str, now: int) -> list[float]:
    """The stock at the same time of each of the last days, oldest first, ending with now; only days that are known."""
    rows = store.execute(
        "SELECT at, stock FROM stock_change WHERE level_id = ? AND at <= ? AND stock IS NOT NULL ORDER BY at",
        (level_id, now),
    ).fetchall()
    if not rows or local(rows[0][0], zone).date() == local(now, zone).date():
        return []
    found = []
    for days in range(DAYS - 1, -1, -1):
        before = [stock for at, stock in rows if at <= now - days * DAY]
        if before:
            found.append(float(before[-1]))
    return found


def steps(store: Store, level_id: int, now: int) -> list[tuple[int, float]]:
    """Every change of the stock in the last six weeks with its moment, from what it was before to what it is now."""
    rows = store.execute(
        "SELECT at, stock FROM (SELECT at, stock FROM stock_change WHERE level_id = ?1 AND at <= ?2"
        " AND stock IS NOT NULL ORDER BY at DESC LIMIT ?3) ORDER BY at",
        (level_id, now, MOST_POINTS),
    ).fetchall()
    since = now - WEEKS_MS
    before = [(since, float(stock)) for at, stock in rows if at <= since][-1:]
    inside = [(int(at), float(stock)) for at, stock in rows if at > since]
    found = [*before, *inside]
    return [*found, (now, found[-1][1])] if found else []
