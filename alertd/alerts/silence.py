"""Silences: which alerts they hold, and when. Pure; a silence stores only its window, the clock says the rest.

A silenced alert fires and shows as ever; only its messages are held.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..folding import fold

FIELDS = ("rule", "source", "severity", "codigo", "nombre_bodega", "nombre_sucursal")
"""What an alert can be matched by, beside the labels of its rule."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Every matcher must fit. It holds from `starts_at` until just before `ends_at`."""

    id: int
    matchers: dict[str, str]
    comment: str
    created_by: str | None
    created_at: int
    starts_at: int
    ends_at: int

    def state(self, now: int) -> str:
        """`pending`, `active` or `expired`, by the clock."""
        return "expired" if now >= self.ends_at else "active" if now >= self.starts_at else "pending"

    def holds(self, facts: Mapping[str, object], now: int) -> bool:
        """Whether it silences an alert of these facts now. Case and accents do not matter."""
        return self.state(now) == "active" and all(
            fold(str(facts.get(key) or "")) == fold(wanted) for key, wanted in self.matchers.items()
        )


def is_silenced(silences: Iterable[Silence], facts: Mapping[str, object], now: int) -> bool:
    """Whether any of them holds this alert."""
    return any(silence.holds(facts, now) for silence in silences)


def facts_of(
    rule: str, source: str, severity: str, subject: Mapping[str, object], labels: Mapping[str, str]
) -> dict[str, object]:
    """What a silence looks at. A label never hides a field of the same name."""
    own = {"rule": rule, "source": source, "severity": severity}
    return {**labels, **{name: subject.get(name) for name in FIELDS if name not in own}, **own}
