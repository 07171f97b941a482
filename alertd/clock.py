"""Moments and durations. Nothing else in the house asks what time it is.

A *moment* is an `int`: milliseconds since 1970-01-01 UTC. It is stored as such, compared as such, and becomes text
(RFC 3339) or a local time only where somebody reads it. Durations are seconds as `float`.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

from .errors import UsageTrouble

Clock = Callable[[], int]
EPOCH_DAY = date(1970, 1, 1).toordinal()

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_WHOLE_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")


def now() -> int:
    """The present moment by the wall clock."""
    return time.time_ns() // 1_000_000


def moment(when: datetime) -> int:
    """The moment of an aware `datetime`."""
    return round(when.timestamp() * 1000)


def utc(at: int) -> datetime:
    """The aware UTC `datetime` of a moment."""
    return datetime.fromtimestamp(at / 1000, UTC)


def rfc3339(at: int | None) -> str | None:
    """A moment as RFC 3339 text in UTC, to the second; None stays None."""
    return None if at is None else utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(at: int, zone: str) -> datetime:
    """A moment on the clock of a shop."""
    return utc(at).astimezone(ZoneInfo(zone))


def day_number(day: date) -> int:
    """Days since 1970-01-01: the key of what is counted by business day."""
    return day.toordinal() - EPOCH_DAY


def parse_moment(text: str, zone: str = "UTC") -> int:
    """The moment of an ISO 8601 date or time; one without a zone is read on the shop's clock.

    Raises UsageTrouble for anything else.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageTrouble(f"'{text}' is not a date or time; write it like 2025-01-31 or 2025-01-31T12:00.") from None
    return moment(when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone)))


def parse_duration(text: str) -> float:
    """Seconds of a duration such as `45s`, `30m`, `1h30m`, `2d`, `1w`. Raises UsageTrouble for anything else."""
    compact = text.strip().lower()
    if not _WHOLE_DURATION.fullmatch(compact):
        raise UsageTrouble(f"'{text}' is not a duration; write it like 45s, 30m, 2h, 1d, 1w or 1h30m.")
    return sum(float(amount) * _UNITS[unit] for amount, unit in _DURATION.findall(compact))


def check_zone(name: str) -> str:
    """The name of a time zone that exists. Raises UsageTrouble for one that does not."""
    if name not in available_timezones():
        raise UsageTrouble(f"There is no time zone called '{name}'; write one like America/El_Salvador.")
    return name
