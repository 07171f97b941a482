"""The purchase list of a source: what is suggested for each level, by supplier, the worst first, and why each line.

How much is what the word `suggested_order` says of the same level. Nothing is ordered here.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any, Literal

import msgspec

from ..reconcile.classification import DEAD_DAYS
from ..reconcile.ordering import Terms, suggested_order
from ..rules.compiling import compile_condition
from ..rules.rule import Predicate
from ..rules.vocabulary import column_of
from ..store import Store, buying, evaluation, measures, pages_buying
from ..store.alerts import Finding
from ..store.buying import Book
from ..store.sources import Source

Why = Literal["negative", "out", "low", "soon", "point"]
WORST_FIRST: tuple[Why, ...] = ("negative", "out", "low", "soon", "point")
"""Less than nothing, nothing, at or below the minimum, gone before an order comes, at its reorder point."""

_WANTED = "suggested_order > 0 and enable = 1 and (tipo is null or tipo not in ('Servicio', 'Compuesto'))"
_DEAD = f"(stock > 0 and sold({DEAD_DAYS}) <= returned({DEAD_DAYS}) and days_known >= {DEAD_DAYS})"
_SPARE = f"(excess_units >= 1 or {_DEAD}) and enable = 1"
_WORDS = (
    "stock", "stock_minimo", "stock_maximo", "on_order", "days_of_cover", "daily_sales", "reorder_point", "costo",
    "costo_promedio",
)  # fmt: skip
_COLUMNS = (*((word, column_of(word, "stock") or "NULL") for word in _WORDS), ("target", "m.target"))
_SPARED = tuple((word, column_of(word, "stock") or "NULL") for word in ("stock", "stock_minimo", "excess_units"))
_AT_ONCE = 200
"""Lines whose products are looked for elsewhere at once; a page shows a few transfers and asks for no more."""


class Line(msgspec.Struct, frozen=True):
    """One product in one place: how much to order, what it comes to, and the numbers behind it."""

    product_id: int
    level_id: int
    code: str | None
    name: str
    branch: str
    warehouse: str
    supplier: str | None
    why: Why
    stock: float
    minimum: float | None
    maximum: float | None
    on_order: float
    cover: float | None
    daily: float | None
    point: float | None
    wait: float
    quantity: float
    pack: float | None
    cost: float | None
    note: str | None

    @property
    def packs(self) -> float | None:
        """How many packs that is, where it is bought in packs of more than one."""
        return None if self.pack is None or self.pack == 1 else round(self.quantity / self.pack, 6)

    @property
    def amount(self) -> float | None:
        """What it costs, where that is known."""
        return None if self.cost is None else round(self.quantity * self.cost, 2)


@dataclass(frozen=True)
class Supplier:
    """What one supplier has to bring; `name` is None for products that name none."""

    name: str | None
    terms: Terms
    lines: tuple[Line, ...]

    @cached_property
    def amount(self) -> float:
        """What it costs, as far as costs are known."""
        return round(sum(line.amount or 0.0 for line in self.lines), 2)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What another branch has too much of, and this one would have to buy."""

    line: Line
    branch: str
    warehouse: str
    spare: float
    quantity: float

    @property
    def saved(self) -> float | None:
        """What need not be bought."""
        return None if self.line.cost is None else round(self.quantity * self.line.cost, 2)


