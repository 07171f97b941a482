"""Ask what one rule finds in one source: new matches, and how its open alerts stand. Nothing is written here.

Levels and products are judged by the database, as many as need be. What is counted over documents (`returns`, `sales`)
and the source itself are few rows that are put together first; then the same predicates judge them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..alerts.life import Verdict
from ..model import Subject, Values, quantity
from ..reconcile import alarms
from ..reconcile.returns_stats import adjusted, expected_units, spike_probability
from ..rules.rule import Predicate, Rule, needs, severity_case, value_columns
from ..rules.rule import all_words as words_of
from ..store import Store, alerts, budget, evaluation, measures_documents
from ..store.alerts import Finding
from ..store.budget import Allowance
from ..store.evaluation import Columns
from ..store.measures import Moment
from ..store.sources import Source

DAY_SECONDS = 86_400
ALWAYS = Predicate("TRUE", (), ())
_CHANCES = frozenset(("expected_units", "p_value", "q_value"))
_ALARMS = frozenset(("sudden_drop", "unusual_sale", "leak_units"))
SIFTED = ("stock", "product")
"""The subjects of which there are so many that one walk serves many rules."""


@dataclass(frozen=True, slots=True)
class View:
    """The source a rule is held against, and the moment. `noted` is what was put together for the rules before."""

    store: Store
    source: Source
    moment: Moment
    noted: list[tuple[str, "Scope"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows to look at: all (`since` None), or the products that changed since a moment, and those whose documents
    changed after a movement."""

    since: int | None = None
    movements_after: int | None = None

    @staticmethod
    def everything() -> "Scope":
        """Every row."""
        return Scope()


class Sifted(NamedTuple):
    """A rule's place among those that were sifted together, and whether it holds for anything new or known."""

    place: int
    holds: bool


class Judged(NamedTuple):
    """How one subject stands: `gone`, `unknown`, `holds`, `clear` or `between`."""

    word: str
    severity: str
    values: Values


@dataclass(frozen=True, slots=True)
class Found:
    """New matches, and by the id of an alert how it stands; `missing` is the verdict on alerts that are in neither."""

    new: list[Finding]
    standing: dict[int, Judged]
    missing: Verdict = Verdict.GONE


def find(view: View, rule: Rule, scope: Scope, sifted: Sifted | None = None) -> Found:
    """What a rule finds, within a scope and among what the sieve left, if it was sifted just before."""
    if rule.on in SIFTED:
        return _in_catalogue(view, rule, scope, sifted)
    if rule.on in ("source", "reconciliation"):
        return _among(view, rule, put_together(view, rule))
    return _in_documents(view, rule, scope)


def condition_of(rule: Rule) -> Predicate:
    """Its scope and its condition."""
    query = rule.query if rule.on in SIFTED else ALWAYS
    return Predicate(f"({query.sql}) AND ({rule.when.sql})", (*query.parameters, *rule.when.parameters), ())


def clear_of(rule: Rule) -> Predicate:
    """What ends an alert: its `recover`, or leaving the rule's scope; without a `recover`, no longer matching."""
    if rule.recover is None:
        return ALWAYS
    if rule.on not in SIFTED:
        return rule.recover
    sql = f"({rule.recover.sql}) OR ({rule.query.sql}) IS NOT TRUE"
    return Predicate(sql, (*rule.recover.parameters, *rule.query.parameters), ())


def sift(view: View, rules: Sequence[Rule], scope: Scope) -> int:
    """Which of these rules hold for anything, as bits by their place: one reading of the rows for all of them.

    They are about the same kind of subject. A scope in which nothing moved is not read at all.
    """
    on = rules[0].on
    _gather(view, on, scope)
    if scope.since is not None and not evaluation.gathered(view.store, on):
        return 0
    return evaluation.sift(
        view.store,
        on,
        view.source.id,
        view.moment,
        [(condition.sql, condition.parameters) for condition in map(condition_of, rules)],
        demand=any("demand" in needs(rule) for rule in rules),
        touched=scope.since is not None,
    )


def matches(view: View, rule: Rule, scope: Scope, columns: Columns, place: int | None = None) -> list[Finding]:
    """The levels or products for which the rule holds now, whether or not there is an alert for them already."""
    condition, severity = condition_of(rule), severity_case(rule)
    _gather(view, rule.on, scope)
    return evaluation.matching(
        view.store,
        rule.on,
        view.source.id,
        view.moment,
        condition=condition.sql,
        severity=severity.sql,
        columns=columns,
        parameters=(*severity.parameters, *condition.parameters),
        demand="demand" in needs(rule),
        touched=scope.since is not None,
        place=place,
    )


