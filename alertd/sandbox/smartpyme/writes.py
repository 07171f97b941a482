"""The write endpoints: POST and PUT of sales where the dialect has them, and the import of parcels everywhere.

How a sale is checked, priced and booked is in `booking`; this module only turns that into answers.
"""

from typing import Any

from flask import Blueprint, Response, request

from alertd.sandbox.smartpyme import answers, booking
from alertd.sandbox.smartpyme.encode import dumps, sale_record
from alertd.sandbox.smartpyme.model import Sale
from alertd.sandbox.smartpyme.routes import View, locked
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.text import leading_number

writes = Blueprint("writes", __name__)
imports = Blueprint("imports", __name__)

_PARCEL_TEXTS = ("cliente", "codigo_asesor", "wr", "guia", "embalaje")
_PARCEL_NUMBERS = ("piezas", "peso", "precio", "cuenta_a_terceros", "otros", "total")
_MOST_PARCELS = 500


def _sent() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _sale_answer(shop: Shop, sale: Sale, status: int, **about: Any) -> Response:
    return answers.single(shop, dumps(sale_record(shop, sale)), answers.meta(shop) | about, status)


def _refusal(shop: Shop, refused: booking.Unbookable) -> Response:
    if refused.status == 500:
        return answers.server_fault(shop)
    details = {"details": refused.details} if refused.details else {}
    return answers.error(shop, refused.status, str(refused), **details, code=refused.status)


def post_sale(shop: Shop) -> Response:
    """Book a sale or a quotation; a reference that is known already answers with the sale that has it."""
    body = _sent()
    earlier = booking.sale_with_reference(shop, body)
    if earlier is not None:
        return _sale_answer(shop, earlier, 200, idempotent=True)
    try:
        return _sale_answer(shop, booking.book(shop, body), 201, idempotent=False)
    except booking.Unbookable as refused:
        return _refusal(shop, refused)


def put_sale(shop: Shop, wanted: str) -> Response:
    """Change a sale on credit or a quotation."""
    sale = shop.sales.get(leading_number(wanted) or 0)
    if sale is None:
        return answers.error(shop, 404, "Venta no encontrada", code=404)
    try:
        booking.change(shop, sale, _sent())
    except booking.Unbookable as refused:
        return _refusal(shop, refused)
    return _sale_answer(shop, sale, 200)


def import_packages(shop: Shop) -> Response:
    """Take in parcels one by one; the answer is a success even where every one of them failed."""
    packages = _sent().get("packages")
    if not isinstance(packages, list) or not 1 <= len(packages) <= _MOST_PARCELS:
        details = {"packages": [f"packages debe tener entre 1 y {_MOST_PARCELS} elementos."]}
        return answers.error(shop, 400, "Parámetros inválidos", details=details)
    items: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for index, parcel in enumerate(packages):
        fields = parcel if isinstance(parcel, dict) else {}
        fault = _parcel_fault(shop, fields)
        about = {"index": index, "wr": fields.get("wr")}
        if fault:
            errors.append(about | {"message": fault})
        else:
            items.append(about | _keep(shop, str(fields["wr"])))
    created = sum(item["status"] == "created" for item in items)
    told = {"success": True, "created": created, "skipped": len(items) - created, "errors": errors, "items": items}
    return answers.respond(shop, dumps(told))


def _parcel_fault(shop: Shop, parcel: dict[str, Any]) -> str | None:
    for name in _PARCEL_TEXTS:
        if not isinstance(parcel.get(name), str) or not parcel[name].strip():
            return f"{name} es requerido."
    for name in _PARCEL_NUMBERS:
        if not booking.is_number(parcel.get(name)):
            return f"{name} debe ser un número."
    return None if booking.branch_of(shop, parcel) else "Sucursal no encontrada."


def _keep(shop: Shop, wr: str) -> dict[str, Any]:
    """Remember a parcel by its warehouse receipt; one that is known already is skipped."""
    known = wr in shop.packages
    number = shop.packages.setdefault(wr, len(shop.packages) + 1)
    return {"status": "skipped" if known else "created", "id": number}


def _route(blueprint: Blueprint, rule: str, view: View, method: str) -> None:
    blueprint.add_url_rule(rule, view.__name__, locked(view), methods=[method], provide_automatic_options=False)


_route(writes, "/sales", post_sale, "POST")
_route(writes, "/sales/<wanted>", put_sale, "PUT")
_route(imports, "/packages/import", import_packages, "POST")
