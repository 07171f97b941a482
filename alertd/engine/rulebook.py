"""The rules in force: what the files say now, and the last good version of a rule whose file is broken.

The last good version is kept in the store, so that a restart in the middle of an edit does not end its alerts.
"""

import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from ..rules.load import RuleError, load_rules, load_text
from ..rules.rule import Rule
from ..store import Store, channels, rulestate, ruleversions, sources
from ..store.rulestate import RuleState
from .evaluate import fingerprint

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in force, and every mistake in the files. `kept` names the rules that run in an older version."""

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    kept: tuple[str, ...] = ()


class RuleShelf:
    """The rule files of one folder, read again only when one of them, a source or a channel has changed."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: object = None
        self._book = Rulebook((), ())

    def book(self, now: int) -> Rulebook:
        """What is to be evaluated: every good rule, and the last good version of each that a mistake hides."""
        with self._lock:
            stamp = (_stamps(self._folder), *_known(self._store))
            if stamp != self._stamp:
                self._book = _in_force(self._store, check_rules(self._store, [self._folder]), now)
                self._stamp = stamp
            return self._book


def check_rules(store: Store, paths: Iterable[Path]) -> Rulebook:
    """Read rule files and folders, with the names of sources and channels checked against the store."""
    known_sources, known_channels = _known(store)
    found = load_rules(paths, known_sources=known_sources, known_channels=known_channels)
    return Rulebook(found.rules, found.errors)


def _known(store: Store) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(source.name for source in sources.list_sources(store)),
        frozenset(channel.name for channel in channels.all_channels(store)),
    )


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that a file was edited, without reading it. Every page asks, so it only looks at what lies there."""
    stamps = []
    for here, _, files in os.walk(folder):
        for path in (f"{here}/{name}" for name in files):
            with suppress(OSError):
                stat = os.stat(path)  # noqa: PTH116 - a Path for each file costs more than the look
                stamps.append((path, stat.st_mtime_ns, stat.st_size))
    return tuple(stamps)


def _in_force(store: Store, book: Rulebook, now: int) -> Rulebook:
    fresh = {rule.name for rule in book.rules}
    remembered = rulestate.remembered(store)
    missing = [state for state in remembered if state.rule not in fresh]
    hidden = [state for state in missing if _may_be_hidden(state, book.errors)]
    _carry_over(store, book, remembered, [state for state in missing if state not in hidden])
    kept = [rule for state in hidden for rule in _parse(state)]
    good = [(rule.name, rule.file, rule.text, rule.digest) for rule in book.rules]
    rulestate.remember(store, good, {rule.name for rule in kept}, now)
    return Rulebook((*book.rules, *kept), book.errors, tuple(rule.name for rule in kept))


def _carry_over(store: Store, book: Rulebook, remembered: list[RuleState], gone: list[RuleState]) -> None:
    """A rule that vanished, and a new one that says the same or was saved as its new name: it was renamed, and its
    open alerts go with it.
    """
    known = {state.rule for state in remembered}
    newcomers = {rule.name: rule.body_digest for rule in book.rules if rule.name not in known}
    told = ruleversions.renames(store) if gone and newcomers else {}
    for state in gone:
        new = _renamed(state, newcomers, told)
        if new is not None:
            del newcomers[new]
            moved = rulestate.carry_over(store, state.rule, new, fingerprint)
            log.info("a rule was renamed", old=state.rule, new=new, alerts=moved)


def _renamed(state: RuleState, newcomers: Mapping[str, str], told: Mapping[str, str]) -> str | None:
    """What a vanished rule is called now, if it is one of the newcomers."""
    if told.get(state.rule) in newcomers:
        return told[state.rule]
    digests = {rule.body_digest for rule in _parse(state)} if newcomers else set()
    return next((name for name, digest in newcomers.items() if digest in digests), None)


def _may_be_hidden(state: RuleState, errors: Iterable[RuleError]) -> bool:
    """A rule that is not among the good ones is hidden by a mistake when its file has one; else it was removed."""
    return any(error.file == state.file or error.rule == state.rule for error in errors)


def _parse(state: RuleState) -> tuple[Rule, ...]:
    """The remembered text, read again. It was good once; if this alertd no longer takes it, the rule rests."""
    return load_text(state.text, state.file).rules
