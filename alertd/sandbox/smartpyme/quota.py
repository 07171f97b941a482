"""The hourly quota: one counter for each key and clock hour, and two ceilings over that same counter.

Calls that carry both dates are let through up to the higher ceiling; since they count on the one counter, enough of
them shut everything else out. Who is refused is not counted.
"""

from datetime import datetime, timedelta
from threading import Lock


class Quota:
    """Counts calls. The ceilings are plain attributes, so that a test or a demo can move them."""

    def __init__(self, standard: int = 1000, with_date_filters: int = 2000) -> None:
        self.standard = standard
        self.with_date_filters = with_date_filters
        self._lock = Lock()
        self._used: dict[str, tuple[datetime, int]] = {}

    def limit(self, dated: bool) -> int:
        """The ceiling for this kind of call."""
        return self.with_date_filters if dated else self.standard

    def take(self, key: str, dated: bool, now: datetime) -> bool:
        """Count one call, or say that it is refused."""
        with self._lock:
            used = self._used_in_hour(key, now)
            if used >= self.limit(dated):
                return False
            self._used[key] = (_hour(now), used + 1)
            return True

    def used(self, key: str, now: datetime) -> int:
        """How many calls this key has made in this clock hour."""
        with self._lock:
            return self._used_in_hour(key, now)

    def set_used(self, key: str, used: int, now: datetime) -> None:
        """Pretend that so many calls were made in this hour."""
        with self._lock:
            self._used[key] = (_hour(now), used)

    def _used_in_hour(self, key: str, now: datetime) -> int:
        hour, used = self._used.get(key, (None, 0))
        return used if hour == _hour(now) else 0


def next_hour(now: datetime) -> datetime:
    """When the counter starts again."""
    return _hour(now) + timedelta(hours=1)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
