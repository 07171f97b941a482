"""A rule as the engine knows it: read, checked and compiled. Nothing here reads files or runs SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..model import SEVERITIES
from . import vocabulary

if TYPE_CHECKING:
    from .telling import Quiet

DEFAULT_SEVERITY = "warning"
_ALWAYS_SHOWN = {
    "stock": ("stock", "stock_minimo", "stock_maximo"),
    "product": ("stock", "stock_minimo", "stock_maximo"),
    "returns": ("units", "sold_units"),
    "sales": ("units", "previous_units"),
    "reconciliation": ("expected", "actual", "unexplained"),
    "source": ("minutes_since_success",),
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition in SQL over rows aliased `r`, its `?` parameters in order, and the words it was written with.

    It is true, false or null; only true counts.
    """

    sql: str
    parameters: tuple[Any, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in force. `sources` or `notify` of None mean every one; `severities` end with one that always holds.

    `text` is the YAML as somebody wrote it; `digest` changes when anything changes that decides what fires, when it
    fires, how grave it is or who is told, and `body_digest` is the same without the name, by which a renamed rule is
    known again. `group_by` of () is one message a rule and source; `repeat_seconds` of None never repeats.
    `window_seconds` and `by` are set where the subject has them (returns, sales, reconciliation).
    """

    name: str
    title: dict[str, str]
    on: str
    sources: tuple[str, ...] | None
    query: Predicate
    when: Predicate
    recover: Predicate | None
    for_seconds: float
    keep_firing_seconds: float
    severities: tuple[tuple[str, Predicate | None], ...]
    notify: tuple[str, ...] | None
    tell_resolved: bool
    enabled: bool
    file: str
    line: int
    text: str
    digest: str
    body_digest: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    repeat_seconds: float | None = None
    quiet: Quiet | None = None
    message: str | None = None
    window_seconds: float | None = None
    by: str | None = None


def severity_case(rule: Rule) -> Predicate:
    """The SQL that gives the severity word of a row: the first of the rule's severities that holds."""
    branches: list[str] = []
    parameters: list[Any] = []
    words: list[str] = []
    for word, predicate in rule.severities:
        if predicate is None:
            break
        branches.append(f"WHEN {predicate.sql} THEN '{_checked(word)}'")
        parameters.extend(predicate.parameters)
        words.extend(predicate.words)
    last = _checked(next((word for word, predicate in rule.severities if predicate is None), DEFAULT_SEVERITY))
    sql = f"CASE {' '.join(branches)} ELSE '{last}' END" if branches else f"'{last}'"
    return Predicate(sql, tuple(parameters), tuple(dict.fromkeys(words)))


def value_columns(rule: Rule) -> tuple[tuple[str, str], ...]:
    """The words whose values an alert shows, each with its SQL: what belongs to every subject, and those of `when`."""
    words = dict.fromkeys((*_ALWAYS_SHOWN.get(rule.on, ()), *rule.when.words))
    columns = ((word, vocabulary.column_of(word, rule.on)) for word in words)
    return tuple((word, column) for word, column in columns if column is not None)


def all_words(rule: Rule) -> tuple[str, ...]:
    """Every word a rule looks at or shows: in `when`, in `recover`, in its severities."""
    predicates = (rule.when, rule.recover, *(predicate for _, predicate in rule.severities))
    words = (word for predicate in predicates if predicate is not None for word in predicate.words)
    return tuple(dict.fromkeys((*_ALWAYS_SHOWN.get(rule.on, ()), *words)))


def needs(rule: Rule) -> frozenset[vocabulary.Need]:
    """What the rule depends on besides the rows it judges; nothing means that only a changed row can change it."""
    return frozenset(need for word in all_words(rule) for need in vocabulary.needs_of(word, rule.on))


def _checked(severity: str) -> str:
    """The word goes into SQL as it stands, so it must be one of ours."""
    if severity not in SEVERITIES:
        raise ValueError(f"{severity!r} is not a severity")
    return severity
