"""How often somebody may come: a bucket for each, in the memory of this process. `now` is handed in."""

import threading
from collections.abc import Hashable

BURST = 300
A_SECOND = 20.0
MOST_KNOWN = 10_000


class Limiter:
    """A bucket holds `burst` calls and fills up by so many a second. Whoever is not known has a full one."""

    def __init__(self, burst: int = BURST, a_second: float = A_SECOND) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = threading.Lock()
        self._left: dict[Hashable, tuple[float, int]] = {}

    def take(self, key: Hashable, now: int) -> int | None:
        """Count one call. None when it may go; else after how many whole seconds the next one may."""
        with self._lock:
            left = self._now(key, now)
            if left < 1:
                return self._wait(left)
            if len(self._left) >= MOST_KNOWN and key not in self._left:
                # Those who come again and again stay known; of the others the longest away is forgotten.
                del self._left[min(self._left, key=lambda each: self._left[each][1])]
            self._left[key] = (left - 1, now)
            return None

    def wait(self, key: Hashable, now: int) -> int | None:
        """The same without counting."""
        with self._lock:
            left = self._now(key, now)
            return None if left >= 1 else self._wait(left)

    def _now(self, key: Hashable, now: int) -> float:
        left, at = self._left.get(key, (float(self._burst), now))
        # A clock that was set back gives nothing and takes nothing.
        return min(self._burst, left + max(0, now - at) / 1000 * self._a_second)

    def _wait(self, left: float) -> int:
        return max(1, round((1 - left) / self._a_second + 0.5))
