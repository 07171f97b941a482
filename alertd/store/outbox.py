"""The outbox: messages that wait, that were sent, and that nobody could be given. One row for a message and a channel.

A message is written in the transaction of the change it tells of, and marked sent after the service took it. A crash
between the two repeats a message, and never loses one; its `key` lets a receiver see that it is the same one.

States: `waiting`, `sent`, `dead`. A message that is being sent is `waiting` with a lease; when the lease runs out,
anybody may claim it again.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence

import msgspec

from .db import Row, Store


class Claimed(msgspec.Struct, frozen=True):
    """A message that is ours to send until its lease runs out. `attempts` counts this one.

    `reached` holds the recipients of a mail that have it already, from an earlier attempt that reached only some.
    """

    id: int
    key: str
    channel_id: int | None
    channel: str
    language: str | None
    content: str
    created_at: int
    attempts: int
    reached: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True):
    """A message as the page lists it. `failed` in words: waiting, tried before, and `error` says why it did not go."""

    id: int
    channel: str
    rule: str | None
    source: str | None
    severity: str | None
    state: str
    created_at: int
    attempts: int
    due_at: int
    sent_at: int | None
    title: str | None
    body: str | None
    error: str | None


def enqueue(
    store: Store,
    *,
    channel_id: int,
    channel: str,
    content: bytes | str,
    rule: str | None,
    source: str | None,
    severity: str | None,
    now: int,
    alert_ids: Iterable[int] = (),
    due_at: int | None = None,
) -> int:
    """Put a message in the outbox, in the caller's transaction where there is one. Returns its id."""
    text = content.decode() if isinstance(content, bytes) else content
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO message (key, channel_id, channel, rule, source, severity, created_at, content, state, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)",
            (
                secrets.token_urlsafe(12),
                channel_id,
                channel,
                rule,
                source,
                severity,
                now,
                text,
                now if due_at is None else due_at,
            ),
        )
        message_id = cursor.lastrowid
        assert message_id is not None  # noqa: S101 - an INSERT that did not raise has a row
        connection.executemany(
            "INSERT OR IGNORE INTO message_alert (message_id, alert_id) VALUES (?, ?)",
            [(message_id, alert_id) for alert_id in alert_ids],
        )
    return message_id


def claim(
    store: Store,
    *,
    worker: str,
    now: int,
    lease_seconds: float,
    limit: int,
    due_by: int | None = None,
    besides: Collection[int | None] = (),
) -> list[Claimed]:
    """Take up to `limit` due messages, the oldest one of each channel, so that no channel waits behind another.

    `besides` names channels that this worker is busy with; `due_by` (default: now) leaves later ones for later.
    """
    due = now if due_by is None else due_by
    # A look without the write lock first: most looks find nothing, and the writer should not wait for them.
    if limit < 1 or not _due(store, due, now, limit, besides):
        return []
    with store.write() as connection:
        ids = _due(store, due, now, limit, besides)
        connection.executemany(
            "UPDATE message SET lease_until = ?, lease_by = ?, attempts = attempts + 1"
            " WHERE id = ? AND state = 'waiting' AND lease_until <= ?",
            [(now + round(lease_seconds * 1000), worker, each, now) for each in ids],
        )
        return [_claimed(row) for row in _rows_of(store, ids)]


def _due(store: Store, due: int, now: int, limit: int, besides: Collection[int | None]) -> list[int]:
    busy = [each for each in besides if each is not None]
    marks = ", ".join("?" * len(busy))
    rows = store.rows(
        f"""
        SELECT id FROM (
            SELECT id, due_at, row_number() OVER (PARTITION BY channel_id ORDER BY due_at, id) AS place
            FROM message
            WHERE state = 'waiting' AND due_at <= ? AND lease_until <= ? AND coalesce(channel_id, 0) NOT IN ({marks})
        ) WHERE place = 1 ORDER BY due_at, id LIMIT ?
        """,
        (due, now, *busy, limit),
    )
    return [row["id"] for row in rows]


def _rows_of(store: Store, ids: Sequence[int]) -> list[Row]:
    marks = ", ".join("?" * len(ids))
    return store.rows(
        "SELECT m.id, m.key, m.channel_id, m.channel, c.language, m.content, m.created_at, m.attempts, m.reached"
        f" FROM message m LEFT JOIN channel c ON c.id = m.channel_id WHERE m.id IN ({marks}) ORDER BY m.due_at, m.id",
        ids,
    )


def _claimed(row: Row) -> Claimed:
    reached = msgspec.json.decode(row.pop("reached") or "[]", type=tuple[str, ...])
    return Claimed(**row, reached=reached)


