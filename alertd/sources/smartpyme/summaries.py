"""What SmartPyme says of itself in its summaries. Shown beside what alertd counts, and never used to decide.

The inventory summary of the deployed servers ends in a fault of its own, and where it works its figures are partly
always zero; the returns summary has two sets of names. So each figure is there or it is not.
"""

from typing import Any

import msgspec


class Summary(msgspec.Struct, frozen=True):
    """The system's own counts: products it calls low, and sales and returns of a window; None where it gives none."""

    low: int | None = None
    sales: int | None = None
    returns: int | None = None


def read_summary(figures: bytes | None, *names: str) -> int | None:
    """The first of the named counts, wherever in the figures it stands; None where there is none."""
    if figures is None:
        return None
    found: Any = msgspec.json.decode(figures)
    if not isinstance(found, dict):
        return None
    flat = dict(found)
    for part in found.values():
        flat |= part if isinstance(part, dict) else {}
    for name in names:
        count = flat.get(name)
        if isinstance(count, int | float) and not isinstance(count, bool):
            return int(count)
    return None
