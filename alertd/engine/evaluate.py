"""Hold the rules against the present state of one source, and write down what changed.

Runs inside the caller's write transaction, so that a transition and what was looked at are kept together or not at all.
What becomes of an alert is decided in `alertd.alerts.life`; what a rule finds is asked in `finding`.

A rule is held against the rows that changed since it last looked and against its open alerts; against everything only
when the rule itself changed, or when what it counts over time moved with the day.
"""

import sqlite3
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from ..alerts.life import Decision, Event, Terms, Verdict, decide
from ..model import Life, State, Subject, Values
from ..rules.rule import Rule, needs
from ..store import Store, alerts, measures, rulestate
from ..store.alerts import Finding, StoredAlert
from ..store.measures import Moment
from ..store.rulestate import Looked
from ..store.sources import Source
from . import finding, sieve
from .finding import Scope, View
from .sieve import RuleTurn

log = structlog.get_logger()
CATALOGUE = frozenset({"stock", "product", "returns", "sales", "reconciliation"})
"""The subjects that are held against what was read; `source` rules are held against the reading itself."""

Look = Callable[[Rule, Looked | None, Moment], Scope]


@dataclass(frozen=True, slots=True)
class Told:
    """One event that is worth a message."""

    event: Event
    alert_id: int
    severity: str
    subject: Subject
    values: Values
    since: int


@dataclass(slots=True)
class Outcome:
    """What an evaluation changed: by rule, what is worth telling; how many began to fire or were resolved; and which
    rules could not be run.
    """

    told: dict[str, list[Told]] = field(default_factory=dict)
    new_firing: int = 0
    new_resolved: int = 0
    failed_rules: dict[str, str] = field(default_factory=dict)


def evaluate(
    store: Store,
    source: Source,
    rules: Iterable[Rule],
    now: int,
    *,
    about: Container[str] = CATALOGUE,
    look: Look | None = None,
) -> Outcome:
    """Evaluate the rules that concern a source; end the alerts of rules that are no longer there.

    `about` are the kinds of subject to judge now; `look` says how much each rule looks at, by default what `scope_of`
    finds to be enough.
    """
    outcome = Outcome()
    concerned = [rule for rule in rules if rule.enabled and (rule.sources is None or source.name in rule.sources)]
    judged = [rule for rule in concerned if rule.on in about]
    view = View(store, source, measures.moment_of(store, source, now))
    _bring_up_to_date(view, judged)
    looks = rulestate.last_looks(store, source.id)
    _judge(view, judged, looks, look or scope_of, outcome)
    if "stock" in about:
        alerts.note_evaluation(store, source.id, now)
    standing = {rule.name for rule in concerned}
    rulestate.forget_looks(store, source.id, looks.keys() - standing)
    for name in alerts.rules_with_open_alerts(store, source.id):
        if name not in standing:
            _withdraw(store, source, name, now, outcome)
    return outcome


def fingerprint(rule: str, source: str, subject: Subject) -> str:
    """The name of an alert for as long as rule, source and subject are the same: 16 hexadecimal digits."""
    return sha256("\x1e".join((rule, source, subject.key())).encode()).hexdigest()[:16]


def _bring_up_to_date(view: View, rules: list[Rule]) -> None:
    needed = frozenset(need for rule in rules for need in needs(rule))
    if needed & {"demand", "class"}:
        measures.bring_up_to_date(
            view.store, view.source.id, view.moment, demand="demand" in needed, classed="class" in needed
        )


def _judge(view: View, rules: list[Rule], looks: dict[str, Looked], look: Look, outcome: Outcome) -> None:
    """Hold every rule against what it has to look at. One that holds for nothing, and did not before, costs no more."""
    store, source, moment = view.store, view.source, view.moment
    with_open = set(alerts.rules_with_open_alerts(store, source.id))
    quiet: list[Rule] = []
    for turn in sieve.turns(view, ((rule, look(rule, looks.get(rule.name), moment)) for rule in rules)):
        rule, _, sifted = turn
        if sifted and not sifted.holds and rule.name not in with_open:
            quiet.append(rule)
        else:
            _evaluate_safely(view, turn, looks.get(rule.name), outcome)
    rulestate.note_looks(store, source.id, [(rule.name, _looked(rule, moment)) for rule in quiet])
    # Who reads what is told finds the rules in the order of their files, however they were sifted.
    outcome.told = {rule.name: outcome.told[rule.name] for rule in rules if rule.name in outcome.told}


