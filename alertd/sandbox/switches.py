"""Misbehaviour on demand, and the log of calls: what every stand-in other than the first shares."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

_CALLS_KEPT = 500


@dataclass(slots=True)
class Switch:
    """One way of going wrong: for the next `times` matching calls, or for all; `after` lets so many pass first."""

    kind: str
    path: str = ""
    times: int | None = None
    after: int = 0
    seconds: float = 0.0


class Switches:
    """The ways of going wrong that are switched on. `kinds` says which there are, each with a sentence."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = dict(kinds)
        self._lock = Lock()
        self._on: list[Switch] = []

    def add(
        self, kind: str | int, *, path: str = "", times: int | None = None, after: int = 0, seconds: float = 0.0
    ) -> None:
        """Switch one on. Raises ValueError that lists the kinds there are."""
        if str(kind) not in self.kinds:
            raise ValueError(f"no fault {str(kind)!r}; there are {', '.join(self.kinds)}")
        with self._lock:
            self._on.append(Switch(str(kind), path.lstrip("/"), times, after, seconds))

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._on.clear()

    def listed(self) -> list[dict[str, Any]]:
        """What is still switched on."""
        with self._lock:
            return [asdict(switch) for switch in self._on]

    def struck(self, path: str) -> dict[str, Switch]:
        """What strikes this call, by kind, each counted down."""
        with self._lock:
            found = {each.kind: each for each in self._on if path.startswith(each.path) and _strikes(each)}
            self._on = [each for each in self._on if each.times != 0]
            return found


def _strikes(switch: Switch) -> bool:
    if switch.after > 0:
        switch.after -= 1
        return False
    if switch.times is not None:
        switch.times -= 1
    return True


class Log:
    """Which calls came: counts by method and path, and the last of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._last: deque[dict[str, Any]] = deque(maxlen=_CALLS_KEPT)

    def add(self, method: str, path: str, status: int) -> None:
        """Note one call with its query."""
        with self._lock:
            self._counts[f"{method} {path.partition('?')[0]}"] += 1
            self._last.append({"method": method, "path": path, "status": status})

    def document(self) -> dict[str, Any]:
        """Counts and the last calls, oldest first."""
        with self._lock:
            return {"counts": dict(self._counts), "total": self._counts.total(), "last": list(self._last)}

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()
            self._last.clear()
