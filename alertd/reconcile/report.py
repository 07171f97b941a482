"""The reconciliation of a source between any two whole snapshots, as lines a person can check by hand.

A line is a product: what there was, what the documents say happened, what should be there, what is. Its cause is the
guess for the gap that weighs most; `parts` holds every gap with its own cause, for a receipt must not hide a loss. What
is "sin documento" is listed from the parts. Lines whose product nobody knows stand at the end with what was sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clock import rfc3339
from ..errors import Trouble
from ..model import quantity
from ..store import Store, knowledge, reconciliation
from ..store.sources import Source
from . import words
from .causes import explain
from .loading import Loaded, balances, bounds, load, moments_between
from .nouns import NET_ZERO, UNDOCUMENTED, Balance, Cause, Gap, units, value_of

LEAST_UNITS = 1.0
LEAST_SHARE = 0.02
TERMS = ("sold", "cancelled", "returned", "receipts", "adjustments")


@dataclass(frozen=True, slots=True)
class Part:
    """One gap of a product: when, how much, why, and the evidence for that guess."""

    opened_at: int
    closed_at: int
    units: float
    value: float | None
    cause: str
    reported: bool
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """The equation of one product. None means not known: never zero."""

    product_id: int | None
    codigo: str | None
    nombre: str | None
    opening: float | None
    sold: float
    cancelled: float
    returned: float
    receipts: float
    adjustments: float
    expected: float | None
    actual: float | None
    unexplained: float | None
    unexplained_value: float | None
    cause: str | None
    facts: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    branches: dict[str, tuple[float, float]] = field(default_factory=dict)
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A reconciliation between the snapshots `since` and `until`; `documents_until` is how far documents are known."""

    source: str
    since: int
    until: int
    documents_until: int | None
    lines: tuple[Line, ...]
    balanced: int
    totals: dict[str, float]

    def undocumented(self) -> list[tuple[Line, Part]]:
        """What nothing explains and what is worth a line, the dearest first."""
        found = [(line, part) for line in self.lines for part in line.parts if part.reported]
        return sorted(found, key=lambda each: (-abs(each[1].value or 0), -abs(each[1].units), each[0].nombre or ""))


def reconcile(store: Store, source: Source, since: int, until: int, *, every: bool = False) -> Report:
    """Reconcile a source between the whole snapshots that were in force at two moments.

    `every` also lists the products on which nothing happened. Raises Trouble before the first whole snapshot.
    """
    opening = reconciliation.snapshot_before(store, source.id, since)
    closing = reconciliation.snapshot_before(store, source.id, until)
    if opening is None or closing is None:
        raise Trouble(f"There is no whole snapshot of '{source.name}' yet; run 'alertd poll {source.name}' first.")
    known_until = reconciliation.documents_until(store, source.id)
    closing = max(opening, closing)
    moments = moments_between(store, source.id, opening, closing)
    touched = reconciliation.touched_between(store, source.id, opening, closing) if closing > opening else set()
    wanted = touched | set(reconciliation.all_products(store, source.id)) if every else _with_parts(store, touched)
    loaded = load(store, source.id, wanted, moments)
    counted = balances(loaded)
    gaps: dict[int, list[Gap]] = defaultdict(list)
    for gap in explain(counted, loaded.shelves, loaded.facts, loaded.kits):
        gaps[gap.product_id].append(gap)
    said = said_of(store, source.id, opening, closing)
    limit = reconciliation.value_limit(store, source.id)
    lines = [worded(each, gaps[each.product_id], loaded, said, limit, closing) for each in counted]
    lines.sort(key=_weight)
    lines += _unmatched(store, source.id, moments.at[0], loaded)
    products = len(reconciliation.all_products(store, source.id))
    off = sum(1 for line in lines if line.unexplained or line.parts)
    return Report(source.name, opening, closing, known_until, tuple(lines), max(0, products - off), _totals(lines))


def _with_parts(store: Store, touched: set[int]) -> set[int]:
    """Products that a known recipe moves along are touched where their set is."""
    return touched | {part for kit, part, _ in knowledge.recipes_of_kits(store, touched) if kit in touched}


