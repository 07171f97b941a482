"""What every page needs at hand: the store, the settings, the clock, the rules, and counts that are dear to make."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app, g

from ..buying.listing import Purchases, purchases
from ..clock import Clock
from ..errors import Trouble
from ..reconcile.counts import SheetLine, sheet
from ..rules.load import RuleError, RuleSet
from ..rules.rule import Rule
from ..settings import Settings
from ..store import buying, counts, pages_alerts, pages_overview, pages_products, quality
from ..store.db import Store
from ..store.sources import Source, get_source
from ..vault import Vault
from .actions import Actions, SourceCheck
from .state import state_at

Found = TypeVar("Found")
HOUR = 3_600_000
LATELY = 7 * 24 * HOUR
MOST_TO_COUNT = 500
TRANSFERS = 10
"""What other branches could give: so many lines a page shows."""


@dataclass(slots=True)
class _Kept:
    """Something that is dear to make, with the mark it was made under; `asked_at` is when a page last wanted it."""

    mark: Callable[[], object]
    make: Callable[[], object]
    asked_at: int
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: tuple[object, object] | None = None

    def now(self) -> object:
        """As it is now; made anew where it is old."""
        with self._lock:
            mark = self.mark()
            if self._made is None or self._made[0] != mark:
                self._made = None
                self._made = (mark, self.make())
            return self._made[1]


@dataclass(slots=True)
class Room:
    """Hangs on the Flask application, one for all requests and threads."""

    store: Store
    settings: Settings
    clock: Clock
    load_rules: Callable[[], RuleSet]
    health: Callable[[], Mapping[str, Any]]
    vault: Vault
    actions: Actions = field(default_factory=Actions)
    checks: dict[str, SourceCheck] = field(default_factory=dict)
    menus: dict[tuple[object, ...], str] = field(default_factory=dict)
    _of_thread: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[object, _Kept] = field(default_factory=dict)

    def rules(self) -> RuleSet:
        """The rules in force; none, and a mistake that says why, when their folder cannot be read."""
        try:
            return self.load_rules()
        except Trouble as trouble:
            return RuleSet((), (RuleError("", 0, 0, None, str(trouble), None),))

    def titles(self, language: str) -> dict[str, str]:
        """The title of every rule in a language, by the rule's name."""
        return {rule.name: title_of(rule, language) for rule in self.rules().rules}

    def sizes(self) -> dict[int, pages_overview.Shelf]:
        """By source, how many products and levels it holds."""
        return self._keep("sizes", self._reading, lambda: pages_overview.sizes(self.store))

    def shelves(self) -> dict[int, pages_overview.Shelf]:
        """By source, what it holds and in which state; counted again once something was polled, or the day turned."""

        def mark() -> tuple[object, ...]:
            return self._reading(), state_at(self.clock())

        return self._keep("shelves", mark, lambda: pages_overview.shelves(self.store, state_at(self.clock())))

    def open_alerts(self) -> dict[tuple[str, str], int]:
        """How many alerts are open, by state and severity; counted again only when something was committed since."""
        mark = self.store.mark()
        known: tuple[object, dict[tuple[str, str], int]] = getattr(self._of_thread, "open_alerts", (None, {}))
        if known[0] != mark:
            known = self._of_thread.open_alerts = (mark, pages_alerts.alert_counts(self.store))
        return known[1]

    def findings(self, source_id: int) -> dict[str, int]:
        """What is wrong with a source's data."""
        return self._keep(("findings", source_id), self._reading, lambda: quality.findings(self.store, source_id))

    def facets(self) -> dict[str, list[str]]:
        """What products can be filtered by: the names there are."""

        def make() -> dict[str, list[str]]:
            places = pages_products.places(self.store)
            found = {name: pages_products.values_of(self.store, name) for name in ("category", "brand", "supplier")}
            found["branch"] = list(dict.fromkeys(branch for branch, _ in places if branch))
            found["warehouse"] = list(dict.fromkeys(name for _, name in places if name))
            found["source"] = pages_overview.source_names(self.store)
            return found

        return self._keep("facets", self._reading, make)

    def purchases(self, source: Source) -> Purchases:
        """The purchase list of a source; made again when something it hangs on changed, or the hour turned."""

        def mark() -> tuple[object, ...]:
            return self._reading(), buying.mark(self.store, source.id), self.clock() // HOUR

        def make() -> Purchases:
            return purchases(self.store, get_source(self.store, source.name), self.clock(), transfers=TRANSFERS)

        return self._keep(("purchases", source.id), mark, make)

    def to_count(self, source_id: int) -> list[SheetLine]:
        """The products worth counting; chosen again when something was read or counted, or the hour turned."""

        def mark() -> tuple[object, ...]:
            return self._reading(), counts.mark(self.store, source_id), self.clock() // HOUR

        def make() -> list[SheetLine]:
            return sheet(self.store, source_id, self.clock(), MOST_TO_COUNT)

        return self._keep(("to_count", source_id), mark, make)

    def _reading(self) -> tuple[object, ...]:
        return pages_overview.newest_poll(self.store)

    def _keep(self, key: object, mark: Callable[[], object], make: Callable[[], Found]) -> Found:
        """What holds until its mark is another one. One thread makes it, others wait for that."""
        now = self.clock()
        with self._lock:
            kept = self._kept.setdefault(key, _Kept(mark, make, now))
        kept.asked_at = now
        return cast(Found, kept.now())

    def work_ahead(self) -> None:
        """Make again what people looked at lately and what is old now, before the next one looks."""
        since = self.clock() - LATELY
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept.asked_at > since}
            wanted = list(self._kept.values())
        for kept in wanted:
            # Of a shop that was disconnected there is nothing to make.
            with suppress(Trouble):
                kept.now()


def title_of(rule: Rule, language: str) -> str:
    """A rule's title for a reader, in another language where theirs is missing."""
    return rule.title.get(language) or next((text for text in rule.title.values() if text), rule.name)


def open_counts() -> dict[tuple[str, str], int]:
    """How many alerts are open, by state and severity; asked once for a page, whose menu shows it too."""
    if "open_counts" not in g:
        g.open_counts = room().open_alerts()
    return cast(dict[tuple[str, str], int], g.open_counts)


def room() -> Room:
    """The room of the application that answers this request."""
    return cast(Room, current_app.extensions["alertd"])
