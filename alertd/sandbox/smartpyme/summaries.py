"""The three summaries. What they count, wrongly or rightly, follows the dialect."""

from collections import Counter
from decimal import Decimal
from typing import Any

from alertd.sandbox.smartpyme.encode import documented_state, number
from alertd.sandbox.smartpyme.listing import is_low, returns, sales_matching
from alertd.sandbox.smartpyme.model import Product, Sale, cents
from alertd.sandbox.smartpyme.params import Params
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.text import contains

_ZERO = Decimal(0)


def sales_summary(shop: Shop, values: Params) -> dict[str, Any]:
    """Totals of a period. Nothing is left out: cancelled sales and quotations count as well."""
    chosen = sales_matching(shop, values)
    total = sum((sale.total for sale in chosen), _ZERO)
    return {
        "cantidad_ventas": len(chosen),
        "total_ventas": number(cents(total)),
        "total_iva": number(cents(sum((sale.iva for sale in chosen), _ZERO))),
        "total_descuentos": number(cents(sum((sale.descuento for sale in chosen), _ZERO))),
        "promedio_venta": _average(total, len(chosen)),
        "ventas_por_estado": _by_state(shop, sales_matching(shop, {**values, "estado": None})),
    }


def _by_state(shop: Shop, chosen: list[Sale]) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    totals: dict[str, Decimal] = {}
    for sale in chosen:
        state = documented_state(sale, shop.dialect)
        counts[state] += 1
        totals[state] = totals.get(state, _ZERO) + sale.total
    return [
        {"estado": state, "cantidad": counts[state], "total": number(cents(totals[state]))} for state in sorted(counts)
    ]


def returns_summary(shop: Shop, values: Params) -> dict[str, Any]:
    """Totals of the returns, cancelled ones and money-only ones included, under the names of the dialect."""
    chosen = returns(shop, {**values, "id_venta": None})
    total = sum((record.total for record in chosen), _ZERO)
    average = _average(total, len(chosen))
    if shop.dialect.returns_have_meta:
        kinds = [{"tipo": "Devolucion", "cantidad": len(chosen), "total": number(cents(total))}] if chosen else []
        discounts = sum((line.descuento for record in chosen for line in record.detalles), _ZERO)
        return {
            "cantidad_devoluciones": len(chosen),
            "total_devuelto": number(cents(total)),
            "total_iva": number(cents(sum((record.iva for record in chosen), _ZERO))),
            "total_descuentos": number(cents(discounts)),
            "promedio_devolucion": average,
            "devoluciones_por_tipo": kinds,
        }
    return {
        "total_devoluciones": len(chosen),
        "total_monto": number(cents(total)),
        "promedio_devolucion": average,
        "periodo": {name: values.get(name) for name in ("fecha_inicio", "fecha_fin")},
    }


def inventory_summary(shop: Shop, values: Params) -> dict[str, Any]:
    """The catalogue in figures, as the documentation describes it; the servers only answer 500."""
    chosen = [product for product in shop.products.values() if not product.borrado and _chosen(product, values)]
    stocked = sum(any(level.stock > 0 for level in product.levels) for product in chosen)
    low = sum(any(is_low(level, shop.dialect) for level in product.levels) for product in chosen)
    active = sum(product.enable for product in chosen)
    units = sum((level.stock for product in chosen for level in product.levels), _ZERO)
    value = sum(
        (level.stock * (product.costo_promedio or _ZERO) for product in chosen for level in product.levels), _ZERO
    )
    categories = Counter(product.nombre_categoria for product in chosen if product.nombre_categoria)
    return {
        "productos": {"total": len(chosen), "activos": active, "inactivos": len(chosen) - active},
        "inventario": {
            "stock_total": number(cents(units)),
            "valor_total": number(cents(value)),
            "productos_con_stock": stocked,
            "productos_sin_stock": sum(_all_gone(product) for product in chosen),
            "productos_stock_bajo": low,
        },
        "productos_por_categoria": [
            {"categoria": name, "cantidad": count} for name, count in sorted(categories.items())
        ],
    }


def _chosen(product: Product, values: Params) -> bool:
    wanted, tipo, enable = values.get("categoria"), values.get("tipo"), values.get("enable")
    if wanted and not contains(wanted)(product.nombre_categoria):
        return False
    return tipo in (None, product.tipo) and enable in (None, str(int(product.enable)))


def _all_gone(product: Product) -> bool:
    levels = product.levels
    return bool(levels) and all(level.stock == 0 for level in levels)


def _average(total: Decimal, count: int) -> int | float | None:
    return number(cents(total / count)) if count else 0