def said_of(store: Store, source_id: int, since: int, until: int) -> dict[tuple[int, int, float], str]:
    """What people said of gaps."""
    return {
        (row["product_id"], row["closed_at"], row["units"]): row["cause"]
        for row in reconciliation.variances(store, source_id, since, until)
        if row["confirmed"]
    }


def worded(
    counted: Balance,
    gaps: Sequence[Gap],
    loaded: Loaded,
    said: dict[tuple[int, int, float], str],
    limit: float,
    closing: int,
) -> Line:
    """The line of a product that was counted, with its gaps."""
    row = loaded.rows[counted.product_id]
    cost = row["cost"]
    parts = tuple(_part(gap, cost, said, limit, counted, closing) for gap in gaps)
    cause = _main_cause(counted, parts)
    off = counted.unexplained
    weightiest = max(parts, key=lambda part: (part.cause == cause, abs(part.units)), default=None)
    return Line(
        product_id=counted.product_id,
        codigo=row["code"],
        nombre=row["name"],
        opening=_maybe(counted.opening),
        **{name: units(getattr(counted.sums, name)) for name in TERMS},
        expected=_maybe(counted.expected),
        actual=_maybe(counted.actual),
        unexplained=_maybe(off),
        unexplained_value=None if off is None else value_of(off, cost),
        cause=cause,
        facts=weightiest.facts if weightiest else {},
        parts=parts,
        branches={name: (units(expected), units(actual)) for name, (expected, actual) in counted.branches.items()},
        cost=cost,
    )


def _maybe(amount: int | None) -> float | None:
    return None if amount is None else units(amount)


def _part(
    gap: Gap, cost: float | None, said: dict[tuple[int, int, float], str], limit: float, counted: Balance, closing: int
) -> Part:
    off, value = units(gap.units), value_of(gap.units, cost)
    cause = said.get((gap.product_id, gap.closed_at, off), (gap.cause or Cause.SHORT).value)
    worth = value is None or abs(value) >= limit
    large = abs(off) >= max(LEAST_UNITS, LEAST_SHARE * units(counted.sums.moved))
    # Pages of a snapshot are read one after the other: a difference counts once the next snapshot still shows it.
    survived = gap.closed_at < closing
    reported = cause in UNDOCUMENTED and large and worth and survived
    return Part(gap.opened_at, gap.closed_at, off, value, cause, reported, gap.facts)


def _main_cause(counted: Balance, parts: Sequence[Part]) -> str | None:
    """The cause that weighs most, of those that still leave a difference; else what made the sum come out."""
    if counted.actual is None or counted.opening is None:
        return Cause.HIDDEN.value
    sums: dict[str, float] = defaultdict(float)
    for part in parts:
        if part.cause not in NET_ZERO:
            sums[part.cause] += abs(part.units)
    if counted.unexplained:
        sign = 1 if counted.unexplained > 0 else -1
        same = {part.cause for part in parts if part.units * sign > 0 and part.cause not in NET_ZERO}
        fitting = {cause: size for cause, size in sums.items() if cause in same} or sums
        if fitting:
            return max(fitting, key=lambda cause: fitting[cause])
        return (Cause.SURPLUS if counted.unexplained > 0 else Cause.SHORT).value
    if parts:
        return max(parts, key=lambda part: (part.cause in UNDOCUMENTED, abs(part.units))).cause
    if any(each.factor > 1 for each in counted.placed):
        return Cause.BOX.value
    return Cause.LATE.value if Cause.LATE in counted.notes else None


def _weight(line: Line) -> tuple[bool, float, float, str]:
    """Undocumented first, then by money, then by units."""
    undocumented = any(part.reported for part in line.parts)
    return (
        not undocumented, -abs(line.unexplained_value or 0), -abs(line.unexplained or 0), line.nombre or ""
    )  # fmt: skip


_GOES_OUT = ("sale", "withdrawal")


