"""Misbehaviour on demand: what the stand-in does wrong, on which calls, and how often.

A fault only decides that a call is spoiled; `spoil` knows how each kind looks on the wire.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from threading import Lock
from typing import Any

KINDS = {
    "429": "refused, as if the quota were gone",
    "500": "server fault",
    "503": "maintenance page",
    "html": "a page of HTML with status 200",
    "mislabelled": "the right body as a 200 of type text/html, errors too",
    "truncated": "the body stops half-way",
    "slow": "the answer waits `seconds`",
    "reset": "the connection is reset without an answer",
    "torn": "from the second page on, rows of the page before come again and as many are lost",
    "total": "from the second page on, the total has grown by one",
    "empty_page": "from the second page on, pages come without rows",
    "no_id": "the first record has no id",
    "text_number": "the first record has a text where a number belongs",
}


@dataclass(slots=True)
class Fault:
    """One way of going wrong. `times` counts down; null is for ever."""

    kind: str
    path: str = ""
    """Calls whose path, after the API's root, begins with this."""
    times: int | None = None
    probability: float = 1.0
    after: int = 0
    """So many matching calls pass unharmed first."""
    seconds: float = 1.0


class Faults:
    """The faults that are switched on, and the dice they are thrown with."""

    def __init__(self, seed: int = 1, sleep: Callable[[float], None] = time.sleep) -> None:
        self.sleep = sleep
        self._random = Random(seed)
        self._lock = Lock()
        self._active: list[Fault] = []

    def add(
        self,
        kind: str | int,
        *,
        path: str = "",
        times: int | None = None,
        probability: float = 1.0,
        after: int = 0,
        seconds: float = 1.0,
    ) -> None:
        """Switch a fault on: for the next `times` matching calls, or for every one, or for a share of them."""
        name = str(kind)
        if name not in KINDS:
            raise ValueError(f"no fault {name!r}; there are {', '.join(KINDS)}")
        with self._lock:
            count = None if times is None else int(times)
            fault = Fault(name, path.lstrip("/"), count, float(probability), int(after), float(seconds))
            self._active.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._active.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The faults still switched on."""
        with self._lock:
            return [asdict(fault) for fault in self._active]

    def drawn(self, path: str) -> dict[str, Fault]:
        """The faults that strike this call, by kind, each counted down."""
        with self._lock:
            struck = {
                fault.kind: fault for fault in self._active if path.startswith(fault.path) and self._strikes(fault)
            }
            self._active = [fault for fault in self._active if fault.times != 0]
            return struck

    def _strikes(self, fault: Fault) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        if fault.times is not None:
            fault.times -= 1
        return True