def renew(store: Store, *, worker: str, message_ids: Collection[int], until: int) -> None:
    """Keep the lease of messages that are still being sent."""
    with store.write() as connection:
        connection.executemany(
            "UPDATE message SET lease_until = ? WHERE id = ? AND lease_by = ? AND state = 'waiting'",
            [(until, message_id, worker) for message_id in message_ids],
        )


def lease_holders(store: Store, *, now: int) -> list[str]:
    """The workers that hold a lease which has not run out."""
    rows = store.rows("SELECT DISTINCT lease_by FROM message WHERE state = 'waiting' AND lease_until > ?", (now,))
    return [row["lease_by"] for row in rows if row["lease_by"]]


def release(store: Store, *, worker: str) -> int:
    """Give back everything that a worker holds; for one that is known to be gone. Returns how many messages."""
    with store.write() as connection:
        return connection.execute(
            "UPDATE message SET lease_until = 0, lease_by = NULL WHERE lease_by = ? AND state = 'waiting'", (worker,)
        ).rowcount


def mark_sent(store: Store, message_id: int, *, now: int, title: str | None = None, body: str | None = None) -> None:
    """The service took it. Its alerts remember that somebody was told."""
    with store.write() as connection:
        connection.execute(
            "UPDATE message SET state = 'sent', sent_at = ?, title = ?, body = ?, error = NULL, lease_until = 0,"
            " lease_by = NULL WHERE id = ? AND state <> 'sent'",
            (now, title, body, message_id),
        )
        connection.execute(
            "UPDATE alert SET last_notified_at = max(coalesce(last_notified_at, 0), ?)"
            " WHERE id IN (SELECT alert_id FROM message_alert WHERE message_id = ?)",
            (now, message_id),
        )


def mark_retry(
    store: Store, message_id: int, *, worker: str, due_at: int, error: str, reached: Sequence[str] = ()
) -> None:
    """It did not go, and will be tried again at `due_at`. Does nothing when the lease has passed to another worker."""
    with store.write() as connection:
        connection.execute(
            "UPDATE message SET due_at = ?, error = ?, reached = ?, lease_until = 0, lease_by = NULL"
            " WHERE id = ? AND state = 'waiting' AND lease_by = ?",
            (due_at, error, _names(reached), message_id, worker),
        )


def mark_dead(store: Store, message_id: int, *, worker: str, error: str, reached: Sequence[str] = ()) -> None:
    """It will not be tried again by itself. Does nothing when the lease has passed to another worker."""
    with store.write() as connection:
        connection.execute(
            "UPDATE message SET state = 'dead', error = ?, reached = ?, lease_until = 0, lease_by = NULL"
            " WHERE id = ? AND state = 'waiting' AND lease_by = ?",
            (error, _names(reached), message_id, worker),
        )


def _names(reached: Sequence[str]) -> str | None:
    return msgspec.json.encode(list(reached)).decode() if reached else None


def retry_dead(store: Store, *, now: int, message_id: int | None = None) -> int:
    """Give dead messages (one, or all) a new life, where their channel still exists. Returns how many."""
    with store.write() as connection:
        return connection.execute(
            "UPDATE message SET state = 'waiting', attempts = 0, due_at = ?, lease_until = 0, lease_by = NULL"
            " WHERE state = 'dead' AND channel_id IS NOT NULL AND id = coalesce(?, id)",
            (now, message_id),
        ).rowcount


def counts(store: Store) -> dict[str, int]:
    """How many messages stand in each state; `failed` are those of the waiting that were tried without success."""
    row = store.row(
        "SELECT count(*) FILTER (WHERE state = 'sent') AS sent,"
        " count(*) FILTER (WHERE state = 'waiting' AND error IS NOT NULL) AS failed,"
        " count(*) FILTER (WHERE state = 'waiting') AS waiting,"
        " count(*) FILTER (WHERE state = 'dead') AS dead FROM message"
    )
    return dict(row or {})


def next_due(store: Store) -> int | None:
    """When the next waiting message may be claimed, or None when none waits."""
    due: int | None = store.value("SELECT min(max(due_at, lease_until)) FROM message WHERE state = 'waiting'")
    return due


def recent(store: Store, *, limit: int = 50, state: str | None = None, alert_id: int | None = None) -> list[Entry]:
    """The newest messages, of one state or about one alert where asked."""
    rows = store.rows(
        "SELECT id, channel, rule, source, severity, state, created_at, attempts, due_at, sent_at, title, body, error"
        " FROM message WHERE state = coalesce(:state, state) AND (:alert IS NULL OR id IN"
        " (SELECT message_id FROM message_alert WHERE alert_id = :alert))"
        " ORDER BY created_at DESC, id DESC LIMIT :limit",
        {"state": state, "alert": alert_id, "limit": limit},
    )
    return [Entry(**row) for row in rows]
