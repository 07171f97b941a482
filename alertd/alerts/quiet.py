"""Quiet time on the clock of a shop. Pure; what it does to messages is decided in `alertd.alerts.telling`.

Only the wall clock is looked at, so that a night with an hour missing or an hour twice begins and ends when people
say it does.
"""

from typing import Protocol

from ..clock import local


class Quiet(Protocol):
    """The quiet time of a rule: minutes after midnight, whole days (0: Monday), whether the critical waits too."""

    @property
    def start(self) -> int | None: ...
    @property
    def end(self) -> int | None: ...
    @property
    def days(self) -> tuple[int, ...]: ...
    @property
    def critical(self) -> bool: ...


def is_quiet(quiet: Quiet | None, severity: str, zone: str, now: int) -> bool:
    """Whether a message of that severity waits now: in the hours of every day, and all of the days named."""
    if quiet is None or (severity == "critical" and not quiet.critical):
        return False
    here = local(now, zone)
    if here.weekday() in quiet.days:
        return True
    if quiet.start is None or quiet.end is None:
        return False
    minute = here.hour * 60 + here.minute
    if quiet.start <= quiet.end:
        return quiet.start <= minute < quiet.end
    return minute >= quiet.start or minute < quiet.end
