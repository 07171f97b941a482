"""Keep a distance between the calls to a system that counts no calls an hour but wants no more than a few a second.

It stands where the purse of an hourly quota stands for SmartPyme, and is asked in the same way.
"""

import time
from collections.abc import Callable

from .context import Context

REST_AFTER_REFUSAL_SECONDS = 60.0


class Pacer:
    """At most so many calls a second with one key, evenly spaced. One for each opened reader."""

    def __init__(
        self, context: Context, calls_a_second: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._context = context
        self._gap = 1.0 / calls_a_second
        self._monotonic = monotonic
        self._next = 0.0
        self.lane = "sweep"

    def __call__(self, _dated: bool) -> None:
        """Wait until the next call may go."""
        now = self._monotonic()
        wait = self._next - now
        if wait > 0:
            self._context.sleep(wait)
        self._next = max(now, self._next) + self._gap

    def told(self, _remaining: int, _limit: int | None, _dated: bool) -> None:
        """These systems announce no quota; where one does, its refusals are enough."""

    def refused(self, seconds: int | None = None) -> int:
        """It was too fast all the same: the moment to try again."""
        if seconds is not None:
            return self._context.now() + 1000 * max(seconds, 1)
        return self._context.now() + int(1000 * REST_AFTER_REFUSAL_SECONDS * self._context.dice.uniform(1.0, 1.5))
