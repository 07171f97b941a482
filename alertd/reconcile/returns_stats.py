"""Whether more comes back than usual, without crying wolf over three units. Plain numbers in, plain numbers out.

The usual rate is itself only an estimate; a test that takes it for certain finds a spike in every young product. Here
its uncertainty counts (a negative binomial), and testing many products at once is paid for (Benjamini-Hochberg).
"""

import math
from collections.abc import Sequence

SHRINK_UNITS = 50.0
LEAST_RETURNS = 3
WARN, CRITICAL, FALSE_SHARE = 0.01, 0.001, 0.10
_TINY = 1e-18


def expected_units(usual: float, usual_sold: float, sold: float) -> float | None:
    """The returns that would be normal for what was sold; None where there is nothing to compare with."""
    return usual * sold / usual_sold if usual_sold > 0 else None


def spike_probability(units: float, sold: float, usual: float, usual_sold: float) -> float | None:
    """How likely that many returns or more are by chance, after `usual` of `usual_sold` before; None: not known."""
    if sold <= 0 or usual_sold <= 0 or usual < 0:
        return None
    at_least = math.ceil(units)
    if at_least <= 0:
        return 1.0
    shape, share = usual + 0.5, usual_sold / (usual_sold + sold)
    if usual_sold < sold and at_least > 10_000:
        return None
    return _tail(at_least, shape, share)


def _tail(at_least: int, shape: float, share: float) -> float:
    """P(X >= k) of a negative binomial. Above the mean its terms fall, so the tail itself is summed, not its rest."""
    mean = shape * (1 - share) / share
    if at_least <= mean:
        return max(0.0, 1.0 - sum(_term(k, shape, share) for k in range(at_least)))
    term, k = _term(at_least, shape, share), at_least
    total = 0.0
    while term > _TINY * max(total, 1e-300) and k < at_least + 100_000:
        total += term
        term *= (k + shape) / (k + 1) * (1 - share)
        k += 1
    return min(1.0, total)


def _term(k: int, shape: float, share: float) -> float:
    log = math.lgamma(k + shape) - math.lgamma(k + 1) - math.lgamma(shape)
    return math.exp(log + shape * math.log(share) + k * math.log1p(-share))


def poisson_probability(units: float, expected: float) -> float:
    """P(X >= units) where the usual number is taken for certain: used for sales, where it nearly is."""
    at_least = math.ceil(units)
    if at_least <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(at_least * math.log(expected) - expected - math.lgamma(at_least + 1))
    if at_least <= expected:
        below = sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(at_least))
        return max(0.0, 1.0 - below)
    total, k = 0.0, at_least
    while term > _TINY * max(total, 1e-300):
        total += term
        k += 1
        term *= expected / k
    return min(1.0, total)


def adjusted(probabilities: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg: for each probability the share of false alarms one accepts by flagging it. Order is kept."""
    known = sorted((p, index) for index, p in enumerate(probabilities) if p is not None)
    result: list[float | None] = [None] * len(probabilities)
    lowest = 1.0
    for rank in range(len(known), 0, -1):
        p, index = known[rank - 1]
        lowest = min(lowest, p * len(known) / rank)
        result[index] = lowest
    return result


def shrunk_rate(returned: float, sold: float, usual_rate: float) -> float:
    """The share that came back, drawn towards the shop's own rate while little was sold: what lists are sorted by."""
    return (returned + usual_rate * SHRINK_UNITS) / (sold + SHRINK_UNITS)


def wilson(returned: float, sold: float, z: float = 1.959964) -> tuple[float, float] | None:
    """Between which shares the true one lies, 19 times of 20; None where nothing was sold."""
    if sold <= 0:
        return None
    share, spread = returned / sold, z * z / sold
    centre = share + spread / 2
    reach = z * math.sqrt(max(0.0, share * (1 - share)) / sold + spread / (4 * sold))
    return (centre - reach) / (1 + spread), (centre + reach) / (1 + spread)
