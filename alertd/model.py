"""The nouns every room shares. They carry values; they know no database, no network and no clock.

Quantities are rounded to six decimals at the door, so that two of them compare exactly; null means "not known" or
"not configured", never zero. Moments are milliseconds UTC (see `alertd.clock`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

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
    `total` is the number of products the source claims to have. `mark` stands for the bytes of the whole page, where
    it can be remembered; a page that was met before is not cut up, and says only by `same` which products are on it.
    """

    unchanged: list[int]
    changed: list[tuple[int, Product]]
    quarantined: list[Quarantined]
    total: int | None
    number: int
    pages: int | None
    mark: bytes | None = None
    same: Sequence[int | str] = ()


@runtime_checkable
class RemembersPages(Protocol):
    """What knows the digests of products may know whole pages as well."""

    def page(self, mark: bytes, /) -> Sequence[int | str]:
        """The products of a page with this mark that all stand as it shows them; none where that is not certain."""
        ...

    def products(self) -> Mapping[int, int | str]:
        """By digest, each product that stands: to be asked a hundred thousand times in a row."""
        ...


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of a document, with the name and code that its source gives today. `quantity` is as written there."""

    quantity: float
    code: str | None = None
    name: str | None = None
    brand: str | None = None
    total: float | None = None


class Document(msgspec.Struct, frozen=True):
    """A sale or a return. `effect` says what it does to stock: `moves` it, `none`, or `unverified`: it counts as
    moving, and a person is told that its state is unknown. `date` is the business date (YYYY-MM-DD) of its shop.
    """

    kind: str
    id: int | str
    date: str
    effect: str
    lines: tuple[Line, ...]
    state: str | None = None
    type: str | None = None
    number: str | None = None
    branch: str | None = None
    sale_id: int | str | None = None
    total: float | None = None
    note: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
    user: str | None = None


class Moved(msgspec.Struct, frozen=True, gc=False):
    """What a transaction did to one product, told by the product's own id: less than zero went out."""

    product: int | str
    quantity: float


class Transaction(msgspec.Struct, frozen=True):
    """Something that was handed out (`withdrawal`), taken back (`return`) or swapped (`exchange`), written once.

    Of where and for whom it happened it keeps ids of a sector and a cost centre, and nothing of a person. One that was
    not `completed` moved nothing.
    """

    kind: str
    id: int | str
    completed: bool
    moved: tuple[Moved, ...]
    state: str | None = None
    happened_at: int | None = None
    sector: str | None = None
    cost_center: str | None = None


class DocumentPage(msgspec.Struct, frozen=True):
    """One page of documents; `total` is the number the source claims for the whole window."""

    documents: list[Document]
    quarantined: list[Quarantined]
    total: int | None
    number: int
    pages: int | None


class Subject(msgspec.Struct, frozen=True):
    """What an alert is about, in the words the shop uses for it: a product in a warehouse, a product, a brand, a
    category, or the source itself.
    """

    id: int | str | None = None
    codigo: str | None = None
    nombre: str | None = None
    nombre_bodega: str | None = None
    nombre_sucursal: str | None = None
    nombre_categoria: str | None = None
    marca: str | None = None
    nombre_proveedor: str | None = None

    def key(self) -> str:
        """The text that tells this subject from every other of its source; names that may change are left out.

        What has no number of its own, a brand or a category, is its name.
        """
        parts = [str(self.id), self.nombre_sucursal or "", self.nombre_bodega or ""]
        if self.id is None:
            parts += [self.nombre_categoria or "", self.marca or ""]
        return "\x1f".join(parts)


Values = dict[str, Any]


class State(StrEnum):
    """Where an alert stands. Pending waits for `for`; resolved is kept for its history."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Life:
    """The state of an alert that outlives a restart. Moments are milliseconds UTC.

    `waited` is how long (ms) the condition was seen to hold; time in which nobody looked is not in it.
    """

    state: State
    severity: str
    since: int
    episode: int = 1
    fired_at: int | None = None
    clear_since: int | None = None
    resolved_at: int | None = None
    reason: str | None = None
    waited: int = 0


def quantity(number: float) -> float:
    """A quantity at the precision of the house; -0.0 becomes 0.0 so that it prints as people expect."""
    return round(number, PLACES) + 0.0
