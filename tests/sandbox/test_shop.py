"""What moves stock in the stand-in, and what does not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from .conftest import Caller, StoppedClock, row

Make = Callable[..., Caller]
MAIN = "Bodega Principal"


def test_a_sale_takes_stock_and_leaves_a_document(small: Make) -> None:
    """Stock falls at once, the product's own date does not move, the sale tells code and brand of today."""
    caller = small()
    before = caller("inventory/1")["data"]["updated_at"]
    sale = caller.shop.sell([(1, 2)], MAIN)
    assert caller.shop.stock(1, MAIN) == 8
    assert caller("inventory/1")["data"]["updated_at"] == before
    told = caller(f"sales/{sale}")["data"]
    assert (told["total"], told["sub_total"], told["fecha"]) == ("22.60", 20, "2026-11-20")
    assert told["detalles"][0]["codigo_producto"] == "CAF-1"


def test_what_moves_no_stock(small: Make) -> None:
    """Quotations, imported sales, sales of things without a row there, rebates."""
    shop = small().shop
    shop.add_warehouse("Bodega Norte", "Sucursal Norte")
    shop.sell([(1, 2)], MAIN, estado="Pendiente", cotizacion=True)
    imported = shop.sell([(1, 2)], MAIN, move=False)
    shop.sell([(1, 2)], "Bodega Norte")
    shop.return_(imported, [(1, 2)], "descuento_ajuste")
    assert shop.stock(1, MAIN) == 10


def test_a_cancellation_gives_back_even_what_never_left(small: Make) -> None:
    """Once only, though."""
    shop = small().shop
    sale = shop.sell([(1, 2)], MAIN, move=False)
    shop.cancel_sale(sale)
    shop.cancel_sale(sale)
    assert shop.stock(1, MAIN) == 12


def test_boxes_and_kits_move_more_than_their_line_says(small: Make) -> None:
    """Two boxes of twelve are 24 units; a kit takes its parts along."""
    shop = small().shop
    shop.add_product(id=2, nombre="Kit", tipo="Compuesto", componentes=[(1, 3)], inventarios=[row(5)])
    shop.set_level(1, MAIN, stock=100)
    shop.sell([(1, 2)], MAIN, factors={1: 12})
    shop.sell([(2, 1)], MAIN)
    assert (shop.stock(1, MAIN), shop.stock(2, MAIN)) == (73, 4)


def test_a_return_comes_back_and_a_cancelled_one_leaves_again(small: Make) -> None:
    """Its state tells which, and the sale's balance follows."""
    caller = small()
    sale = caller.shop.sell([(1, 3)], MAIN)
    back = caller.shop.return_(sale, [(1, 1)])
    assert caller.shop.stock(1, MAIN) == 8
    assert caller(f"sales/{sale}")["data"]["saldo"] == 22.6
    caller.shop.cancel_return(back)
    assert caller.shop.stock(1, MAIN) == 7
    assert caller(f"returns/{back}")["data"]["estado"] == "Anulada"
    assert caller(f"sales/{sale}")["data"]["saldo"] == 33.9


def test_payments_make_a_sale_on_credit_paid(small: Make) -> None:
    """The state changes when the payments reach the total; no stock moves."""
    caller = small()
    sale = caller.shop.sell([(1, 1)], MAIN, estado="Pendiente")
    caller.shop.pay(sale, "11.3")
    assert caller(f"sales/{sale}")["data"]["estado"] == "Pagada"
    assert caller.shop.stock(1, MAIN) == 9


def test_billing_a_consignment_rewrites_the_row_and_spawns_another(small: Make, clock: StoppedClock) -> None:
    """The date moves, the rest is a new row that took nothing: stock fell once, when the goods were handed out."""
    caller = small()
    sale = caller.shop.sell([(1, 5)], MAIN, estado="Consigna")
    clock.forward(days=2)
    rest = caller.shop.bill_consignment(sale, [(1, 2)])
    billed, left = caller(f"sales/{sale}")["data"], caller(f"sales/{rest}")["data"]
    assert (billed["fecha"], billed["estado"], billed["detalles"][0]["cantidad"]) == ("2026-11-22", "Pagada", "2.0000")
    assert (left["estado"], left["detalles"][0]["cantidad"]) == ("Consigna", "3.0000")
    assert caller.shop.stock(1, MAIN) == 5


def body(**more: Any) -> dict[str, Any]:
    lines = [{"id_producto": 1, "cantidad": 2}]
    whole = {"fecha": "2026-11-20", "estado": "Pagada", "id_sucursal": 1, "id_bodega": 1, "id_documento": 1}
    return {**whole, "id_canal": 1, "detalles": lines, **more}