def _unmatched(store: Store, source_id: int, opening: int, loaded: Loaded) -> list[Line]:
    """Lines without a known product, by what the document calls them."""
    sums: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for row in reconciliation.unmatched_movements(store, source_id, opening):
        made = row["created_at"] or row["first_seen_at"]
        _, at, _ = bounds(made, row["not_before"], row["first_seen_at"], kind=row["document_kind"])
        if not opening < at or loaded.moments.window(at) > loaded.moments.last:
            continue
        found = sums.setdefault((row["code"], row["name"]), {"sold": 0.0, "returned": 0.0, "documents": []})
        # A swap that nobody can match says by its sign which way the product went.
        swapped = row["document_kind"] == "exchange"
        out = row["quantity"] < 0 if swapped else row["document_kind"] in _GOES_OUT
        term = "sold" if out else "returned"
        found[term] = quantity(found[term] + (abs(row["quantity"]) if swapped else row["quantity"]))
        found["documents"].append({"id": row["document_id"], "label": words.label(row), "units": row["quantity"]})
    return [
        Line(
            product_id=None, codigo=code, nombre=name, opening=None, sold=found["sold"], cancelled=0.0,
            returned=found["returned"], receipts=0.0, adjustments=0.0, expected=None, actual=None, unexplained=None,
            unexplained_value=None, cause=Cause.UNMATCHED.value, facts={"documents": found["documents"]},
        )
        for (code, name), found in sums.items()
    ]  # fmt: skip


def _totals(lines: Iterable[Line]) -> dict[str, float]:
    """Sums over the lines; of what is short and what is over apart, for one never pays for the other."""
    known = [line for line in lines if line.unexplained is not None]
    parts = [part for line in known for part in line.parts]
    short = [part for part in parts if part.reported and part.units < 0]
    over = [part for part in parts if part.reported and part.units > 0]
    totals = {name: quantity(sum(getattr(line, name) for line in known)) for name in TERMS}
    return {
        "opening": quantity(sum(line.opening or 0 for line in known)),
        **totals,
        "expected": quantity(sum(line.expected or 0 for line in known)),
        "actual": quantity(sum(line.actual or 0 for line in known)),
        "unexplained": quantity(sum(line.unexplained or 0 for line in known)),
        "unexplained_value": quantity(sum(line.unexplained_value or 0 for line in known)),
        "undocumented_short": quantity(sum(part.units for part in short)),
        "undocumented_short_value": quantity(sum(part.value or 0 for part in short)),
        "undocumented_over": quantity(sum(part.units for part in over)),
        "undocumented_over_value": quantity(sum(part.value or 0 for part in over)),
    }


def document(report: Report, language: str = "es") -> dict[str, Any]:
    """The report in the shape that programs hold on to. Times are RFC 3339 UTC."""
    return {
        "source": report.source,
        "since": rfc3339(report.since),
        "until": rfc3339(report.until),
        "documents_until": rfc3339(report.documents_until),
        "balanced": report.balanced,
        "lines": [_document_line(line, language) for line in report.lines],
        "totals": report.totals,
    }


def _document_line(line: Line, language: str) -> dict[str, Any]:
    return {
        "codigo": line.codigo,
        "nombre": line.nombre,
        "opening": line.opening,
        **{name: getattr(line, name) for name in TERMS},
        "expected": line.expected,
        "actual": line.actual,
        "unexplained": line.unexplained,
        "unexplained_value": line.unexplained_value,
        "cause": line.cause,
        "evidence": words.evidence(line, language),
        "parts": [
            {
                "opened_at": rfc3339(part.opened_at),
                "closed_at": rfc3339(part.closed_at),
                "unexplained": part.units,
                "unexplained_value": part.value,
                "cause": part.cause,
                "reported": part.reported,
                "evidence": words.part_evidence(part, language),
                "documents": part.facts.get("documents", []),
            }
            for part in line.parts
        ],
        "branches": [
            {"nombre_sucursal": name, "expected": expected, "actual": actual,
             "unexplained": quantity(actual - expected)}
            for name, (expected, actual) in line.branches.items()
        ],
    }  # fmt: skip
