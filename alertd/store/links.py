"""Links in messages: what a message spoke of, which of its actions were used, and who tried keys that fit nothing."""

from dataclasses import dataclass
from typing import Any

import msgspec

from .db import Store

MOST_MISSES = 20
MISS_WINDOW_MS = 600_000


@dataclass(frozen=True, slots=True)
class LinkedMessage:
    """The message a link came in. `revoked`: its channel is gone, or its links were made worthless."""

    id: int
    channel: str
    language: str
    timezone: str
    kind: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class LinkedAlert:
    """An alert that the message spoke of, as it stands now."""

    id: int
    state: str
    severity: str
    name: str
    place: str
    stock: float | None
    acknowledged_by: str | None


def message(store: Store, message_id: int) -> LinkedMessage | None:
    """The message of a genuine link; None when it was removed since."""
    row = store.row(
        "SELECT m.id, m.channel, coalesce(c.language, 'es') AS language, coalesce(s.timezone, 'UTC') AS timezone,"
        " coalesce(s.kind, '') AS kind,"
        " c.id IS NULL OR m.created_at <= c.links_since AS revoked"
        " FROM message m LEFT JOIN channel c ON c.id = m.channel_id LEFT JOIN source s ON s.name = m.source"
        " WHERE m.id = ?",
        (message_id,),
    )
    return None if row is None else LinkedMessage(**{**row, "revoked": bool(row["revoked"])})


def alerts(store: Store, message_id: int) -> list[LinkedAlert]:
    """What the message spoke of, the worst first."""
    rows = store.execute(
        'SELECT a.id, a.state, a.severity, a.subject, a."values", a.acknowledged_by FROM message_alert m'
        " JOIN alert a ON a.id = m.alert_id WHERE m.message_id = ?"
        " ORDER BY a.state = 'resolved', CASE a.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, a.id",
        (message_id,),
    )
    return [_alert(row) for row in rows]


def _alert(row: tuple[Any, ...]) -> LinkedAlert:
    key, state, severity, subject_text, values_text, by = row
    subject, values = msgspec.json.decode(subject_text), msgspec.json.decode(values_text)
    parts = (subject.get("nombre_sucursal"), subject.get("nombre_bodega"))
    place = " · ".join(dict.fromkeys(part for part in parts if part))
    stock = values.get("stock")
    name = subject.get("nombre") or subject.get("codigo") or "?"
    return LinkedAlert(key, state, severity, name, place, stock if isinstance(stock, int | float) else None, by)


def used_at(store: Store, message_id: int, action: str) -> int | None:
    """When an action of this message's link was used, if it was."""
    at: int | None = store.value("SELECT at FROM link_use WHERE message_id = ? AND action = ?", (message_id, action))
    return at


def use(store: Store, message_id: int, action: str, *, alerts: int, now: int) -> bool:
    """Spend one action of a link; False when it was spent before. In the caller's transaction."""
    return bool(
        store.execute(
            "INSERT INTO link_use VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (message_id, action, now, alerts)
        ).rowcount
    )


def too_many_misses(store: Store, who: str, now: int) -> bool:
    """Whether somebody has tried too many links that fit nothing."""
    count: int = store.value(
        "SELECT count(*) FROM link_miss WHERE who = ? AND at BETWEEN ? AND ?", (who, now - MISS_WINDOW_MS, now)
    )
    return count >= MOST_MISSES


def note_miss(store: Store, who: str, now: int) -> None:
    """Somebody tried a link that fits nothing."""
    with store.write() as connection:
        connection.execute("DELETE FROM link_miss WHERE at < ?", (now - 24 * MISS_WINDOW_MS,))
        connection.execute("INSERT INTO link_miss (who, at) VALUES (?, ?)", (who, now))
