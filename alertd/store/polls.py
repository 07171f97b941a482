"""The schedule of every lane and the record of every poll. What is due is a column; a restart forgets nothing."""

import msgspec

from .db import Row, Store


class Poll(msgspec.Struct):
    """What one poll of one lane did. `complete`: all of it was read and taken; `torn`: it was not whole."""

    source: str
    lane: str
    complete: bool = False
    torn: bool = False
    held: bool = False
    pages: int = 0
    requests: int = 0
    products: int = 0
    levels: int = 0
    changed: int = 0
    new: int = 0
    gone: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    error: str | None = None
    error_kind: str | None = None


def begin_poll(store: Store, source_id: int, lane: str, now: int) -> int:
    """Write down that a poll began; returns its id."""
    with store.write():
        return int(
            store.value(
                "INSERT INTO poll (source_id, lane, started_at, outcome) VALUES (?, ?, ?, 'running') RETURNING id",
                (source_id, lane, now),
            )
        )


def end_poll(store: Store, poll_id: int, poll: Poll, now: int) -> None:
    """Write down how a poll ended; joins the caller's transaction."""
    outcome = "complete" if poll.complete else "held" if poll.held else "failed"
    with store.write():
        store.execute(
            "UPDATE poll SET finished_at = ?, outcome = ?, complete = ?, torn = ?, pages = ?, requests = ?,"
            " products = ?, levels = ?, changed = ?, new = ?, gone = ?, quarantined = ?, seconds = ?, error = ?,"
            " error_kind = ? WHERE id = ?",
            (now, outcome, poll.complete, poll.torn, poll.pages, poll.requests, poll.products, poll.levels)
            + (poll.changed, poll.new, poll.gone, poll.quarantined, poll.seconds, poll.error, poll.error_kind, poll_id),
        )


def close_interrupted(store: Store, now: int) -> int:
    """Polls that a killed process left running: they changed nothing, and are failures."""
    with store.write():
        return store.execute(
            "UPDATE poll SET outcome = 'failed', finished_at = ?, error = 'alertd was stopped during this poll',"
            " error_kind = 'stopped' WHERE outcome = 'running'",
            (now,),
        ).rowcount


def lanes(store: Store, source_id: int) -> dict[str, Row]:
    """The schedule of each lane that ever ran, by name."""
    rows = store.rows("SELECT * FROM lane WHERE source_id = ?", (source_id,))
    return {row["name"]: row for row in rows}


def lease_lane(store: Store, source_id: int, lane: str, *, worker: str, now: int, seconds: float) -> bool:
    """Claim a lane, so that two processes never poll it at once. False when another holds it."""
    with store.write():
        store.execute("INSERT INTO lane (source_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (source_id, lane))
        return bool(
            store.execute(
                "UPDATE lane SET lease_until = ?, lease_by = ? WHERE source_id = ? AND name = ?"
                " AND (lease_until <= ? OR lease_by = ?)",
                (now + int(seconds * 1000), worker, source_id, lane, now, worker),
            ).rowcount
        )


def release_lane(
    store: Store,
    source_id: int,
    lane: str,
    *,
    worker: str,
    now: int,
    next_due_at: int,
    success: bool,
    stopped: str | None,
) -> None:
    """Give a lane back with its next time; `stopped` says why it must not run before a person has mended something."""
    with store.write():
        store.execute(
            "UPDATE lane SET lease_until = 0, lease_by = NULL, next_due_at = ?1, stopped = ?2,"
            " last_success_at = CASE WHEN ?3 THEN ?4 ELSE last_success_at END,"
            " failures = CASE WHEN ?3 THEN 0 ELSE failures + 1 END"
            " WHERE source_id = ?5 AND name = ?6 AND lease_by = ?7",
            (next_due_at, stopped, success, now, source_id, lane, worker),
        )


def set_mark(store: Store, source_id: int, lane: str, mark: str) -> None:
    """Remember how far a lane has read; joins the caller's transaction."""
    with store.write():
        store.execute("UPDATE lane SET mark = ? WHERE source_id = ? AND name = ?", (mark, source_id, lane))


def last_poll(store: Store, source_id: int, lane: str) -> Row | None:
    """The newest finished poll of a lane."""
    return store.row(
        "SELECT * FROM poll WHERE source_id = ? AND lane = ? AND outcome <> 'running' ORDER BY id DESC LIMIT 1",
        (source_id, lane),
    )
