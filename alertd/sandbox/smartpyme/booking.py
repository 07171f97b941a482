"""Booking a sale from outside: what a body must hold, what it becomes, and what it does to the stock.

The rules follow the documented body; where the unified server departs from its own page, so does this module under the
trait `put_repeats_stock`. Branches, documents and warehouses are told by numbers no answer shows: here a branch's
number is its place among the branches, and its one kind of document has the branch's number.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from alertd.sandbox.smartpyme.model import Product, Sale, SaleLine, Warehouse, cents, quantity
from alertd.sandbox.smartpyme.params import a_date
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.text import folded

_STATES = ("Pagada", "Completada", "Pendiente", "Cotizacion")
_CHANGEABLE = ("Pendiente", "Cotizacion", "Pre-venta")
_MOST_LINES = 100
_LEAST = Decimal("0.0001")
_USUAL_TAX = Decimal(13)

Body = dict[str, Any]


class Unbookable(Exception):
    """Why a sale is refused, and with which status."""

    def __init__(self, text: str, status: int = 422, details: dict[str, list[str]] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.details = details


def sale_with_reference(shop: Shop, body: Body) -> Sale | None:
    """The first sale with this reference, in whatever state it is and whoever wrote it."""
    wanted = _reference(body)
    return next((sale for sale in shop.sales.values() if wanted and sale.referencia == wanted), None)


def _reference(body: Body) -> str | None:
    return body.get("referencia_externa") or body.get("referencia")


def book(shop: Shop, body: Body) -> Sale:
    """Make a sale of a body, taking its stock unless it is a quotation. Of a kit, only the kit itself moves."""
    details = _faults_of(shop, body)
    if details:
        raise Unbookable("Datos inválidos", details=details)
    branch = branch_of(shop, body)
    warehouse = shop.warehouses[body["id_bodega"] - 1]
    lines = [_line(shop, item) for item in body["detalles"]]
    quotation = _is_quotation(body)
    if not quotation:
        _check_stock(shop, lines, warehouse)
    sale_id = shop.add_sale(
        fecha=body["fecha"],
        estado="Pre-venta" if quotation else _stored_state(body["estado"]),
        detalles=lines,
        created_at=shop.clock(),
        bodega=warehouse,
        cotizacion=quotation,
        referencia=_reference(body),
        nombre_sucursal=branch,
        nombre_cliente=_customer(body),
        descuento=sum((line.descuento for line in lines), Decimal(0)),
        **_told(body),
    )
    sale = shop.sales[sale_id]
    if not quotation:
        _take(shop, sale.detalles, warehouse)
    return sale


def _faults_of(shop: Shop, body: Body) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    fecha = body.get("fecha")
    if not isinstance(fecha, str) or a_date("fecha", fecha):
        faults["fecha"] = ["fecha no corresponde al formato Y-m-d."]
    if body.get("estado") not in _STATES:
        faults["estado"] = ["estado es inválido."]
    if body.get("estado") == "Pendiente" and not body.get("id_cliente"):
        faults["id_cliente"] = ["id cliente es requerido."]
    if not _is_warehouse(shop, body.get("id_bodega")):
        faults["id_bodega"] = ["id bodega es inválido."]
    if not _is_quotation(body) and not isinstance(body.get("id_canal"), int):
        faults["id_canal"] = ["id canal es requerido."]
    branch = branch_of(shop, body)
    if branch is None:
        faults["id_sucursal"] = ["Sucursal no encontrada."]
    elif body.get("id_documento") != branches(shop).index(branch) + 1:
        faults["id_documento"] = ["id documento es inválido."]
    return faults | _line_faults(body.get("detalles"))


def _line_faults(items: Any) -> dict[str, list[str]]:
    if not isinstance(items, list) or not 1 <= len(items) <= _MOST_LINES:
        return {"detalles": [f"detalles debe tener entre 1 y {_MOST_LINES} elementos."]}
    faults = {}
    for place, item in enumerate(items):
        told = item if isinstance(item, dict) else {}
        if not is_number(told.get("cantidad")) or Decimal(str(told["cantidad"])) < _LEAST:
            faults[f"detalles.{place}.cantidad"] = ["cantidad debe ser al menos 0.0001."]
        if not told.get("id_producto") and not told.get("codigo_producto"):
            faults[f"detalles.{place}.id_producto"] = ["id producto es requerido."]
        for name in ("precio", "descuento", "porcentaje_impuesto"):
            if told.get(name) is not None and not is_number(told[name]):
                faults[f"detalles.{place}.{name}"] = [f"{name} debe ser un número."]
    return faults


def is_number(value: Any) -> bool:
    """Whether a body's value is a number, a numeric text included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def branches(shop: Shop) -> list[str]:
    """The company's branches in the order in which their warehouses were opened."""
    return list(dict.fromkeys(warehouse.sucursal for warehouse in shop.warehouses))


def branch_of(shop: Shop, body: Body) -> str | None:
    """The branch a body names, by number or by name without letter case."""
    known = branches(shop)
    number, name = body.get("id_sucursal"), body.get("sucursal")
    if isinstance(number, int) and 1 <= number <= len(known):
        return known[number - 1]
    if isinstance(name, str):
        return next((branch for branch in known if branch.lower() == name.strip().lower()), None)
    return None


def _is_warehouse(shop: Shop, number: Any) -> bool:
    return isinstance(number, int) and 1 <= number <= len(shop.warehouses)


def _is_quotation(body: Body) -> bool:
    return body.get("estado") == "Cotizacion" or body.get("cotizacion") is True


def _stored_state(estado: str) -> str:
    return "Pagada" if estado == "Completada" else estado


