"""What a connected system has been asked this hour, of what it allows; for the bar on its card."""

from dataclasses import dataclass

from flask import g

from ..store import budget, pages_sources
from ..store.sources import Source
from .room import room

ALLOWANCE = budget.Allowance()


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls of this hour: `share` of the bar in steps of five, because a width is a class and not a style."""

    used: int
    allowed: int
    blocked_until: int | None

    @property
    def share(self) -> int:
        return min(100, 5 * round(20 * self.used / self.allowed))


def spent(source: Source) -> Spent | None:
    """The calls of this hour, for a system that counts them by the hour."""
    used, blocked = pages_sources.calls_this_hour(room().store, source.budget_key, g.reader.now)
    if not used and blocked is None and source.kind != "smartpyme":
        return None
    return Spent(used, ALLOWANCE.plain, blocked)