def _gather(view: View, on: str, scope: Scope) -> None:
    """Put the rows that moved together, once for all rules that look at the same ones."""
    if scope.since is None or (on, scope) in view.noted:
        return
    if not any(noted == scope for _, noted in view.noted):
        evaluation.touch(view.store, view.source.id, since=scope.since, movements_after=scope.movements_after)
        view.noted.clear()
    evaluation.gather(view.store, on, view.source.id)
    view.noted.append((on, scope))


def _in_catalogue(view: View, rule: Rule, scope: Scope, sifted: Sifted | None) -> Found:
    store, source_id = view.store, view.source.id
    condition, severity, clear = condition_of(rule), severity_case(rule), clear_of(rule)
    columns, demand = value_columns(rule), "demand" in needs(rule)
    # First what is new: of thousands that match, few are, and the rest need not be kept while the alerts are judged.
    new = [] if sifted and not sifted.holds else _new(view, rule, scope, columns, sifted and sifted.place)
    standing = evaluation.standing(
        store,
        rule.on,
        source_id,
        rule.name,
        view.moment,
        condition=condition.sql,
        severity=severity.sql,
        clear=clear.sql,
        columns=columns,
        parameters=(*condition.parameters, *clear.parameters, *severity.parameters),
        demand=demand,
        touched=scope.since is not None,
    )
    return Found(new, {key: Judged(*judged) for key, judged in standing.items()})


def _new(view: View, rule: Rule, scope: Scope, columns: Columns, place: int | None) -> list[Finding]:
    taken = alerts.open_subjects(view.store, view.source.id, rule.name)
    return [each for each in matches(view, rule, scope, columns, place) if _key(rule.on, each) not in taken]


def _key(on: str, found: Finding) -> tuple[int | None, int | None]:
    return (found.level_id, None) if on == "stock" else (None, found.product_id)


def _in_documents(view: View, rule: Rule, scope: Scope) -> Found:
    """What is counted over a window: asked anew when documents, the day or the rule moved, or something is open."""
    open_ones = alerts.open_alerts(view.store, view.source.id, rule.name)
    unmoved = scope.movements_after == view.moment.movement_id and scope.since is not None
    if unmoved and not open_ones:
        return Found([], {})
    return _among(view, rule, counted_rows(view, rule))


def counted_rows(view: View, rule: Rule) -> list[dict[str, Any]]:
    """The groups of a `returns` or `sales` rule with their figures."""
    days = round((rule.window_seconds or 0) / DAY_SECONDS)
    words = frozenset(words_of(rule))
    rows = measures_documents.count(
        view.store,
        rule.on,
        rule.by or "product",
        view.source.id,
        view.moment,
        days=days,
        query=rule.query.sql,
        parameters=rule.query.parameters,
        documents="documents" in words or "previous_documents" in words,
    )
    if rule.on == "returns":
        _add_chances(rows)
    elif words & _CHANCES:
        _add_sales_chances(
            rows, days, measures_documents.days_before(view.store, view.source.id, view.moment, days=days)
        )
    for row in rows:
        row["subject"] = _group_subject(rule.by or "product", row, view.source)
    return rows


def balance_rows(view: View, rule: Rule) -> list[dict[str, Any]]:
    """The products of a `reconciliation` rule with what should be there, what is, and what is left over."""
    days = round((rule.window_seconds or 0) / DAY_SECONDS)
    rows = measures_documents.balances(
        view.store,
        view.source.id,
        view.moment,
        days=days,
        query=rule.query.sql,
        parameters=rule.query.parameters,
    )
    for row in rows:
        left, cost, actual = row["unexplained"], row["unit_cost"], row["actual"]
        row["expected"] = None if actual is None else quantity(actual - left)
        row["unexplained_value"] = None if cost is None else quantity(left * cost)
        row["undocumented_value"] = None if cost is None else quantity(row["undocumented"] * cost)
        told = sum(abs(row[name]) for name in ("sold", "cancelled", "returned", "receipts", "adjustments"))
        row["explained_ratio"] = quantity(told / (told + abs(left))) if told + abs(left) else None
        row["subject"] = _group_subject("product", row, view.source)
    if _ALARMS & set(words_of(rule)):
        alarms.note(view.store, view.source.id, rows, today=view.moment.today, days=days)
    return rows


