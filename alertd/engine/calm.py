"""Decide who hears of what now: hold what is true against what each channel believes, and tell the difference, once.

It runs after every evaluation and a few times a minute between them, because silences end, nights end and reminders
fall due while nothing is polled. Nothing is remembered in memory: killed at any moment, it finds the same difference
again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..alerts import restless
from ..alerts.closed import is_closed
from ..alerts.quiet import is_quiet
from ..alerts.silence import Silence, facts_of, is_silenced
from ..alerts.telling import NOTHING, Answer, Hold, Terms, Why, reason_to_tell
from ..model import State
from ..rules.rule import Rule
from ..store import Store, alerts, channels, hours, outbox, restored, silences, told
from ..store.channels import Channel
from ..store.sources import Source
from ..store.told import Question
from . import messages
from .evidence import with_evidence
from .messages import Letter, Telling
from .purchase import with_orders

HOURLY_MESSAGES = 240
HOUR = 3_600_000
MINUTE = 60_000


@dataclass(slots=True)
class Plan:
    """What is to be done about one source: by channel what it has to hear, whose belief is dropped, what is folded."""

    tellings: dict[int, list[Telling]] = field(default_factory=dict)
    forget: list[Question] = field(default_factory=list)
    fold: dict[int, int | None] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.tellings or self.forget or self.fold)


def tell(store: Store, source: Source, rules: Iterable[Rule], *, now: int, first: bool = False) -> int:
    """Put what the channels of a source have to hear into the outbox; returns the number of messages.

    Looks without the write lock first: mostly there is nothing to say. `first` is the first reading ever of a source.
    A database that came back from a backup says nothing before it has read the source again.
    """
    if restored.is_stale(store, source.id):
        return 0
    told.set_back(store, now)
    desk = Desk(store, source, {rule.name: rule for rule in rules}, now)
    if desk.plan().empty:
        return 0
    with store.write():
        plan = desk.plan()
        taken = {channel_id: _take_back(desk, channel_id) for channel_id in plan.tellings}
        if any(ids for ids, _ in taken.values()):
            plan = desk.plan()
        for question in plan.forget:
            told.forget(store, question.channel_id, question.alert_id)
        for alert_id, until in plan.fold.items():
            alerts.fold(store, alert_id, until)
        return sum(
            _tell_channel(desk, desk.channels[key], tellings, taken.get(key, (set(), 0)), first=first)
            for key, tellings in plan.tellings.items()
        )


@dataclass(slots=True)
class Desk:
    """What is at hand while one source is told."""

    store: Store
    source: Source
    rules: Mapping[str, Rule]
    now: int
    channels: dict[int, Channel] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)
    _closed: bool | None = None

    def plan(self) -> Plan:
        """Ask about every alert and channel where truth and belief may differ."""
        self.channels = {channel.id: channel for channel in channels.all_channels(self.store)}
        self.silences = silences.active(self.store, self.now)
        plan = Plan()
        for question in self._questions():
            self._ask(plan, question)
        self._unfold(plan)
        return plan

    def _questions(self) -> list[Question]:
        repeats = [rule.repeat_seconds for rule in self.rules.values() if rule.repeat_seconds is not None]
        told_before = self.now - round(min(repeats) * 1000) if repeats else None
        firing = told.firing(self.store, self.source.id, digest=False, told_before=told_before)
        return [*firing, *told.over(self.store, self.source.id, digest=False)]

    def _ask(self, plan: Plan, question: Question) -> None:
        rule = self.rules.get(question.rule)
        channel = self.channels.get(question.channel_id)
        if channel is None or question.folded_until is not None:
            return
        if rule is None or not speaks_to(rule, channel):
            if question.truth.state is not State.FIRING:
                plan.forget.append(question)
            return
        answer = self.answer(question, rule)
        if answer.forget:
            plan.forget.append(question)
        elif answer.why is Why.FIRING and self._is_restless(plan, question):
            plan.fold[question.alert_id] = restless.next_digest(self.now, self.source.timezone)
        elif answer.why is not None:
            plan.tellings.setdefault(channel.id, []).append(Telling(question, answer.why, rule))

    def answer(self, question: Question, rule: Rule) -> Answer:
        """Whether this channel hears of this alert now."""
        terms = Terms(rule.repeat_seconds, rule.tell_resolved)
        spoken = reason_to_tell(question.truth, question.belief, Hold.NONE, terms, self.now)
        if spoken == NOTHING:
            # Most questions end here, before anything has to be decoded.
            return spoken
        return reason_to_tell(question.truth, question.belief, self.hold(question, rule), terms, self.now)

    @property
    def closed(self) -> bool:
        """Whether the shop is closed today."""
        if self._closed is None:
            self._closed = is_closed(hours.of(self.store, self.source.id), self.source.timezone, self.now)
        return self._closed

    def hold(self, question: Question, rule: Rule) -> Hold:
        """What holds messages about this alert back now."""
        if self.silences:
            subject = {name: getattr(question.subject, name) for name in ("codigo", "nombre_bodega", "nombre_sucursal")}
            facts = facts_of(rule.name, self.source.name, question.truth.severity, subject, rule.labels)
            if is_silenced(self.silences, facts, self.now):
                return Hold.MUTED
        severity = question.truth.severity
        closed = self.closed and severity != "critical"
        quiet = closed or is_quiet(rule.quiet, severity, self.source.timezone, self.now)
        return Hold.QUIET if quiet else Hold.NONE

    def complete(self, letter: Letter) -> Letter:
        """A letter with everything that stands behind its alerts: history, what to order, sums and reasons."""
        letter = messages.with_trends(self.store, self.source, letter, self.now)
        letter = with_orders(self.store, self.source, letter, self.now)
        return with_evidence(self.store, self.source, letter, self.now)

    def _is_restless(self, plan: Plan, question: Question) -> bool:
        if question.alert_id in plan.fold:
            return True
        if question.truth.episode <= restless.MOST_CROSSINGS:
            return False
        if restless.is_settled(State.FIRING, question.truth.fired_at, self.now):
            return False
        found = alerts.crossings(self.store, question.alert_id, self.now - restless.DAY)
        return restless.is_restless(found, self.now)

    def _unfold(self, plan: Plan) -> None:
        """What was folded away is told as it is now, when its hour has come or when it has stood still."""
        for question in told.folded(self.store, self.source.id):
            truth = question.truth
            settled = restless.is_settled(truth.state, truth.fired_at, self.now)
            until = question.folded_until or 0
            # No digest hour is further away than a day; one that is was planned by a clock that was set back since.
            if self.now < until <= self.now + restless.DAY and not settled:
                continue
            rule, channel = self.rules.get(question.rule), self.channels.get(question.channel_id)
            hold = self.hold(question, rule) if rule else Hold.MUTED
            if hold is Hold.QUIET:
                continue
            plan.fold[question.alert_id] = None
            if rule is None or channel is None or hold is Hold.MUTED or not speaks_to(rule, channel):
                continue
            found = alerts.crossings(self.store, question.alert_id, self.now - restless.DAY)
            falls, band = restless.falls(found, self.now), restless.suggested_recovery(found)
            telling = Telling(question, Why.RESTLESS, rule, falls=falls, band=band)
            plan.tellings.setdefault(channel.id, []).append(telling)


def speaks_to(rule: Rule, channel: Channel) -> bool:
    """Whether a rule's messages go to a channel."""
    return rule.notify is None or channel.name in rule.notify


