"""The outbox: messages that wait, that were sent, and that nobody could be given. One row for a message and a channel.

A message is written in the transaction of the change it tells of, and marked sent after the service took it. A crash
between the two repeats a message, and never loses one; its `key` lets a receiver see that it is the same one.

States: `waiting`, `sent`, `dead`, and `superseded`: nobody got it, and a newer one tells how things stand instead. A
message that is being sent is `waiting` with a lease; when the lease runs out, anybody may claim it again. Whose sender
was never heard of again may have arrived: it is `unsure` from then on, and only ever sent under its own key.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence

import msgspec

from . import told
from .db import Row, Store

HOUR = 3_600_000


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
    thread: str | None = None


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
    kind: str = "alerts",
    thread: str | None = None,
) -> int:
    """Put a message in the outbox, in the caller's transaction where there is one. Returns its id.

    `thread` is the key of the message that began the conversation, for services that can show one.
    """
    key = secrets.token_urlsafe(12)
    text = content.decode() if isinstance(content, bytes) else content
    with store.write() as connection:
        cursor = connection.execute(
            "INSERT INTO message (key, channel_id, channel, rule, source, severity, created_at, content, state, due_at,"
            " kind, thread) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?)",
            (
                key,
                channel_id,
                channel,
                rule,
                source,
                severity,
                now,
                text,
                now if due_at is None else due_at,
                kind,
                thread or key,
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
    each: int = 1,
    singly: Collection[int | None] = (),
) -> list[Claimed]:
    """Take due messages of up to `limit` channels, the oldest of each, so that no channel waits behind another.

    A message never overtakes an older one about the same alert: "restocked" before "out of stock" would be a lie.

    `besides` names channels that this worker is busy with; `due_by` (default: now) leaves later ones for later. Of a
    channel `each` are taken at most, of those in `singly` one.
    """
    due = now if due_by is None else due_by
    asked = (due, now, limit * each, besides, each, singly)
    # A look without the write lock first: most looks find nothing, and the writer should not wait for them.
    if limit < 1 or not _due(store, *asked):
        return []
    with store.write() as connection:
        ids = _of_channels(_due(store, *asked), limit)
        connection.executemany(
            # A lease that nobody gave back is an attempt that nobody answered for.
            "UPDATE message SET unsure = unsure OR lease_by IS NOT NULL, lease_until = ?, lease_by = ?,"
            " attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
            [(now + round(lease_seconds * 1000), worker, key) for key in ids],
        )
        return [_claimed(row) for row in _rows_of(store, ids)]


def _of_channels(found: Sequence[tuple[int, int]], limit: int) -> list[int]:
    """The messages of the first so many channels."""
    chosen = list(dict.fromkeys(channel for _, channel in found))[:limit]
    return [key for key, channel in found if channel in chosen]


def _due(
    store: Store,
    due: int,
    now: int,
    limit: int,
    besides: Collection[int | None],
    each: int,
    singly: Collection[int | None],
) -> list[tuple[int, int]]:
    """Messages that may be claimed, each with its channel (0: it is gone), the oldest of each channel first."""
    busy = [channel for channel in besides if channel is not None]
    slow = [channel for channel in singly if channel is not None]
    marks, few = ", ".join("?" * len(busy)), ", ".join("?" * len(slow))
    rows = store.execute(
        f"""
        SELECT id, channel_id FROM (
            SELECT id, coalesce(channel_id, 0) AS channel_id, due_at,
                row_number() OVER (PARTITION BY channel_id ORDER BY due_at, id) AS place
            FROM message m
            WHERE state = 'waiting' AND {_OPEN_NOW} AND coalesce(channel_id, 0) NOT IN ({marks})
                AND NOT EXISTS (
                    SELECT 1 FROM message_alert mine
                        CROSS JOIN message_alert its ON its.alert_id = mine.alert_id AND its.message_id < m.id
                        CROSS JOIN message older ON older.id = its.message_id
                    WHERE mine.message_id = m.id AND older.state = 'waiting' AND older.channel_id = m.channel_id)
        ) WHERE place <= CASE WHEN channel_id IN ({few}) THEN 1 ELSE ? END ORDER BY place, due_at, id LIMIT ?
        """,
        (due, now, _soonest(now), now, now + _LONGEST_LEASE, *busy, *slow, each, limit),
    )
    return [(row[0], row[1]) for row in rows]


# What was written before the clock was set back: a message made in the future is due, a lease from there is over.
_LONGEST_LEASE = 5 * 60_000
_OPEN_NOW = (
    "(due_at <= ? OR (created_at > ? AND due_at >= created_at) OR due_at > ?) AND (lease_until <= ? OR lease_until > ?)"
)


def _soonest(now: int) -> int:
    """No retry is planned further ahead than half a day; a message that is, was planned by another clock."""
    return now + 12 * HOUR


def waits_for(store: Store, channel_ids: Collection[int], due_by: int) -> bool:
    """Whether a message that nobody holds is due for one of these channels."""
    marks = ", ".join("?" * len(channel_ids))
    return bool(
        store.value(
            f"SELECT 1 FROM message WHERE state = 'waiting' AND due_at <= ? AND lease_until <= ?"
            f" AND channel_id IN ({marks}) LIMIT 1",
            (due_by, due_by, *channel_ids),
        )
    )


def _rows_of(store: Store, ids: Sequence[int]) -> list[Row]:
    marks = ", ".join("?" * len(ids))
    return store.rows(
        "SELECT m.id, m.key, m.channel_id, m.channel, c.language, m.content, m.created_at, m.attempts, m.reached,"
        " m.thread"
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
    """Give back everything that a worker holds; for one that is known to be gone. Returns how many messages.

    Which of them it had sent already, it can tell nobody.
    """
    with store.write() as connection:
        return connection.execute(
            "UPDATE message SET unsure = 1, lease_until = 0, lease_by = NULL WHERE lease_by = ? AND state = 'waiting'",
            (worker,),
        ).rowcount


def hand_back(store: Store, message_ids: Collection[int], *, worker: str) -> None:
    """Give back messages that were claimed and not tried after all; the attempt is not counted."""
    with store.write() as connection:
        connection.executemany(
            "UPDATE message SET attempts = attempts - 1, lease_until = 0, lease_by = NULL"
            " WHERE id = ? AND lease_by = ? AND state = 'waiting'",
            [(key, worker) for key in message_ids],
        )


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
    store: Store,
    message_id: int,
    *,
    worker: str,
    due_at: int,
    error: str,
    reached: Sequence[str] = (),
    unsure: bool = False,
) -> None:
    """It did not go, and will be tried again at `due_at`. Does nothing when the lease has passed to another worker.

    `unsure`: it may have arrived all the same, so it must not be replaced by another message.
    """
    with store.write() as connection:
        connection.execute(
            "UPDATE message SET due_at = ?, error = ?, reached = ?, unsure = unsure OR ?, lease_until = 0,"
            " lease_by = NULL WHERE id = ? AND state = 'waiting' AND lease_by = ?",
            (due_at, error, _names(reached), unsure, message_id, worker),
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


def supersede(store: Store, *, channel_id: int, source: str, now: int) -> tuple[set[int], int]:
    """Take back what a channel that has been failing for an hour never got about a source; in the caller's transaction.

    The rows stay as a record. What may have arrived, what is on its way (also when its lease ran out meanwhile: a
    machine that slept wakes in the middle of a send), and what a part of the recipients of a mail have, is left alone,
    and everything older than it. Returns the ids of the alerts they spoke of, and how many they said had come and gone.
    """
    rows = store.rows(
        "SELECT id, created_at, attempts, unsure OR reached IS NOT NULL OR lease_by IS NOT NULL AS fixed,"
        " coalesce(json_extract(content, '$.missed'), 0) AS missed FROM message"
        " WHERE channel_id = ? AND source = ? AND state = 'waiting' AND kind = 'alerts' ORDER BY id DESC",
        (channel_id, source),
    )
    if not any(row["attempts"] and now - row["created_at"] >= HOUR for row in rows):
        return set(), 0
    taken: set[int] = set()
    missed = 0
    for row in rows:
        if row["fixed"]:
            break
        alerts = store.execute("SELECT alert_id FROM message_alert WHERE message_id = ?", (row["id"],))
        taken.update(each for (each,) in alerts)
        missed += row["missed"]
        told.take_back(store, row["id"], channel_id)
        store.execute(
            "UPDATE message SET state = 'superseded', lease_until = 0, lease_by = NULL WHERE id = ?", (row["id"],)
        )
    return taken, missed


def spoken_since(store: Store, channel_id: int, since: int) -> list[int]:
    """When the messages of a channel were made since then, the newest first, taken-back ones left out."""
    rows = store.execute(
        "SELECT created_at FROM message WHERE channel_id = ? AND created_at > ? AND state <> 'superseded'"
        " AND kind = 'alerts' ORDER BY created_at DESC",
        (channel_id, since),
    )
    return [row[0] for row in rows]


def thread_of(store: Store, message_id: int) -> str | None:
    """The conversation that a message belongs to."""
    thread: str | None = store.value("SELECT coalesce(thread, key) FROM message WHERE id = ?", (message_id,))
    return thread


def failing_channels(store: Store, now: int, after: int) -> list[tuple[int, str, int, str]]:
    """The channels that get nothing through: id, name, since when, and why.

    That is a message given up, or one that failed for `after` milliseconds, with nothing sent since it was last tried.
    """
    rows = store.execute(
        "SELECT c.id, c.name, min(m.created_at), max(m.error) FROM channel c JOIN message m ON m.channel_id = c.id"
        " WHERE m.error IS NOT NULL AND (m.state = 'dead' OR (m.state = 'waiting' AND m.created_at <= ?))"
        " AND m.id > coalesce((SELECT max(s.id) FROM message s WHERE s.channel_id = c.id AND s.state = 'sent'), 0)"
        " GROUP BY c.id ORDER BY c.name",
        (now - after,),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def counts(store: Store) -> dict[str, int]:
    """How many messages stand in each state; `failed` are those of the waiting that were tried without success."""
    row = store.row(
        "SELECT count(*) FILTER (WHERE state = 'sent') AS sent,"
        " count(*) FILTER (WHERE state = 'waiting' AND error IS NOT NULL) AS failed,"
        " count(*) FILTER (WHERE state = 'waiting') AS waiting,"
        " count(*) FILTER (WHERE state = 'dead') AS dead FROM message"
    )
    return dict(row or {})


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
