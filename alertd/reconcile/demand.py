"""How fast a product sells, how its demand comes, and how long it lasts. Plain numbers in, plain numbers out.

A rate is censored: days on which nothing could be sold, because nothing was there, do not count as days without demand.
`None` means that there is too little to say, which is not the same as zero. What to order is in `ordering`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..model import quantity

WINDOW_DAYS = 42
MINIMUM_DAYS = 14
"""Days in stock below which a rate would be a guess."""

PATTERN_WEEKS = 26
LEAST_WEEKS, LEAST_SELLING_WEEKS, LATELY_WEEKS = 8, 3, 6
"""How far back the shape of demand is looked at, and how little of it says nothing yet."""

Pattern = Literal["smooth", "erratic", "intermittent", "lumpy", "none"]
NOW_AND_THEN: tuple[Pattern, ...] = ("intermittent", "lumpy")
"""What sells in some weeks only: its rate is smoothed, because a mean over six weeks jumps with each sale."""


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


def spread_of(total: float, squares: float, days: int) -> tuple[float, float]:
    """Standard deviation of a day's units, and variance over mean, from their sum and the sum of their squares."""
    if days <= 0 or total <= 0:
        return 0.0, 1.0
    mean = total / days
    variance = max(0.0, squares / days - mean**2)
    return math.sqrt(variance), variance / mean


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


def pattern_of(weeks: Sequence[float]) -> Pattern | None:
    """The shape of units by week, the oldest first; None while there are too few weeks, or too few with a sale.

    What sold in nearly every week lately does not sell now and then, whatever came before: it is new, or in season.
    """
    if len(weeks) < LEAST_WEEKS or len([units for units in weeks if units > 0]) < LEAST_SELLING_WEEKS:
        return None
    lately = shape(weeks[-LATELY_WEEKS:]).pattern
    return lately if lately in ("smooth", "erratic") else shape(weeks).pattern


def expected_sales(rate: float | None, pattern: Pattern | None, weeks: Sequence[float]) -> float | None:
    """Units a day to reckon with: the censored rate, or for what sells now and then the smoothed one."""
    if rate is None or pattern not in NOW_AND_THEN:
        return rate
    return quantity((tsb(weeks) or 0.0) / 7)


def phantom_probability(rate: float, silent_days: float, spread: float = 1.0) -> float:
    """How likely so many days in stock without a sale are, by chance; `spread` is variance over mean (1: Poisson)."""
    expected = rate * silent_days
    if spread <= 1:
        return math.exp(-expected)
    return float(spread ** (-expected / (spread - 1)))
