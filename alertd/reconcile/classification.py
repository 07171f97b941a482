"""What a product means to the shop: its class by revenue, money that sleeps, costs that jump. Plain numbers."""

from collections.abc import Sequence
from typing import Literal

from ..model import quantity

CLASS_DAYS = 90
A_SHARE, B_SHARE = 0.80, 0.95
DEAD_DAYS = 90
LONG_COVER_DAYS = 180
COST_JUMP = 0.10


def classes(revenues: Sequence[float]) -> list[str]:
    """A, B or C by the share of revenue that stands before a product in the list of the best; U where nothing sold.

    The product that crosses four fifths is still an A: it is the first of those that carry the shop's last fifth.
    """
    order = sorted(range(len(revenues)), key=lambda index: -revenues[index])
    total = sum(max(0.0, revenue) for revenue in revenues)
    result, before = ["U"] * len(revenues), 0.0
    for index in order:
        if revenues[index] <= 0:
            break
        share = before / total
        result[index] = "A" if share < A_SHARE else "B" if share < B_SHARE else "C"
        before += revenues[index]
    return result


def is_dead(stock: float, sold: float, days_known: int) -> bool:
    """Stock that nobody buys: nothing sold in the quarter, and known for at least as long (else it is new)."""
    return stock > 0 and sold <= 0 and days_known >= DEAD_DAYS


def tied_capital(stock: float, cost: float) -> float:
    """The money that lies in it."""
    return quantity(stock * cost)


def excess(stock: float, rate: float, cost: float) -> tuple[float, float] | None:
    """Units beyond half a year of sales and their cost; None where it is not too much."""
    units = quantity(stock - LONG_COVER_DAYS * rate)
    return (units, quantity(units * cost)) if rate > 0 and units > 0 else None


Jump = Literal["jump", "typing mistake"]


def cost_jump(cost: float, before: float | None) -> tuple[float, Jump | None] | None:
    """The share by which a cost changed, and whether that is worth telling; None where there was none before.

    Ten times as much, or a tenth, is rather a slip of the keyboard.
    """
    if not before or before <= 0:
        return None
    share = (cost - before) / before
    if cost >= before * 10 or cost <= before / 10:
        return share, "typing mistake"
    return share, "jump" if abs(quantity(share)) >= COST_JUMP else None


def sell_through(sold: float, start: float, received: float = 0.0, adjusted: float = 0.0) -> float | None:
    """The share of what was there that was sold."""
    there = start + received + adjusted
    return sold / there if there > 0 else None
