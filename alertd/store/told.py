"""What each channel was told: one row for every alert that it believes to be wrong. Being told of the end removes it.

Who is to be told what is decided in `alertd.alerts.telling`; this module finds the alerts where that question arises,
and keeps the answer together with the message that carries it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ..alerts.telling import Belief, Truth
from ..model import SEVERITIES, State, Subject, Values
from .db import Store


@dataclass(frozen=True, slots=True)
class Question:
    """An alert and a channel whose belief may be out of date. `subject` and `values` are still text: most are not
    asked for."""

    channel_id: int
    alert_id: int
    fingerprint: str
    rule: str
    level_id: int | None
    product_id: int | None
    subject_text: str
    values_text: str
    since: int
    folded_until: int | None
    category: str | None
    brand: str | None
    supplier: str | None
    truth: Truth
    belief: Belief | None
    message_id: int | None
    ordered_at: int | None = None

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return msgspec.json.decode(self.subject_text, type=Subject)

    @property
    def values(self) -> Values:
        """What it was last judged by."""
        found: Values = msgspec.json.decode(self.values_text)
        return found


def _rank(column: str) -> str:
    branches = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(SEVERITIES))
    return f"CASE {column} {branches} ELSE {len(SEVERITIES)} END"


_SELECT = (
    'SELECT c.id, a.id, a.fingerprint, a.rule, a.level_id, a.product_id, a.subject, a."values", a.since,'
    " a.folded_until,"
    " p.category, p.brand, p.supplier, a.state, a.severity, a.episode, coalesce(a.fired_at, a.since),"
    " a.resolved_reason, a.acknowledged_by IS NOT NULL, a.snoozed_until, a.ordered_until,"
    " t.episode, t.severity, t.at, t.message_id, a.ordered_at"
)
_PRODUCT = " LEFT JOIN product p ON p.id = a.product_id"


def firing(
    store: Store, source_id: int, *, digest: bool, told_before: int | None, everything: bool = False
) -> list[Question]:
    """The firing alerts of a source, for each channel that may not know yet, or was told last at or before a moment.

    `digest` chooses the channels that want one message a day, or the others; `everything` leaves nothing out.
    """
    rows = store.execute(
        f"{_SELECT} FROM alert a JOIN channel c ON (c.digest IS NOT NULL) = ?2{_PRODUCT}"
        " LEFT JOIN told t ON t.channel_id = c.id AND t.alert_id = a.id"
        " WHERE a.source_id = ?1 AND a.state <> 'resolved' AND a.state = 'firing' AND (?4 OR t.alert_id IS NULL"
        f" OR t.episode <> a.episode OR t.at <= ?3 OR {_rank('a.severity')} < {_rank('t.severity')}"
        " OR t.at < max(coalesce(a.snoozed_until, 0), coalesce(a.ordered_until, 0)))"
        " ORDER BY c.id, a.id",
        (source_id, digest, -1 if told_before is None else told_before, everything),
    )
    return [_question(row) for row in rows]


def over(store: Store, source_id: int, *, digest: bool) -> list[Question]:
    """The alerts of a source that a channel believes to be wrong and that are over."""
    rows = store.execute(
        f"{_SELECT} FROM told t JOIN alert a ON a.id = t.alert_id JOIN channel c ON c.id = t.channel_id{_PRODUCT}"
        " WHERE a.source_id = ? AND a.state = 'resolved' AND (c.digest IS NOT NULL) = ? ORDER BY c.id, a.id",
        (source_id, digest),
    )
    return [_question(row) for row in rows]


def folded(store: Store, source_id: int) -> list[Question]:
    """The alerts of a source that were folded away, for each channel without a digest of its own."""
    rows = store.execute(
        f"{_SELECT} FROM alert a JOIN channel c ON c.digest IS NULL{_PRODUCT}"
        " LEFT JOIN told t ON t.channel_id = c.id AND t.alert_id = a.id"
        " WHERE a.source_id = ? AND a.folded_until IS NOT NULL ORDER BY c.id, a.id",
        (source_id,),
    )
    return [_question(row) for row in rows]


def _question(row: tuple[Any, ...]) -> Question:
    state, severity, episode, fired_at, reason, acknowledged, snoozed, ordered = row[13:21]
    truth = Truth(State(state), severity, episode, fired_at, reason, bool(acknowledged), snoozed, ordered)
    belief = None if row[21] is None else Belief(row[21], row[22], row[23])
    channel_id, alert_id, fingerprint, rule, level_id, product_id, subject, values, since, folded_until = row[:10]
    product = row[10:13]
    category, brand, supplier = product
    return Question(
        channel_id, alert_id, fingerprint, rule, level_id, product_id, subject, values, since, folded_until,
        category, brand, supplier, truth, belief, row[24], row[25],
    )  # fmt: skip


def set_back(store: Store, now: int) -> None:
    """After the clock was set back: what was told in the future was told now, or reminders would wait for it."""
    if store.value("SELECT 1 FROM told WHERE at > ? LIMIT 1", (now,)):
        with store.write() as connection:
            connection.execute("UPDATE told SET at = ?1 WHERE at > ?1", (now,))


def believe(store: Store, message_id: int, questions: Iterable[Question], now: int) -> None:
    """A message tells these alerts as they are: link them to it, with what was believed before, and believe it."""
    with store.write() as connection:
        for each in questions:
            connection.execute(
                "INSERT OR IGNORE INTO message_alert (message_id, alert_id, was) VALUES (?, ?, ?)",
                (message_id, each.alert_id, _before(each)),
            )
            if each.truth.state is State.FIRING:
                connection.execute(
                    "INSERT INTO told VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (channel_id, alert_id) DO UPDATE SET"
                    " episode = ?3, severity = ?4, at = ?5, message_id = ?6",
                    (each.channel_id, each.alert_id, each.truth.episode, each.truth.severity, now, message_id),
                )
            else:
                forget(store, each.channel_id, each.alert_id)


def _before(question: Question) -> str:
    belief = question.belief
    before = None if belief is None else (belief.episode, belief.severity, belief.at, question.message_id)
    return msgspec.json.encode(before).decode()


def forget(store: Store, channel_id: int, alert_id: int) -> None:
    """The channel believes nothing of this alert any more."""
    store.execute("DELETE FROM told WHERE channel_id = ? AND alert_id = ?", (channel_id, alert_id))


def meet(store: Store, channel_id: int) -> None:
    """A new channel need not hear what another one was told before it came; what nobody was told, it will."""
    store.execute(
        "INSERT OR IGNORE INTO told SELECT ?1, t.alert_id, max(t.episode), a.severity, max(t.at), NULL FROM told t"
        " JOIN alert a ON a.id = t.alert_id WHERE t.channel_id <> ?1 AND a.state = 'firing' AND t.episode = a.episode"
        " GROUP BY t.alert_id",
        (channel_id,),
    )


def take_back(store: Store, message_id: int, channel_id: int) -> None:
    """Undo what a message that nobody got had made the channel believe. Newer messages must be undone first."""
    rows = store.execute(
        "SELECT alert_id, was FROM message_alert WHERE message_id = ? AND was IS NOT NULL", (message_id,)
    ).fetchall()
    for alert_id, was in rows:
        before = msgspec.json.decode(was)
        if before is None:
            forget(store, channel_id, alert_id)
            continue
        store.execute(
            "INSERT INTO told VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (channel_id, alert_id) DO UPDATE SET"
            " episode = ?3, severity = ?4, at = ?5, message_id = ?6",
            (channel_id, alert_id, *before),
        )
