"""Calls counted per key and clock hour, in the database, so that every process draws on one purse.

SmartPyme counts in fixed UTC hours, one counter a key: a call without dates is refused once the counter stands at
1,000, a call with both dates once it stands at 2,000. Refused calls are not counted, here as there.
"""

from dataclasses import dataclass

from .db import Store

HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Calls an hour, and how many of the plain ones only the sweep may use."""

    plain: int = 1_000
    dated: int = 2_000
    reserve: int = 300


def take(store: Store, key: str, now: int, *, limit: int) -> int | None:
    """Count one call. None when it may go; else the moment from which to try again.

    Waiting for the disk before each of 500 pages took longer than the pages; after a power cut the server, which counts
    as well, has the last word.
    """
    hour = now // HOUR
    with store.quick_write():
        store.execute("INSERT INTO budget (budget_key, hour) VALUES (?, ?) ON CONFLICT DO NOTHING", (key, hour))
        store.execute("UPDATE budget SET blocked_until = 0 WHERE budget_key = ? AND hour > ?", (key, hour))
        blocked = blocked_until(store, key, now)
        if blocked > now:
            return blocked
        taken = store.execute(
            "UPDATE budget SET used = used + 1 WHERE budget_key = ? AND hour = ? AND used < ?", (key, hour, limit)
        ).rowcount
    return None if taken else (hour + 1) * HOUR


def blocked_until(store: Store, key: str, now: int) -> int:
    """Until when the server lets nothing in, as it said in this hour or the last; 0 where it said nothing.

    What was said in an hour to come was said while the clock was ahead.
    """
    hour = now // HOUR
    sql = "SELECT coalesce(max(blocked_until), 0) FROM budget WHERE budget_key = ? AND hour BETWEEN ? AND ?"
    return int(store.value(sql, (key, hour - 1, hour)))


def at_least(store: Store, key: str, now: int, used: int) -> None:
    """Another counter of this hour stands at `used`: take it over where it is ahead of ours."""
    hour = now // HOUR
    if used > (store.value("SELECT used FROM budget WHERE budget_key = ? AND hour = ?", (key, hour)) or 0):
        with store.write():
            store.execute(
                "INSERT INTO budget (budget_key, hour, used) VALUES (?1, ?2, ?3)"
                " ON CONFLICT DO UPDATE SET used = max(used, ?3)",
                (key, hour, used),
            )


def block(store: Store, key: str, now: int, until: int) -> None:
    """The server said that the quota is gone: no call with this key before `until`."""
    with store.write():
        store.execute(
            "INSERT INTO budget (budget_key, hour, blocked_until) VALUES (?1, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET blocked_until = max(blocked_until, ?3)",
            (key, now // HOUR, until),
        )


def used(store: Store, key: str, now: int) -> int:
    """Calls counted in this clock hour."""
    return store.value("SELECT used FROM budget WHERE budget_key = ? AND hour = ?", (key, now // HOUR)) or 0


def forget_before(store: Store, now: int, hours: int = 48) -> None:
    """Drop the counters of hours long past."""
    store.execute("DELETE FROM budget WHERE hour < ?", (now // HOUR - hours,))
