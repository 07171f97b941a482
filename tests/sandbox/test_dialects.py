"""What sets the documented, the deployed and the unified way of answering apart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alertd.sandbox.smartpyme import Shop

from .conftest import Caller, StoppedClock, row

Make = Callable[..., Caller]


@pytest.mark.parametrize(("dialect", "feeds"), [("documented", 0), ("deployed", 4), ("unified", 2)])
def test_line_feeds_stand_before_every_body(small: Make, dialect: str, feeds: int) -> None:
    """Answers and refusals alike begin with the blank lines of the dialect."""
    caller = small(dialect)
    for path in ("inventory", "inventory/77", "nowhere"):
        body = caller.raw(path).get_data()
        assert len(body) - len(body.lstrip(b"\n")) == feeds


def test_documented_numbers_are_numbers(small: Make) -> None:
    """The pages show numbers, a whole `enable`, an image and no supplier."""
    product = small("documented")("inventory/1")["data"]
    assert (product["precio"], product["enable"], product["img"]) == (11.3, 1, None)
    assert (product["inventarios"][0]["stock"], product["created_at"]) == (10, "2026-11-20T11:39:30Z")
    assert "nombre_proveedor" not in product


def test_the_documented_product_is_the_published_one() -> None:
    """Product 301 of a seeded shop is the example of the published page, to the letter."""
    product = Caller(Shop.seeded(products=5, history_days=0, dialect="documented"))("inventory/301")["data"]
    assert product["codigo"] == "LAP-DELL-015"
    assert (product["precio"], product["costo_promedio"]) == (850, 615.5)
    assert product["updated_at"] == "2025-01-10T14:22:00Z"
    rows = [tuple(at.values())[1:] for at in product["inventarios"]]
    assert rows == [
        (12, 5, 50, None, "Bodega Principal", "Sucursal Central"),
        (4, 2, 20, "Revisar vencimiento", "Bodega Norte", "Sucursal Norte"),
    ]


def test_words_as_booleans(small: Make) -> None:
    """`con_stock=true`, the pages' own example, works in the documentation alone."""
    assert small("documented")("inventory", con_stock="true")["meta"]["filters_applied"] == {"con_stock": True}
    for dialect, status in (("deployed", 400), ("unified", 422)):
        for word in ("true", "false", "True"):
            assert small(dialect).raw(f"inventory?con_stock={word}").status_code == status


@pytest.mark.parametrize(("dialect", "found"), [("documented", [1]), ("deployed", []), ("unified", [])])
def test_a_level_exactly_at_its_minimum(small: Make, dialect: str, found: list[int]) -> None:
    """The pages call it low, the servers do not."""
    caller = small(dialect)
    caller.shop.set_level(1, "Bodega Principal", stock=3)
    assert ids(caller("inventory", stock_minimo="1")) == found


def test_rate_headers_are_only_documented(small: Make) -> None:
    """The three headers are promised and not sent."""
    assert small("documented").raw("inventory").headers["X-RateLimit-Remaining"] == "999"
    for dialect in ("deployed", "unified"):
        assert not [name for name, _ in small(dialect).raw("inventory").headers if "rate" in name.lower()]


def test_empty_filters(small: Make) -> None:
    """Nothing sent is `{}` on the pages and `[]` on the servers; a blank value is echoed as null."""
    assert small("documented")("inventory")["meta"]["filters_applied"] == {}
    assert small("deployed")("inventory")["meta"]["filters_applied"] == []
    assert small("deployed")("inventory", marca=" ")["meta"]["filters_applied"] == {"marca": None}


def test_per_page_is_echoed_as_it_was_sent(small: Make) -> None:
    """A string when the client sent it, a number when it did not."""
    caller = small()
    assert caller("inventory", per_page="5")["pagination"]["per_page"] == "5"
    assert caller("inventory")["pagination"]["per_page"] == 100
    assert small("documented")("inventory", per_page="5")["pagination"]["per_page"] == 5


def test_deleted_products_are_listed_by_the_servers(small: Make) -> None:
    """Only the documentation hides what was deleted; a product removed for good is gone everywhere."""
    for dialect, status in (("documented", 404), ("deployed", 200), ("unified", 200)):
        caller = small(dialect)
        caller.shop.remove_product(1, soft=True)
        assert caller.raw("inventory/1").status_code == status
        caller.shop.remove_product(1)
        assert caller.raw("inventory/1").status_code == 404


def test_a_hidden_warehouse_takes_its_rows_along(small: Make) -> None:
    """Deactivating a warehouse makes its stock vanish from the answers and from the filters, and it comes back."""
    caller = small()
    caller.shop.hide_warehouse("Bodega Principal")
    assert caller("inventory/1")["data"]["inventarios"] == []
    assert ids(caller("inventory", con_stock="1")) == []
    caller.shop.show_warehouse("Bodega Principal")
    assert ids(caller("inventory", con_stock="1")) == [1]


def test_unified_cannot_list_sales(recorded: Make) -> None:
    """A list with rows is a fault; an empty one, one sale and the summary are fine."""
    caller = recorded("unified")
    assert caller.raw("sales").status_code == 500
    assert caller.raw("sales?fecha_inicio=2030-01-01").status_code == 200
    assert caller.raw("sales/summary").status_code == 200
    assert caller("sales/502")["data"]["referencia_externa"] is None


