"""Which records a list holds, in which order, and the slice that is one page of it.

Counted and cut the way the real server does, its shortcomings included; encoding is in `encode`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from alertd.sandbox.smartpyme.dialect import Dialect
from alertd.sandbox.smartpyme.encode import documented_state
from alertd.sandbox.smartpyme.model import Level, Product, Return, Sale
from alertd.sandbox.smartpyme.params import Params, is_on
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.text import contains, folded

Row = TypeVar("Row")
Test = Callable[[Product], bool]

_TURNS_FROM_PAGE = 3
_TEXT_FILTERS = ("codigo", "nombre", "marca", "categoria")
_PRODUCT_FILTERS = (*_TEXT_FILTERS, "tipo", "enable", "con_stock", "stock_minimo")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows and what `pagination` says about it."""

    rows: list[Any]
    pagination: dict[str, Any]


def page_of(rows: list[Row], values: Params, dialect: Dialect, *, overlap: bool = False) -> Page:
    """Cut one page. `overlap` tears it: rows of the page before come again and as many are lost."""
    sent = values.get("per_page")
    per_page, page = int(sent or 100), int(values.get("page") or 1)
    start = (page - 1) * per_page
    shift = max(1, per_page // 10) if overlap and page > 1 else 0
    cut = rows[max(0, start - shift) : max(0, start - shift) + per_page] if start < len(rows) else []
    pages = max(1, -(-len(rows) // per_page))
    return Page(
        cut,
        {
            "current_page": page,
            "per_page": sent if sent and dialect.raw_columns else per_page,
            "total": len(rows),
            "total_pages": pages,
            "has_next": page < pages,
            "has_prev": page > 1,
            "from": start + 1 if cut else None,
            "to": start + len(cut) if cut else None,
        },
    )


def products(shop: Shop, values: Params) -> list[Product]:
    """The products that match, in the order asked for."""
    order_by = values.get("order_by") or "nombre"
    descending = values.get("order_direction") == "desc"
    turned = shop.dialect.ties_turn and order_by == "nombre" and descending and _late(values)
    wanted = tuple(values.get(name) for name in _PRODUCT_FILTERS)
    key = ("products", order_by, descending, turned, wanted)
    return shop.matching(key, lambda: _find_products(shop, values, order_by, descending, turned))


def _find_products(shop: Shop, values: Params, order_by: str, descending: bool, turned: bool) -> list[Product]:
    rows = shop.ordered(order_by, descending)
    if turned:
        rows = rows[::-1]
        rows.sort(key=lambda product: folded(product.nombre), reverse=True)
    if not shop.dialect.deleted_listed:
        rows = [product for product in rows if not product.borrado]
    for test in _product_tests(values, shop.dialect):
        rows = [product for product in rows if test(product)]
    return rows


def _product_tests(values: Params, dialect: Dialect) -> list[Test]:
    tests = [_like(name, wanted) for name in _TEXT_FILTERS if (wanted := values.get(name))]
    if tipo := values.get("tipo"):
        tests.append(lambda product: product.tipo == tipo)
    if enable := values.get("enable"):
        tests.append(lambda product: product.enable == (enable == "1"))
    if is_on(values.get("con_stock")):
        tests.append(lambda product: any(level.stock > 0 and level.visible for level in product.inventarios))
    if is_on(values.get("stock_minimo")):
        tests.append(lambda product: any(is_low(level, dialect) and level.visible for level in product.inventarios))
    return tests


def _like(name: str, wanted: str) -> Test:
    field, matches = "nombre_categoria" if name == "categoria" else name, contains(wanted)
    return lambda product: matches(getattr(product, field))


def is_low(level: Level, dialect: Dialect) -> bool:
    """What the filter calls low: the pages say at or below the minimum, the server means strictly below."""
    if level.stock_minimo is None:
        return False
    return level.stock <= level.stock_minimo if dialect.minimum_inclusive else level.stock < level.stock_minimo


def in_period(day: date, values: Params) -> bool:
    """Whether a business date lies between the dates that were sent, both included."""
    first, last = values.get("fecha_inicio"), values.get("fecha_fin")
    text = day.isoformat()
    return (first is None or text >= first) and (last is None or text <= last)


def sales(shop: Shop, values: Params) -> list[Sale]:
    """The sales that match. Without both dates, the rows of one day turn round after the second page."""
    order_by = values.get("order_by") or "fecha"
    descending = values.get("order_direction") != "asc"
    rows = sales_matching(shop, values)
    rows.sort(key=lambda sale: sale.id, reverse=descending)
    rows.sort(key=lambda sale: _sale_key(sale, order_by), reverse=descending)
    dated = values.get("fecha_inicio") and values.get("fecha_fin")
    if shop.dialect.ties_turn and order_by == "fecha" and not dated and _late(values):
        rows.sort(key=lambda sale: sale.id, reverse=not descending)
        rows.sort(key=lambda sale: sale.fecha, reverse=descending)
    return rows


def sales_matching(shop: Shop, values: Params) -> list[Sale]:
    """The sales of a period in a state, in no order."""
    estado = values.get("estado")
    return [
        sale
        for sale in shop.sales.values()
        if in_period(sale.fecha, values) and (estado is None or _in_state(sale, estado, shop.dialect))
    ]


def _in_state(sale: Sale, estado: str, dialect: Dialect) -> bool:
    if dialect.sales_references and estado == "Cotizacion":
        return bool(sale.cotizacion)
    if dialect.sales_references and estado == "Completada":
        return sale.estado == "Pagada"
    return documented_state(sale, dialect) == estado


def _sale_key(sale: Sale, order_by: str) -> Any:
    value = getattr(sale, order_by)
    return (value is not None, value if value is not None else 0)


def returns(shop: Shop, values: Params) -> list[Return]:
    """The returns that match, newest first: the one list with a total order."""
    wanted = values.get("id_venta")
    rows = [
        record
        for record in shop.returns.values()
        if in_period(record.fecha, values) and (wanted is None or record.id_venta == int(wanted))
    ]
    return sorted(rows, key=lambda record: (record.fecha, record.id), reverse=True)


def _late(values: Params) -> bool:
    return int(values.get("page") or 1) >= _TURNS_FROM_PAGE