def _customer(body: Body) -> str:
    return f"Cliente {body['id_cliente']}" if body.get("id_cliente") else "Consumidor Final"


def _told(body: Body) -> Body:
    """The optional fields that were sent."""
    told: Body = {name: body[name] for name in ("forma_pago", "observaciones") if body.get(name)}
    return told | {name: quantity(body[name]) for name in ("monto_pago", "cambio") if is_number(body.get(name))}


def _line(shop: Shop, item: Body) -> SaleLine:
    """A line with the tax taken out of its price."""
    product = _product_of(shop, item)
    count = quantity(item["cantidad"])
    price = quantity(item["precio"]) if item.get("precio") is not None else product.precio
    tax = Decimal(str(item["porcentaje_impuesto"])) if item.get("porcentaje_impuesto") is not None else _USUAL_TAX
    discount = quantity(item.get("descuento") or 0)
    gross = cents(price * count - discount)
    total = (gross / (1 + tax / 100)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return SaleLine(
        product_id=product.id,
        cantidad=count,
        precio=cents(price / (1 + tax / 100)),
        total=total,
        costo=product.costo,
        descuento=discount,
        total_costo=cents(product.costo * count),
        iva=gross - total,
    )


def _product_of(shop: Shop, item: Body) -> Product:
    number, code = item.get("id_producto"), item.get("codigo_producto")
    if number is not None:
        found = shop.products.get(number) if isinstance(number, int) else None
    else:
        found = _with_code(shop.products.values(), folded(str(code)))
    if found is None:
        # The unified server lets this escape as a fault of its own; the documentation calls it a bad body.
        raise Unbookable("Producto no encontrado", 500 if shop.dialect.put_repeats_stock else 422)
    return found


def _with_code(products: Iterable[Product], code: str) -> Product | None:
    return next((one for one in products if code in (folded(one.codigo or ""), folded(one.barcode or ""))), None)


def _check_stock(shop: Shop, lines: list[SaleLine], warehouse: Warehouse) -> None:
    for line in lines:
        product = shop.products[line.product_id or 0]
        rows = [level for level in product.inventarios if level.bodega is warehouse and not level.borrado]
        if rows and rows[0].stock < line.cantidad:
            raise Unbookable(f"Stock insuficiente para {product.nombre}", 400)


def _take(shop: Shop, lines: list[SaleLine], warehouse: Warehouse | None, sign: int = -1) -> None:
    for line in lines:
        if warehouse is not None and line.product_id is not None:
            shop.move(line.product_id, warehouse, sign * line.cantidad * line.factor)


def change(shop: Shop, sale: Sale, body: Body) -> None:
    """Change a sale that is still open. How stock follows depends on the dialect."""
    if sale.estado not in _CHANGEABLE:
        raise Unbookable("La venta no se puede modificar")
    details = _change_faults(shop, body)
    if details:
        raise Unbookable("Datos inválidos", details=details)
    lines = [_line(shop, item) for item in body.get("detalles") or []]
    was_quotation, before = bool(sale.cotizacion), list(sale.detalles)
    if shop.dialect.put_repeats_stock:
        _set_state_as_unified(sale, body)
        sent = {line.product_id for line in lines}
        sale.detalles = [line for line in before if line.product_id not in sent] + lines
    else:
        _set_state(sale, body)
        sale.detalles = lines or before
        # A booking is changed by what differs: what had left comes back first.
        if not was_quotation:
            _take(shop, before, sale.bodega, +1)
    if not sale.cotizacion:
        _take(shop, sale.detalles, sale.bodega)
    _sum_up(sale, body)
    sale.updated_at = shop.clock()


def _change_faults(shop: Shop, body: Body) -> dict[str, list[str]]:
    faults = _line_faults(body["detalles"]) if "detalles" in body else {}
    if "estado" in body and body["estado"] not in _STATES:
        faults["estado"] = ["estado es inválido."]
    if "fecha" in body and (not isinstance(body["fecha"], str) or a_date("fecha", body["fecha"])):
        faults["fecha"] = ["fecha no corresponde al formato Y-m-d."]
    names_branch = "id_sucursal" in body or "sucursal" in body
    if (names_branch or shop.dialect.put_repeats_stock) and branch_of(shop, body) is None:
        faults["id_sucursal"] = ["Sucursal no encontrada."]
    return faults


def _set_state(sale: Sale, body: Body) -> None:
    if body.get("estado") == "Cotizacion":
        sale.estado, sale.cotizacion = "Pre-venta", True
    elif "estado" in body:
        sale.estado, sale.cotizacion = _stored_state(body["estado"]), False


def _set_state_as_unified(sale: Sale, body: Body) -> None:
    """A quotation only becomes a sale when told so twice, by the state and by the flag."""
    estado = body.get("estado")
    if sale.cotizacion and body.get("cotizacion") is not False:
        if estado == "Completada":
            sale.estado = "Pagada"
        return
    if estado == "Cotizacion":
        sale.estado, sale.cotizacion = "Pre-venta", True
        return
    sale.cotizacion = False
    if estado is not None:
        sale.estado = _stored_state(estado)


def _sum_up(sale: Sale, body: Body) -> None:
    sale.sub_total = sum((line.total for line in sale.detalles), Decimal(0))
    sale.iva = sum((line.iva or Decimal(0) for line in sale.detalles), Decimal(0))
    sale.gravada, sale.total = sale.sub_total, sale.sub_total + sale.iva
    sale.total_costo = sum((line.total_costo or Decimal(0) for line in sale.detalles), Decimal(0))
    if "fecha" in body:
        sale.fecha = date.fromisoformat(body["fecha"])
    for name, value in _told(body).items():
        setattr(sale, name, value)
