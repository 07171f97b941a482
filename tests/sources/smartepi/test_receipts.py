"""Receipts that people type raise the stock that people counted."""

from collections.abc import Callable
from datetime import date

import pytest

from alertd import clock
from alertd.engine.counting import Counted, take_counts
from alertd.reconcile import counts, typed
from alertd.reconcile.report import reconcile
from alertd.sandbox.smartepi import Organisation
from alertd.store import deliveries, knowledge, ledger, sources
from sources.house import House

Connected = Callable[..., Organisation]
DAY = 86_400


@pytest.fixture
def counted(house: House, connected: Connected) -> Organisation:
    """Ten pairs of gloves were counted, and three handed out since."""
    works = connected()
    works.add_product("Luva", ca="31214")
    works.add_product("Bota", ca="42106")
    house.cycle("fonte")
    take_counts(house.context, sources.get_source(house.store, "fonte"), [Counted("31214", 10, minimum=4)], by="ana")
    house.forward(600)
    works.withdraw("prd-1", 3)
    house.cycle("fonte")
    assert house.stock() == {"Luva": 7}
    return works


def today(house: House, days: int = 0) -> date:
    return clock.local(house.now - days * DAY * 1000, "America/Sao_Paulo").date()


def book(house: House, text: str) -> int:
    found = typed.preview(house.store, 1, text.encode(), today(house))
    assert found.errors == []
    return typed.book(house.store, 1, found.entries, zone="America/Sao_Paulo", now=house.now, by="ana")


def test_a_receipt_raises_the_counted_stock_at_once(house: House, counted: Organisation) -> None:
    """Without a poll; the rules are due, and the next poll does not undo it."""
    assert book(house, f"codigo,cantidad,fecha\n31214,40,{today(house)}\n") == 1
    assert house.stock() == {"Luva": 47}
    assert deliveries.to_evaluate(house.store) == [1]
    house.cycle("fonte")
    assert house.stock() == {"Luva": 47}


def test_the_same_file_twice_is_one_receipt(house: House, counted: Organisation) -> None:
    """As everywhere."""
    for _ in range(2):
        book(house, f"codigo,cantidad,fecha\n31214,40,{today(house)}\n")
    assert house.stock() == {"Luva": 47}


def test_a_receipt_of_a_day_before_the_count_is_in_the_count(house: House, counted: Organisation) -> None:
    """Typed late, it raises nothing."""
    book(house, f"codigo,cantidad,fecha\n31214,40,{today(house, 2)}\n")
    assert house.stock() == {"Luva": 7}


def test_a_receipt_of_the_same_day_that_was_typed_before_the_count_is_in_it(
    house: House, counted: Organisation
) -> None:
    """Who counts sees it on the shelf."""
    book(house, f"codigo,cantidad,fecha\n31214,40,{today(house)}\n")
    house.forward(60)
    take_counts(house.context, sources.get_source(house.store, "fonte"), [Counted("31214", 47)], by="ana")
    assert house.stock() == {"Luva": 47}


def test_a_receipt_that_is_taken_back_lowers_it_again(house: House, counted: Organisation) -> None:
    """And a product that nobody counted has no stock because of a receipt."""
    book(house, f"codigo,cantidad,fecha\n31214,40,{today(house)}\n42106,5,{today(house)}\n")
    key = house.store.value("SELECT id FROM stock_entry WHERE quantity = 40")
    assert knowledge.remove_entry(house.store, key, house.now) is not None
    assert house.stock() == {"Luva": 7}


def test_a_count_by_the_other_door_is_a_count_too(house: House, counted: Organisation) -> None:
    """`alertd count enter`: the difference it found is put right at once, because the count is the stock."""
    key = ledger.find_product(house.store, 1, "31214")
    assert counts.enter(house.store, 1, key, 5, house.now).difference == -2
    assert house.stock() == {"Luva": 5}


def test_a_receipt_leaves_nothing_unexplained(house: House, counted: Organisation) -> None:
    """Ten, three handed out, forty received: forty-seven, and every unit of it told."""
    house.forward(3_600)
    book(house, f"codigo,cantidad,fecha\n31214,40,{today(house)}\n")
    house.cycle("fonte")
    house.forward(3_600)
    house.cycle("fonte")
    source = sources.get_source(house.store, "fonte")
    lines = reconcile(house.store, source, house.now - DAY * 1000, house.now, every=True).lines
    assert [(line.codigo, line.receipts, line.unexplained) for line in lines if line.codigo == "31214"] == [
        ("31214", 40, 0)
    ]


def test_what_names_no_known_product_shows_the_id_it_names(house: House, counted: Organisation) -> None:
    """Handed out and never listed: one line with the id as it was sent, and as sold."""
    counted.withdraw("prd-77", 2)
    counted.give_back("prd-77", 1)
    house.cycle("fonte")
    source = sources.get_source(house.store, "fonte")
    lines = reconcile(house.store, source, house.now - DAY * 1000, house.now).lines
    (line,) = [line for line in lines if line.cause == "unmatched"]
    assert (line.codigo, line.sold, line.returned) == ("prd-77", 2, 1)
