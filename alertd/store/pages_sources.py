"""What the pages of the connected systems show: each lane with its last polls, the budget, what is wrong with the data.

Counts of findings are `quality`'s; here are the examples, a few of each, that tell a person where to begin.
"""

from dataclasses import dataclass
from typing import Any

from . import budget
from .db import Row, Store

EXAMPLES = 5
POLLS = 12

# What the findings are about, as conditions over a product `p` and a level `l`.
_PRESENT = "p.source_id = :source AND p.absent_at IS NULL"
_STOCKED = "EXISTS (SELECT 1 FROM level s WHERE s.product_id = p.id AND s.absent_at IS NULL AND s.stock <> 0)"
_REPEATED = (
    "(SELECT code FROM product WHERE source_id = :source AND absent_at IS NULL AND code IS NOT NULL"
    " GROUP BY code HAVING count(*) > 1 LIMIT 200)"
)
_OF_LEVELS = {
    "no_minimum": "p.enabled AND coalesce(l.minimum, 0) <= 0",
    "minimum_above_maximum": "p.enabled AND l.maximum > 0 AND l.minimum > l.maximum",
}
_OF_PRODUCTS = {
    "equal_codes": f"p.code IN {_REPEATED}",
    "missing_codes": "p.code IS NULL",
    "disabled_with_stock": f"NOT p.enabled AND {_STOCKED}",
}


@dataclass(frozen=True, slots=True)
class LaneNow:
    """One lane: its schedule, and whether somebody is reading it at this moment."""

    name: str
    next_due_at: int
    last_success_at: int | None
    failures: int
    stopped: str | None
    stopped_kind: str | None
    lease_until: int
    polls: tuple["PollRow", ...] = ()


@dataclass(frozen=True, slots=True)
class PollRow:
    """What one poll did."""

    id: int
    started_at: int
    finished_at: int | None
    outcome: str
    torn: int
    requests: int
    products: int
    changed: int
    quarantined: int
    seconds: float
    error: str | None
    error_kind: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """A product that a finding is about."""

    id: int
    name: str
    code: str | None
    place: str | None


def lanes(store: Store, source_id: int, polls: int = POLLS) -> list[LaneNow]:
    """The lanes that ever ran or are on the schedule, each with its newest polls first."""
    rows = store.rows(
        "SELECT name, next_due_at, last_success_at, failures, stopped, stopped_kind, lease_until FROM lane"
        " WHERE source_id = ? ORDER BY CASE name WHEN 'sweep' THEN 0 WHEN 'low' THEN 1 ELSE 2 END, name",
        (source_id,),
    )
    return [LaneNow(**row, polls=_polls(store, source_id, row["name"], polls)) for row in rows]


def _polls(store: Store, source_id: int, lane: str, limit: int) -> tuple[PollRow, ...]:
    rows = store.rows(
        "SELECT id, started_at, finished_at, outcome, torn, requests, products, changed, quarantined, seconds, error,"
        " error_kind FROM poll WHERE source_id = ? AND lane = ? ORDER BY id DESC LIMIT ?",
        (source_id, lane, limit),
    )
    return tuple(PollRow(**row) for row in rows)


def calls_this_hour(store: Store, budget_key: str, now: int) -> tuple[int, int | None]:
    """Calls of this clock hour, and until when the key is refused, if it is."""
    blocked = budget.blocked_until(store, budget_key, now)
    return budget.used(store, budget_key, now), blocked if blocked > now else None


def examples(store: Store, source_id: int, finding: str, limit: int = EXAMPLES) -> list[Example]:
    """Some of the products that a finding of `quality` counts."""
    values = {"source": source_id, "limit": limit}
    if finding in _OF_LEVELS:
        rows = store.rows(
            "SELECT p.id, p.name, p.code, w.branch || ' · ' || w.name AS place FROM product p"
            " JOIN level l ON l.product_id = p.id JOIN warehouse w ON w.id = l.warehouse_id"
            f" WHERE {_PRESENT} AND l.absent_at IS NULL AND {_OF_LEVELS[finding]} ORDER BY p.name LIMIT :limit",
            values,
        )
    elif finding in _OF_PRODUCTS:
        order = "p.code, p.name" if finding == "equal_codes" else "p.name"
        rows = store.rows(
            "SELECT p.id, p.name, p.code, NULL AS place FROM product p"
            f" WHERE {_PRESENT} AND {_OF_PRODUCTS[finding]} ORDER BY {order} LIMIT :limit",
            values,
        )
    else:
        return []
    return [Example(**row) for row in rows]


