"""Replay a rule over the history that is kept: when it would have fired and resolved, and how much it would have said.

It runs on a copy of the database that is wound back and then lives through every change again, judged by the very
engine that runs. Documents stand on their business date; of products only stock, minimum and maximum have a history.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from ..alerts.life import Event
from ..errors import UsageTrouble
from ..model import Subject
from ..rules.rule import Rule
from ..store import Store, levels, simulation, sources
from ..store.sources import Source
from .evaluate import Told, evaluate, fingerprint

HOUR = 3_600_000
REPLAYED = frozenset({"stock", "product", "returns", "sales"})


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
    """Replay one rule, switched on or not. Raises UsageTrouble for a kind of subject that leaves no history."""
    if rule.on not in REPLAYED:
        raise UsageTrouble(f"Rules on: {rule.on} cannot be replayed: nothing is kept that they could be held against.")
    with tempfile.TemporaryDirectory(prefix="alertd-backtest-") as folder:
        copy = simulation.copy_of(store, str(Path(folder) / "copy.db"))
        try:
            return _replay(copy, replace(rule, enabled=True), since, now)
        finally:
            copy.close()


def _replay(copy: Store, rule: Rule, since: int, now: int) -> Replay:
    simulation.wind_back(copy, since)
    episodes: list[Episode] = []
    outs: list[StockOut] = []
    messages = 0
    for source in sources.list_sources(copy):
        if rule.sources is None or source.name in rule.sources:
            life = _Life(copy, rule, source)
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

    def live(self, since: int, now: int) -> int:
        """Judge at every change, and every hour for what time alone brings; returns the number of messages."""
        copy, source = self._copy, self._source
        changes = simulation.moments_of_change(copy, source.id, since, now)
        hours = range(since, now, HOUR)
        before, messages = since, 0
        for at in sorted({*changes, *hours, now}):
            with copy.write():
                if at in changes or at == since:
                    simulation.move_on(copy, source.id, before, at)
                    before = at
                # Ends are of interest here, even where the rule would not tell them.
                outcome = evaluate(copy, source, [replace(self._rule, tell_resolved=True)], at)
            told = [each for events in outcome.told.values() for each in events]
            messages += len({self._group(each) for each in told if self._is_said(each)})
            for each in told:
                self._note(each, at)
        return messages

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
