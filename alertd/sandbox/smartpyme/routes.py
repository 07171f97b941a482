"""The read endpoints: one small function each, from checked parameters to an answer.

Who may call, and what is counted, is settled in `app` before any of these runs; the writes are in `writes`.
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, current_app, g, request

from alertd.sandbox.smartpyme import answers, listing, params, summaries
from alertd.sandbox.smartpyme.encode import dumps, product_json, return_record, sale_record
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.text import leading_number

reads = Blueprint("reads", __name__)

_INVENTORY_FILTERS = ("codigo", "nombre", "marca", "categoria", "tipo", "con_stock", "stock_minimo")
_SALES_FILTERS = ("fecha_inicio", "fecha_fin", "estado")
_DATE_FILTERS = ("fecha_inicio", "fecha_fin")
_SUMMARY_FILTERS = ("categoria", "tipo", "enable")

View = Callable[..., Response]


def this_shop() -> Shop:
    """The shop this application answers for."""
    shop: Shop = current_app.extensions["sandbox_shop"]
    return shop


def locked(view: View) -> View:
    """Run a view under the shop's lock, so that an answer is true for one moment."""

    @wraps(view)
    def run(**arguments: str) -> Response:
        shop = this_shop()
        with shop.lock:
            return view(shop, **arguments)

    return run


def _get(rule: str) -> Callable[[View], View]:
    def register(view: View) -> View:
        run = locked(view)
        reads.add_url_rule(rule, view.__name__, run, methods=["GET"], provide_automatic_options=False)
        return view

    return register


def _torn() -> bool:
    return "torn" in g.get("faults", {})


@_get("/inventory")
def inventory(shop: Shop) -> Response:
    """Products with their stock."""
    values = params.checked(request.args, params.inventory_rules(shop.dialect))
    page = listing.page_of(listing.products(shop, values), values, shop.dialect, overlap=_torn())
    rows = [product_json(shop, product) for product in page.rows]
    return answers.listed(shop, rows, page, answers.meta(shop, values, _INVENTORY_FILTERS))


@_get("/inventory/summary")
def inventory_summary(shop: Shop) -> Response:
    """Stock in figures; a fault on the real servers, for an ambiguous column."""
    if not shop.dialect.inventory_summary_works:
        return answers.server_fault(shop)
    values = params.checked(request.args, params.inventory_summary_rules())
    figures = summaries.inventory_summary(shop, values)
    return answers.single(shop, dumps(figures), answers.meta(shop, values, _SUMMARY_FILTERS))


@_get("/inventory/<wanted>")
def inventory_item(shop: Shop, wanted: str) -> Response:
    """One product."""
    product = shop.products.get(leading_number(wanted) or 0)
    if product is None or (product.borrado and not shop.dialect.deleted_listed):
        return answers.error(shop, 404, "Producto no encontrado", code=404)
    return answers.single(shop, product_json(shop, product), answers.meta(shop))


@_get("/sales")
def sales(shop: Shop) -> Response:
    """Sales with their lines. The unified server fails on every list that holds a row."""
    values = params.checked(request.args, params.sales_rules(shop.dialect))
    page = listing.page_of(listing.sales(shop, values), values, shop.dialect, overlap=_torn())
    if page.rows and shop.dialect.sales_list_fails:
        return answers.server_fault(shop)
    rows = [dumps(sale_record(shop, sale)) for sale in page.rows]
    return answers.listed(shop, rows, page, answers.meta(shop, values, _SALES_FILTERS))


@_get("/sales/summary")
def sales_summary(shop: Shop) -> Response:
    """Sales in figures."""
    values = params.checked(request.args, params.sales_summary_rules())
    figures = summaries.sales_summary(shop, values)
    return answers.single(shop, dumps(figures), answers.meta(shop, values, _SALES_FILTERS))


@_get("/sales/<wanted>")
def sale_item(shop: Shop, wanted: str) -> Response:
    """One sale."""
    sale = shop.sales.get(leading_number(wanted) or 0)
    if sale is None:
        return answers.error(shop, 404, "Venta no encontrada", code=404)
    return answers.single(shop, dumps(sale_record(shop, sale)), answers.meta(shop))


@_get("/returns")
def returns(shop: Shop) -> Response:
    """Returns with their lines."""
    g.error_has_code = True
    values = params.checked(request.args, params.returns_rules())
    page = listing.page_of(listing.returns(shop, values), values, shop.dialect, overlap=_torn())
    rows = [dumps(return_record(shop, record)) for record in page.rows]
    about = answers.meta(shop, values, _DATE_FILTERS) if shop.dialect.returns_have_meta else None
    return answers.listed(shop, rows, page, about)


@_get("/returns/summary")
def returns_summary(shop: Shop) -> Response:
    """Returns in figures."""
    g.error_has_code = True
    values = params.checked(request.args, params.returns_summary_rules())
    about = answers.meta(shop, values, _DATE_FILTERS) if shop.dialect.returns_have_meta else None
    return answers.single(shop, dumps(summaries.returns_summary(shop, values)), about)


@_get("/returns/<wanted>")
def return_item(shop: Shop, wanted: str) -> Response:
    """One return. Unlike its neighbours this endpoint asks for a number, and takes any spelling of one."""
    try:
        number = float(wanted)
    except ValueError:
        return answers.error(shop, 400, "ID de devolución inválido", code=400)
    record = shop.returns.get(int(number)) if abs(number) < 2**53 else None
    if record is None:
        return answers.error(shop, 404, "Devolución no encontrada", code=404)
    about = answers.meta(shop) if shop.dialect.returns_have_meta else None
    return answers.single(shop, dumps(return_record(shop, record)), about)


@_get("/system/rate-limit")
def rate_limit(shop: Shop) -> Response:
    """The state of the caller's quota, for the kind of call this very one is."""
    now, limit = shop.clock(), shop.quota.limit(g.dated)
    used = shop.quota.used(g.key, now)
    status = {
        "requests_used": used,
        "max_requests": limit,
        "remaining_requests": max(0, limit - used),
        "reset_time": answers.reset_time(shop, now),
        "window_minutes": 60,
        "limits": {"standard": shop.quota.standard, "with_date_filters": shop.quota.with_date_filters},
        "current_limit_type": "with_date_filters" if g.dated else "standard",
        "empresa_id": shop.empresa_id,
        "empresa_nombre": shop.empresa,
    }
    return answers.single(shop, dumps(status), None)
