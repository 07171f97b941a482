"""The columns of the list of products: which there are, which a person chose, and what each says of a product.

The page and the exports fill them from here, so that a file holds what was shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from flask import g
from markupsafe import Markup

from ..reconcile.demand import days_of_cover
from ..store import choices
from ..store.pages_products import Held, ProductRow
from .room import room
from .state import worst

Value = str | float | None


class Line(msgspec.Struct, frozen=True):
    """A product in the list, with its levels summed up. `sold` is units and days in stock, where demand is known."""

    product: ProductRow
    stock: float | None
    minimum: float | None
    maximum: float | None
    places: int
    in_worst: int
    state: str
    sold: tuple[float, int] | None = None

    @property
    def value(self) -> float | None:
        """What is there, at cost."""
        cost = self.product.average_cost if self.product.average_cost is not None else self.product.cost
        return None if cost is None or self.stock is None else round(self.stock * cost, 6)

    @property
    def cover(self) -> float | None:
        """For how many days it lasts."""
        if self.sold is None or self.stock is None:
            return None
        net, days = self.sold
        return days_of_cover(self.stock, net, 0.0, days + (self.stock > 0))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its word, how it is set, and its value. `kind` is text, number, money or state."""

    name: str
    word: str
    kind: str
    of: Callable[[Line], Value]


_JOINED, _END = Markup(""), Markup("</td>")


def written(line: Line, column: Column, begin: Markup) -> Markup:
    """What a column says of a product, as a cell that begins so."""
    found = column.of(line)
    text = found if column.kind == "text" else g.reader.number(found, money=column.kind == "money")
    return _JOINED.join((begin, str(text or ""), _END))


def _text(name: str) -> Column:
    return Column(name, f"word.{name}", "text", lambda line: getattr(line.product, name))


COLUMNS = (
    _text("code"),
    _text("barcode"),
    _text("category"),
    _text("brand"),
    _text("supplier"),
    _text("source"),
    Column("stock", "word.stock", "number", lambda line: line.stock),
    Column("minimum", "word.minimum", "number", lambda line: line.minimum),
    Column("maximum", "word.maximum", "number", lambda line: line.maximum),
    Column("cover", "products.cover", "number", lambda line: None if line.cover is None else round(line.cover, 1)),
    Column("price", "word.price", "money", lambda line: line.product.price),
    Column(
        "cost",
        "word.cost",
        "money",
        lambda line: line.product.average_cost if line.product.average_cost is not None else line.product.cost,
    ),
    Column("value", "field.stock_value", "money", lambda line: line.value),
    Column("state", "word.state", "state", lambda line: line.state),
)
_BY_NAME = {column.name: column for column in COLUMNS}
USUAL = ("category", "stock", "minimum", "state")
CHOICE = "products.columns"


def shown(several_sources: bool) -> tuple[Column, ...]:
    """What this person chose, in the order there is; what is usual for who chose nothing."""
    kept = choices.chosen(room().store, g.user.id, CHOICE)
    usual = (*USUAL, "source") if several_sources else USUAL
    names = usual if kept is None else tuple(kept.split(","))
    return tuple(column for column in COLUMNS if column.name in names)


def choose(names: list[str]) -> None:
    """Remember a choice; none at all is what is usual."""
    kept = [name for name in names if name in _BY_NAME] or list(USUAL)
    choices.choose(room().store, g.user.id, CHOICE, ",".join(kept))


def line_of(product: ProductRow, levels: list[Held], sold: tuple[float, int] | None = None) -> Line:
    """Sum a product's levels up: how much there is, how much there should be, and the worst state of them."""
    states = [level.state for level in levels]
    state = worst(states)
    return Line(
        product,
        stock=round(sum([level.stock for level in levels]), 6) if levels else None,
        minimum=_sum([level.minimum for level in levels]),
        maximum=_sum([level.maximum for level in levels]),
        places=len(levels),
        in_worst=states.count(state),
        state=state,
        sold=sold,
    )


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value]
    return round(sum(known), 6) if known else None
