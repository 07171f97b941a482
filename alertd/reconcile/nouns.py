"""The nouns of the count: moments of snapshots, shelves with their steps, documented events, and gaps between the two.

Quantities here are whole millionths (`int`), so that a sum of a quarter is as exact as its first term. They become
floats where they leave the room: in the database, in JSON and on paper.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

MILLION = 1_000_000
SKEW_MS = 120_000
"""How far the clock of the inventory system may be from ours before we notice."""


def micro(number: float) -> int:
    """A quantity in whole millionths."""
    return round(number * MILLION)


def units(amount: int) -> float:
    """Whole millionths as a quantity."""
    return amount / MILLION


def value_of(amount: int, cost: float | None) -> float | None:
    """What so many millionths are worth at a cost, to six decimals; None where no cost is known."""
    if cost is None:
        return None
    return float(round(Decimal(amount) / MILLION * Decimal(str(cost)), 6)) + 0.0


class Kind(StrEnum):
    """What a documented event is in the equation."""

    SALE = "sale"
    CANCELLED = "cancelled"
    RETURN = "return"
    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"


class Cause(StrEnum):
    """Why stock may have moved without a document: a guess, named as the shops name it."""

    SHORT = "faltante"
    SURPLUS = "sobrante"
    TRANSFER = "traslado_probable"
    RECEIPT = "entrada_probable"
    OVERSELL = "venta_sin_existencia"
    ORDER = "pedido_pendiente"
    JITTER = "jitter"
    BOX = "factor_caja"
    KIT = "kit_part"
    HIDDEN = "bodega_oculta"
    LATE = "documento_tardio"
    CONSIGNMENT = "consigna_reescrita"
    EDIT = "ajuste_manual"
    NO_MOVEMENT = "documento_sin_movimiento"
    NO_RESTOCK = "devolucion_sin_ingreso"
    UNMATCHED = "unmatched"


UNDOCUMENTED = frozenset({Cause.SHORT, Cause.SURPLUS})
"""What is left when nothing explains it: shown as "sin documento"."""
NET_ZERO = frozenset({Cause.JITTER, Cause.ORDER, Cause.CONSIGNMENT})
"""Pairs that cancel each other; they are no difference at all once both halves are there."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The whole snapshots of a source in order: when each was taken over, and when its reading began."""

    at: Sequence[int]
    began: Sequence[int]

    @property
    def last(self) -> int:
        """The index of the last snapshot; windows are numbered 1 to this one."""
        return len(self.at) - 1

    def window(self, moment: int) -> int:
        """The window that holds a moment: 0 is before the first snapshot, `last + 1` after the last."""
        return bisect_left(self.at, moment)

    def windows(self, earliest: int, latest: int) -> range:
        """Every window in which something of that time may first show: pages of a snapshot are read over a while."""
        return range(bisect_left(self.at, earliest), bisect_left(self.began, latest) + 1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One stock row of a product. `steps` are its changes in order, None where it was not listed any more.

    `place_since` is when its warehouse was first seen: a row that appears in a known warehouse began at nothing, one
    that appears with its warehouse held something before that nobody saw.
    """

    key: int
    branch: str
    warehouse: str
    steps: Sequence[tuple[int, int | None]]
    place_since: int
    minimum: int | None = None
    maximum: int | None = None

    def held(self, at: int) -> tuple[bool, int | None]:
        """Whether the row existed at a moment, and what stood there."""
        position = bisect_right(self.steps, at, key=_moment_of)
        return (True, self.steps[position - 1][1]) if position else (False, None)


def _moment_of(step: tuple[int, int | None]) -> int:
    return step[0]


@dataclass(frozen=True, slots=True)
class Event:
    """What a document, a receipt or an adjustment did to a product's stock, and when it may have done so.

    `optional` events count only where they explain a difference exactly: a deleted sale gives nothing back, and a
    count is put right in the system on some later day, or never. `boxed`: its quantity may be in boxes.
    """

    quantity: int
    kind: Kind
    at: int
    earliest: int
    latest: int
    branch: str | None = None
    label: str = ""
    document_id: int | None = None
    state: str | None = None
    optional: bool = False
    boxed: bool = False


@dataclass(slots=True)
class Placed:
    """An event in the window that it was put into, and the factor that its quantity turned out to need."""

    event: Event
    window: int | None
    choices: range
    factor: int = 1
    moved: bool = False

    @property
    def quantity(self) -> int:
        """The effect on stock in base units."""
        return self.event.quantity * self.factor


@dataclass(slots=True)
class Sums:
    """The terms between opening and expected."""

    sold: int = 0
    cancelled: int = 0
    returned: int = 0
    receipts: int = 0
    adjustments: int = 0

    def add(self, kind: Kind, quantity: int) -> None:
        """Count one event."""
        if kind is Kind.SALE:
            self.sold -= quantity
        elif kind is Kind.CANCELLED:
            self.cancelled += quantity
        elif kind is Kind.RETURN:
            self.returned += quantity
        elif kind is Kind.RECEIPT:
            self.receipts += quantity
        else:
            self.adjustments += quantity

    @property
    def net(self) -> int:
        """What all of them together do to stock."""
        return self.cancelled + self.returned + self.receipts + self.adjustments - self.sold

    @property
    def moved(self) -> int:
        """Units moved, whatever the direction."""
        return sum(abs(each) for each in (self.sold, self.cancelled, self.returned, self.receipts, self.adjustments))


@dataclass(frozen=True, slots=True)
class Side:
    """How much one place of a product is off. `warehouse` is None where only the branch is known."""

    branch: str
    warehouse: str | None
    units: int


@dataclass(slots=True)
class Gap:
    """One window of one product that its documents do not explain, and the best guess why."""

    product_id: int
    window: int
    opened_at: int
    closed_at: int
    units: int
    opening: int
    closing: int
    sums: Sums
    sides: list[Side] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    cause: Cause | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, if it is in one place; several gaps of a window are told apart by it."""
        if len(self.sides) != 1:
            return ""
        return " / ".join(name for name in (self.sides[0].branch, self.sides[0].warehouse) if name)

    @property
    def expected(self) -> int:
        """What the documents say should be there."""
        return self.closing - self.units


@dataclass(slots=True)
class Day:
    """What one window adds to a day of a product: the figures that rules and pages sum."""

    window: int
    opening: int | None
    closing: int | None
    sums: Sums
    units: int


@dataclass(slots=True)
class Balance:
    """The equation of one product over a span of snapshots. `actual` None: not known at one of the ends.

    `pending`: a document of it may only show in the snapshot after the last one.
    """

    product_id: int
    opening: int | None
    actual: int | None
    sums: Sums
    gaps: list[Gap] = field(default_factory=list)
    windows: list[Day] = field(default_factory=list)
    branches: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: set[Cause] = field(default_factory=set)
    placed: list[Placed] = field(default_factory=list)
    pending: bool = False

    @property
    def expected(self) -> int | None:
        """Opening and everything documented."""
        return None if self.opening is None else self.opening + self.sums.net

    @property
    def unexplained(self) -> int | None:
        """Actual less expected; None where either is unknown."""
        return None if self.actual is None or self.expected is None else self.actual - self.expected
