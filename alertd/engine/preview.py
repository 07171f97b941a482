"""What a rule matches now, and why, subject by subject. Nothing fires and nobody is told.

Where a figure was worked out, it is explained: the formula, what went in, what came out.
"""

from dataclasses import dataclass
from typing import Any

from ..model import Subject, Values
from ..rules.measures import EXPLAINED
from ..rules.rule import Rule, needs, value_columns
from ..store import Store, measures, sources
from . import finding
from .finding import Scope, View

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Explained:
    """How one figure came about."""

    word: str
    formula: str
    inputs: dict[str, Any]
    result: Any


@dataclass(frozen=True, slots=True)
class Match:
    """One subject that a rule holds for."""

    source: str
    subject: Subject
    severity: str
    values: Values
    why: tuple[Explained, ...]


def preview(store: Store, rule: Rule, now: int) -> list[Match]:
    """Every subject the rule holds for now, in every source it concerns, whether it is switched on or not."""
    found: list[Match] = []
    for source in sources.list_sources(store):
        if rule.sources is None or source.name in rule.sources:
            with store.write():
                view = View(store, source, measures.moment_of(store, source, now))
                found += _matches(view, rule)
    return found


def _matches(view: View, rule: Rule) -> list[Match]:
    needed = needs(rule)
    if needed & {"demand", "class"}:
        measures.bring_up_to_date(
            view.store, view.source.id, view.moment, demand="demand" in needed, classed="class" in needed
        )
    columns = (*value_columns(rule), *_inputs(rule))
    if rule.on in ("stock", "product"):
        return [
            _match(view, rule, each.subject, each.severity, each.values)
            for each in finding.matches(view, rule, Scope.everything(), columns)
        ]
    rows = finding.put_together(view, rule)
    return [
        _match(view, rule, rows[number]["subject"], judged.severity, judged.values)
        for number, judged in finding.judge(view, rule, rows, columns)
        if judged.word == "holds"
    ]


def _inputs(rule: Rule) -> tuple[tuple[str, str], ...]:
    """What went into the figures of `when`, as columns beside the values."""
    return tuple(
        (f"{word}{_BETWEEN}{name}", sql)
        for word in rule.when.words
        if word in EXPLAINED
        for name, sql in EXPLAINED[word][1].items()
    )


def _match(view: View, rule: Rule, subject: Subject, severity: str, values: Values) -> Match:
    shown = {word: value for word, value in values.items() if _BETWEEN not in word}
    why = tuple(
        Explained(
            word,
            EXPLAINED[word][0],
            {name: values.get(f"{word}{_BETWEEN}{name}") for name in EXPLAINED[word][1]},
            values.get(word),
        )
        for word in rule.when.words
        if word in EXPLAINED
    )
    return Match(view.source.name, subject, severity, shown, why)
