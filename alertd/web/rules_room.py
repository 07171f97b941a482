"""What the pages about rules share: their blueprint, the engine's part, and how a rule is named and told."""

import difflib
from dataclasses import dataclass

from flask import Blueprint, abort, g

from ..rules.rule import Rule
from ..store import pages_overview, pages_rules
from ..store.db import Store
from .room import room, title_of
from .rule_actions import RuleActions
from .rules_mistakes import rule_mistake

pages = Blueprint("rules", __name__)
LONGEST_TEXT = 64 * 1024


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison: `sign` is +, -, a space, or @ where unchanged lines were left out."""

    sign: str
    text: str


@pages.context_processor
def _speak_of_mistakes() -> dict[str, object]:
    return {"rule_mistake": rule_mistake}


def actions() -> RuleActions:
    """The engine's part; where the page runs without one, rules are only shown."""
    found = room().actions.rules
    if found is None:
        abort(404)
    return found


def can_edit() -> bool:
    """Whether rules can be written where this page runs."""
    return room().actions.rules is not None


def rule_in_force(name: str) -> Rule | None:
    """The rule as it is judged by now."""
    return next((rule for rule in room().rules().rules if rule.name == name), None)


def title(rule: Rule) -> str:
    """Its title for whoever reads this page."""
    return title_of(rule, g.reader.language)


def compare(before: str, after: str) -> tuple[DiffLine, ...]:
    """What changed, with three lines around each change."""
    found = []
    for number, line in enumerate(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)):
        if number >= 2:
            found.append(DiffLine("@" if line.startswith("@@") else line[0], "" if line.startswith("@@") else line[1:]))
    return tuple(found[1:]) if found and found[0].sign == "@" else tuple(found)


_known: dict[str, tuple[object, dict[str, tuple[str, ...]]]] = {}


def catalogue_words(store: Store) -> dict[str, tuple[str, ...]]:
    """The categories, brands and places there are; read again only when something was polled since."""
    mark = pages_overview.newest_poll(store)
    found = _known.get(store.path)
    if found is None or found[0] != mark:
        found = (mark, pages_rules.words_of_the_catalogue(store))
        _known[store.path] = found
    return found[1]
