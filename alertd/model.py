"""The nouns every room shares. They carry values; they know no database, no network and no clock.

Quantities are rounded to six decimals at the door, so that two of them compare exactly; null means "not known" or
"not configured", never zero. Moments are milliseconds UTC (see `alertd.clock`).
"""

from typing import Any

import msgspec

PLACES = 6
SEVERITIES = ("critical", "high", "warning", "info")


class StockLevel(msgspec.Struct, frozen=True, gc=False):
    """What one warehouse holds of one product. `minimum`/`maximum` are null where the shop configured none."""

    warehouse: str
    branch: str
    stock: float
    minimum: float | None = None
    maximum: float | None = None
    note: str | None = None


class Product(msgspec.Struct, frozen=True):
    """A product as its source describes it, with its levels in every active warehouse."""

    id: int | str
    name: str
    levels: tuple[StockLevel, ...] = ()
    code: str | None = None
    barcode: str | None = None
    category: str | None = None
    brand: str | None = None
    supplier: str | None = None
    kind: str | None = None
    enabled: bool = True
    price: float | None = None
    cost: float | None = None
    previous_cost: float | None = None
    average_cost: float | None = None
    created_at: int | None = None


class Quarantined(msgspec.Struct, frozen=True):
    """A record that could not be read: which one, why, and its own text, so that a person can look."""

    key: str
    reason: str
    raw: str


class Page(msgspec.Struct, frozen=True):
    """One page of a sweep, told apart by digest before it is decoded.

    `unchanged` holds the digests of products that stand in the store just so; `changed` holds the others, decoded.
    `total` is the number of products the source claims to have.
    """

    unchanged: list[int]
    changed: list[tuple[int, Product]]
    quarantined: list[Quarantined]
    total: int | None
    number: int
    pages: int | None


class Subject(msgspec.Struct, frozen=True):
    """What an alert is about: a product in a warehouse, in the words the shop uses for it."""

    id: int | str | None = None
    codigo: str | None = None
    nombre: str | None = None
    nombre_bodega: str | None = None
    nombre_sucursal: str | None = None

    def key(self) -> str:
        """The text that tells this subject from every other of its source; names that may change are left out."""
        return "\x1f".join(str(part) for part in (self.id, self.nombre_sucursal or "", self.nombre_bodega or ""))


Values = dict[str, Any]


def quantity(number: float) -> float:
    """A quantity at the precision of the house; -0.0 becomes 0.0 so that it prints as people expect."""
    return round(number, PLACES) + 0.0
