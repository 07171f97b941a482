"""Read the list of products as an address asks for it: the filters, the moment, and the lines with their levels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import g

from .. import clock
from ..errors import UsageTrouble
from ..store import pages_products
from ..store import sources as stored
from ..store.pages_products import Held, ProductFilter, ProductRow
from .columns import Line, line_of
from .room import room
from .state import state_at

STATES = ("negative", "out", "low", "over")
_WORDS = ("source", "category", "brand", "supplier", "branch", "warehouse")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `at` is the moment of the stock (None: now), `text_at` as it was typed."""

    wanted: ProductFilter
    at: int | None
    text_at: str
    zone: str

    @property
    def link(self) -> dict[str, str]:
        """The same as the arguments of an address."""
        filters = {name: getattr(self.wanted, name) for name in (*_WORDS, "state")}
        found = {"q": self.wanted.text, **filters, "at": self.text_at if self.at is not None else ""}
        return {name: value for name, value in found.items() if value}


def asked(arguments: Mapping[str, str]) -> Asked:
    """Read an address. A moment that cannot be read is kept as typed, and counts as now."""
    state = arguments.get("state", "")
    wanted = ProductFilter(
        text=arguments.get("q", "").strip()[:100],
        state=state if state in STATES else "",
        **{name: arguments.get(name, "")[:200] for name in _WORDS},
    )
    zone = zone_of(wanted.source)
    text = arguments.get("at", "").strip()[:40]
    return Asked(wanted, moment_of(text, zone), text, zone)


def zone_of(source: str = "") -> str:
    """The clock of a shop; of the first one where none is named."""
    found = stored.list_sources(room().store)
    return next((each.timezone for each in found if not source or each.name == source), "UTC")


def moment_of(text: str, zone: str) -> int | None:
    """A moment somebody typed; None where it is none, or lies ahead."""
    try:
        at = clock.parse_moment(text, zone) if text else None
    except UsageTrouble:
        return None
    return at if at is not None and 0 < at < g.reader.now else None


def lines_of(asked_: Asked, products: Sequence[ProductRow], *, demand: bool) -> list[Line]:
    """The products with their levels summed up, in the place that was asked for."""
    store, keys = room().store, [product.id for product in products]
    if asked_.at is None:
        levels = pages_products.held_of(store, keys, state_at(g.reader.now))
    else:
        levels = pages_products.held_then(store, keys, asked_.at)
    by_product: dict[int, list[Held]] = {}
    for level in levels:
        if _fits(asked_.wanted, level):
            by_product.setdefault(level.product_id, []).append(level)
    sold = pages_products.demand_of(store, keys) if demand else {}
    return [line_of(product, by_product.get(product.id, []), sold.get(product.id)) for product in products]


def every_line(asked_: Asked, *, demand: bool) -> Iterator[Line]:
    """All lines of a list, some hundreds at a time."""
    for products in pages_products.every_product(room().store, asked_.wanted, state_at(g.reader.now)):
        yield from lines_of(asked_, products, demand=demand)


def _fits(wanted: ProductFilter, level: Held) -> bool:
    return wanted.branch in ("", level.branch) and wanted.warehouse in ("", level.warehouse)
