"""An answer that breaks off anywhere leaves the store as it was, byte for byte."""

import json
from collections.abc import Callable

import httpx
import pytest
import stamina

from .workbench import Workbench

Make = Callable[..., Workbench]
TABLES = (
    "product", "level", "warehouse", "stock_change", "alert", "transition", "message", "quarantine", "held_sweep",
    "document", "document_line", "movement", "product_day", "unknown_state",
)  # fmt: skip
LEVEL = {
    "id_producto": 1,
    "stock": "9.000000",
    "stock_minimo": "4.000000",
    "nombre_bodega": "B",
    "nombre_sucursal": "S",
}
PRODUCT = {"id": 1, "nombre": "Café", "codigo": "C-1", "enable": "1", "inventarios": [LEVEL]}
SALE = {
    "id": 5, "fecha": "2026-11-20", "estado": "Pagada", "cotizacion": 0,
    "detalles": [{"nombre_producto": "Café", "codigo_producto": "C-1", "cantidad": "2.0000"}],
}  # fmt: skip


def body(*rows: dict[str, object]) -> bytes:
    pagination = {"current_page": 1, "total": len(rows), "total_pages": 1, "has_next": False}
    return b"\n\n\n\n" + json.dumps({"success": True, "data": rows, "pagination": pagination}).encode()


def contents(bench: Workbench) -> list[object]:
    return [bench.context.store.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]


def serve(bench: Workbench, answer: bytes, status: int = 200) -> None:
    bench.context.transport = httpx.MockTransport(lambda request: httpx.Response(status, content=answer))


@pytest.fixture
def once() -> None:
    """One try a page: a cut answer is as cut the third time."""
    stamina.set_testing(True, attempts=1)


@pytest.mark.parametrize("lane", ["sweep", "low"])
def test_a_page_of_products_cut_at_every_byte(make: Make, once: None, lane: str) -> None:
    """Half a number, half a letter, half a bracket: all of it, or nothing."""
    bench = make()
    serve(bench, body(PRODUCT))
    assert bench.poll().complete
    before = contents(bench)
    sold_out = body({**PRODUCT, "nombre": "Café ñ", "inventarios": [{**LEVEL, "stock": "0.000000"}]})
    for end in range(len(sold_out)):
        serve(bench, sold_out[:end])
        assert not bench.poll(lane).complete, end
        assert contents(bench) == before, end
        bench.context.store.execute("DELETE FROM budget")
    serve(bench, sold_out)
    assert bench.poll(lane).complete and contents(bench) != before


def test_a_page_of_sales_cut_at_every_byte(make: Make, once: None) -> None:
    """The same for documents: no sale is half booked, none is taken for deleted."""
    bench = make()
    serve(bench, body(PRODUCT))
    assert bench.poll().complete

    def only_recent(answer: bytes) -> None:
        """The newest window has the sale; the older ones are empty."""

        def give(request: httpx.Request) -> httpx.Response:
            newest = request.url.params["fecha_fin"] >= "2026-11-20"
            return httpx.Response(200, content=answer if newest else body())

        bench.context.transport = httpx.MockTransport(give)

    only_recent(body(SALE))
    assert bench.poll("sales").complete
    before = contents(bench)
    cancelled = body({**SALE, "estado": "Anulada"})
    for end in range(len(cancelled)):
        only_recent(cancelled[:end])
        assert not bench.poll("sales").complete, end
        assert contents(bench) == before, end
        bench.context.store.execute("DELETE FROM budget")
    only_recent(cancelled)
    assert bench.poll("sales").complete and contents(bench) != before


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"null", b"[]", b"{}", b"true", b'{"success":true}', b'{"success":true,"data":[]}',
        b'{"success":true,"data":null,"pagination":{"total":1,"total_pages":1}}',
        b'{"success":true,"data":{},"pagination":{"total":1,"total_pages":1}}',
        b'{"success":false,"data":[],"pagination":{"total":0,"total_pages":1}}',
        b'{"success":true,"data":[],"pagination":{"total":1,"total_pages":1}}',
        b'{"success":true,"data":[],"pagination":{"total":null,"total_pages":1}}',
        b'{"success":true,"data":[],"pagination":{"total":0,"total_pages":1}}',
        b"<html></html>", b"\xff\xfe\x00", b"[" * 100_000, b'{"success":true,"data":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_answers_that_are_whole_and_wrong(make: Make, once: None, answer: bytes) -> None:
    """Right JSON, wrong shape; above all the one that says that there is nothing."""
    bench = make()
    serve(bench, body(PRODUCT))
    assert bench.poll().complete
    before = contents(bench)[:6]
    serve(bench, answer)
    for _ in range(3):
        bench.clock.forward(minutes=5)
        assert not bench.poll().complete
    assert contents(bench)[:6] == before