@dataclass(frozen=True)
class Purchases:
    """The purchase list of one source at one moment, as of its last reading."""

    source: str
    timezone: str
    at: int
    read_at: int | None
    suppliers: tuple[Supplier, ...]
    transfers: tuple[Transfer, ...]
    several_places: bool

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line of every supplier."""
        return tuple(line for supplier in self.suppliers for line in supplier.lines)

    @cached_property
    def amount(self) -> float:
        """What all of it costs, as far as costs are known."""
        return round(sum(supplier.amount for supplier in self.suppliers), 2)


def purchases(store: Store, source: Source, now: int, *, transfers: int | None = None) -> Purchases:
    """What to order of one source now; of what other places could give, so many at most."""
    book = buying.read_book(store, source.id)
    moment = measures.moment_of(store, source, now)
    pages_buying.bring_up_to_date(store, source.id, moment)
    with pages_buying.one_look(store):
        lines = _wanted(store, source, moment, book)
        moves = tuple(islice(_transfers(store, source, moment, lines), transfers))
    places = {(line.branch, line.warehouse) for line in lines}
    return Purchases(
        source=source.name,
        timezone=source.timezone,
        at=now,
        read_at=source.snapshot_at,
        suppliers=_by_supplier(lines, book),
        transfers=moves,
        several_places=len(places) > 1,
    )


@cache
def _compiled(condition: str) -> Predicate:
    compiled = compile_condition(condition, "stock")
    assert isinstance(compiled, Predicate)  # noqa: S101 - our own words
    return compiled


def _wanted(store: Store, source: Source, moment: measures.Moment, book: Book) -> list[Line]:
    """A line for each level with a suggestion, the worst first."""
    asked = _compiled(_WANTED)
    found = evaluation.matching(
        store,
        "stock",
        source.id,
        moment,
        condition=f"r.level_id IN ({pages_buying.MAY_NEED}) AND ({asked.sql})",
        severity="'info'",
        columns=_COLUMNS,
        parameters=asked.parameters,
        demand=True,
    )
    usual: dict[str | None, Terms] = {}
    return sorted((_line(each, book, usual) for each in found), key=_urgency)


def _spare(
    store: Store, source: Source, moment: measures.Moment, products: Iterable[int]
) -> dict[int, list[tuple[Finding, float]]]:
    """By product, the levels that could give something away, and how much."""
    asked = _compiled(_SPARE)
    left: dict[int, list[tuple[Finding, float]]] = {}
    for each in evaluation.matching(
        store,
        "stock",
        source.id,
        moment,
        condition=f"{pages_buying.OF_THESE} AND ({asked.sql})",
        severity="'info'",
        columns=_SPARED,
        parameters=[json.dumps(sorted(products)), *asked.parameters],
        demand=True,
    ):
        left.setdefault(each.product_id or 0, []).append((each, math.floor(_idle(each))))
    return left


def _terms(book: Book, product: int, supplier: str | None, usual: dict[str | None, Terms]) -> Terms:
    """What holds for a product. Most say nothing of their own, and then it is the same for the whole supplier."""
    if product in book.products:
        return book.terms_of(product, supplier)
    if supplier not in usual:
        usual[supplier] = book.terms_of(product, supplier)
    return usual[supplier]


def _line(found: Finding, book: Book, usual: dict[str | None, Terms]) -> Line:
    values: dict[str, Any] = found.values
    supplier = found.subject.nombre_proveedor or None
    terms = _terms(book, found.product_id or 0, supplier, usual)
    order = suggested_order(
        values["stock"],
        minimum=values["stock_minimo"],
        maximum=values["stock_maximo"],
        on_order=values["on_order"],
        point=values["reorder_point"] or 0.0,
        target=values["target"] or 0.0,
        pack=terms.pack,
        least=terms.least,
    )
    cost = values["costo_promedio"] or values["costo"]
    return Line(
        product_id=found.product_id or 0,
        level_id=found.level_id or 0,
        code=found.subject.codigo,
        name=found.subject.nombre or found.subject.codigo or "",
        branch=found.subject.nombre_sucursal or "",
        warehouse=found.subject.nombre_bodega or "",
        supplier=supplier,
        why=_why(values, terms),
        stock=values["stock"],
        minimum=values["stock_minimo"] or None,
        maximum=values["stock_maximo"] or None,
        on_order=values["on_order"],
        cover=values["days_of_cover"],
        daily=values["daily_sales"] or None,
        point=values["reorder_point"] or None,
        wait=terms.wait,
        quantity=order.quantity,
        pack=terms.pack,
        cost=cost if cost and cost > 0 else None,
        note=order.note,
    )


def _why(values: dict[str, Any], terms: Terms) -> Why:
    stock, minimum, cover = values["stock"], values["stock_minimo"] or 0.0, values["days_of_cover"]
    if stock <= 0:
        return "negative" if stock < 0 else "out"
    if minimum > 0 and stock <= minimum:
        return "low"
    return "soon" if cover is not None and cover <= terms.wait else "point"


def _urgency(line: Line) -> tuple[int, float, float, str]:
    """The worst first: by what is wrong, then by what is gone soonest, then by what sells most."""
    cover = math.inf if line.cover is None else line.cover
    return WORST_FIRST.index(line.why), cover, -(line.daily or 0.0), line.name


def _by_supplier(lines: Iterable[Line], book: Book) -> tuple[Supplier, ...]:
    """The lines come the worst first."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(buying.folded(line.supplier), []).append(line)
    groups = [
        Supplier(several[0].supplier, book.supplier_terms(several[0].supplier), tuple(several))
        for several in found.values()
    ]
    # Who has no supplier comes last, whatever is wrong: nobody can be called for it.
    return tuple(sorted(groups, key=lambda each: (each.name is None, *_urgency(each.lines[0])[:1], -each.amount)))


def _idle(found: Finding) -> float:
    """What a place can give away: what goes beyond half a year of its sales; without sales, all above its minimum."""
    values: dict[str, Any] = found.values
    if values["excess_units"] is not None:
        return float(values["excess_units"])
    return max(0.0, float(values["stock"]) - (values["stock_minimo"] or 0.0))


def _transfers(store: Store, source: Source, moment: measures.Moment, lines: Sequence[Line]) -> Iterator[Transfer]:
    """Before buying: what lies idle elsewhere, unsold or more than half a year of it, for the worst line first."""
    if not pages_buying.has_several_places(store, source.id):
        return
    left: dict[int, list[tuple[Finding, float]]] = {}
    looked: set[int] = set()
    for place, line in enumerate(lines):
        if place % _AT_ONCE == 0:
            products = {each.product_id for each in lines[place : place + _AT_ONCE]} - looked
            left |= _spare(store, source, moment, products)
            looked |= products
        donors = [each for each in left.get(line.product_id, []) if each[0].level_id != line.level_id and each[1] > 0]
        if not donors:
            continue
        giver, units = max(donors, key=lambda each: each[1])
        moved = min(units, line.quantity)
        left[line.product_id] = [
            (each, rest - moved if each is giver else rest) for each, rest in left[line.product_id]
        ]
        branch, warehouse = giver.subject.nombre_sucursal or "", giver.subject.nombre_bodega or ""
        yield Transfer(line, branch, warehouse, units, moved)
