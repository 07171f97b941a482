"""What every page needs at hand: the store, the settings, the clock, the rules, and counts that are dear to make."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app, g
from markupsafe import Markup

from ..buying.listing import Purchases, purchases
from ..clock import Clock
from ..errors import Trouble
from ..rules.load import RuleError, RuleSet
from ..rules.rule import Rule
from ..settings import Settings
from ..store import buying, pages_alerts, pages_overview, pages_products, quality
from ..store.db import Store
from ..store.sources import Source
from ..vault import Vault
from .actions import Actions, SourceCheck
from .state import state_at


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
    menus: dict[tuple[object, ...], Markup] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _of_thread: threading.local = field(default_factory=threading.local)
    _counted_at: object = None
    _shelves: dict[int, pages_overview.Shelf] = field(default_factory=dict)
    _findings: dict[int, tuple[object, dict[str, int]]] = field(default_factory=dict)
    _facets: tuple[object, dict[str, list[str]]] | None = None
    _bought: dict[int, tuple[object, Purchases]] = field(default_factory=dict)

    def rules(self) -> RuleSet:
        """The rules in force; none, and a mistake that says why, when their folder cannot be read."""
        try:
            return self.load_rules()
        except Trouble as trouble:
            return RuleSet((), (RuleError("", 0, 0, None, str(trouble), None),))

    def titles(self, language: str) -> dict[str, str]:
        """The title of every rule in a language, by the rule's name."""
        return {rule.name: title_of(rule, language) for rule in self.rules().rules}

    def shelves(self, now: int) -> dict[int, pages_overview.Shelf]:
        """By source, what it holds; counted again only when something was polled since, or the day turned."""
        state = state_at(now)
        mark = (pages_overview.newest_poll(self.store), state)
        with self._lock:
            if self._counted_at != mark:
                self._shelves = pages_overview.shelves(self.store, state)
                self._counted_at = mark
            return self._shelves

    def open_alerts(self) -> dict[tuple[str, str], int]:
        """How many alerts are open, by state and severity; counted again only when something was committed since."""
        mark = self.store.mark()
        known: tuple[object, dict[tuple[str, str], int]] = getattr(self._of_thread, "open_alerts", (None, {}))
        if known[0] != mark:
            known = self._of_thread.open_alerts = (mark, pages_alerts.alert_counts(self.store))
        return known[1]

    def findings(self, source_id: int) -> dict[str, int]:
        """What is wrong with a source's data; counted again only when something was polled since."""
        mark = pages_overview.newest_poll(self.store)
        with self._lock:
            known = self._findings.get(source_id)
            if known is None or known[0] != mark:
                known = (mark, quality.findings(self.store, source_id))
                self._findings[source_id] = known
            return known[1]

    def facets(self) -> dict[str, list[str]]:
        """What products can be filtered by: the names there are, read again only when something was polled since."""
        mark = pages_overview.newest_poll(self.store)
        with self._lock:
            if self._facets is None or self._facets[0] != mark:
                places = pages_products.places(self.store)
                found = {name: pages_products.values_of(self.store, name) for name in ("category", "brand", "supplier")}
                found["branch"] = list(dict.fromkeys(branch for branch, _ in places if branch))
                found["warehouse"] = list(dict.fromkeys(name for _, name in places if name))
                found["source"] = pages_overview.source_names(self.store)
                self._facets = (mark, found)
            return self._facets[1]

    def purchases(self, source: Source, now: int) -> Purchases:
        """The purchase list of a source; made again only when something it hangs on changed, or the hour turned."""
        mark = (pages_overview.newest_poll(self.store), buying.mark(self.store, source.id), now // 3_600_000)
        with self._lock:
            known = self._bought.get(source.id)
        if known is None or known[0] != mark:
            known = (mark, purchases(self.store, source, now))
            with self._lock:
                self._bought[source.id] = known
        return known[1]


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
