"""Every recorded answer is understood as it stands: line feeds, strings for numbers, nulls, HTML, redirects."""

import json

import pytest

from alertd.errors import SourceTrouble
from alertd.model import Document, Product

from .recorded import KEY, SAMPLES, answering, on_the_wire, replaying, sample

WINDOW = ("2025-05-01", "2025-06-30")
PRODUCTS = ("inventory-page1", "inventory-page-past-end", "inventory-stock_minimo-1")
REFUSALS = {
    "inventory-con_stock-true-400": ("request", 1),
    "inventory-item-404": ("missing", 1),
    "inventory-per_page-201-400": ("request", 1),
    "inventory-summary-500": ("server", 3),
    "rate-limited-429": ("quota", 1),
    "returns-abc-400": ("request", 1),
    "returns-bad-id_venta-400": ("request", 1),
    "sales-dates-reversed-400": ("request", 1),
    "sales-estado-Pagada-400": ("request", 1),
    "unauthorized-dotted-key-401": ("key", 1),
    "unauthorized-empty-key-401": ("key", 1),
    "unauthorized-no-header-401": ("key", 1),
    "unauthorized-unknown-or-inactive-401": ("key", 1),
    "unified-con_stock-true-302": ("request", 1),
    "unified-con_stock-true-422": ("request", 1),
    "unified-sales-page-500": ("server", 3),
    "unknown-path-404": ("missing", 1),
    "unknown-path-404-html": ("missing", 1),
    "wrong-method-405": ("request", 1),
    "wrong-method-405-html": ("request", 1),
}
ITEMS = {"inventory-item", "inventory-item-older-columns", "sales-item", "unified-sales-item", "returns-item"}
FIGURES = {"rate-limit", "rate-limit-dated", "returns-summary", "sales-summary", "sales-summary-fecha_fin-alone"}
LISTS = {"sales-page", "returns-page"}


def test_no_recorded_answer_is_left_out() -> None:
    """A new recording must be given a place here."""
    known = {*PRODUCTS, *REFUSALS, *ITEMS, *FIGURES, *LISTS}
    assert {path.stem for path in SAMPLES.glob("*.json")} == known