@pytest.mark.parametrize(("dialect", "state"), [("documented", "Completada"), ("unified", "Pagada")])
def test_posted_sales_move_stock_once(small: Make, dialect: str, state: str) -> None:
    """The same reference again answers with the first sale, whatever the new body says."""
    caller = small(dialect)
    first = caller.raw("sales", "POST", json=body(referencia_externa="POS-1"))
    again = caller.raw("sales", "POST", json=body(referencia="POS-1", detalles=[]))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.get_json()["meta"]["idempotent"], again.get_json()["meta"]["idempotent"]) == (False, True)
    assert first.get_json()["data"]["id"] == again.get_json()["data"]["id"]
    assert first.get_json()["data"]["estado"] == state
    assert caller.shop.stock(1, MAIN) == 8


def test_a_posted_quotation_moves_nothing(small: Make) -> None:
    """And needs no channel."""
    caller = small("unified")
    told = caller.raw("sales", "POST", json=body(estado="Cotizacion", id_canal=None)).get_json()["data"]
    assert (told["estado"], told["cotizacion"], caller.shop.stock(1, MAIN)) == ("Pre-venta", 1, 10)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"fecha": "20/11/2026"}, 422),
        ({"estado": "Pendiente"}, 422),
        ({"id_bodega": 9}, 422),
        ({"sucursal": "Sucursal Luna", "id_sucursal": None}, 422),
        ({"detalles": []}, 422),
        ({"detalles": [{"id_producto": 1, "cantidad": 0}]}, 422),
        ({"detalles": [{"id_producto": 1, "cantidad": 11}]}, 400),
        ({"detalles": [{"id_producto": 99, "cantidad": 1}]}, 500),
    ],
)
def test_refused_sales_change_nothing(small: Make, change: dict[str, Any], status: int) -> None:
    """Bad bodies, too little stock, and the unknown product that the unified server trips over."""
    caller = small("unified")
    assert caller.raw("sales", "POST", json=body(**change)).status_code == status
    assert (caller.shop.sales, caller.shop.stock(1, MAIN)) == ({}, 10)


def test_lines_are_found_by_code_and_priced_with_tax_included(small: Make) -> None:
    """The branch may be named instead of numbered."""
    caller = small("unified")
    lines = [{"codigo_producto": "caf-1", "cantidad": 1, "precio": 22.6}]
    where = {"sucursal": "sucursal central", "id_sucursal": None}
    told = caller.raw("sales", "POST", json=body(detalles=lines, **where)).get_json()["data"]
    assert (told["total"], told["sub_total"]) == ("22.60", 20)


def test_putting_a_sale_again(small: Make) -> None:
    """The pages mean that stock follows the difference; the unified server takes it a second time."""
    left = {}
    for dialect in ("documented", "unified"):
        caller = small(dialect)
        pending = body(estado="Pendiente", id_cliente=4)
        sale = caller.raw("sales", "POST", json=pending).get_json()["data"]["id"]
        answer = caller.raw(f"sales/{sale}", "PUT", json={"estado": "Pagada", "id_sucursal": 1})
        assert answer.status_code == 200
        assert caller.raw(f"sales/{sale}", "PUT", json={"id_sucursal": 1}).status_code == 422
        left[dialect] = caller.shop.stock(1, MAIN)
    assert left == {"documented": Decimal(8), "unified": Decimal(6)}


def test_unified_wants_to_be_told_twice(small: Make) -> None:
    """A branch on every change, and `cotizacion: false` beside the state to make a quotation a sale."""
    caller = small("unified")
    sale = caller.raw("sales", "POST", json=body(estado="Cotizacion")).get_json()["data"]["id"]
    assert caller.raw(f"sales/{sale}", "PUT", json={"estado": "Pagada"}).status_code == 422
    kept = caller.raw(f"sales/{sale}", "PUT", json={"estado": "Pagada", "id_sucursal": 1}).get_json()["data"]
    assert (kept["estado"], caller.shop.stock(1, MAIN)) == ("Pre-venta", 10)
    told = {"estado": "Pagada", "cotizacion": False, "id_sucursal": 1}
    sold = caller.raw(f"sales/{sale}", "PUT", json=told).get_json()["data"]
    assert (sold["estado"], sold["cotizacion"], caller.shop.stock(1, MAIN)) == ("Pagada", 0, 8)


def parcel(wr: str, **more: Any) -> dict[str, Any]:
    texts = {"cliente": "Rosa Lima", "codigo_asesor": "A1", "wr": wr, "guia": "G1", "embalaje": "caja"}
    numbers = dict.fromkeys(("piezas", "peso", "precio", "cuenta_a_terceros", "otros", "total"), 1)
    return {**texts, **numbers, "id_sucursal": 1, **more}


def test_parcels_are_taken_in_one_by_one(small: Make) -> None:
    """Known ones are skipped, faulty ones reported, and the answer is a success all the same."""
    caller = small()
    sent = [parcel("W1"), parcel("W1"), parcel("W2", peso="mucho")]
    answer = caller.raw("packages/import", "POST", json={"packages": sent})
    told = answer.get_json(force=True)
    assert (answer.status_code, told["success"], told["created"], told["skipped"]) == (200, True, 1, 1)
    assert [(error["index"], error["wr"]) for error in told["errors"]] == [(2, "W2")]
    assert caller.raw("packages/import", "POST", json={"packages": []}).status_code == 400
