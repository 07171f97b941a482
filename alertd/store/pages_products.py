"""Products and their levels, as the pages list and show them.

The state of a level comes in as the SQL expression of `alertd.rules` over the view `stock_row`.

A list is read in one of two ways. Where some condition leaves only a few products, those are fetched and sorted. Where
every condition leaves many, the list is walked in its own order and what does not fit is passed over: the page is full
soon. Neither reads a table from end to end for one page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import msgspec

from . import search
from .db import Store
from .pages import Cursor, Order, Slice, State, bind, cut

PAGE = 50
BATCH = 500

# The order of the index `product_by_name`: within a source by name, which for most shops is the whole list.
_ORDER = Order(("p.source_id", "p.name", "p.id"))
# In the order of the fields of `ProductRow`.
_COLUMNS = (
    "p.id, p.source_id, s.name AS source, s.timezone, p.external_id, p.name, p.code, p.barcode, p.category, p.brand, "
    "p.supplier, p.kind, p.enabled, p.price, p.cost, p.average_cost, p.first_seen_at, p.absent_at, p.gone_at"
)
# Levels in any state worth counting, written as the index `level_notable` is.
NOTABLE = "(stock <= 0 OR (minimum > 0 AND stock <= minimum) OR (maximum > 0 AND stock > maximum))"
# What must hold of a level in each state at least: it spares the state expression most rows and decides nothing.
_NARROW = {
    "negative": "stock < 0",
    "out": "stock <= 0",
    "low": "minimum > 0 AND stock <= minimum",
    "over": "maximum > 0 AND stock > maximum",
}


class ProductRow(msgspec.Struct, frozen=True):
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


class Held(msgspec.Struct, frozen=True):
    """The part of a product that one warehouse holds, as far as a list sums it up."""

    product_id: int
    branch: str
    warehouse: str
    stock: float
    minimum: float | None
    maximum: float | None
    state: str


class LevelRow(msgspec.Struct, frozen=True):
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
    category: str = ""
    brand: str = ""
    supplier: str = ""
    branch: str = ""
    warehouse: str = ""

    @property
    def anything(self) -> bool:
        """Whether it leaves anything out."""
        return self != ProductFilter()


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
    parameters = _parameters(store, wanted, state)
    return _page(store, wanted, state, parameters, _few(store, wanted, parameters), cursor, size)


def every_product(store: Store, wanted: ProductFilter, state: State) -> Iterator[list[ProductRow]]:
    """All of them in the order of the list, some hundreds at a time."""
    parameters = _parameters(store, wanted, state)
    few, cursor = _few(store, wanted, parameters), None
    while True:
        slice_ = _page(store, wanted, state, parameters, few, cursor, BATCH)
        yield slice_.rows
        if slice_.after is None:
            return
        cursor = Cursor(slice_.after)


def _page(
    store: Store, wanted: ProductFilter, state: State, parameters: dict[str, Any], few: list[int] | None,
    cursor: Cursor | None, size: int,
) -> Slice[ProductRow]:  # fmt: skip
    walk, fetch = "product p INDEXED BY product_by_name", "json_each(:few) f CROSS JOIN product p ON p.id = f.value"
    found = walk if few is None else fetch
    rows = store.execute(
        f"SELECT {_COLUMNS} FROM {found} CROSS JOIN source s ON s.id = p.source_id "
        f"WHERE {' AND '.join(_conditions(wanted, state))} AND {_ORDER.where(cursor)} "
        f"ORDER BY {_ORDER.by(cursor)} LIMIT {size + 1}",
        {**parameters, **bind(cursor), "few": str(few or [])},
    ).fetchall()
    return cut(rows, itemgetter(1, 5, 0), size, cursor, lambda row: ProductRow(*row))


def _parameters(store: Store, wanted: ProductFilter, state: State) -> dict[str, Any]:
    words = search.words_of(wanted.text)
    return {
        **{name: getattr(wanted, name) for name in ("state", "category", "brand", "supplier", "branch", "warehouse")},
        "source_id": store.value("SELECT id FROM source WHERE name = ?", (wanted.source,)),
        **words.parameters,
        **state.parameters,
    }


def _conditions(wanted: ProductFilter, state: State) -> list[str]:
    conditions = ["p.gone_at IS NULL", *search.words_of(wanted.text).conditions]
    if wanted.source:
        conditions.append("p.source_id = :source_id")
    conditions += [f"p.{name} = :{name}" for name in ("category", "brand", "supplier") if getattr(wanted, name)]
    at_level = [f"r.{name} = :{name}" for name in ("branch", "warehouse") if getattr(wanted, name)]
    if wanted.state:
        at_level.append(f"r.present AND {state.sql} = :state")
    if at_level:
        level = f"SELECT 1 FROM stock_row r WHERE r.product_id = p.id AND NOT r.gone AND {' AND '.join(at_level)}"
        conditions.append(f"EXISTS ({level})")
    return conditions


def _few(store: Store, wanted: ProductFilter, parameters: dict[str, Any]) -> list[int] | None:
    """The few products to look at; None where there are many whichever way one asks."""
    ways = _ways(store, wanted)
    for way in ways:
        if (found := search.few(store, way, parameters)) is not None:
            return sorted(set(found))
    both = " INTERSECT ".join(f"SELECT id FROM ({way})" for way in ways)
    return search.few(store, both, parameters) if len(ways) > 1 else None


def _ways(store: Store, wanted: ProductFilter) -> list[str]:
    by_text = search.way_of(store, search.words_of(wanted.text))
    ways = [by_text] if by_text else []
    ways += [
        f"SELECT id FROM product WHERE {name} = :{name}"
        for name in ("category", "brand", "supplier")
        if getattr(wanted, name)
    ]
    if wanted.state in _NARROW:
        ways.append(f"SELECT product_id AS id FROM level WHERE {NOTABLE} AND {_NARROW[wanted.state]}")
    places = [f"{column} = :{name}" for name, column in (("branch", "branch"), ("warehouse", "name"))
              if getattr(wanted, name)]  # fmt: skip
    if places:
        where = f"SELECT id FROM warehouse WHERE {' AND '.join(places)}"
        ways.append(f"SELECT product_id AS id FROM level WHERE warehouse_id IN ({where})")
    return ways


def product_by_id(store: Store, key: int) -> ProductRow | None:
    """The product a link names, also one that is no longer sold."""
    found = "FROM product p JOIN source s ON s.id = p.source_id WHERE p.id = ?"
    row = store.execute(f"SELECT {_COLUMNS} {found}", (key,)).fetchone()
    return None if row is None else ProductRow(*row)


def held_of(store: Store, products: Sequence[int], state: State) -> list[Held]:
    """What the warehouses hold of these products, without what is gone."""
    found = store.execute(
        f"SELECT product_id, branch, warehouse, stock, minimum, maximum, {state.sql} FROM json_each(:products) k "
        "CROSS JOIN stock_row r ON r.product_id = k.value WHERE NOT gone",
        {**state.parameters, "products": str(list(products))},
    )
    return [Held(*row) for row in found]


def held_then(store: Store, products: Sequence[int], at: int) -> list[Held]:
    """The same as it stood at a moment; what is unknown then is left out."""
    return [
        Held(each.product_id, each.branch, each.warehouse, each.stock, each.minimum, each.maximum, each.state)
        for each in levels_then(store, products, at)
    ]


def levels_of(store: Store, product: int, state: State) -> list[LevelRow]:
    """The levels of a product by branch and warehouse, without those that are gone."""
    return [level for level in _levels(store, "product_id", product, state) if not level.gone]


def level_by_id(store: Store, level: int, state: State) -> LevelRow | None:
    """One level."""
    return next(iter(_levels(store, "level_id", level, state)), None)


def _levels(store: Store, column: str, key: int, state: State) -> list[LevelRow]:
    found = store.execute(
        "SELECT level_id, product_id, branch, warehouse, stock, minimum, maximum, note, changed_at, seen_at, "
        f"present, gone, {state.sql} FROM stock_row r WHERE {column} = :key ORDER BY branch, warehouse",
        {**state.parameters, "key": key},
    )
    return [LevelRow(*row) for row in found]


def levels_then(store: Store, products: Sequence[int], at: int) -> list[LevelRow]:
    """The levels of these products as they stood at a moment; those unknown then are left out.

    Their state is not told: what is low depends on what sold since.
    """
    rows = store.execute(
        "SELECT l.id, l.product_id, w.branch, w.name AS warehouse, c.stock, c.minimum, c.maximum, NULL AS note, "
        "c.at AS changed_at, c.at AS seen_at, 1 AS present, 0 AS gone, 'unknown' AS state "
        "FROM level l JOIN warehouse w ON w.id = l.warehouse_id JOIN stock_change c ON c.level_id = l.id AND c.at = "
        "(SELECT max(at) FROM stock_change WHERE level_id = l.id AND at <= ?) "
        f"WHERE l.product_id IN ({', '.join('?' * len(products))}) AND c.stock IS NOT NULL ORDER BY w.branch, w.name",
        (at, *products),
    )
    return [LevelRow(*row) for row in rows]


def demand_of(store: Store, products: Sequence[int]) -> dict[int, tuple[float, int]]:
    """By product, what it sold in the window of the demand and on how many days in stock, where that is known."""
    rows = store.execute(
        f"SELECT product_id, net, in_days FROM product_demand WHERE product_id IN ({', '.join('?' * len(products))})",
        list(products),
    )
    return {key: (net, days) for key, net, days in rows}


def changes(store: Store, level: int, since: int, limit: int = 400) -> list[Change]:
    """The history of a level since a moment, oldest first, begun by the change that was in force at that moment."""
    rows = store.rows(
        "SELECT at, stock, minimum, maximum FROM stock_change WHERE level_id = ? AND at >= "
        "coalesce((SELECT max(at) FROM stock_change WHERE level_id = ? AND at <= ?), 0) ORDER BY at DESC LIMIT ?",
        (level, level, since, limit),
    )
    return [Change(**row) for row in reversed(rows)]


def values_of(store: Store, column: str, limit: int = 500) -> list[str]:
    """The categories, brands or suppliers there are, by name. Steps from one to the next in the index."""
    if column not in ("category", "brand", "supplier"):
        raise ValueError(column)
    rows = store.execute(
        f"WITH RECURSIVE v (name) AS (SELECT min({column}) FROM product WHERE {column} IS NOT NULL "
        f"UNION ALL SELECT (SELECT min({column}) FROM product WHERE {column} > v.name) FROM v WHERE v.name IS NOT NULL)"
        f" SELECT name FROM v WHERE name IS NOT NULL AND name <> '' LIMIT {int(limit)}"
    )
    return [row[0] for row in rows]


def places(store: Store) -> list[tuple[str, str]]:
    """Every branch and warehouse that is read, by name."""
    rows = store.execute("SELECT DISTINCT branch, name FROM warehouse WHERE hidden_at IS NULL ORDER BY branch, name")
    return [(branch, name) for branch, name in rows]