@pytest.mark.parametrize("feeds", [b"", b"\n\n", b"\n\n\n\n", b"\r\n \t", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_pages_of_products(name: str, feeds: bytes) -> None:
    """Whatever white space stands before the body, the products of the page are read, and none set aside."""
    client, calls, _ = replaying(name, feeds=feeds)
    page = next(client.low(frozenset()) if "minimo" in name else client.sweep(0, frozenset()))
    ids = [product.id for _, product in page.changed]
    assert ids == [each["id"] for each in sample(name)["body"]["data"]] and page.quarantined == []
    assert page.total == sample(name)["body"]["pagination"]["total"]
    assert client.company == "Comercial Ejemplo, S.A. de C.V."
    # The page after it may be on its way already; this one was asked for once.
    assert [call.url.params["page"] for call in calls].count("1") == 1


def test_a_product_says_what_the_recording_says() -> None:
    """Strings with six decimals are numbers, and a place has both names."""
    client, _, _ = replaying("inventory-item")
    drill = client.product(101)
    assert drill is not None
    assert (drill.code, drill.price, drill.supplier, drill.enabled) == ("TAL-650", 89.99, "Distribuidora Ejemplo", True)
    assert {(at.branch, at.warehouse, at.stock, at.minimum, at.maximum) for at in drill.levels} == {
        ("Sucursal Centro", "Bodega Principal", 12.0, 5.0, 50.0),
        ("Sucursal Norte", "Bodega Norte", 5.0, 5.0, 50.0),
    }


def test_nulls_and_negatives_are_kept_apart() -> None:
    """No minimum is none, not zero; less than nothing is what the system says."""
    client, _, _ = replaying("inventory-stock_minimo-1")
    found = {product.id: product for _, product in next(client.low(frozenset())).changed}
    assert {(at.stock, at.minimum) for at in found[102].levels} == {(2.5, 10.0), (0.0, None)}
    assert [at.stock for at in found[108].levels] == [-3.0] and not found[105].enabled
    assert client.dialect == "deployed"


@pytest.mark.parametrize("name", ["inventory-item", "inventory-item-older-columns"])
def test_one_product(name: str) -> None:
    """Asked for alone, with two decimals and whole minimums or with six."""
    client, _, _ = replaying(name)
    found = client.product(101)
    assert isinstance(found, Product) and [at.stock for at in found.levels] == [12.0, 5.0]


@pytest.mark.parametrize("name", ["sales-item", "unified-sales-item", "returns-item"])
def test_one_document(name: str) -> None:
    """A sale or a return, its lines with it."""
    client, _, _ = replaying(name)
    found = client.document("return" if "return" in name else "sale", 501)
    assert isinstance(found, Document) and found.lines and found.effect == "moves"


def test_the_page_of_sales() -> None:
    """Paid, on credit, a quotation, cancelled, on consignment, and one whose product was deleted."""
    client, _, _ = replaying("sales-page")
    page = next(client.documents("sale", *WINDOW))
    told = {each.id: (each.state, each.effect, each.date) for each in page.documents}
    assert page.quarantined == [] and page.total == 6
    assert told == {
        501: ("Pagada", "moves", "2025-05-02"),
        502: ("Pendiente", "moves", "2025-05-31"),
        503: ("Pendiente", "none", "2025-05-31"),
        504: ("Anulada", "none", "2025-06-01"),
        505: ("Consigna", "moves", "2025-06-02"),
        506: ("Pagada", "moves", "2025-06-03"),
    }
    lines = {each.id: each.lines[0] for each in page.documents}
    assert (lines[501].quantity, lines[501].code) == (2.0, "TAL-650")
    assert (lines[506].code, lines[506].brand, lines[506].name) == (None, None, "Producto borrado")


def test_the_page_of_returns() -> None:
    """Goods, money only, and a cancelled one without a type."""
    client, _, _ = replaying("returns-page")
    page = next(client.documents("return", *WINDOW))
    told = {each.id: (each.state, each.type, each.effect, each.sale_id) for each in page.documents}
    assert told == {
        31: ("Confirmada", "devolucion", "moves", 501),
        32: ("Confirmada", "descuento_ajuste", "none", 502),
        33: ("Anulada", None, "none", 506),
    }


def test_figures() -> None:
    """The quota and the summaries, as the system's own word."""
    client, _, _ = replaying("rate-limit")
    assert client.quota_left() == sample("rate-limit")["body"]["data"]["remaining_requests"]
    client, _, _ = replaying("sales-summary")
    assert client.summary(*WINDOW).sales == 3
    client, _, _ = replaying("sales-summary-fecha_fin-alone")
    assert client.summary(*WINDOW).sales == sample("sales-summary-fecha_fin-alone")["body"]["data"]["cantidad_ventas"]
    client, _, _ = replaying("returns-summary")
    assert client.summary(*WINDOW).returns == 2
    client, _, _ = replaying("rate-limit-dated")
    assert client.quota_left() == sample("rate-limit-dated")["body"]["data"]["remaining_requests"]


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    """Told apart by what can be done about it, tried again only where that may help, and the key never shows."""
    kind, tries = REFUSALS[name]
    client, calls, _ = replaying(name)
    with pytest.raises(SourceTrouble) as trouble:
        next(client.sweep(0, frozenset()))
    assert (trouble.value.kind, len(calls)) == (kind, tries)
    assert KEY not in str(trouble.value)


@pytest.mark.parametrize("name", [name for name in REFUSALS if sample(name)["body"] and "code" in sample(name)["body"]])
def test_refusals_behind_a_200(name: str) -> None:
    """With output buffering off every answer is a 200 of type text/html; the code inside tells."""
    client, _, _ = answering(200, on_the_wire(name), **{"Content-Type": "text/html; charset=UTF-8"})
    with pytest.raises(SourceTrouble) as trouble:
        next(client.sweep(0, frozenset()))
    assert trouble.value.kind == REFUSALS[name][0]


def test_products_behind_a_wrong_type() -> None:
    """The body is judged, not its label."""
    client, _, _ = answering(200, on_the_wire("inventory-page1"), **{"Content-Type": "text/html; charset=UTF-8"})
    assert len(next(client.sweep(0, frozenset())).changed) == len(sample("inventory-page1")["body"]["data"])


def test_a_422_list_tells_the_unified_server() -> None:
    """Only the newer server refuses that way."""
    client, _, _ = replaying("unified-con_stock-true-422")
    with pytest.raises(SourceTrouble):
        next(client.sweep(0, frozenset()))
    assert client.dialect == "unified"


def test_a_sale_with_a_reference_tells_the_unified_server() -> None:
    """And one without tells the classic one, whatever was believed before."""
    body = sample("sales-page")["body"]
    client, _, _ = replaying("sales-page")
    client.dialect = "unified"
    next(client.documents("sale", *WINDOW))
    assert client.dialect == "deployed"
    body["data"] = [{**body["data"][0], "referencia": None, "referencia_externa": None}]
    client, _, _ = answering(200, json.dumps(body).encode())
    next(client.documents("sale", *WINDOW))
    assert client.dialect == "unified"
