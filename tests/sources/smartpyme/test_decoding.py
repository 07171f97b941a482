"""Values of any kind are read, or set aside with a reason; nothing escapes as a fault of ours."""

import json
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.errors import SourceTrouble
from alertd.model import Document, Page, Product, Quarantined
from alertd.sources.smartpyme.catalogue import read_page, read_product
from alertd.sources.smartpyme.documents import read_document, return_effect, sale_effect
from alertd.sources.smartpyme.envelope import judge

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
STOCK_ROW = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("stock", "stock_minimo", "stock_maximo", "nota", "nombre_bodega"), ANYTHING)
)
PRODUCT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("id", "nombre", "enable", "codigo", "precio", "costo", "created_at", "marca"), ANYTHING),
        "inventarios": st.lists(STOCK_ROW, max_size=3) | ANYTHING,
    },
)
DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("id", "fecha", "estado", "cotizacion", "tipo", "id_venta", "total", "updated_at"), ANYTHING),
        "detalles": st.lists(st.fixed_dictionaries({}, optional={"cantidad": ANYTHING, "codigo_producto": ANYTHING}))
        | ANYTHING,
    },
)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def product(**fields: object) -> Product | Quarantined:
    return read_product(raw({"id": 1, "nombre": "Café", "enable": "1", "inventarios": [], **fields}))


def level(stock: object, minimum: object = None) -> tuple[float, float | None] | str:
    found = product(
        inventarios=[{"stock": stock, "stock_minimo": minimum, "nombre_bodega": "B", "nombre_sucursal": "S"}]
    )
    return found.reason if isinstance(found, Quarantined) else (found.levels[0].stock, found.levels[0].minimum)


@given(PRODUCT)
@settings(max_examples=300, deadline=None)
def test_any_product_is_read_or_set_aside(value: dict[str, object]) -> None:
    """Whatever stands in its fields; and what is read fits the store."""
    found = read_product(raw(value))
    if isinstance(found, Product):
        assert 0 <= int(found.id) <= 2**53
        assert all(math.isfinite(at.stock) and round(at.stock, 6) == at.stock for at in found.levels)


@given(DOCUMENT, st.sampled_from(["sale", "return"]))
@settings(max_examples=300, deadline=None)
def test_any_document_is_read_or_set_aside(value: dict[str, object], kind: str) -> None:
    """Whatever stands in its fields."""
    found = read_document(raw(value), kind)
    assert isinstance(found, Document | Quarantined)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_page_with_any_bytes_changed_is_a_page_or_a_trouble(data: st.DataObject) -> None:
    """Bits fall over on the way; nothing but the two known outcomes comes of it."""
    rows = [{"id": 1, "nombre": "Café", "enable": "1", "inventarios": [{"stock": "9.000000", "nombre_bodega": "B"}]}]
    pagination = {"total": 1, "total_pages": 1}
    whole = bytearray(b"\n\n" + json.dumps({"success": True, "data": rows, "pagination": pagination}).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(read_page(judge(200, bytes(whole), "host"), 1, frozenset()), Page)
    except SourceTrouble as trouble:
        assert trouble.kind


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12.000000", 12.0), (12, 12.0), (12.5, 12.5), ("-3.000000", -3.0), (" 4.5 ", 4.5), ("0.000000", 0.0),
        ("4.9999996", 5.0), (0.1 + 0.2, 0.3), ("-0.0000001", 0.0), (1, 1.0),
    ],
)  # fmt: skip
def test_numbers_in_every_dress(sent: object, read: float) -> None:
    """A number, decimal text, with white space; rounded to six places at the door."""
    assert level(sent) == (read, None)


@pytest.mark.parametrize("sent", ["doce", "", None, True, [], {}, "1,5", "1_000", "nan", "inf", "1e99", "0x10"])
def test_no_number_is_refused_loudly(sent: object) -> None:
    """Nothing is guessed where a stock belongs."""
    assert "'stock'" in str(level(sent))


def test_a_minimum_may_be_missing() -> None:
    """Null and empty are "not configured"; a word is not."""
    assert level("5", None) == level("5", "") == (5.0, None)
    assert "'stock_minimo'" in str(level("5", "bajo"))


@pytest.mark.parametrize(
    ("sent", "enabled"), [("1", True), ("0", False), (1, True), (0, False), (True, True), (False, False)]
)
def test_a_switch_in_every_dress(sent: object, enabled: bool) -> None:
    """Text, number or boolean."""
    found = product(enable=sent)
    assert isinstance(found, Product) and found.enabled is enabled


def test_rows_of_one_place_are_added_up() -> None:
    """Two warehouses may share both their names, and there is no other key."""
    rows = [
        {"stock": stock, "stock_minimo": least, "nombre_bodega": " B ", "nombre_sucursal": "S"}
        for stock, least in (("5", "2"), ("7", None))
    ]
    found = product(inventarios=rows)
    assert isinstance(found, Product) and [(at.stock, at.minimum) for at in found.levels] == [(12.0, 2.0)]


@pytest.mark.parametrize(
    ("state", "quotation", "effect"),
    [
        ("Pagada", False, "moves"), ("Pendiente", False, "moves"), ("Consigna", False, "moves"),
        ("En Proceso", False, "moves"), ("Reembolsada", False, "moves"), ("Fallida", False, "moves"),
        ("Completada", False, "moves"), ("Anulada", False, "none"), ("Facturada", False, "none"),
        ("Aceptada", False, "none"), ("Pre-venta", False, "none"), ("Prueba", False, "none"),
        ("Cotizacion", False, "none"), ("Pendiente", True, "none"), ("Pagada", True, "none"),
        ("Apartado", False, "unverified"), (None, False, "unverified"), ("Apartado", True, "none"),
    ],
)  # fmt: skip
def test_what_a_state_does_to_stock(state: str | None, quotation: bool, effect: str) -> None:
    """The quotation flag outranks the state; an unknown one counts and is told."""
    assert sale_effect(state, quotation) == effect


@pytest.mark.parametrize(
    ("state", "kind", "effect"),
    [
        ("Confirmada", "devolucion", "moves"), ("Confirmada", "Devolucion", "moves"), (None, None, "moves"),
        ("Confirmada", "anulacion_factura", "moves"), ("Confirmada", "descuento_ajuste", "none"),
        ("Anulada", "devolucion", "none"), ("Confirmada", "trueque", "unverified"),
        ("En camino", "devolucion", "unverified"),
    ],
)  # fmt: skip
def test_what_a_return_does_to_stock(state: str | None, kind: str | None, effect: str) -> None:
    """Goods come back unless it is only money, or was cancelled."""
    assert return_effect(state, kind) == effect
