"""Ask a target for a while, or so many times, and say what came of it."""

import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings

from .inside import Api, Pages, Rules, Webhooks
from .upstream import Upstreams


class Target(Protocol):
    """A door, and what is thrown at it."""

    cases: Any

    def check(self, case: Any) -> None:
        """Throw one case at it. Raises where the door broke."""

    def close(self) -> None:
        """Tidy up, and look once more."""


TARGETS: dict[str, Callable[[Path], Target]] = {
    "rules": Rules,
    "webhooks": Webhooks,
    "pages": Pages,
    "api": Api,
    "upstream": Upstreams,
}


@dataclass
class Asked:
    """How many cases, in how many rounds, and the smallest case of each that broke something."""

    name: str
    cases: int = 0
    rounds: int = 0
    broken: list[str] = field(default_factory=list)


def ask(target: Target, said: Asked, *, cases: int, start: int) -> None:
    """One round of so many cases from a seed; what breaks is made small before it is told."""

    @seed(start)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(target.cases)
    def question(case: Any) -> None:
        said.cases += 1
        target.check(case)

    said.rounds += 1
    question()


def ask_for(name: str, folder: Path, seconds: float, start: int, cases: int = 200) -> Asked:
    """Round after round until the time is over."""
    said, until = Asked(name), time.monotonic() + seconds
    target = TARGETS[name](folder / "0")
    while time.monotonic() < until:
        try:
            ask(target, said, cases=cases, start=start + said.rounds)
        except Exception as fault:
            said.broken.extend(_told(fault))
            target = TARGETS[name](folder / str(said.rounds))
    target.close()
    return said


def _told(fault: BaseException) -> Iterator[str]:
    """Each fault with the smallest case that shows it, and the last line of ours that it came through."""
    if isinstance(fault, BaseExceptionGroup):
        for each in fault.exceptions:
            yield from _told(each)
        return
    frames = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(fault.__traceback__)]
    notes = " ".join(getattr(fault, "__notes__", ()))
    where = " > ".join(frames[-5:])
    yield f"{type(fault).__name__}: {str(fault)[:400]} at {where}\n    {' '.join(notes.split())[:1000]}"
