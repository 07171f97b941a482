"""When each lane runs next, and how often a catalogue of this size can be read within the quota. Pure arithmetic."""

from dataclasses import dataclass
from math import ceil

PLAIN_CALLS = 1_000
SWEEP_SHARE = 0.75
PRODUCTS_A_PAGE = 200
HOUR_SECONDS = 3_600
FIRST_RETRY_SECONDS = 30.0
MOST_RETRY_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How often the catalogue is read: `calls` a sweep, every `sweep_every` seconds, `hourly` calls in all."""

    products: int
    calls: int
    sweep_every: float
    wanted: float

    @property
    def hourly(self) -> int:
        """Calls an hour that the sweeps use."""
        return ceil(self.calls * HOUR_SECONDS / self.sweep_every)

    def sentence(self) -> str:
        """What it comes to, for the person who pays for the quota."""
        calls = f"{self.calls:,} call{'' if self.calls == 1 else 's'}"
        text = f"{self.products:,} products = {calls} a sweep; every {spoken(self.sweep_every)} uses"
        text += f" {self.hourly:,} of {PLAIN_CALLS:,} calls an hour"
        return text if self.sweep_every <= self.wanted else f"{text} (more often would not leave enough for the rest)"


def plan(products: int, *, every: float, sweep_every: float | None) -> Plan:
    """How often to sweep: as asked, else as often as the other lanes; never more than the quota bears."""
    calls = max(1, ceil(products / PRODUCTS_A_PAGE))
    wanted = sweep_every if sweep_every is not None else every
    least = calls * HOUR_SECONDS / (PLAIN_CALLS * SWEEP_SHARE)
    return Plan(products, calls, max(wanted, _round_up(least)), wanted)


def retry_after(failures: int, every: float) -> float:
    """Seconds until a lane that failed is tried again: soon at first, then as seldom as it runs anyway."""
    return float(min(FIRST_RETRY_SECONDS * 2 ** min(failures, 10), max(every, FIRST_RETRY_SECONDS), MOST_RETRY_SECONDS))


def spoken(seconds: float) -> str:
    """A duration as people say it: `5 minutes`, `1 hour`, `45 seconds`."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def _round_up(seconds: float) -> float:
    """A duration that can be said aloud: whole seconds below a minute, else whole minutes."""
    return float(ceil(seconds)) if seconds < 60 else float(ceil(seconds / 60) * 60)
