"""Stock of a works whose system tells none: counted once, carried forward by what is handed out."""

from collections.abc import Callable

import pytest

from alertd.engine.counting import Counted, parse_counts, take_counts
from alertd.errors import UsageTrouble
from alertd.sandbox.smartepi import Organisation
from alertd.store import ledger, sources, transactions
from sources.house import House

Connected = Callable[..., Organisation]


def count(house: House, *counts: Counted) -> None:
    take_counts(house.context, sources.get_source(house.store, "fonte"), counts, by="ana")


def test_a_count_is_carried_forward_and_a_rule_hears_of_it(house: House, connected: Connected) -> None:
    """Ten are counted, six are handed out, one fails, one comes back: five; two more, and it is low."""
    works = connected(("Luva", None))
    works.withdraw("prd-1", 50)
    house.cycle("fonte")
    assert house.stock() == {}
    count(house, Counted("prd-1", 10, minimum=4))
    assert house.stock() == {"Luva": 10}
    house.forward(60)
    works.withdraw("prd-1", 6)
    works.withdraw("prd-1", 1, status="FAILED")
    works.give_back("prd-1", 1)
    house.cycle("fonte")
    assert (house.stock(), house.firing()) == ({"Luva": 5}, set())
    works.withdraw("prd-1", 2)
    house.cycle("fonte", lane="transactions")
    assert (house.stock(), house.firing()) == ({"Luva": 3}, {"Luva"})
    assert house.store.value("SELECT minimum FROM stock_row") == 4


def test_what_moved_before_the_count_is_in_it(house: House, connected: Connected) -> None:
    """However late it is heard of."""
    works = connected(("Luva", None))
    house.cycle("fonte")
    early = house.seconds() - 120
    count(house, Counted("prd-1", 10))
    works.withdraw("prd-1", 3, at=early)
    house.cycle("fonte")
    assert house.stock() == {"Luva": 10}


def test_a_new_count_replaces_the_old_and_keeps_its_minimum(house: House, connected: Connected) -> None:
    """A count is the truth of its moment."""
    connected(("Luva", None))
    house.cycle("fonte")
    count(house, Counted("prd-1", 10, minimum=4))
    house.forward(60)
    count(house, Counted("prd-1", 25))
    assert [(row["counted"], row["minimum"]) for row in ledger.counts(house.store, 1)] == [(25, 4)]
    house.cycle("fonte")
    assert house.stock() == {"Luva": 25}


def test_a_stock_that_the_system_tells_is_not_counted_over(house: House, connected: Connected) -> None:
    """Where products tell their stock, it is theirs."""
    connected(("Luva", 8), stock_field="balance")
    house.cycle("fonte")
    with pytest.raises(UsageTrouble, match="tells the stock"):
        count(house, Counted("prd-1", 10))
    assert house.stock() == {"Luva": 8}


def test_a_stock_that_was_told_and_vanishes_is_an_error(house: House, connected: Connected) -> None:
    """Never a silent change to counting."""
    works = connected(("Luva", 8), stock_field="balance")
    house.cycle("fonte")
    works.set_stock("prd-1", None)
    poll = house.poll()
    assert not poll.complete and "'balance'" in (poll.error or "")
    assert house.stock() == {"Luva": 8}


def test_counts_from_a_spreadsheet() -> None:
    """Delimiters and decimal commas as a spreadsheet of the region saves them; mistakes name their line."""
    text = "código;contagem;mínimo\nLUV-1;12,5;4\nBOT-2;7;\n"
    assert parse_counts(text.encode()) == [Counted("LUV-1", 12.5, 4), Counted("BOT-2", 7, None)]
    assert parse_counts(b"codigo,cantidad\nA,1\n") == [Counted("A", 1, None)]
    with pytest.raises(UsageTrouble, match="Line 3"):
        parse_counts(b"codigo,cantidad\nA,1\nB,muchos\n")
    with pytest.raises(UsageTrouble, match="missing: cantidad"):
        parse_counts(b"sku,algo\nA,1\n")


def test_one_bad_line_loses_none_and_writes_none(house: House, connected: Connected) -> None:
    """All of a file is taken, or nothing of it."""
    connected(("Luva", None))
    house.cycle("fonte")
    with pytest.raises(UsageTrouble, match="'prd-77'"):
        count(house, Counted("prd-1", 10), Counted("prd-77", 1))
    assert house.stock() == {}


def test_consumption_by_sector_and_cost_centre(house: House, connected: Connected) -> None:
    """By ids; returns stand beside what was handed out."""
    works = connected(("Luva", None), ("Bota", None))
    works.add("sectors", name="Manutenção")
    works.add("cost-centers", name="Planta 1")
    works.withdraw("prd-1", 3)
    works.withdraw("prd-1", 2, sectorId="sec-9")
    works.give_back("prd-1", 1)
    house.cycle("fonte")
    by_sector = transactions.consumption(house.store, 1, by="sector", since=0, until=99_999)
    assert [(row["place"], row["given"], row["taken_back"]) for row in by_sector] == [("sec-1", 3, 1), ("sec-9", 2, 0)]
    by_center = transactions.consumption(house.store, 1, by="cost_center", since=0, until=99_999)
    assert [(row["place"], row["given"]) for row in by_center] == [("cc-1", 5)]
    assert "Manuten" not in house.everything_written()


def test_days_of_cover_work_for_counted_stock(house: House, connected: Connected) -> None:
    """What was handed out counts as sold."""
    works = connected(("Luva", None))
    for day in range(60):
        works.withdraw("prd-1", 2, at=house.seconds() - 86_400 * day)
    house.cycle("fonte")
    count(house, Counted("prd-1", 30))
    sold = house.store.value("SELECT sum(sold) FROM product_day")
    assert sold == 120