def _take_back(desk: Desk, channel_id: int) -> tuple[set[int], int]:
    return outbox.supersede(desk.store, channel_id=channel_id, source=desk.source.name, now=desk.now)


def _tell_channel(
    desk: Desk, channel: Channel, tellings: list[Telling], taken_back: tuple[set[int], int], *, first: bool
) -> int:
    """The messages for one channel; returns how many there were."""
    spoken, silent = messages.once_each(tellings)
    missed = taken_back[1] + len(taken_back[0] - {each.question.alert_id for each in tellings})
    letters = _letters(desk, channel, spoken, silent, first=first)
    for letter in letters:
        messages.post(desk.store, channel, desk.complete(letter), missed=missed, now=desk.now)
        missed = 0
    return len(letters)


def _letters(
    desk: Desk, channel: Channel, spoken: list[Telling], silent: list[Telling], *, first: bool
) -> list[Letter]:
    standing: list[Telling] = []
    news: list[Telling] = []
    for each in spoken:
        (standing if _stood_already(each, channel, first=first) else news).append(each)
    letters = messages.by_rule(desk.source, news, silent if news else [], desk.now)
    if standing:
        rest = [] if news else silent
        opening = messages.summary(desk.source, standing, rest, now=desk.now, first=True, overflow=False)
        letters.insert(0, opening)
    recent = outbox.spoken_since(desk.store, channel.id, desk.now - HOUR)
    if len(recent) + len(letters) <= HOURLY_MESSAGES:
        return letters
    # Too much for one hour: from here on one message a minute at most, over all rules; the rest waits for it.
    if recent and desk.now - recent[0] < MINUTE:
        return []
    return [messages.summary(desk.source, spoken, silent, now=desk.now, first=False, overflow=True)]


def _stood_already(telling: Telling, channel: Channel, *, first: bool) -> bool:
    """Whether it fired before this source was first read, or before the channel was there to hear of it."""
    if telling.why is not Why.FIRING or telling.question.belief is not None:
        return False
    return first or telling.question.truth.fired_at < channel.created_at
