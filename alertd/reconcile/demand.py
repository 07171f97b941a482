"""How fast a product sells, how long it lasts, when to order and how much. Plain numbers in, plain numbers out.

A rate is censored: days on which nothing could be sold, because nothing was there, do not count as days without demand.
`None` means that there is too little to say, which is not the same as zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..model import quantity

WINDOW_DAYS = 42
MINIMUM_DAYS = 14
"""Days in stock below which a rate would be a guess."""

LEAD_DAYS = 7
REVIEW_DAYS = 1
SAFETY_DAYS = 3
COVERAGE_DAYS = 14
"""What an order reckons with where nobody said otherwise: the supplier's week, a look each day, three days in reserve,
and two weeks of sales."""

SERVICE_Z = {90: 1.2816, 95: 1.6449, 98: 2.0537, 99: 2.3263}
_SLOW = 10.0
_MOST_UNITS = 10_000


def daily_sales(sold: float, returned: float, in_stock_days: int) -> float | None:
    """Units a day of the days on which there was something to sell; None under two weeks of such days."""
    net = quantity(sold - returned)
    if net <= 0:
        return 0.0
    return quantity(net / in_stock_days) if in_stock_days >= MINIMUM_DAYS else None


def days_of_cover(stock: float, sold: float, returned: float, in_stock_days: int) -> float | None:
    """For how many days the stock lasts; None without demand, or where the rate is not known."""
    net = quantity(sold - returned)
    if net <= 0:
        return None
    if stock <= 0:
        return 0.0
    return quantity(stock * in_stock_days / net) if in_stock_days >= MINIMUM_DAYS else None


def lost_units(rate: float | None, out_of_stock_days: int) -> float | None:
    """An estimate of what would have been sold on the days when nothing was there."""
    return None if rate is None else quantity(rate * out_of_stock_days)


def safety_stock(
    rate: float, *, deviation: float, lead: float, lead_deviation: float, review: float, z: float
) -> float:
    """What is kept in reserve against days that sell more and suppliers that come late."""
    return z * math.sqrt((lead + review) * deviation**2 + rate**2 * lead_deviation**2)


def reorder_point(
    rate: float,
    *,
    lead: float,
    review: float = 0.0,
    deviation: float = 0.0,
    lead_deviation: float = 0.0,
    z: float = 0.0,
) -> int:
    """The stock at which to order, rounded up."""
    reserve = safety_stock(rate, deviation=deviation, lead=lead, lead_deviation=lead_deviation, review=review, z=z)
    return _up(rate * (lead + review) + reserve)


def slow_reorder_point(rate: float, days: float, service: float) -> int:
    """The same for what sells now and then: the smallest stock that is enough with that probability (Poisson)."""
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
    rate: float | None = None,
    pack: float | None = None,
    at_least: float = 0.0,
) -> Order:
    """How much to order so that the stock reaches its maximum, or lasts until the order after the next.

    Nothing is suggested while what is there and what is on its way stand above the trigger: the minimum, or where
    nobody set one what sells while waiting. A `pack` rounds up to whole packs; without one only estimates are rounded.
    """
    rate, floor = rate or 0.0, minimum or 0.0
    position = quantity(on_hand + on_order)
    wait = LEAD_DAYS + REVIEW_DAYS + SAFETY_DAYS
    trigger = floor if floor > 0 else quantity(rate * wait)
    if position > trigger:
        return Order(0.0)
    top = maximum if maximum is not None and maximum > 0 else None
    need = quantity(max(floor, _up(rate * (wait + COVERAGE_DAYS)) if top is None else top) - position)
    if need <= 0:
        return Order(0.0)
    amount = max(need, at_least)
    if pack:
        amount = quantity(_up(amount / pack) * pack)
    if top is not None and position + amount > max(top, floor):
        return Order(amount, "exceeds maximum")
    return Order(amount, "to the minimum only" if top is None and not rate else None)


def _up(number: float) -> int:
    """The next whole number; what is whole to six places stays."""
    return math.ceil(quantity(number))


Pattern = Literal["smooth", "erratic", "intermittent", "lumpy", "none"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How demand comes: `interval` periods between demands on average, and how much their sizes vary."""

    interval: float | None
    variation: float | None
    pattern: Pattern


def shape(series: Sequence[float]) -> Shape:
    """Classify a series of periods by the cut-offs of Syntetos, Boylan and Croston."""
    sizes = [value for value in series if value > 0]
    if not sizes:
        return Shape(None, None, "none")
    mean = sum(sizes) / len(sizes)
    variation = sum((size - mean) ** 2 for size in sizes) / len(sizes) / mean**2
    interval = len(series) / len(sizes)
    if interval < 1.32:
        return Shape(interval, variation, "smooth" if variation < 0.49 else "erratic")
    return Shape(interval, variation, "intermittent" if variation < 0.49 else "lumpy")


def croston(series: Sequence[float], alpha: float = 0.1) -> float | None:
    """Smoothed size over smoothed interval, both moved only when something sells. None where nothing ever did."""
    size: float | None = None
    interval = gap = 1.0
    for index, value in enumerate(series):
        if value <= 0:
            gap += 1
            continue
        if size is None:
            size, interval = value, index + 1.0
        else:
            size += alpha * (value - size)
            interval += alpha * (gap - interval)
        gap = 1.0
    return None if size is None else size / interval


def sba(series: Sequence[float], alpha: float = 0.1) -> float | None:
    """Croston's forecast without its bias."""
    forecast = croston(series, alpha)
    return None if forecast is None else forecast * (1 - alpha / 2)


def tsb(series: Sequence[float], alpha: float = 0.1, beta: float = 0.1) -> float | None:
    """Smoothed size times smoothed probability; the probability falls in every period without a sale, so that a
    product nobody buys any more fades away."""
    size: float | None = None
    probability = 0.0
    for index, value in enumerate(series):
        if value > 0:
            size = value if size is None else size + alpha * (value - size)
        sold = float(value > 0)
        probability = sold if index == 0 else probability + beta * (sold - probability)
    return None if size is None else size * probability


def phantom_probability(rate: float, silent_days: float, spread: float = 1.0) -> float:
    """How likely so many days in stock without a sale are, by chance; `spread` is variance over mean (1: Poisson)."""
    expected = rate * silent_days
    if spread <= 1:
        return math.exp(-expected)
    return float(spread ** (-expected / (spread - 1)))
