"""How often a token may call: a bucket for each, in the memory of this process. `now` is handed in."""

import threading

BURST = 300
A_SECOND = 20.0


class Limiter:
    """A bucket holds `burst` calls and fills up by so many a second."""

    def __init__(self, burst: int = BURST, a_second: float = A_SECOND) -> None:
        self._burst, self._a_second = burst, a_second
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, int]] = {}

    def take(self, key: int, now: int) -> int | None:
        """Count one call. None when it may go; else after how many whole seconds the next one may."""
        with self._lock:
            left, at = self._left.get(key, (float(self._burst), now))
            # A clock that was set back gives nothing and takes nothing.
            left = min(self._burst, left + max(0, now - at) / 1000 * self._a_second)
            if left < 1:
                self._left[key] = (left, now)
                return max(1, round((1 - left) / self._a_second + 0.5))
            self._left[key] = (left - 1, now)
            return None
