"""The stock of a level at the end of each of the last days, for the little line beside an alert."""

from ..clock import local
from .db import Store

DAYS = 14
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
