"""What deserves attention beyond one line: a slow leak, a sudden drop, and sales that are documented but improbable.

A drop that nothing explains and one that sales explain too well are different things, and are told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..store import Store, measures_demand, reconciliation
from .returns_stats import poisson_probability

DRIFT = 0.25
LEAK_UNITS = 3.0
DEAR_COST = 50.0
"""From this cost on a unit weighs more: both the drift and the alarm are scaled by it."""
DROP_UNITS = 3.0
DROP_SHARE = 0.2
IMPROBABLE = 0.001


@dataclass(frozen=True, slots=True)
class Leak:
    """A product that loses a little again and again: since which day, how many units in all."""

    product_id: int
    since_day: int
    day: int
    units: float


def leak_levels(daily: Iterable[float], drift: float = DRIFT) -> list[float]:
    """The one-sided CUSUM of unexplained units a day: what is missing adds up, a quiet day lets a little go."""
    levels, level = [], 0.0
    for unexplained in daily:
        level = round(max(0.0, level - unexplained - drift), 6)
        levels.append(level)
    return levels


def leak_day(daily: Sequence[float], cost: float | None = None) -> int | None:
    """The position of the day on which a slow leak is certain enough to say so; None when it is not."""
    scale = max(1.0, (cost or 0.0) / DEAR_COST)
    for position, level in enumerate(leak_levels(daily, DRIFT / scale)):
        if level >= LEAK_UNITS / scale:
            return position
    return None


def leaks(store: Store, source_id: int, since_day: int, until_day: int, costs: dict[int, float]) -> list[Leak]:
    """The slow leaks of a source over a span of days, the largest loss first."""
    by_product: dict[int, dict[int, float]] = {}
    for product_id, day, units in reconciliation.daily_undocumented(store, source_id, since_day):
        by_product.setdefault(product_id, {})[day] = units
    found = []
    for product_id, days in by_product.items():
        span = range(min(days), until_day + 1)
        position = leak_day([days.get(day, 0.0) for day in span], costs.get(product_id))
        if position is not None and len([day for day in days.values() if day < 0]) > 1:
            found.append(Leak(product_id, span[0], span[position], round(sum(days.values()), 6)))
    return sorted(found, key=lambda leak: leak.units)


def is_sudden_drop(unexplained: float, opening: float, value: float | None = None, limit: float = 0.0) -> bool:
    """Whether what is missing in one window is much: three units and a fifth of the stock, or dear."""
    if unexplained >= 0:
        return False
    dear = value is not None and limit > 0 and -value >= limit
    return dear or -unexplained >= max(DROP_UNITS, DROP_SHARE * max(0.0, opening))


def is_unusual_sale(sold: float, daily_sales: float | None, days: float) -> bool:
    """Whether so much was sold that it is hardly chance: explained by documents, and worth a look all the same."""
    if daily_sales is None or daily_sales <= 0 or days <= 0 or sold <= 0:
        return False
    return poisson_probability(sold, daily_sales * days) < IMPROBABLE


def note(store: Store, source_id: int, rows: Sequence[dict[str, Any]], *, today: int, days: int) -> None:
    """Write `sudden_drop`, `unusual_sale` and `leak_units` beside the balances of products over so many days."""
    costs = {row["product_id"]: row["unit_cost"] for row in rows if row["unit_cost"] is not None}
    found = {leak.product_id: leak for leak in leaks(store, source_id, today - days + 1, today, costs)}
    rates = measures_demand.daily_rates(store, source_id)
    limit = reconciliation.value_limit(store, source_id)
    for row in rows:
        key, leak = row["product_id"], found.get(row["product_id"])
        row["sudden_drop"] = int(
            is_sudden_drop(row["undocumented"], row["opening"] or 0.0, row["undocumented_value"], limit)
        )
        row["unusual_sale"] = int(is_unusual_sale(row["sold"], rates.get(key), days))
        row["leak_units"] = max(0.0, -leak.units) if leak else 0.0
