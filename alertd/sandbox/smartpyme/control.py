"""The controls under `/_sandbox/`: they belong to the stand-in alone and ask for no key.

Whoever tests an integration sets stock, hides warehouses and switches faults on from outside the process with them.
"""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from alertd.sandbox.smartpyme.faults import KINDS
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.stockroom import KEEP

control = Blueprint("control", __name__)


def _shop() -> Shop:
    shop: Shop = current_app.extensions["sandbox_shop"]
    return shop


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    return body


@control.errorhandler(KeyError)
@control.errorhandler(ValueError)
@control.errorhandler(TypeError)
@control.errorhandler(ArithmeticError)
def _refused(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


@control.get("/faults")
def faults() -> Response:
    """The faults that are on, and the kinds there are."""
    return jsonify(faults=_shop().faults.listed(), kinds=KINDS)


@control.post("/faults")
def change_faults() -> Response:
    """Switch one fault on, or all of them off with `{"clear": true}`."""
    body = _body()
    if body.pop("clear", False):
        _shop().faults.clear()
    if body:
        _shop().faults.add(body.pop("kind"), **body)
    return jsonify(faults=_shop().faults.listed())


@control.post("/levels")
def set_level() -> Response:
    """Set stock, minimum or maximum of a product in a warehouse."""
    body = _body()
    shop, product_id, bodega = _shop(), int(body["id_producto"]), str(body["nombre_bodega"])
    names = ("stock_minimo", "stock_maximo", "nota")
    shop.set_level(product_id, bodega, stock=body.get("stock"), **{name: body.get(name, KEEP) for name in names})
    return jsonify(id_producto=product_id, nombre_bodega=bodega, stock=float(shop.stock(product_id, bodega)))


@control.post("/products")
def change_product() -> Response:
    """Add, remove, delete softly, enable or disable a product: `action` and the product's fields."""
    shop, body = _shop(), _body()
    action = body.pop("action")
    if action == "add":
        return jsonify(id=shop.add_product(**body))
    product_id = int(body["id"])
    if action == "remove":
        shop.remove_product(product_id)
    elif action == "delete":
        shop.remove_product(product_id, soft=True)
    elif action in ("enable", "disable"):
        shop.enable_product(product_id, action == "enable")
    else:
        raise ValueError("action is add, remove, delete, enable or disable")
    return jsonify(id=product_id)


@control.post("/warehouses")
def change_warehouse() -> Response:
    """Hide or show a warehouse, or give it another name: `nombre` with `hide`, `show` or `rename`."""
    shop, body = _shop(), _body()
    nombre = str(body["nombre"])
    if "rename" in body:
        shop.rename_warehouse(nombre, str(body["rename"]))
    elif body.get("hide"):
        shop.hide_warehouse(nombre)
    elif body.get("show"):
        shop.show_warehouse(nombre)
    else:
        raise ValueError("say hide, show or rename")
    return jsonify(nombre=nombre)


@control.post("/sales")
def change_sale() -> Response:
    """Sell `items` ([[id, quantity], ...]) out of `nombre_bodega`, or cancel the sale `cancel`."""
    shop, body = _shop(), _body()
    if "cancel" in body:
        shop.cancel_sale(int(body["cancel"]))
        return jsonify(id=int(body["cancel"]))
    items = [(int(product_id), count) for product_id, count in body["items"]]
    return jsonify(id=shop.sell(items, str(body["nombre_bodega"]), body.get("fecha")))


@control.post("/returns")
def take_back() -> Response:
    """Take `items` of the sale `id_venta` back; `tipo` as the API names it."""
    shop, body = _shop(), _body()
    items = [(int(product_id), count) for product_id, count in body["items"]]
    return jsonify(id=shop.return_(int(body["id_venta"]), items, str(body.get("tipo", "devolucion"))))


@control.post("/quota")
def set_quota() -> Response:
    """Pretend that `key` has made `used` calls in this hour."""
    shop, body = _shop(), _body()
    shop.quota.set_used(str(body["key"]), int(body["used"]), shop.clock())
    return jsonify(key=body["key"], used=int(body["used"]))


@control.get("/log")
def log() -> Response:
    """How many calls each endpoint has had, and the last of them."""
    return jsonify(_shop().call_log())
