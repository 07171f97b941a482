"""Alerts as they stand, and each change of state as a row. What becomes of an alert is decided in `alertd.alerts`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ..errors import UsageTrouble
from ..model import Life, State, Subject, Values
from . import supply
from .db import Row, Store


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evaluation of a rule says of one subject; a level or a product where the subject is one."""

    level_id: int | None
    product_id: int | None
    subject: Subject
    severity: str
    values: Values


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert as it stands in the store."""

    id: int
    fingerprint: str
    level_id: int | None
    subject: Subject
    values: Values
    life: Life


_COLUMNS = (
    'id, fingerprint, level_id, subject, "values", state, severity, since, episode, fired_at, clear_since,'
    " resolved_at, resolved_reason, waited"
)


def _alert(row: tuple[Any, ...]) -> StoredAlert:
    key, fingerprint, level_id, subject, values, state, severity, *rest = row
    return StoredAlert(
        key,
        fingerprint,
        level_id,
        msgspec.json.decode(subject, type=Subject),
        msgspec.json.decode(values),
        Life(State(state), severity, *rest),
    )


MAY_TURN = (
    "(state <> 'firing' OR clear_since IS NOT NULL OR level_id IS NULL"
    " OR product_id IN (SELECT product_id FROM temp.touched)"
    " OR NOT EXISTS (SELECT 1 FROM level l JOIN product p ON p.id = l.product_id JOIN warehouse w"
    " ON w.id = l.warehouse_id WHERE l.id = alert.level_id AND l.absent_at IS NULL AND l.gone_at IS NULL"
    " AND p.absent_at IS NULL AND p.gone_at IS NULL AND w.hidden_at IS NULL))"
)
"""Of the open alerts those that another look may turn: the level moved or is not to be seen, or time itself counts."""


def open_alerts(store: Store, source_id: int, rule: str, *, touched: bool = False) -> list[StoredAlert]:
    """The pending and firing alerts of one rule on one source; with `touched`, those that may turn."""
    narrowed = f" AND {MAY_TURN}" if touched else ""
    return [
        _alert(row)
        for row in store.execute(
            f"SELECT {_COLUMNS} FROM alert WHERE source_id = ? AND rule = ? AND state <> 'resolved'{narrowed}",
            (source_id, rule),
        )
    ]


def open_subjects(store: Store, source_id: int, rule: str) -> set[tuple[int | None, int | None]]:
    """What the open alerts of a rule are about: a level, or (where there is none) a product."""
    rows = store.execute(
        "SELECT level_id, CASE WHEN level_id IS NULL THEN product_id END FROM alert"
        " WHERE source_id = ? AND rule = ? AND state <> 'resolved'",
        (source_id, rule),
    )
    return {(row[0], row[1]) for row in rows}


def rules_with_open_alerts(store: Store, source_id: int) -> list[str]:
    """The names of rules that have anything pending or firing on this source."""
    return [
        row[0]
        for row in store.execute(
            "SELECT DISTINCT rule FROM alert WHERE source_id = ? AND state <> 'resolved'", (source_id,)
        )
    ]


def alert_by_fingerprint(store: Store, fingerprint: str) -> StoredAlert | None:
    """The alert of that fingerprint, in whatever state."""
    row = store.execute(f"SELECT {_COLUMNS} FROM alert WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return None if row is None else _alert(row)


_KEPT_WITHIN_AN_EPISODE = ", ".join(
    f"{name} = CASE WHEN episode = ?11 THEN {name} END"
    for name in (
        "acknowledged_by",
        "acknowledged_at",
        "acknowledged_note",
        "ordered_until",
        "ordered_at",
        "ordered_by",
        "last_notified_at",
    )
)


def save(store: Store, source_id: int, rule: str, fingerprint: str, finding: Finding, life: Life) -> int:
    """Write an alert as it now stands; inside the caller's transaction. Returns its id.

    A new episode forgets who acknowledged the last one and what was ordered for it; a snooze runs on.
    """
    return int(
        store.value(
            'INSERT INTO alert (fingerprint, rule, source_id, level_id, product_id, subject, "values", state, severity,'
            " since, episode, fired_at, clear_since, resolved_at, resolved_reason, waited)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
            ' ON CONFLICT (fingerprint) DO UPDATE SET level_id = ?4, product_id = ?5, subject = ?6, "values" = ?7,'
            " state = ?8, severity = ?9, since = ?10, fired_at = ?12, clear_since = ?13, resolved_at = ?14,"
            " resolved_reason = ?15, waited = ?16,"
            f" {_KEPT_WITHIN_AN_EPISODE}, episode = ?11"
            " RETURNING id",
            (
                fingerprint,
                rule,
                source_id,
                finding.level_id,
                finding.product_id,
                msgspec.json.encode(finding.subject).decode(),
                msgspec.json.encode(finding.values).decode(),
                life.state,
                life.severity,
                life.since,
                life.episode,
                life.fired_at,
                life.clear_since,
                life.resolved_at,
                life.reason,
                life.waited,
            ),
        )
    )


def update_life(store: Store, alert_id: int, life: Life, values: Values | None = None) -> None:
    """Write only the state of an alert, and its values where they are known."""
    store.execute(
        "UPDATE alert SET state = ?, severity = ?, fired_at = ?, clear_since = ?, resolved_at = ?, resolved_reason = ?,"
        ' episode = ?, waited = ?, "values" = coalesce(?, "values") WHERE id = ?',
        (life.state, life.severity, life.fired_at, life.clear_since, life.resolved_at, life.reason, life.episode)
        + (life.waited, None if values is None else msgspec.json.encode(values).decode(), alert_id),
    )


def forget(store: Store, alert_id: int) -> None:
    """Drop a pending alert that cleared before anybody heard of it."""
    store.execute("DELETE FROM alert WHERE id = ?", (alert_id,))


def record_transition(
    store: Store, alert_id: int, *, at: int, was: str | None, life: Life, why: str, values: Values
) -> None:
    """Keep a change of state for the alert's history."""
    store.execute(
        'INSERT INTO transition (alert_id, episode, at, was, became, severity, reason, "values")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (alert_id, life.episode, at, was, life.state, life.severity, why, msgspec.json.encode(values).decode()),
    )


