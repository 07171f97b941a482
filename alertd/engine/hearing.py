"""Why somebody was told, or was not: of one alert for every channel, and of one product for every rule.

It asks what the engine asks, with the engine's own pieces, and changes nothing. The page puts the answers into words.
"""

from collections.abc import Iterable
from datetime import timedelta

from ..alerts import restless
from ..alerts.silence import facts_of
from ..alerts.telling import Hold, lies_ahead
from ..clock import local, moment
from ..model import State
from ..rules.rule import Rule, needs, value_columns
from ..store import Store, alerts, channels, hearing, measures, silences, sources
from ..store.channels import Channel
from ..store.sources import Source
from ..store.told import Question
from ..web.actions import Heard, Looked
from .calm import Desk, speaks_to
from .finding import SIFTED

_BY_STATE = {"sent": "told", "dead": "dead", "waiting": "waiting"}


def heard(store: Store, rules: Iterable[Rule], fingerprint: str, now: int) -> list[Heard]:
    """For every channel: whether it was told of this alert, and what holds it back where it was not."""
    alert = alerts.alert_by_fingerprint(store, fingerprint)
    if alert is None:
        return []
    source = sources.get_source(store, hearing.source_of(store, alert.id))
    desk = Desk(store, source, {rule.name: rule for rule in rules}, now, silences=silences.active(store, now))
    by_id = {channel.id: channel for channel in channels.all_channels(store)}
    return [
        _heard(desk, by_id[each.channel_id], each)
        for each in hearing.questions_about(store, alert.id)
        if each.channel_id in by_id
    ]


def _heard(desk: Desk, channel: Channel, question: Question) -> Heard:  # noqa: PLR0911 - one for each answer
    rule = desk.rules.get(question.rule)
    if rule is None or not rule.enabled:
        return Heard(channel.name, "no_rule")
    if not speaks_to(rule, channel):
        return Heard(channel.name, "not_asked")
    if question.truth.state is State.PENDING:
        return Heard(channel.name, "pending", _fires_at(desk, question, rule))
    fate = hearing.fate(desk.store, question.alert_id, channel.id, question.since)
    if fate is not None and (question.belief is not None or question.truth.state is State.RESOLVED):
        word = "failing" if fate.state == "waiting" and fate.attempts else _BY_STATE.get(fate.state, fate.state)
        at = fate.due_at if fate.state == "waiting" else fate.sent_at or fate.created_at
        return Heard(channel.name, word, at, message_id=fate.message_id, detail=fate.error if word != "told" else None)
    if question.truth.state is State.RESOLVED:
        return Heard(channel.name, "over_untold")
    if question.belief is not None and question.belief.episode == question.truth.episode:
        return Heard(channel.name, "knows", question.belief.at)
    if fate is not None and fate.state == "dead":
        return Heard(channel.name, "dead", fate.created_at, message_id=fate.message_id, detail=fate.error)
    return _held_back(desk, channel, question, rule)


def _held_back(desk: Desk, channel: Channel, question: Question, rule: Rule) -> Heard:  # noqa: PLR0911
    truth, now = question.truth, desk.now
    hold = desk.hold(question, rule)
    if hold is Hold.MUTED:
        return _silenced(desk, channel, question, rule)
    if lies_ahead(truth.snoozed_until, now):
        return Heard(channel.name, "snoozed", truth.snoozed_until)
    if lies_ahead(truth.ordered_until, now):
        return Heard(channel.name, "ordered", truth.ordered_until)
    if hold is Hold.QUIET:
        return Heard(channel.name, "quiet", _quiet_ends(desk, question, rule))
    if question.folded_until is not None:
        return Heard(channel.name, "folded", question.folded_until)
    if channel.digest is not None:
        return Heard(channel.name, "digest", restless.next_digest(now, desk.source.timezone, channel.digest))
    return Heard(channel.name, "soon")


def _silenced(desk: Desk, channel: Channel, question: Question, rule: Rule) -> Heard:
    subject = {name: getattr(question.subject, name) for name in ("codigo", "nombre_bodega", "nombre_sucursal")}
    facts = facts_of(rule.name, desk.source.name, question.truth.severity, subject, rule.labels)
    found = next(each for each in desk.silences if each.holds(facts, desk.now))
    return Heard(channel.name, "silenced", found.ends_at, detail=found.comment, silence_id=found.id)


def _quiet_ends(desk: Desk, question: Question, rule: Rule) -> int | None:
    """The next quarter of an hour at which the rule's quiet time is over; quiet times are told in minutes by nobody."""
    here = local(desk.now, desk.source.timezone).replace(second=0, microsecond=0)
    quarter = here - timedelta(minutes=here.minute % 15)
    for step in range(1, 8 * 96):
        at = moment(quarter + timedelta(minutes=15 * step))
        if Desk(desk.store, desk.source, desk.rules, at).hold(question, rule) is Hold.NONE:
            return at
    return None


def _fires_at(desk: Desk, question: Question, rule: Rule) -> int | None:
    found = alerts.alert_by_fingerprint(desk.store, question.fingerprint)
    waited = found.life.waited if found else 0
    left = max(0, round(rule.for_seconds * 1000) - waited)
    return desk.now + left if left else None


def looked(store: Store, rules: Iterable[Rule], product_id: int, now: int) -> list[Looked]:
    """For every rule about stock or products: how this product stands with it, level by level."""
    name = hearing.source_of_product(store, product_id)
    if name is None:
        return []
    source = sources.get_source(store, name)
    at = measures.moment_of(store, source, now)
    found: list[Looked] = []
    for rule in rules:
        if rule.on in SIFTED:
            found += _looked(store, source, rule, product_id, at)
    return sorted(found, key=lambda each: (each.word in ("off", "elsewhere"), each.rule, each.place))


def _looked(store: Store, source: Source, rule: Rule, product_id: int, at: measures.Moment) -> list[Looked]:
    if not rule.enabled:
        return [Looked(rule.name, "off")]
    if rule.sources is not None and source.name not in rule.sources:
        return [Looked(rule.name, "elsewhere")]
    rows = hearing.standings(
        store, rule.on, source.id, product_id, at,
        query=(rule.query.sql, rule.query.parameters), when=(rule.when.sql, rule.when.parameters),
        columns=value_columns(rule), demand="demand" in needs(rule),
    )  # fmt: skip
    states = hearing.alert_states(store, rule.name, product_id)
    return [
        Looked(rule.name, _word(each, state), each.place, each.values, fingerprint)
        for each in rows
        for state, fingerprint in [states.get(each.level_id, (None, None))]
    ]


def _word(row: hearing.Standing, state: str | None) -> str:
    if row.gone or not row.present:
        return "unseen"
    if not row.in_scope:
        return "filtered"
    if state in ("firing", "pending"):
        return state
    if row.holds is None:
        return "unknown"
    return "holds" if row.holds else "calm"
