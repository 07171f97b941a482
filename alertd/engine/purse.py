"""Ask the hourly budget before each call, and say when to come back once it is spent.

The sweep may spend the whole of the plain allowance; the other lanes leave it a reserve, because one counter serves
all: dated calls that run it past the plain limit would stop the sweep for the rest of the hour.
"""

from ..errors import SourceTrouble
from ..store import budget, polls
from ..store.budget import HOUR, Allowance
from ..store.sources import Source
from .context import Context

ALLOWANCE = Allowance()
MOST_JITTER_SECONDS = 90


class Purse:
    """The budget of one source's key, as one cycle draws on it. `lane` is set by the cycle before each lane."""

    def __init__(self, context: Context, source: Source) -> None:
        self._context = context
        self._source = source
        self.lane = "sweep"

    def __call__(self, dated: bool) -> None:
        """Count one call. Raises SourceTrouble (`quota`) with the moment to try again."""
        now = self._context.now()
        retry_at = budget.take(self._context.store, self._source.budget_key, now, limit=self._limit(dated, now))
        if retry_at is not None:
            raise SourceTrouble(
                "The hourly budget of this key is used up; alertd goes on when the next hour begins.",
                kind="quota",
                retry_at=self.with_jitter(retry_at),
            )

    def _limit(self, dated: bool, now: int) -> int:
        if self.lane == "sweep":
            return ALLOWANCE.plain
        if dated and not polls.catalogue_due_before(self._context.store, self._source.budget_key, _next_hour(now)):
            return ALLOWANCE.dated
        return ALLOWANCE.plain - ALLOWANCE.reserve

    def told(self, remaining: int, limit: int | None, dated: bool) -> None:
        """The server counts as well: where it says that less is left than we think, it is right.

        Plain calls are counted against our own limit, so that a server that allows less stops us in time. Dated ones
        are counted against the limit it names, for its one counter is what plain calls are refused by.
        """
        of = (limit or ALLOWANCE.dated) if dated else ALLOWANCE.plain
        budget.at_least(self._context.store, self._source.budget_key, self._context.now(), of - remaining)

    def refused(self, seconds: int | None = None) -> int:
        """The server says the quota is gone: stop this key until the hour turns. Returns that moment, with jitter.

        A server that says after how many seconds is believed, up to an hour.
        """
        now = self._context.now()
        until = self.with_jitter(_next_hour(now)) if seconds is None else now + min(max(seconds, 1) * 1000, HOUR)
        budget.block(self._context.store, self._source.budget_key, now, until)
        return until

    def with_jitter(self, at: int) -> int:
        """A little after a full hour: its turn differs by a second between clocks, and others wake up then too."""
        return at + int(1000 * self._context.dice.uniform(3, MOST_JITTER_SECONDS))


def _next_hour(now: int) -> int:
    return (now // HOUR + 1) * HOUR
