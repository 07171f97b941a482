"""How long suppliers take, learnt from orders that arrived: a suggestion for the terms, never taken over by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..reconcile.ordering import SERVICE_Z

LEAST_ORDERS = 3


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the arrivals of one supplier say: the usual days, those that nine of ten keep, and how many there were."""

    supplier: str
    orders: int
    median: float
    p90: float

    @property
    def spread(self) -> float:
        """The deviation that such a tail stands for."""
        return round(max(0.0, self.p90 - self.median) / SERVICE_Z[90], 1)


def learn(days: Mapping[str, Sequence[float]]) -> list[Learnt]:
    """What can be said of the suppliers with enough arrivals. The days of each come sorted."""
    return [
        Learnt(name, len(taken), round(quantile(taken, 0.5), 1), round(quantile(taken, 0.9), 1))
        for name, taken in days.items()
        if len(taken) >= LEAST_ORDERS
    ]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which such a share lies, between two neighbours by the line that joins them."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