def _add_chances(rows: Sequence[dict[str, Any]]) -> None:
    """How likely so many returns are by chance, each alone and corrected for how many were compared."""
    for row in rows:
        units, sold, usual, usual_sold = row["units"], row["sold_units"], row["usual"], row["usual_sold"]
        row["return_rate"] = round(units / sold, 6) if sold > 0 else None
        row["expected_units"] = expected_units(usual, usual_sold, sold)
        row["p_value"] = spike_probability(units, sold, usual, usual_sold)
    _correct(rows)


def _add_sales_chances(rows: Sequence[dict[str, Any]], days: int, days_before: int) -> None:
    """The same for what went out: what is usual is counted by the day. Less history than one window tells nothing."""
    known = days_before >= days
    for row in rows:
        usual = expected_units(row["usual"], days_before, days) if known else None
        # People read it: 9.7 a week says as much as 9.722222.
        row["expected_units"] = None if usual is None else round(usual, 1)
        row["p_value"] = spike_probability(row["units"], days, row["usual"], days_before) if known else None
    _correct(rows)


def _correct(rows: Sequence[dict[str, Any]]) -> None:
    for row, corrected in zip(rows, adjusted([row["p_value"] for row in rows]), strict=True):
        row["q_value"] = corrected


def _group_subject(by: str, row: dict[str, Any], source: Source) -> Subject:
    if by == "product":
        return Subject(
            row["external_id"],
            row["code"],
            row["name"],
            nombre_categoria=row["category"] or None,
            marca=row["brand"] or None,
        )
    if by == "marca":
        return Subject(nombre=row["brand"], marca=row["brand"])
    if by == "categoria":
        return Subject(nombre=row["category"], nombre_categoria=row["category"])
    if by in ("sector", "cost_center"):
        # Only its id is known: names of places are not read, because they lead to people.
        return Subject(row["group"], nombre=row["group"])
    return Subject(nombre=source.name)


def _source_row(view: View) -> dict[str, Any]:
    """The one row of a `source` rule."""
    store, source, now = view.store, view.source, view.moment.now
    left = Allowance().plain - budget.used(store, source.budget_key, now)
    figures = measures_documents.source_figures(store, source.id, now)
    return {**figures, "quota_remaining": max(0, left), "subject": Subject(nombre=source.name)}


def _among(view: View, rule: Rule, rows: list[dict[str, Any]]) -> Found:
    """Judge rows that were put together, and find the open alerts they are about."""
    by_subject = {alert.subject.key(): alert.id for alert in alerts.open_alerts(view.store, view.source.id, rule.name)}
    new: list[Finding] = []
    standing: dict[int, Judged] = {}
    for number, judged in judge(view, rule, rows, value_columns(rule)):
        subject: Subject = rows[number]["subject"]
        alert_id = by_subject.get(subject.key())
        if alert_id is not None:
            standing[alert_id] = judged
        elif judged.word == "holds":
            product_id = rows[number].get("product_id") if subject.id is not None else None
            new.append(Finding(None, product_id, subject, judged.severity, judged.values))
    # A group without any document in either window has nothing to count: that is over, not gone.
    return Found(new, standing, Verdict.CLEAR)


def put_together(view: View, rule: Rule) -> list[dict[str, Any]]:
    """The rows of a rule about documents or about the source itself."""
    if rule.on == "source":
        return [_source_row(view)]
    return balance_rows(view, rule) if rule.on == "reconciliation" else counted_rows(view, rule)


def judge(view: View, rule: Rule, rows: list[dict[str, Any]], columns: Columns) -> list[tuple[int, Judged]]:
    """How each of these rows stands with a rule, by its number."""
    condition, severity, clear = condition_of(rule), severity_case(rule), clear_of(rule)
    found = evaluation.judged(
        view.store,
        view.source.id,
        view.moment,
        rows,
        condition=condition.sql,
        severity=severity.sql,
        clear=clear.sql,
        columns=columns,
        parameters=(*condition.parameters, *clear.parameters, *severity.parameters),
    )
    return [(number, Judged(word, grade, values)) for number, word, grade, values in found]
