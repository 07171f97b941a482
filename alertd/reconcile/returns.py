"""Returns of a span: how many, of what, where and why, which come back more than usual, and money without goods.

Rates are by the date of the return. A list is ordered by the rate drawn towards the shop's own, so that two of three
do not stand before thirty of four hundred; below twenty units sold only the counts are shown. A bill voided at the
till is no customer's return, and a price adjustment moves nothing: both are told apart. See `returns_stats` for the
arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from ..clock import day_number
from ..store import Store, reconciliation, reconciliation_returns
from .nouns import Cause
from .returns_stats import (
    CRITICAL,
    FALSE_SHARE,
    LEAST_RETURNS,
    WARN,
    adjusted,
    expected_units,
    shrunk_rate,
    spike_probability,
    wilson,
)

USUAL_DAYS = 90
LEAST_SOLD = 20.0
RESTOCK_DAYS = 30
By = Literal["product", "brand", "category", "branch"]
BYS: tuple[By, ...] = ("product", "brand", "category", "branch")


@dataclass(frozen=True, slots=True)
class Rate:
    """One group. `rate` and its bounds are None under twenty units sold; `p_value` None where nothing is usual yet."""

    key: int | str
    name: str
    codigo: str | None
    sold: float
    returned: float
    amount: float | None
    documents: int | None
    voided: float | None
    rate: float | None
    low: float | None
    high: float | None
    shrunk: float
    expected: float | None
    p_value: float | None
    spike: str | None


@dataclass(frozen=True, slots=True)
class Returns:
    """The returns of a span of business dates."""

    since: str
    until: str
    sold: float
    returned: float
    rate: float | None
    before: float | None
    groups: dict[str, tuple[Rate, ...]]
    reasons: tuple[dict[str, Any], ...]
    types: tuple[dict[str, Any], ...]
    refunds_without_restock: tuple[dict[str, Any], ...]
    restocks_without_refund: tuple[dict[str, Any], ...]

    @property
    def spikes(self) -> tuple[Rate, ...]:
        """Products that come back more than chance allows."""
        return tuple(rate for rate in self.groups["product"] if rate.spike)


def returns(
    store: Store, source_id: int, since: date, until: date, *, moments: tuple[int, int], bys: Sequence[By] = BYS
) -> Returns:
    """The returns between two business dates, both included; `moments` is the same span for what stock shows.

    Of the groups only those of `bys` are worked out, and always the products.
    """
    first, last = day_number(since), day_number(until)
    usual = first - USUAL_DAYS
    totals = reconciliation_returns.totals(store, source_id, first, last, usual)
    rate = totals["returned"] / totals["sold"] if totals["sold"] > 0 else None
    groups: dict[str, tuple[Rate, ...]] = {}
    for by in dict.fromkeys(("product", *bys)):
        rows = (
            reconciliation_returns.branch_sums(store, source_id, first, last, usual)
            if by == "branch"
            else reconciliation_returns.sums(store, source_id, by, first, last, usual)
        )
        groups[by] = rank(rows, (rate or 0.0) if by == "product" else None)
    span = (since.isoformat(), until.isoformat())
    return Returns(
        *span, totals["sold"], totals["returned"], rate,
        totals["usual"] / totals["usual_sold"] if totals["usual_sold"] > 0 else None, groups,
        tuple(reconciliation_returns.reasons(store, source_id, *span)),
        tuple(reconciliation_returns.by_type(store, source_id, *span)),
        *_money_and_goods(store, source_id, moments, day_number(since - timedelta(days=RESTOCK_DAYS))),
    )  # fmt: skip


def rank(rows: Sequence[dict[str, Any]], usual_rate: float | None = None) -> tuple[Rate, ...]:
    """Groups with returns by their shrunk rate, each judged against its own past; testing many of them is paid for.

    `usual_rate` is the shop's own, where the rows are not all of it.
    """
    if usual_rate is None:
        sold = sum(row["sold"] for row in rows)
        usual_rate = sum(row["returned"] for row in rows) / sold if sold > 0 else 0.0
    there = [row for row in rows if row["returned"] > 0]
    tested = [spike_probability(row["returned"], row["sold"], row["usual"], row["usual_sold"]) for row in there]
    shares = adjusted(tested)
    rates = [_rate(row, usual_rate, p_value, share) for row, p_value, share in zip(there, tested, shares, strict=True)]
    return tuple(sorted(rates, key=lambda rate: (-rate.shrunk, -rate.returned, rate.name)))


def _rate(row: dict[str, Any], usual_rate: float, p_value: float | None, share: float | None) -> Rate:
    enough = row["sold"] >= LEAST_SOLD
    # More may come back than was sold in a short span; a share above one has no interval.
    bounds = wilson(min(row["returned"], row["sold"]), row["sold"]) if enough else None
    low, high = bounds or (None, None)
    return Rate(
        row["key"], row["name"], row["codigo"], row["sold"], row["returned"], row["amount"], row["documents"],
        row["voided"], row["returned"] / row["sold"] if enough else None, low, high,
        shrunk_rate(row["returned"], row["sold"], usual_rate),
        expected_units(row["usual"], row["usual_sold"], row["sold"]), p_value,
        spike(row["returned"], p_value, share),
    )  # fmt: skip


def spike(returned: float, p_value: float | None, share: float | None) -> str | None:
    """`critical`, `warning` or None: at least three units, hardly by chance, also among all that were tested."""
    if p_value is None or share is None or returned < LEAST_RETURNS or p_value >= WARN or share > FALSE_SHARE:
        return None
    return "critical" if p_value < CRITICAL else "warning"


def _money_and_goods(
    store: Store, source_id: int, moments: tuple[int, int], sold_since: int
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Refunds whose goods did not come in, and goods that came in singly without a refund after they had been sold."""
    rows = reconciliation.variances(store, source_id, *moments)
    refunds = tuple(row for row in rows if row["cause"] == Cause.NO_RESTOCK)
    came = [row for row in rows if row["cause"] == Cause.SURPLUS]
    sold = reconciliation_returns.sold_lately(store, sorted({row["product_id"] for row in came}), sold_since)
    return refunds, tuple(row for row in came if 0 < row["units"] <= sold.get(row["product_id"], 0))
