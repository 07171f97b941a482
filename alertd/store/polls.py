"""The schedule of every lane and the record of every poll. What is due is a column; a restart forgets nothing."""

from collections.abc import Iterable

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


def lease_holders(store: Store, *, now: int) -> list[str]:
    """The workers that hold a lane whose lease has not run out."""
    rows = store.rows("SELECT DISTINCT lease_by FROM lane WHERE lease_until > ?", (now,))
    return [row["lease_by"] for row in rows if row["lease_by"]]


def release_all(store: Store, *, worker: str) -> int:
    """Give back every lane of a worker that is known to be gone. Returns how many."""
    with store.write():
        return store.execute("UPDATE lane SET lease_until = 0, lease_by = NULL WHERE lease_by = ?", (worker,)).rowcount


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


def catalogue_due_before(store: Store, budget_key: str, at: int) -> bool:
    """Whether any source of this key is to read its catalogue before a moment; one that never did is."""
    return bool(
        store.value(
            "SELECT 1 FROM source s LEFT JOIN lane l ON l.source_id = s.id AND l.name IN ('sweep', 'low')"
            " WHERE s.budget_key = ? AND l.stopped IS NULL AND coalesce(l.next_due_at, 0) < ?",
            (budget_key, at),
        )
    )


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


def renew_lane(store: Store, source_id: int, lane: str, *, worker: str, until: int) -> bool:
    """Keep a lane that is still being read. False when it is another's by now."""
    with store.write():
        return bool(
            store.execute(
                "UPDATE lane SET lease_until = ? WHERE source_id = ? AND name = ? AND lease_by = ?",
                (until, source_id, lane, worker),
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
    stopped_kind: str | None = None,
) -> None:
    """Give a lane back with its next time; `stopped` says why it must not run before a person has mended something."""
    with store.write():
        store.execute(
            "UPDATE lane SET lease_until = 0, lease_by = NULL, next_due_at = ?1, planned_at = ?4, stopped = ?2,"
            " stopped_kind = ?8,"
            " last_success_at = CASE WHEN ?3 THEN ?4 ELSE last_success_at END,"
            " failures = CASE WHEN ?3 THEN 0 ELSE failures + 1 END"
            " WHERE source_id = ?5 AND name = ?6 AND lease_by = ?7",
            (next_due_at, stopped, success, now, source_id, lane, worker, stopped_kind),
        )


def stop_all(store: Store, source_id: int, lanes: Iterable[str], why: str) -> None:
    """Stop every lane of a source: what refuses one call with a key refuses them all."""
    with store.write():
        for lane in lanes:
            store.execute(
                "INSERT INTO lane (source_id, name, stopped, stopped_kind) VALUES (?1, ?2, ?3, 'key')"
                " ON CONFLICT DO UPDATE SET stopped = ?3, stopped_kind = 'key'",
                (source_id, lane, why),
            )


def start_all(store: Store, source_id: int) -> None:
    """The key is good again: let every lane run that it had stopped."""
    with store.write():
        store.execute(
            "UPDATE lane SET stopped = NULL, stopped_kind = NULL WHERE source_id = ? AND stopped_kind = 'key'",
            (source_id,),
        )


def ask_again(store: Store, source_id: int, lane: str) -> None:
    """A list that this server never gave works after all: read it from now on."""
    with store.write():
        store.execute(
            "UPDATE lane SET stopped = NULL, stopped_kind = NULL, next_due_at = 0"
            " WHERE source_id = ? AND name = ? AND stopped_kind = 'unsupported'",
            (source_id, lane),
        )


SMALL_STEP_MS = 5_000
"""A clock that is corrected by less than this is no clock that was set back."""


def set_back(store: Store, source_id: int, now: int, *, longest_lease: float) -> None:
    """After the clock was set back: what was planned, leased or done in the future is so now, or lanes would wait."""
    marks = {"source": source_id, "now": now, "late": now + SMALL_STEP_MS, "lease": now + int(longest_lease * 1000)}
    ahead = "source_id = :source AND (planned_at > :late OR last_success_at > :late OR lease_until > :lease + 5000)"
    if not store.value(f"SELECT 1 FROM lane WHERE {ahead} LIMIT 1", marks):
        return
    with store.write():
        store.execute(
            "UPDATE lane SET next_due_at = CASE WHEN planned_at > :late THEN min(next_due_at, :now) ELSE next_due_at"
            " END, planned_at = min(planned_at, :now), last_success_at = min(last_success_at, :now),"
            f" lease_until = CASE WHEN lease_until > :lease + 5000 THEN 0 ELSE lease_until END WHERE {ahead}",
            marks,
        )


def postpone(store: Store, source_id: int, lane: str, until: int, now: int = 0) -> None:
    """Let a lane that is free wait until a moment: another has just read what it would."""
    with store.write():
        store.execute(
            "INSERT INTO lane (source_id, name, next_due_at, planned_at) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET next_due_at = max(next_due_at, ?3), planned_at = ?4",
            (source_id, lane, until, now),
        )


def hurry(store: Store, source_id: int, lane: str, *, now: int = 0, rest: int = 0) -> None:
    """Let a lane run at the next turn, though not within `rest` of its last success; joins the caller's transaction."""
    store.execute(
        "UPDATE lane SET next_due_at = min(next_due_at, max(?3, coalesce(last_success_at, 0) + ?4))"
        " WHERE source_id = ?1 AND name = ?2 AND stopped IS NULL",
        (source_id, lane, now, rest),
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
