"""Webhooks that came in and those that were refused, for the page; and which sources are to be judged soon.

A delivery is kept by the id of its event, so that one that comes twice is counted and not kept twice. Of a refused one
only the reason is kept: what nobody vouches for is not stored.
"""

from .db import Row, Store

KEPT = 2_000
REFUSED_KEPT = 200
_TIDY_EVERY = 64


def note(
    store: Store, source_id: int, *, event_id: str, type: str, outcome: str, created_at: int | None, now: int
) -> bool:
    """Write a delivery down; in the caller's transaction. False for one that came before."""
    key, times = store.execute(
        "INSERT INTO delivery (source_id, event_id, type, outcome, created_at, first_at, last_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"
        " ON CONFLICT (source_id, event_id) DO UPDATE SET times = times + 1, last_at = ?6 RETURNING id, times",
        (source_id, event_id, type, outcome, created_at, now),
    ).fetchone()
    if times == 1 and key % _TIDY_EVERY == 0:
        _tidy(store, "delivery", source_id, KEPT)
    return bool(times == 1)


def refuse(store: Store, source_id: int, *, status: int, reason: str, fits: str | None, now: int) -> None:
    """Write down that a delivery was refused. `fits` is the reading of the scheme it would have fitted."""
    with store.write():
        key = store.value(
            "INSERT INTO delivery_refused (source_id, at, status, reason, fits) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (source_id, now, status, reason, fits),
        )
        if key % _TIDY_EVERY == 0:
            _tidy(store, "delivery_refused", source_id, REFUSED_KEPT)


def _tidy(store: Store, table: str, source_id: int, kept: int) -> None:
    store.execute(
        f"DELETE FROM {table} WHERE source_id = ?1 AND id <= (SELECT id FROM {table} WHERE source_id = ?1"
        " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (source_id, kept),
    )


def latest(store: Store, source_id: int, limit: int = 20) -> list[Row]:
    """The newest deliveries: event, type, outcome, when it came first and last, how many times."""
    return store.rows(
        "SELECT event_id, type, outcome, created_at, first_at, last_at, times FROM delivery WHERE source_id = ?"
        " ORDER BY last_at DESC, id DESC LIMIT ?",
        (source_id, limit),
    )


def latest_refused(store: Store, source_id: int, limit: int = 20) -> list[Row]:
    """The newest refusals: when, with which status, and why."""
    return store.rows(
        "SELECT at, status, reason, fits FROM delivery_refused WHERE source_id = ? ORDER BY id DESC LIMIT ?",
        (source_id, limit),
    )


def evaluate_soon(store: Store, source_id: int, now: int) -> None:
    """Stock moved outside a poll: the rules of this source are to be judged at the next turn of the worker."""
    store.execute("INSERT INTO evaluation_due VALUES (?, ?) ON CONFLICT DO NOTHING", (source_id, now))


def to_evaluate(store: Store) -> list[int]:
    """The sources whose rules are to be judged now."""
    return [row[0] for row in store.execute("SELECT source_id FROM evaluation_due")]


def claim_evaluation(store: Store, source_id: int) -> bool:
    """Take that duty; in the transaction of the evaluation, so that it is done by one and lost by none."""
    return bool(store.execute("DELETE FROM evaluation_due WHERE source_id = ?", (source_id,)).rowcount)