def test_documented_states(recorded: Make) -> None:
    """The pages know four states; a paid sale is `Completada` and a quotation is `Cotizacion`."""
    caller = recorded("documented")
    states = {sale["id"]: sale["estado"] for sale in caller("sales")["data"]}
    assert (states[501], states[502], states[503], states[504]) == ("Completada", "Pendiente", "Cotizacion", "Anulada")
    assert ids(caller("sales", estado="Completada")) == [506, 501]
    assert ids(recorded()("sales", estado="Completada")) == []


def test_documented_returns_and_summaries(recorded: Make) -> None:
    """`enable`, `meta` and the documented names of the summaries."""
    caller = recorded("documented")
    answer = caller("returns")
    assert answer["meta"]["filters_applied"] == {}
    assert [(one["enable"], one["tipo"]) for one in answer["data"]] == [(0, "Devolucion")] + [(1, "Devolucion")] * 2
    summary = caller("returns/summary")["data"]
    assert summary["cantidad_devoluciones"] == 3 and summary["total_devuelto"] == 104.99
    assert caller("inventory/summary")["data"]["productos"] == {"total": 11, "activos": 10, "inactivos": 1}


def test_who_did_not_ask_for_json_gets_a_page(small: Make) -> None:
    """`*/*` and a page's Accept do not count; on unified a bad parameter becomes a redirect."""
    for accept in (None, "*/*", "text/html,application/json"):
        headers = {"Accept": accept}
        assert small().raw("nowhere", headers=headers).mimetype == "text/html"
        assert small().raw("inventory?per_page=0", headers=headers).mimetype == "application/json"
        assert small("unified").raw("inventory?per_page=0", headers=headers).status_code == 302
    assert small().raw("nowhere", headers={"Accept": "application/json, */*"}).mimetype == "application/json"


@pytest.mark.parametrize(
    "query",
    ["per_page=0", "per_page=201", "per_page=2.0", "page=0", "order_by=id", "order_direction=ASC", "enable=true",
     "tipo=Compuesto", "stock_minimo=true"],
)  # fmt: skip
def test_refused_inventory_parameters(small: Make, query: str) -> None:
    """Nothing is clamped or guessed."""
    assert small().raw(f"inventory?{query}").status_code == 400


@pytest.mark.parametrize("query", ["fecha_inicio=2025-5-1", "fecha_fin=2025-02-30", "estado=pendiente", "order_by=id"])
def test_refused_sales_parameters(small: Make, query: str) -> None:
    """Dates are zero-padded and real, states are written as documented."""
    assert small().raw(f"sales?{query}").status_code == 400


def test_partial_match_is_loose(small: Make) -> None:
    """Without case, without accents, with the wildcards of the database; a misspelt filter filters nothing."""
    caller = small()
    caller.shop.add_product(id=2, nombre="Té verde", codigo="A-100")
    assert ids(caller("inventory", nombre="CAFE")) == [1]
    assert ids(caller("inventory", codigo="10")) == [2]
    assert ids(caller("inventory", nombre="t_ v%e")) == [2]
    assert ids(caller("inventory", categoria="a")) == []
    assert ids(caller("inventory", nombrre="xyz")) == [1, 2]


def test_ids_are_compared_by_the_database(recorded: Make) -> None:
    """`101abc` finds 101; returns want a number, in any spelling of it."""
    caller = recorded()
    assert caller("inventory/101abc")["data"]["id"] == 101
    assert caller.raw("sales/abc").status_code == 404
    assert caller("returns/3.1e1")["data"]["id"] == 31


def test_rows_of_one_day_turn_round_after_the_second_page(clock: StoppedClock) -> None:
    """In the default order rows are lost and doubled at that border; both dates, or another order, keep them whole."""
    shop = Shop.empty(clock=clock)
    shop.add_product(id=1, nombre="Cosa", inventarios=[row(100)])
    for minute in range(9):
        shop.sell([(1, 1)], "Bodega Principal", at=clock.now + timedelta(minutes=minute))
    caller = Caller(shop)

    def sweep(**query: Any) -> list[int]:
        return [id for page in range(1, 6) for id in ids(caller("sales", per_page=2, page=page, **query))]

    assert len(sweep()) == 9 and len(set(sweep())) < 9
    whole = list(range(509, 500, -1))
    assert sweep(fecha_inicio="2026-11-01", fecha_fin="2026-11-30") == whole
    assert sweep(order_by="created_at") == whole


def test_pages_past_the_end_and_empty_lists(small: Make) -> None:
    """A page past the end is empty and knows what went before; no rows make one page."""
    caller = small()
    past = caller("inventory", page=9)
    assert past["data"] == [] and past["pagination"]["has_prev"] and not past["pagination"]["has_next"]
    empty = caller("inventory", nombre="zzz")["pagination"]
    assert (empty["total"], empty["total_pages"], empty["from"]) == (0, 1, None)


def test_writes_exist_in_two_dialects(small: Make) -> None:
    """The deployed server has no write on sales at all."""
    assert small("deployed").raw("sales", "POST", json={}).status_code == 405
    assert small("deployed").raw("sales/1", "PUT", json={}).status_code == 405
    for dialect in ("documented", "unified"):
        assert small(dialect).raw("sales", "POST", json={}).status_code == 422


def test_an_unknown_dialect_is_refused() -> None:
    """A misspelt dialect says which there are."""
    with pytest.raises(ValueError, match="deployed, documented, unified"):
        Shop.empty(dialect="deploid")


def ids(answer: Any) -> list[int]:
    return [record["id"] for record in answer["data"]]
