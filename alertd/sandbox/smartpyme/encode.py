"""How records look on the wire in each dialect.

The real servers pass database columns through: a DECIMAL is a string with all its decimals, a DOUBLE a number, a flag a
text. Which sale columns are of which type differs between installations; the types here are those of the recorded
answers. The documentation shows plain numbers and documented words instead.
"""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from alertd.sandbox.smartpyme.dialect import Dialect
from alertd.sandbox.smartpyme.model import LOCAL_ZONE, Product, Return, ReturnLine, Sale, SaleLine, cents
from alertd.sandbox.smartpyme.shop import Shop

_DOCUMENTED_STATES = {
    "Pagada": "Completada",
    "Consigna": "Pendiente",
    "Facturada": "Cotizacion",
    "Aceptada": "Cotizacion",
    "Pre-venta": "Cotizacion",
}


def dumps(value: object) -> bytes:
    """JSON the way the server writes it: ASCII, without spaces."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def number(value: Decimal | None) -> int | float | None:
    """A JSON number, whole ones without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def column(value: Decimal | None, decimals: int) -> str | None:
    """A DECIMAL column: a string with all its decimals."""
    return None if value is None else f"{value:.{decimals}f}"


def moment(value: datetime | None, dialect: Dialect) -> str | None:
    """A timestamp in UTC."""
    if value is None:
        return None
    utc = value.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if dialect.raw_columns else "%Y-%m-%dT%H:%M:%SZ")


def midnight(value: datetime) -> datetime:
    """The local midnight of that day: a DATE column read as a timestamp."""
    day: date = value.astimezone(LOCAL_ZONE).date()
    return datetime.combine(day, time(), LOCAL_ZONE)


def product_json(shop: Shop, product: Product) -> bytes:
    """A product, encoded once and kept until it changes: a sweep asks for all of them over and over."""
    fragment = shop.fragments.get(product.id)
    if fragment is None:
        fragment = shop.fragments[product.id] = dumps(product_record(product, shop.dialect, older=shop.older_columns))
    return fragment


def product_record(product: Product, dialect: Dialect, *, older: bool = False) -> dict[str, Any]:
    """A product with the stock rows that show. Older databases keep two decimals, and whole minimums."""
    raw = dialect.raw_columns
    figure = (lambda value: column(value, 2 if older else 6)) if raw else number
    bound = figure if raw and not older else number
    record: dict[str, Any] = {
        "id": product.id,
        "nombre": product.nombre,
        "descripcion": product.descripcion,
        "codigo": product.codigo,
        "barcode": product.barcode,
        "nombre_categoria": product.nombre_categoria,
        "precio": figure(product.precio),
        "costo": figure(product.costo),
        "costo_anterior": number(product.costo_anterior),
        "costo_promedio": figure(product.costo_promedio),
        "marca": product.marca,
    }
    if raw:
        record |= {"nombre_proveedor": product.nombre_proveedor, "tipo": product.tipo}
        record["enable"] = "1" if product.enable else "0"
    else:
        record["tipo"] = product.tipo if product.tipo == "Servicio" else "Producto"
        record |= {"enable": int(product.enable), "img": product.img}
    record["created_at"] = moment(product.created_at, dialect)
    record["updated_at"] = moment(product.updated_at, dialect)
    # The documentation knows no null minimum: there, "not configured" can only be a zero.
    unset = None if raw else 0
    record["inventarios"] = [
        {
            "id_producto": product.id,
            "stock": figure(level.stock),
            "stock_minimo": unset if level.stock_minimo is None else bound(level.stock_minimo),
            "stock_maximo": unset if level.stock_maximo is None else bound(level.stock_maximo),
            "nota": level.nota,
            "nombre_bodega": level.bodega.nombre,
            "nombre_sucursal": level.bodega.sucursal,
        }
        for level in product.levels
    ]
    return record


