"""When to order and how much: terms of buying, the reserve, the point at which to order, the quantity. Plain numbers.

Terms are said for a source, a supplier or a product; the nearest that says something wins, term by term.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from ..model import quantity

LEAD_DAYS = 7.0
REVIEW_DAYS = 1.0
SAFETY_DAYS = 3.0
COVERAGE_DAYS = 14.0
"""What an order reckons with where nobody said otherwise: the supplier's week, a look each day, three days in reserve,
and two weeks of sales."""

SERVICE_Z = {90: 1.2816, 95: 1.6449, 98: 2.0537, 99: 2.3263}
"""The levels of service that can be asked for, in percent, and how many deviations each takes."""

_SLOW = 10.0
_MOST_UNITS = 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one source, supplier or product; None is for the wider one to say.

    `safety_days` (days of sales) and `service` (percent) are two ways to say how large the reserve is: the nearest
    that says either wins, and says it alone.
    """

    lead_days: float | None = None
    lead_spread: float | None = None
    review_days: float | None = None
    safety_days: float | None = None
    service: int | None = None
    coverage_days: float | None = None
    pack: float | None = None
    least: float | None = None
    cutoff: str | None = None


TERMS = tuple(field.name for field in fields(Said))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that hold for one product."""

    lead_days: float = LEAD_DAYS
    lead_spread: float = 0.0
    review_days: float = REVIEW_DAYS
    safety_days: float = SAFETY_DAYS
    service: int | None = None
    coverage_days: float = COVERAGE_DAYS
    pack: float | None = None
    least: float = 0.0
    cutoff: str | None = None

    @property
    def wait(self) -> float:
        """Days from one look at the shelf until what the next one orders is there."""
        return self.lead_days + self.review_days


def resolve(nearest_first: Sequence[Said]) -> Terms:
    """The terms of a product: each from the nearest that says it, else the house's own."""
    found: dict[str, object] = {}
    for said in nearest_first:
        reserve = {"safety_days", "service"}
        skipped = reserve if reserve & found.keys() else set()
        found |= {
            name: value
            for name in TERMS
            if name not in found and name not in skipped and (value := getattr(said, name)) is not None
        }
    return Terms(**found)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Plan:
    """The reserve, the stock at which to order, and the stock that an order should bring, in units."""

    safety: float
    point: float
    target: float


def plan(rate: float, deviation: float, terms: Terms) -> Plan:
    """What demand and terms ask for. `rate` is a day's units, `deviation` how much a day differs from it."""
    if rate <= 0:
        return Plan(0.0, 0.0, 0.0)
    if terms.service is None:
        reserve = rate * terms.safety_days
        point = _up(rate * terms.wait + reserve)
    elif is_slow(rate, terms.wait):
        point = slow_reorder_point(rate, terms.wait, terms.service / 100)
        reserve = max(0.0, point - rate * terms.wait)
    else:
        reserve = safety_stock(
            rate,
            deviation=deviation,
            lead=terms.lead_days,
            lead_deviation=terms.lead_spread,
            review=terms.review_days,
            z=SERVICE_Z[terms.service],
        )
        point = _up(rate * terms.wait + reserve)
    return Plan(quantity(reserve), point, _up(rate * (terms.wait + terms.coverage_days) + reserve))


def safety_stock(
    rate: float, *, deviation: float, lead: float, lead_deviation: float, review: float, z: float
) -> float:
    """What is kept in reserve against days that sell more and suppliers that come late."""
    return z * math.sqrt((lead + review) * deviation**2 + rate**2 * lead_deviation**2)


def slow_reorder_point(rate: float, days: float, service: float) -> int:
    """For what sells now and then: the smallest stock that is enough with that probability (Poisson)."""
    expected = rate * days
    term = total = math.exp(-expected)
    enough = 0
    while total < service and enough < _MOST_UNITS:
        enough += 1
        term *= expected / enough
        total += term
    return enough


def is_slow(rate: float, days: float) -> bool:
    """Whether so little sells until the goods come that the bell curve would be wrong."""
    return rate * days < _SLOW


@dataclass(frozen=True, slots=True)
class Order:
    """How much to order, and what a person should know about it: `exceeds maximum`, `to the minimum only`."""

    quantity: float
    note: str | None = None


def suggested_order(
    on_hand: float,
    *,
    minimum: float | None,
    maximum: float | None,
    on_order: float = 0.0,
    point: float = 0.0,
    target: float = 0.0,
    pack: float | None = None,
    least: float = 0.0,
) -> Order:
    """How much to order so that the stock reaches its maximum, or else the `target` of its plan.

    Nothing is suggested while what is there and what is on its way stand above both the minimum and the reorder
    `point`. A `pack` rounds up to whole packs.
    """
    floor = minimum or 0.0
    position = quantity(on_hand + on_order)
    if position > max(floor, point):
        return Order(0.0)
    top = maximum if maximum is not None and maximum > 0 else None
    need = quantity(max(floor, target if top is None else top) - position)
    if need <= 0:
        return Order(0.0)
    amount = max(need, least)
    if pack:
        amount = quantity(_up(amount / pack) * pack)
    if top is not None and position + amount > max(top, floor):
        return Order(amount, "exceeds maximum")
    return Order(amount, "to the minimum only" if top is None and not target else None)


def _up(number: float) -> int:
    """The next whole number; what is whole to six places stays."""
    return math.ceil(quantity(number))