def note_evaluation(store: Store, source_id: int, now: int) -> None:
    """The rules were held against this source; in the caller's transaction."""
    store.execute("UPDATE source SET evaluated_at = ? WHERE id = ?", (now, source_id))


def acknowledge(store: Store, alert_ids: Iterable[int], *, by: str, note: str | None, now: int) -> int:
    """Somebody knows: no reminders until it is over. Returns how many of the alerts are open and now acknowledged."""
    return _mark(
        store, alert_ids, "acknowledged_by = ?, acknowledged_at = ?, acknowledged_note = ?", (by, now, note), _OPEN
    )


def snooze(store: Store, alert_ids: Iterable[int], *, until: int, by: str) -> int:
    """Say nothing about these until then, whatever happens to them. Returns how many."""
    return _mark(store, alert_ids, "snoozed_until = ?, snoozed_by = ?", (until, by), "1")


def order(
    store: Store,
    alert_ids: Iterable[int],
    *,
    until: int,
    by: str,
    now: int,
    quantity: float | None = None,
    noted: bool = False,
) -> int:
    """It was ordered and is expected by then: quiet until it comes or the date passes. Returns how many are open.

    What was ordered counts as on its way: so many units, else as many as the alert suggested. `noted` says that the
    caller has written that down.
    """
    keys = list(alert_ids)
    with store.write():
        if not noted:
            supply.place_for_alerts(store, keys, quantity=quantity, expected_at=until, by=by, now=now)
        return _mark(store, keys, "ordered_until = ?, ordered_by = ?, ordered_at = ?", (until, by, now), _OPEN)


def wake(store: Store, alert_ids: Iterable[int], now: int) -> int:
    """Take back acknowledgement, snooze and order."""
    keys = list(alert_ids)
    with store.write():
        supply.cancel_for_alerts(store, keys, now)
        return _mark(
            store,
            keys,
            "acknowledged_by = NULL, acknowledged_at = NULL, acknowledged_note = NULL, snoozed_until = NULL,"
            " snoozed_by = NULL, ordered_until = NULL, ordered_at = NULL, ordered_by = NULL",
            (),
            "1",
        )


_OPEN = "state <> 'resolved'"


def _mark(store: Store, alert_ids: Iterable[int], columns: str, values: tuple[object, ...], condition: str) -> int:
    """Only the columns a person changed: the engine may be writing the others at this moment."""
    with store.write() as connection:
        return sum(
            connection.execute(f"UPDATE alert SET {columns} WHERE id = ? AND {condition}", (*values, each)).rowcount
            for each in alert_ids
        )


def crossings(store: Store, alert_id: int, since: int) -> list[tuple[int, str, Values]]:
    """When an alert began to fire or was over since then, oldest first, with its values."""
    rows = store.execute(
        'SELECT at, became, "values" FROM transition WHERE alert_id = ? AND at > ?'
        " AND became <> 'pending' AND was IS NOT became ORDER BY id",
        (alert_id, since),
    )
    return [(at, became, msgspec.json.decode(values)) for at, became, values in rows]


def fold(store: Store, alert_id: int, until: int | None) -> None:
    """Fold a restless alert into the digest until then, or (None) let it speak again; in the caller's transaction."""
    store.execute("UPDATE alert SET folded_until = ? WHERE id = ?", (until, alert_id))


def counts(store: Store, source_ids: Iterable[int] | None = None) -> dict[str, int]:
    """How many alerts stand in each state, over the given sources or all."""
    where = "" if source_ids is None else f"WHERE source_id IN ({', '.join(str(int(key)) for key in source_ids)})"
    found = dict(store.execute(f"SELECT state, count(*) FROM alert {where} GROUP BY state").fetchall())
    return {state: found.get(state, 0) for state in ("pending", "firing", "resolved")}


def list_alerts(store: Store, state: str | None = None) -> list[Row]:
    """Alerts for people and programs: the open ones first, the worst first, the newest first."""
    rows = store.rows(
        "SELECT a.*, s.name AS source FROM alert a JOIN source s ON s.id = a.source_id"
        " WHERE ?1 IS NULL OR a.state = ?1"
        " ORDER BY CASE a.state WHEN 'firing' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END,"
        " CASE a.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END,"
        " coalesce(a.resolved_at, a.fired_at, a.since) DESC, a.id",
        (state,),
    )
    for row in rows:
        row["subject"] = msgspec.json.decode(row["subject"])
        row["values"] = msgspec.json.decode(row["values"])
    return rows


def place_of(store: Store, fingerprint: str) -> Row | None:
    """Which rule, source, product and level an alert is about."""
    return store.row(
        "SELECT a.rule, s.name AS source, a.product_id, a.level_id FROM alert a JOIN source s ON s.id = a.source_id"
        " WHERE a.fingerprint = ? AND a.product_id IS NOT NULL",
        (fingerprint,),
    )


def require(store: Store, fingerprint: str) -> StoredAlert:
    """The alert of that fingerprint. Raises UsageTrouble where there is none."""
    found = alert_by_fingerprint(store, fingerprint)
    if found is None:
        raise UsageTrouble(f"There is no alert with the fingerprint '{fingerprint}'; 'alertd alerts' lists them.")
    return found
