"""Messages as the pages list and show them. Claiming and sending them is the outbox's."""

import json
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec

from .db import Row, Store
from .pages import Cursor, Order, Slice, bind, cut

PAGE = 50
STATES = ("waiting", "sent", "dead")

_ORDER = Order(("m.created_at", "m.id"), descending=True)
# In the order of the fields of `MessageRow`.
_COLUMNS = (
    "m.id, m.channel, m.rule, m.source, m.severity, m.created_at, m.state, m.attempts, m.due_at, m.sent_at, m.title, "
    "m.body, m.error, s.timezone, (SELECT count(*) FROM message_alert WHERE message_id = m.id) AS alerts"
)
_FROM = " FROM message m LEFT JOIN source s ON s.name = m.source "


class MessageRow(msgspec.Struct, frozen=True):
    """One message to one channel and what became of it. `timezone` is its source's; None when the source is gone."""

    id: int
    channel: str
    rule: str | None
    source: str | None
    severity: str | None
    created_at: int
    state: str
    attempts: int
    due_at: int
    sent_at: int | None
    title: str | None
    body: str | None
    error: str | None
    timezone: str | None
    alerts: int


@dataclass(frozen=True, slots=True)
class MessageAlert:
    """An alert that a message is about."""

    fingerprint: str
    state: str
    severity: str
    subject: dict[str, Any]

    @property
    def title(self) -> str:
        """What it is about, in one name."""
        return str(self.subject.get("nombre") or self.subject.get("codigo") or self.fingerprint)


def list_messages(
    store: Store, state: str = "", channel: str = "", cursor: Cursor | None = None, size: int = PAGE
) -> Slice[MessageRow]:
    """One page of messages, newest first."""
    conditions = ["1"]
    if state:
        # Written out, so that the partial indexes of waiting and dead messages can be used.
        conditions.append(f"m.state = '{STATES[STATES.index(state)]}'")
    if channel:
        conditions.append("m.channel = :channel")
    parameters = {"channel": channel}
    rows = store.execute(
        f"SELECT {_COLUMNS}{_FROM}WHERE {' AND '.join(conditions)} AND {_ORDER.where(cursor)} "
        f"ORDER BY {_ORDER.by(cursor)} LIMIT {size + 1}",
        {**parameters, **bind(cursor)},
    ).fetchall()
    return cut(rows, itemgetter(5, 0), size, cursor, lambda row: MessageRow(*row))


def message_by_id(store: Store, key: int) -> MessageRow | None:
    """The message a link names."""
    row = store.execute(f"SELECT {_COLUMNS}{_FROM}WHERE m.id = ?", (key,)).fetchone()
    return None if row is None else MessageRow(*row)


def messages_about(store: Store, alert: int, limit: int = 50) -> list[MessageRow]:
    """The newest messages that spoke of an alert."""
    rows = store.execute(
        f"SELECT {_COLUMNS}{_FROM}WHERE m.id IN (SELECT message_id FROM message_alert WHERE alert_id = ? "
        "ORDER BY message_id DESC LIMIT ?) ORDER BY m.created_at DESC, m.id DESC",
        (alert, limit),
    )
    return [MessageRow(*row) for row in rows]


def alerts_in_message(store: Store, message: int, limit: int = 200) -> list[MessageAlert]:
    """The alerts that a message speaks of."""
    rows = store.rows(
        "SELECT a.fingerprint, a.state, a.severity, a.subject FROM message_alert ma JOIN alert a ON a.id = ma.alert_id "
        "WHERE ma.message_id = ? ORDER BY a.id LIMIT ?",
        (message, limit),
    )
    return [_alert(row) for row in rows]


def channel_names(store: Store) -> list[str]:
    """Every channel by name."""
    return [row["name"] for row in store.rows("SELECT name FROM channel ORDER BY name")]


def _alert(row: Row) -> MessageAlert:
    subject = json.loads(row["subject"])
    return MessageAlert(**{**row, "subject": subject if isinstance(subject, dict) else {}})