def quarantined(store: Store, source_id: int, limit: int = 20) -> tuple[int, list[Row]]:
    """How many records could not be read, and the newest of them with their own text."""
    count = store.value("SELECT count(*) FROM quarantine WHERE source_id = ?", (source_id,))
    rows = store.rows(
        "SELECT key, reason, substr(raw, 1, 4000) AS raw, last_seen_at FROM quarantine WHERE source_id = ?"
        " ORDER BY last_seen_at DESC, key LIMIT ?",
        (source_id, limit),
    )
    return int(count), rows


def hidden_warehouses(store: Store, source_id: int) -> list[Row]:
    """Warehouses that the system no longer lists: hidden there, not sold out."""
    return store.rows(
        "SELECT branch, name, hidden_at FROM warehouse WHERE source_id = ? AND hidden_at IS NOT NULL"
        " ORDER BY hidden_at DESC LIMIT 50",
        (source_id,),
    )


def gone_products(store: Store, source_id: int, limit: int = 10) -> tuple[int, int, list[Row]]:
    """How many products are gone, how many were missing from the last reading only, and the newest of the gone."""
    absent = "source_id = ? AND absent_at IS NOT NULL"
    gone, missing = store.execute(
        f"SELECT count(gone_at), count(*) - count(gone_at) FROM product WHERE {absent}", (source_id,)
    ).fetchone()
    rows = store.rows(
        f"SELECT id, name, code, gone_at FROM product WHERE {absent} AND gone_at IS NOT NULL"
        " ORDER BY gone_at DESC, id LIMIT ?",
        (source_id, limit),
    )
    return gone, missing, rows


def ask_now(store: Store, source_id: int, now: int) -> None:
    """Make every lane due at once, also one that a refused key had stopped: the person has mended it, or wants to see.

    A list that this server does not offer stays stopped; the engine asks for it again by itself.
    """
    with store.write():
        store.execute(
            "UPDATE lane SET next_due_at = 0, stopped = NULL, stopped_kind = NULL WHERE source_id = ?"
            " AND (stopped IS NULL OR stopped_kind IS NOT 'unsupported') AND next_due_at > ?",
            (source_id, now),
        )
        store.execute(
            "UPDATE lane SET stopped = NULL, stopped_kind = NULL, next_due_at = 0 WHERE source_id = ?"
            " AND stopped IS NOT NULL AND stopped_kind IS NOT 'unsupported'",
            (source_id,),
        )


def wait_until(store: Store, source_id: int, lanes: tuple[str, ...], until: int) -> None:
    """Let a fresh source rest before its first reading: somebody is still setting it up."""
    with store.write():
        for lane in lanes:
            store.execute(
                "INSERT INTO lane (source_id, name, next_due_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (source_id, lane, until),
            )


def stopped_lanes(store: Store) -> list[Row]:
    """Sources that a lane of which waits for a person, by name."""
    return store.rows(
        "SELECT DISTINCT s.name FROM lane l JOIN source s ON s.id = l.source_id"
        " WHERE l.stopped IS NOT NULL AND l.stopped_kind IS NOT 'unsupported' ORDER BY s.name"
    )


def held_sources(store: Store) -> list[Row]:
    """Sources with a sweep that was held back."""
    return store.rows("SELECT s.name FROM held_sweep h JOIN source s ON s.id = h.source_id ORDER BY s.name")


def overdue_since(store: Store, now: int, grace: int) -> int | None:
    """Since when nobody has read the catalogue that has been due the longest; None when everything is read in time."""
    due: int | None = store.value(
        "SELECT min(max(next_due_at, lease_until)) FROM lane WHERE stopped IS NULL AND next_due_at > 0"
        " AND name IN ('sweep', 'low') AND max(next_due_at, lease_until) < ?",
        (now - grace,),
    )
    return due


def mute_channels(store: Store) -> list[Row]:
    """Channels whose messages have failed again and again and still wait."""
    return store.rows(
        "SELECT DISTINCT channel AS name FROM message INDEXED BY message_waiting"
        " WHERE state = 'waiting' AND attempts >= 3 AND error IS NOT NULL"
    )


def facts_of(store: Store, source_id: int) -> dict[str, Any]:
    """Counts that change only with a reading."""
    levels = store.value("SELECT sum(level_count) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,))
    products = store.value("SELECT count(*) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,))
    return {"products": int(products or 0), "levels": int(levels or 0)}


def open_by_rule(store: Store, source_id: int) -> dict[str, int]:
    """By rule, how many products (or other subjects) it has something pending or firing about."""
    return dict(
        store.execute(
            "SELECT rule, count(DISTINCT coalesce(product_id, -id)) FROM alert"
            " WHERE source_id = ? AND state <> 'resolved' GROUP BY rule",
            (source_id,),
        ).fetchall()
    )