def sale_record(shop: Shop, sale: Sale) -> dict[str, Any]:
    """A sale with its lines."""
    dialect = shop.dialect
    raw = dialect.raw_columns
    money = (lambda value: column(value, 2)) if raw else number
    zero = money(Decimal(0))
    record: dict[str, Any] = {"id": sale.id, "fecha": sale.fecha.isoformat()}
    record["correlativo"] = sale.correlativo if raw else _numbered("FAC", sale.correlativo)
    if dialect.sales_references:
        record |= {"referencia": sale.referencia, "referencia_externa": sale.referencia}
    record |= {
        "estado": sale.estado if raw else _documented_state(sale),
        "forma_pago": sale.forma_pago,
        "monto_pago": number(sale.monto_pago),
        "cambio": number(sale.cambio),
        "iva_percibido": zero,
        "iva_retenido": zero,
        "renta_retenida": None if raw else 0,
        "iva": number(cents(sale.iva)),
        "total_costo": money(sale.total_costo),
        "descuento": money(sale.descuento),
        "sub_total": number(cents(sale.sub_total)),
        "no_sujeta": zero,
        "exenta": zero,
        "gravada": money(sale.gravada),
        "cuenta_a_terceros": zero,
        "total": money(cents(sale.total)),
        "propina": zero,
        "observaciones": sale.observaciones,
    }
    if raw:
        record["recurrente"] = None if sale.recurrente is None else str(int(sale.recurrente))
        record["cotizacion"] = None if sale.cotizacion is None else int(sale.cotizacion)
        record["descripcion_impresion"] = None
    else:
        record |= {"recurrente": bool(sale.recurrente), "cotizacion": bool(sale.cotizacion)}
    return record | {
        "nombre_cliente": sale.nombre_cliente,
        "nombre_usuario": sale.nombre_usuario,
        "nombre_vendedor": sale.nombre_vendedor,
        "nombre_sucursal": sale.nombre_sucursal,
        "nombre_canal": sale.nombre_canal,
        "nombre_documento": sale.nombre_documento,
        "saldo": number(shop.balance(sale)),
        "created_at": moment(sale.created_at, dialect),
        "updated_at": moment(sale.updated_at, dialect),
        "detalles": [_sale_line(shop, line, raw) for line in sale.detalles],
    }


def _documented_state(sale: Sale) -> str:
    return "Cotizacion" if sale.cotizacion else _DOCUMENTED_STATES.get(sale.estado, sale.estado)


def documented_state(sale: Sale, dialect: Dialect) -> str:
    """The state as this dialect tells it."""
    return sale.estado if dialect.raw_columns else _documented_state(sale)


def _numbered(prefix: str, correlativo: int | None) -> str | None:
    return None if correlativo is None else f"{prefix}-{correlativo:06d}"


def _sale_line(shop: Shop, line: SaleLine, raw: bool) -> dict[str, Any]:
    product = shop.products.get(line.product_id) if line.product_id is not None else None
    # Code and brand are read from the product as it is today; a deleted one shows nothing but its name.
    alive = product if product is not None and not product.borrado else None
    money = (lambda value: column(value, 2)) if raw else number
    return {
        "nombre_producto": line.nombre or (product.nombre if product else None),
        "codigo_producto": alive.codigo if alive else None,
        "marca_producto": alive.marca if alive else None,
        "cantidad": column(line.cantidad, 4) if raw else number(line.cantidad),
        "precio": number(line.precio),
        "costo": money(line.costo),
        "descuento": number(line.descuento),
        "total_costo": money(line.total_costo),
        "total": number(line.total),
        "iva": money(line.iva),
    }


def return_record(shop: Shop, record: Return) -> dict[str, Any]:
    """A return with its lines; the server casts its money to numbers."""
    raw = shop.dialect.raw_columns
    active = {"estado": "Anulada" if record.anulada else "Confirmada"} if raw else {"enable": int(not record.anulada)}
    return {
        "id": record.id,
        "fecha": record.fecha.isoformat(),
        "correlativo": record.correlativo if raw else _numbered("DEV", record.correlativo),
        "tipo": record.tipo if raw else "Devolucion",
        "sub_total": number(cents(record.sub_total)),
        "no_sujeta": 0,
        "exenta": 0,
        "cuenta_a_terceros": 0,
        "total": number(cents(record.total)),
        "iva": number(cents(record.iva)),
        "iva_retenido": 0,
        "observaciones": record.observaciones,
        **active,
        "id_venta": record.id_venta,
        "nombre_cliente": record.nombre_cliente,
        "nombre_usuario": record.nombre_usuario,
        "nombre_documento": record.nombre_documento,
        "created_at": moment(midnight(record.created_at) if raw else record.created_at, shop.dialect),
        "updated_at": moment(record.updated_at, shop.dialect),
        "detalles": [_return_line(shop, line, raw) for line in record.detalles],
    }


def _return_line(shop: Shop, line: ReturnLine, raw: bool) -> dict[str, Any]:
    product = shop.products.get(line.product_id) if line.product_id is not None else None
    alive = product if product is not None and not product.borrado else None
    return {
        "nombre_producto": line.descripcion or (alive.nombre if alive else None),
        "codigo_producto": alive.codigo if alive else None,
        "marca_producto": alive.marca if alive else None,
        "descripcion": line.descripcion,
        "cantidad": number(line.cantidad),
        "precio": number(line.precio),
        "costo": number(line.costo),
        "descuento": number(line.descuento),
        "no_sujeta": 0,
        "cuenta_a_terceros": 0,
        "exenta": 0,
        "total": number(line.total),
        "medida": (line.medida if raw else "Unidad") if alive else None,
    }
