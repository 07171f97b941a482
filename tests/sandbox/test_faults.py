"""Misbehaviour on demand, from inside the process and from outside."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from alertd.sandbox.smartpyme import Shop

from .conftest import Caller, row

Make = Callable[..., Caller]


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("503", 503), ("html", 200)])
def test_next_calls_fail_and_then_it_is_over(small: Make, kind: str, status: int) -> None:
    """A fault for two calls strikes twice."""
    caller = small()
    caller.shop.faults.add(kind, times=2)
    answers = [caller.raw("inventory") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert (answers[0].mimetype == "text/html") == (kind in ("503", "html"))


def test_a_fault_keeps_to_its_path_and_waits_its_turn(small: Make) -> None:
    """Only inventory calls are struck, from the second one on."""
    caller = small()
    caller.shop.faults.add(500, path="inventory", after=1)
    assert [caller.raw(path).status_code for path in ("sales", "inventory", "inventory", "returns")] == [
        200,
        200,
        500,
        200,
    ]
    caller.shop.faults.clear()
    assert caller.raw("inventory").status_code == 200


def test_a_share_of_the_calls_fails_the_same_way_for_the_same_seed(small: Make) -> None:
    """A probability is thrown with seeded dice."""

    def statuses(seed: int) -> list[int]:
        caller = small(seed=seed)
        caller.shop.faults.add("500", probability=0.5)
        return [caller.raw("inventory").status_code for _ in range(20)]

    assert statuses(3) == statuses(3)
    assert set(statuses(3)) == {200, 500}


def test_a_truncated_body_is_shorter_than_announced(small: Make) -> None:
    """The length of the whole body stays in the header."""
    caller = small()
    caller.shop.faults.add("truncated", times=1)
    answer = caller.raw("inventory")
    assert int(answer.headers["Content-Length"]) > len(answer.get_data())
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.get_data())


def test_a_mislabelled_refusal_is_a_200_with_the_refusal_inside(small: Make) -> None:
    """Status and type say nothing, the body still does."""
    caller = small()
    caller.shop.faults.add("mislabelled", times=1)
    answer = caller.raw("inventory/99")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert json.loads(answer.get_data())["code"] == 404


def test_slow_answers_wait_as_long_as_they_are_told(small: Make) -> None:
    """The wait is a function handed in, so nobody waits here."""
    caller = small()
    waits: list[float] = []
    caller.shop.faults.sleep = waits.append
    caller.shop.faults.add("slow", seconds=7)
    assert caller.raw("inventory").status_code == 200
    assert waits == [7]


def test_a_reset_connection_is_no_answer(small: Make) -> None:
    """Without a socket the reset is the exception that a socket would raise; it is in the log nevertheless."""
    caller = small()
    caller.shop.faults.add("reset", times=1)
    with pytest.raises(ConnectionResetError):
        caller.raw("inventory")
    assert caller.shop.call_log()["last"] == [{"method": "GET", "path": "/api/external/v1/inventory", "status": 0}]


def test_torn_pages_repeat_rows_and_lose_as_many(many: Caller) -> None:
    """The total still fits, only the ids tell."""
    many.shop.faults.add("torn")
    ids = [record["id"] for page in (1, 2, 3) for record in many("inventory", per_page=10, page=page)["data"]]
    assert len(ids) == 30 and len(set(ids)) < 30


def test_other_damage_on_later_pages(many: Caller) -> None:
    """The total grows, or the rows are gone, from the second page on."""
    many.shop.faults.add("total")
    assert [many("inventory", per_page=10, page=page)["pagination"]["total"] for page in (1, 2)] == [30, 31]
    many.shop.faults.add("empty_page")
    assert [len(many("inventory", per_page=10, page=page)["data"]) for page in (1, 2)] == [10, 0]


def test_damaged_records(small: Make) -> None:
    """A product without id, and a word where a number belongs."""
    caller = small()
    caller.shop.faults.add("no_id", times=1)
    assert "id" not in caller("inventory")["data"][0]
    caller.shop.faults.add("text_number", times=1)
    assert caller("inventory")["data"][0]["inventarios"][0]["stock"] == "doce"
    assert caller("inventory")["data"][0]["inventarios"][0]["stock"] == "10.000000"


def test_the_control_path_switches_faults(small: Make) -> None:
    """From outside the process, without a key and without a place in the log or the quota."""
    caller = small()
    listed = caller.control("faults", kind="500", path="inventory", times=5)["faults"]
    assert [(fault["kind"], fault["times"]) for fault in listed] == [("500", 5)]
    assert caller.raw("inventory").status_code == 500
    assert caller.control("faults", clear=True)["faults"] == []
    assert "no fault" in caller.control("faults", kind="gremlin")["error"]
    assert caller("/_sandbox/log")["counts"] == {"GET /api/external/v1/inventory": 1}


def test_the_control_path_changes_the_shop(small: Make) -> None:
    """Levels, products, warehouses, sales, returns and the quota."""
    caller = small()
    caller.control("levels", id_producto=1, nombre_bodega="Bodega Principal", stock="2.5", stock_minimo=None)
    assert levels(caller, 1) == [("2.500000", None)]
    assert caller.control("products", action="add", nombre="Nuevo", inventarios=[row(4, 1)]) == {"id": 2}
    caller.control("products", action="disable", id=2)
    assert caller("inventory/2")["data"]["enable"] == "0"
    sale = caller.control("sales", items=[[2, 3]], nombre_bodega="Bodega Principal")["id"]
    caller.control("returns", items=[[2, 1]], id_venta=sale)
    assert levels(caller, 2) == [("2.000000", "1.000000")]
    caller.control("sales", cancel=sale)
    assert levels(caller, 2) == [("5.000000", "1.000000")]
    caller.control("warehouses", nombre="Bodega Principal", rename="Bodega Vieja")
    assert caller("inventory/2")["data"]["inventarios"][0]["nombre_bodega"] == "Bodega Vieja"
    caller.control("warehouses", nombre="Bodega Vieja", hide=True)
    assert levels(caller, 2) == []
    caller.control("products", action="remove", id=2)
    assert caller.raw("inventory/2").status_code == 404
    caller.control("quota", key=caller.key, used=1000)
    assert caller.raw("inventory").status_code == 429


@pytest.mark.parametrize("body", [{}, {"id_producto": 9, "nombre_bodega": "x"}, {"id_producto": 1, "stock": "mucho"}])
def test_the_control_path_says_what_was_wrong(small: Make, body: dict[str, Any]) -> None:
    """A mistake is a 400 with a text, never a traceback."""
    assert "error" in small().control("levels", **body)


def levels(caller: Caller, product_id: int) -> list[tuple[str, str | None]]:
    return [(at["stock"], at["stock_minimo"]) for at in caller(f"inventory/{product_id}")["data"]["inventarios"]]


@pytest.fixture
def many() -> Caller:
    shop = Shop.empty()
    for number in range(1, 31):
        shop.add_product(id=number, nombre=f"Cosa {number}")
    return Caller(shop)
