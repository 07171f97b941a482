"""Replay a rule over the history that is kept: when it would have fired and resolved, and how much it would have said.

It runs on a copy of the database that is wound back and then lives through every change again, judged by the very
engine that runs. Documents stand on their business date; of products only stock, minimum and maximum have a history.
What moved without a document is judged by the day, with what is known of that day now. A source is judged by the
record of its polls, for as long as that is kept.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from ..alerts.life import Event
from ..clock import local
from ..model import Subject
from ..rules.rule import Rule
from ..store import Store, levels, simulation, sources
from ..store.sources import Source
from .evaluate import Told, evaluate, fingerprint

HOUR = 3_600_000
DAY = 24 * HOUR
MOST_LOOKS = 5_000
"""A source is looked at every ten minutes, or this often in all, and whenever a poll ended."""


@dataclass(frozen=True, slots=True)
class Episode:
    """From the moment it would have fired until it would have been over; None: it still would be firing."""

    fingerprint: str
    source: str
    subject: Subject
    severity: str
    fired_at: int
    resolved_at: int | None


@dataclass(frozen=True, slots=True)
class StockOut:
    """A level that fell to nothing, and how many hours before that the rule would have fired for it, if it would."""

    source: str
    subject: Subject
    at: int
    hours_before: float | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule would have done since a moment."""

    rule: str
    since: int
    messages: int
    episodes: tuple[Episode, ...]
    stock_outs: tuple[StockOut, ...] = ()


def replay(store: Store, rule: Rule, *, since: int, now: int) -> Replay:
    """Replay one rule, switched on or not."""
    with tempfile.TemporaryDirectory(prefix="alertd-backtest-") as folder:
        copy = simulation.copy_of(store, str(Path(folder) / "copy.db"))
        try:
            return _replay(copy, replace(rule, enabled=True), since, now)
        finally:
            copy.close()


def _replay(copy: Store, rule: Rule, since: int, now: int) -> Replay:
    simulation.forget_alerts(copy)
    if rule.on not in _LIVES:
        simulation.wind_back(copy, since)
    episodes: list[Episode] = []
    outs: list[StockOut] = []
    messages = 0
    for source in sources.list_sources(copy):
        if rule.sources is None or source.name in rule.sources:
            life = _LIVES.get(rule.on, _Life)(copy, rule, source)
            messages += life.live(since, now)
            episodes += life.episodes
            outs += life.stock_outs(since, now) if rule.on == "stock" else []
    episodes.sort(key=lambda each: each.fired_at)
    return Replay(rule.name, since, messages, tuple(episodes), tuple(outs))


class _Life:
    """One source living through its history again."""

    def __init__(self, copy: Store, rule: Rule, source: Source) -> None:
        self._copy, self._rule, self._source = copy, rule, source
        self.episodes: list[Episode] = []
        self._open: dict[str, int] = {}
        self._changes: set[int] = set()
        self._read_at = 0
        self._ends: list[int] = []

    def live(self, since: int, now: int) -> int:
        """Judge at every moment that may bring something; returns the number of messages."""
        before, messages = since, 0
        for at in self._moments(since, now):
            with self._copy.write():
                self._move_on(before, at)
                # Ends are of interest here, even where the rule would not tell them.
                told_all = replace(self._rule, tell_resolved=True)
                outcome = evaluate(self._copy, self._source, [told_all], at, about={self._rule.on})
            before = at
            told = [each for events in outcome.told.values() for each in events]
            messages += len({self._group(each) for each in told if self._is_said(each)})
            for each in told:
                self._note(each, at)
        return messages

    def _moments(self, since: int, now: int) -> list[int]:
        """Every change, and every hour for what time alone brings."""
        self._changes = set(simulation.moments_of_change(self._copy, self._source.id, since, now)) | {since}
        self._read_at = since
        return sorted({*self._changes, *range(since, now, HOUR), now})

    def _move_on(self, _before: int, at: int) -> None:
        if at in self._changes:
            simulation.move_on(self._copy, self._source.id, self._read_at, at)
            self._read_at = at

    def _is_said(self, told: Told) -> bool:
        return self._rule.tell_resolved or told.event in (Event.FIRING, Event.WORSE)

    def _group(self, told: Told) -> tuple[object, ...]:
        """What would share a message."""
        facts = {**self._rule.labels, "severity": told.severity, "source": self._source.name}
        return tuple(facts.get(word) or getattr(told.subject, word, None) for word in self._rule.group_by)

    def _note(self, told: Told, at: int) -> None:
        name = fingerprint(self._rule.name, self._source.name, told.subject)
        if told.event is Event.FIRING:
            self._open[name] = len(self.episodes)
            episode = Episode(name, self._source.name, told.subject, told.severity, at, None)
            self.episodes.append(episode)
        elif told.event in (Event.RESOLVED, Event.GONE) and name in self._open:
            number = self._open.pop(name)
            self.episodes[number] = replace(self.episodes[number], resolved_at=at)

    def stock_outs(self, since: int, now: int) -> list[StockOut]:
        """Every time a level ran out, with the warning there would have been."""
        found = []
        for level_id, at in simulation.stock_outs(self._copy, self._source.id, since, now):
            subject = levels.subject_of_level(self._copy, level_id)
            name = fingerprint(self._rule.name, self._source.name, subject)
            fired = [
                each.fired_at
                for each in self.episodes
                if each.fingerprint == name
                and each.fired_at <= at
                and (each.resolved_at is None or each.resolved_at >= at)
            ]
            early = round((at - max(fired)) / HOUR, 6) if fired else None
            found.append(StockOut(self._source.name, subject, at, early))
        return found


class _CountedLife(_Life):
    """What moved without a document: judged at the end of each of the shop's days."""

    def _moments(self, since: int, now: int) -> list[int]:
        offset = local(since, self._source.timezone).utcoffset()
        shift = int(offset.total_seconds() * 1000) if offset else 0
        first = (since + shift) // DAY * DAY + DAY - 1 - shift
        return [*range(first, now, DAY), now]

    def _move_on(self, _before: int, _at: int) -> None:
        """Each day's figures stand by their day."""


class _PolledLife(_Life):
    """The source itself: judged as its polls went, and by the clock in between."""

    def live(self, since: int, now: int) -> int:
        """As for stock, with the polls put aside and let happen again."""
        self._ends = simulation.forget_polls(self._copy, self._source.id, since)
        try:
            return super().live(since, now)
        finally:
            simulation.remember_polls(self._copy)

    def _moments(self, since: int, now: int) -> list[int]:
        often = max(HOUR // 6, (now - since) // MOST_LOOKS)
        return sorted({*(at for at in self._ends if at <= now), *range(since, now, often), now})

    def _move_on(self, before: int, at: int) -> None:
        simulation.let_polls_happen(self._copy, self._source.id, before, at)


_LIVES: dict[str, type[_Life]] = {"reconciliation": _CountedLife, "source": _PolledLife}
