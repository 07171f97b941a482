"""What a rule matches now, and why, subject by subject. Nothing fires and nobody is told.

Where a figure was worked out, it is explained: the formula, what went in, what came out.
"""

from dataclasses import dataclass

from ..model import Subject, Values
from ..rules.explaining import Explained
from ..rules.rule import Rule, needs, value_columns
from ..store import Store, measures, sources
from . import explain, finding
from .finding import Scope, View


@dataclass(frozen=True, slots=True)
class Match:
    """One subject that a rule holds for."""

    source: str
    subject: Subject
    severity: str
    values: Values
    explained: tuple[Explained, ...]


def preview(store: Store, rule: Rule, now: int) -> list[Match]:
    """Every subject the rule holds for now, in every source it concerns, whether it is switched on or not."""
    found: list[Match] = []
    for source in sources.list_sources(store):
        if rule.sources is None or source.name in rule.sources:
            with store.write():
                view = View(store, source, measures.moment_of(store, source, now))
                prepare(view, rule)
                found += matches_in(view, rule)
    return found


def prepare(view: View, rule: Rule) -> None:
    """Work out the figures that the rule looks at, where they are not of today."""
    needed = needs(rule)
    if needed & {"demand", "class"}:
        measures.bring_up_to_date(
            view.store, view.source.id, view.moment, demand="demand" in needed, classed="class" in needed
        )


def matches_in(view: View, rule: Rule, language: str = "en") -> list[Match]:
    """Every subject of one source that the rule holds for now, explained in a language."""
    columns = (*value_columns(rule), *explain.input_columns(rule))
    if rule.on in ("stock", "product"):
        return [
            _match(view, rule, each.subject, each.severity, each.values, language)
            for each in finding.matches(view, rule, Scope.everything(), columns)
        ]
    rows = finding.put_together(view, rule)
    return [
        _match(view, rule, rows[number]["subject"], judged.severity, judged.values, language)
        for number, judged in finding.judge(view, rule, rows, columns)
        if judged.word == "holds"
    ]


def _match(view: View, rule: Rule, subject: Subject, severity: str, values: Values, language: str) -> Match:
    explained = explain.explain(rule, values, language)
    return Match(view.source.name, subject, severity, explain.values_alone(values), explained)
