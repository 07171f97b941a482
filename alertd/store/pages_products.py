"""Products, their levels and the history of a level, as the pages list and show them.

The state of a level comes in as the SQL expression of `alertd.rules` over the view `stock_row`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..folding import fold
from .db import Store
from .pages import Cursor, Order, Slice, State, bind, cut

PAGE = 50

# The order of the index `product_by_name`: within a source by name, which for most shops is the whole list.
_ORDER = Order(("p.source_id", "p.name", "p.id"))
_COLUMNS = (
    "p.id, p.source_id, s.name AS source, s.timezone, p.external_id, p.name, p.code, p.barcode, p.category, p.brand, "
    "p.supplier, p.kind, p.enabled, p.price, p.cost, p.average_cost, p.first_seen_at, p.absent_at, p.gone_at"
)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as its source describes it."""

    id: int
    source_id: int
    source: str
    timezone: str
    external_id: int | str
    name: str
    code: str | None
    barcode: str | None
    category: str | None
    brand: str | None
    supplier: str | None
    kind: str | None
    enabled: int
    price: float | None
    cost: float | None
    average_cost: float | None
    first_seen_at: int
    absent_at: int | None
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What one warehouse holds of a product, and the state that makes."""

    id: int
    product_id: int
    branch: str
    warehouse: str
    stock: float
    minimum: float | None
    maximum: float | None
    note: str | None
    changed_at: int
    seen_at: int
    present: int
    gone: int
    state: str


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """What the list shows. Empty words do not filter."""

    text: str = ""
    source: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a level's history; stock is None when the level vanished from its source."""

    at: int
    stock: float | None
    minimum: float | None
    maximum: float | None


def list_products(
    store: Store, wanted: ProductFilter, state: State, cursor: Cursor | None = None, size: int = PAGE
) -> Slice[ProductRow]:
    """One page of products that are still sold, by source and name."""
    conditions, parameters = _conditions(wanted, state)
    rows = store.rows(
        f"SELECT {_COLUMNS} FROM product p JOIN source s ON s.id = p.source_id "
        f"WHERE {' AND '.join(conditions)} AND {_ORDER.where(cursor)} ORDER BY {_ORDER.by(cursor)} LIMIT {size + 1}",
        {**parameters, **bind(cursor)},
    )
    return cut(rows, ("source_id", "name", "id"), size, cursor, lambda row: ProductRow(**row))


def _conditions(wanted: ProductFilter, state: State) -> tuple[list[str], dict[str, Any]]:
    conditions = ["p.gone_at IS NULL"]
    parameters = {"source": wanted.source, "wanted": wanted.state}
    if wanted.source:
        conditions.append("p.source_id = (SELECT id FROM source WHERE name = :source)")
    if wanted.state:
        conditions.append(
            "p.id IN (SELECT product_id FROM stock_row r WHERE present AND NOT gone "
            f"AND level_id IN (SELECT id FROM level WHERE {_NARROW.get(wanted.state, '1')}) AND {state.sql} = :wanted)"
        )
        parameters |= state.parameters
    for number, word in enumerate((fold(wanted.text) or "").split()):
        conditions.append(f"instr(p.search, :word{number})")
        parameters[f"word{number}"] = word
    return conditions, parameters


# What must hold of a level in each state at least: it spares the state expression most rows and decides nothing.
_NARROW = {
    "negative": "stock < 0",
    "out": "stock <= 0",
    "low": "minimum > 0 AND stock <= minimum",
    "over": "maximum > 0 AND stock > maximum",
}


def product_by_id(store: Store, key: int) -> ProductRow | None:
    """The product a link names, also one that is no longer sold."""
    row = store.row(f"SELECT {_COLUMNS} FROM product p JOIN source s ON s.id = p.source_id WHERE p.id = ?", (key,))
    return None if row is None else ProductRow(**row)


def levels_of(store: Store, products: Sequence[int], state: State) -> list[LevelRow]:
    """The levels of these products by branch and warehouse, without those that are gone."""
    return [LevelRow(**row) for row in _levels(store, "product_id", products, state) if not row["gone"]]


def level_by_id(store: Store, level: int, state: State) -> LevelRow | None:
    """One level."""
    return next((LevelRow(**row) for row in _levels(store, "level_id", [level], state)), None)


def _levels(store: Store, column: str, keys: Sequence[int], state: State) -> list[dict[str, Any]]:
    places = {f"level{number}": key for number, key in enumerate(keys)}
    return store.rows(
        "SELECT level_id AS id, product_id, branch, warehouse, stock, minimum, maximum, note, changed_at, seen_at, "
        f"present, gone, {state.sql} AS state FROM stock_row r "
        f"WHERE {column} IN ({', '.join(':' + name for name in places)}) ORDER BY branch, warehouse",
        {**state.parameters, **places},
    )


def changes(store: Store, level: int, since: int, limit: int = 400) -> list[Change]:
    """The history of a level since a moment, oldest first, begun by the change that was in force at that moment."""
    rows = store.rows(
        "SELECT at, stock, minimum, maximum FROM stock_change WHERE level_id = ? AND at >= "
        "coalesce((SELECT max(at) FROM stock_change WHERE level_id = ? AND at <= ?), 0) ORDER BY at DESC LIMIT ?",
        (level, level, since, limit),
    )
    return [Change(**row) for row in reversed(rows)]
