"""Hold every rule against the present state of one source, and write down what changed.

Runs inside the caller's write transaction, so that a transition and the messages it calls for are kept together or not
at all. What becomes of an alert is decided in `alertd.alerts.life`; this module asks, and writes the answer.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from ..alerts.life import Decision, Event, Terms, Verdict, decide
from ..model import Life, State, Subject, Values
from ..rules.rule import Rule, severity_case, value_columns
from ..store import Store, alerts, evaluation
from ..store.alerts import Finding, StoredAlert
from ..store.sources import Source

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """One event that a message should speak of."""

    event: Event
    alert_id: int
    severity: str
    subject: Subject
    values: Values
    since: int


@dataclass(slots=True)
class Outcome:
    """What an evaluation changed: by rule, what is to be told; and how many began to fire or were resolved."""

    told: dict[str, list[Told]] = field(default_factory=dict)
    new_firing: int = 0
    new_resolved: int = 0
    failed_rules: dict[str, str] = field(default_factory=dict)


def evaluate(store: Store, source: Source, rules: Iterable[Rule], now: int) -> Outcome:
    """Evaluate the rules that concern a source; end the alerts of rules that are no longer there."""
    outcome = Outcome()
    concerned = [rule for rule in rules if rule.enabled and (rule.sources is None or source.name in rule.sources)]
    for rule in concerned:
        try:
            _evaluate_rule(store, source, rule, now, outcome)
        except sqlite3.OperationalError as fault:
            # One rule that the database cannot run must not keep the others from being heard.
            outcome.failed_rules[rule.name] = str(fault)
            log.error("rule failed", rule=rule.name, source=source.name, error=str(fault))
    standing = {rule.name for rule in concerned}
    for name in alerts.rules_with_open_alerts(store, source.id):
        if name not in standing:
            _withdraw(store, source, name, now, outcome)
    return outcome


def fingerprint(rule: str, source: str, subject: Subject) -> str:
    """The name of an alert for as long as rule, source and subject are the same: 16 hexadecimal digits."""
    return sha256("\x1e".join((rule, source, subject.key())).encode()).hexdigest()[:16]


def _evaluate_rule(store: Store, source: Source, rule: Rule, now: int, outcome: Outcome) -> None:
    columns = value_columns(rule)
    severity = severity_case(rule)
    query, when = rule.query, rule.when
    findings = {
        found.level_id: found
        for found in evaluation.matching(
            store,
            source.id,
            condition=f"({query.sql}) AND ({when.sql})",
            severity=severity.sql,
            columns=columns,
            parameters=(*severity.parameters, *query.parameters, *when.parameters),
        )
    }
    clear, clear_parameters = _clear_condition(rule)
    standing = evaluation.standing(
        store, source.id, rule.name, clear=clear, columns=columns, parameters=clear_parameters
    )
    terms = Terms(rule.for_seconds, rule.keep_firing_seconds)
    for alert in alerts.open_alerts(store, source.id, rule.name):
        found = findings.pop(alert.level_id, None) if alert.level_id is not None else None
        verdict, values = _verdict(alert, found, standing)
        decision = decide(terms, alert.life, verdict, found.severity if found else alert.life.severity, now)
        _write_standing(store, rule, alert, decision, values, now, outcome)
    for found in findings.values():
        _write_new(store, source, rule, terms, found, now, outcome)


def _clear_condition(rule: Rule) -> tuple[str, tuple[object, ...]]:
    """What ends an alert: its `recover`, or leaving the rule's scope; without a `recover`, no longer matching."""
    if rule.recover is None:
        return "1", ()
    sql = f"({rule.recover.sql}) OR ({rule.query.sql}) IS NOT TRUE"
    return sql, (*rule.recover.parameters, *rule.query.parameters)


def _verdict(
    alert: StoredAlert, found: Finding | None, standing: dict[int, tuple[str, Values]]
) -> tuple[Verdict, Values]:
    if found is not None:
        return Verdict.HOLDS, found.values
    if alert.level_id not in standing:
        return Verdict.GONE, alert.values
    word, values = standing[alert.level_id]
    verdict = Verdict(word)
    return verdict, alert.values if verdict in (Verdict.UNKNOWN, Verdict.GONE) else values


def _write_standing(
    store: Store, rule: Rule, alert: StoredAlert, decision: Decision, values: Values, now: int, outcome: Outcome
) -> None:
    after = decision.after
    if after is None:
        alerts.forget(store, alert.id)
        return
    if after == alert.life and values == alert.values:
        return
    alerts.update_life(store, alert.id, after, values)
    _note(store, rule, alert.id, alert.subject, alert.life, after, decision, values, now, outcome)


def _write_new(
    store: Store, source: Source, rule: Rule, terms: Terms, found: Finding, now: int, outcome: Outcome
) -> None:
    name = fingerprint(rule.name, source.name, found.subject)
    earlier = alerts.alert_by_fingerprint(store, name)
    before = earlier.life if earlier else None
    decision = decide(terms, before, Verdict.HOLDS, found.severity, now)
    if decision.after is None:
        return
    key = alerts.save(store, source.id, rule.name, name, found, decision.after)
    _note(store, rule, key, found.subject, before, decision.after, decision, found.values, now, outcome)


def _note(
    store: Store,
    rule: Rule,
    alert_id: int,
    subject: Subject,
    before: Life | None,
    after: Life,
    decision: Decision,
    values: Values,
    now: int,
    outcome: Outcome,
) -> None:
    """Keep a change of state, and remember what is to be told of it."""
    was = before.state if before else None
    if was != after.state or decision.event:
        why = decision.why or ("the condition holds, waiting" if after.state is State.PENDING else "it cleared in time")
        alerts.record_transition(store, alert_id, at=now, was=was, life=after, why=why, values=values)
    outcome.new_firing += decision.event is Event.FIRING
    outcome.new_resolved += decision.event in (Event.RESOLVED, Event.GONE)
    ended = decision.event in (Event.RESOLVED, Event.GONE)
    if decision.event and (rule.tell_resolved or not ended):
        told = Told(decision.event, alert_id, after.severity, subject, values, after.since)
        outcome.told.setdefault(rule.name, []).append(told)


def _withdraw(store: Store, source: Source, rule: str, now: int, outcome: Outcome) -> None:
    """End the alerts of a rule that was removed or switched off; the person who did it needs no message."""
    for alert in alerts.open_alerts(store, source.id, rule):
        decision = decide(Terms(), alert.life, Verdict.WITHDRAWN, alert.life.severity, now)
        if decision.after is None:
            alerts.forget(store, alert.id)
            continue
        alerts.update_life(store, alert.id, decision.after)
        if alert.life.state is State.FIRING:
            outcome.new_resolved += 1
        alerts.record_transition(
            store, alert.id, at=now, was=alert.life.state, life=decision.after, why=decision.why, values=alert.values
        )