def _evaluate_safely(view: View, turn: RuleTurn, looked: Looked | None, outcome: Outcome) -> None:
    """One rule that the database cannot run must not keep the others from being heard, nor leave half of its work."""
    store, name = view.store, turn[0].name
    store.execute("SAVEPOINT rule")
    counted = outcome.new_firing, outcome.new_resolved
    try:
        _evaluate_rule(view, turn, looked, outcome)
    except sqlite3.OperationalError as fault:
        if not store.connection.in_transaction:
            # The disk is full or broken, and all of it was undone: that is not the rule's fault.
            raise
        store.execute("ROLLBACK TO rule")
        view.noted.clear()  # Rows that were put together for this rule went with it.
        outcome.new_firing, outcome.new_resolved = counted
        outcome.told.pop(name, None)
        outcome.failed_rules[name] = str(fault)
        rulestate.note_failure(store, view.source.id, name, str(fault), view.moment.now)
        log.error("rule failed", rule=name, source=view.source.name, error=str(fault))
    store.execute("RELEASE rule")


def _evaluate_rule(view: View, turn: RuleTurn, looked: Looked | None, outcome: Outcome) -> None:
    store, source, moment = view.store, view.source, view.moment
    rule, scope, sifted = turn
    found = finding.find(view, rule, scope, sifted)
    terms = Terms(rule.for_seconds, rule.keep_firing_seconds, source.every)
    last_good = looked.at if looked else None
    edited = looked is not None and looked.digest != rule.digest
    narrow = rule.on in finding.SIFTED and scope.since is not None
    for alert in alerts.open_alerts(store, source.id, rule.name, touched=narrow):
        verdict, severity, values = _verdict(alert, found, edited=edited)
        decision = decide(terms, alert.life, verdict, severity, moment.now, last_good)
        _write_standing(store, rule, alert, decision, values, moment.now, outcome)
    for each in found.new:
        _write_new(view, rule, terms, each, outcome)
    rulestate.note_looks(store, source.id, [(rule.name, _looked(rule, moment))])


def scope_of(rule: Rule, looked: Looked | None, moment: Moment) -> Scope:
    """How much a rule has to look at: everything, or only what moved since it last looked.

    No row is ever dated in the very moment of a look that did not see it (see `store.instants`). A clock that was set
    back makes every "since" doubtful.
    """
    needed = needs(rule)
    if looked is None or looked.digest != rule.digest or looked.at > moment.now:
        return Scope.everything()
    if "day" in needed and looked.basis != moment.basis:
        return Scope.everything()
    since = looked.at
    if "snapshot" in needed:
        # What changed in the snapshot before did not change in the newest: its row stands, and its `change` is now 0.
        if looked.snapshot_before_at is None:
            return Scope.everything()
        since = min(since, looked.snapshot_before_at - 1)
    return Scope(since, looked.movement_id if "documents" in needed else None)


def _looked(rule: Rule, moment: Moment) -> Looked:
    return Looked(rule.digest, moment.now, moment.basis, moment.movement_id, moment.snapshot_before_at)


def _verdict(alert: StoredAlert, found: finding.Found, *, edited: bool) -> tuple[Verdict, str, Values]:
    """What the evaluation says of an open alert. One that an edited rule is no longer about is withdrawn."""
    judged = found.standing.get(alert.id)
    if judged is None:
        missing = Verdict.WITHDRAWN if edited else found.missing
        return missing, alert.life.severity, alert.values
    verdict = Verdict(judged.word)
    if verdict is Verdict.HOLDS:
        return verdict, judged.severity, judged.values
    values = alert.values if verdict in (Verdict.UNKNOWN, Verdict.GONE) else judged.values
    return verdict, alert.life.severity, values


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


def _write_new(view: View, rule: Rule, terms: Terms, found: Finding, outcome: Outcome) -> None:
    store, now = view.store, view.moment.now
    name = fingerprint(rule.name, view.source.name, found.subject)
    earlier = alerts.alert_by_fingerprint(store, name)
    before = earlier.life if earlier else None
    decision = decide(terms, before, Verdict.HOLDS, found.severity, now)
    if decision.after is None:
        return
    key = alerts.save(store, view.source.id, rule.name, name, found, decision.after)
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
    """Keep a change of state, and remember what is worth telling of it."""
    was = before.state if before else None
    if was != after.state or decision.event:
        why = decision.why or ("the condition holds, waiting" if after.state is State.PENDING else "it cleared in time")
        alerts.record_transition(store, alert_id, at=now, was=was, life=after, why=why, values=values)
    outcome.new_firing += decision.event is Event.FIRING
    ended = decision.event in (Event.RESOLVED, Event.GONE)
    outcome.new_resolved += ended
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
