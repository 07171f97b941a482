"""Alerts that come and go: when one crosses its limit too often, it is folded away, and a wider band is suggested.

Pure. What is folded is told at the next digest hour, or earlier once it has stood still: an empty shelf that stays
empty is news, however often it was refilled before.
"""

from collections.abc import Sequence
from datetime import timedelta

from ..clock import local, moment
from ..model import State, Values

DAY = 86_400_000
MOST_CROSSINGS = 4
SETTLED_AFTER = 3_600_000
DIGEST_HOUR = "08:00"

Crossing = tuple[int, str, Values]


def is_restless(crossings: Sequence[Crossing], now: int) -> bool:
    """Whether it began to fire more than four times within a day."""
    return falls(crossings, now) > MOST_CROSSINGS


def falls(crossings: Sequence[Crossing], now: int) -> int:
    """How often it began to fire within the last day."""
    return sum(1 for at, became, _ in crossings if became == "firing" and at > now - DAY)


def is_settled(state: State, since: int, now: int) -> bool:
    """Whether a folded alert has fired long enough without a break to be told after all."""
    return state is State.FIRING and now - since >= SETTLED_AFTER


def suggested_recovery(crossings: Sequence[Crossing]) -> float | None:
    """A stock that it never rose above while it kept falling back: recovering only above it would have been calm."""
    tops = [values.get("stock") for _, became, values in crossings if became == "resolved"]
    numbers = [float(top) for top in tops if isinstance(top, int | float) and not isinstance(top, bool)]
    return max(numbers, default=None)


def next_digest(now: int, zone: str, at: str = DIGEST_HOUR) -> int:
    """The next moment at which the clock of the shop shows that time of day."""
    hour, minute = (int(part) for part in at.split(":"))
    here = local(now, zone)
    today = here.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    return moment(today if moment(today) > now else (today + timedelta(days=1)))
