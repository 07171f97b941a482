"""What dispensers hand out, by sector and cost centre: what is usual, and what is not."""

import pytest

from alertd.engine.preview import preview
from alertd.model import Moved, Subject, Transaction
from alertd.notify.content import Content, Item
from alertd.notify.render import render
from alertd.store import transactions
from alertd.store.db import Store

from .makers import DAY, NOW, load, shelf
from .test_subjects import firing

RULE = "on: sales\nby: {by}\nwhen: units >= 5 and units >= expected_units * 1.5 and p_value < 0.01 and q_value <= 0.1\n"


def hand_out(store: Store, rows: list[tuple[str, str, float, int]]) -> None:
    """Rows of sector, cost centre, units and days ago; known to have been read."""
    with store.write():
        store.execute("INSERT OR IGNORE INTO lane (source_id, name, last_success_at) VALUES (1, 'transactions', 0)")
        before = store.value("SELECT count(*) FROM document")
        found = [
            Transaction(
                "withdrawal",
                before + number,
                True,
                (Moved(1, -units),),
                happened_at=NOW - days * DAY,
                sector=sector,
                cost_center=center,
            )
            for number, (sector, center, units, days) in enumerate(rows, start=1)
        ]
        transactions.take(store, 1, found, zone="UTC", now=NOW)


@pytest.fixture
def works(store: Store) -> Store:
    """One pair of gloves a day in each of three sectors, for eleven weeks; they share two cost centres."""
    shelf(store, 500, external_id=1, name="Luva", code="31214")
    hand_out(store, [(f"sec-{n}", f"cc-{n % 2}", 1, days) for n in (1, 2, 3) for days in range(80)])
    return store


def test_a_sector_that_takes_far_more_than_usual_is_named_by_its_id(works: Store):
    """Thirty-one in a week where seven are usual; the sectors beside it stay silent."""
    hand_out(works, [("sec-2", "cc-0", 24, 0)])
    (alert,) = firing(works, RULE.format(by="sector"))
    assert (alert["subject"]["id"], alert["subject"]["nombre"]) == ("sec-2", "sec-2")
    assert alert["product_id"] is None
    values = alert["values"]
    assert (values["units"], values["previous_units"], values["expected_units"]) == (31.0, 7.0, 7.0)
    assert values["p_value"] <= values["q_value"] < 1e-6


def test_cost_centres_are_counted_over_their_sectors(works: Store):
    """Two sectors of one centre add up."""
    hand_out(works, [("sec-1", "cc-1", 15, 0), ("sec-3", "cc-1", 15, 0)])
    (alert,) = firing(works, RULE.format(by="cost_center"))
    assert alert["subject"]["id"] == "cc-1"
    assert (alert["values"]["units"], alert["values"]["expected_units"]) == (44.0, 14.0)


def test_a_query_counts_only_its_products(works: Store):
    """Boots are not gloves."""
    shelf(works, 5, external_id=2, name="Bota", code="42106")
    hand_out(works, [("sec-1", "cc-1", 24, 0)])
    assert firing(works, "query: {nombre: bota}\n" + RULE.format(by="sector")) == []
    assert len(firing(works, "query: {nombre: luva}\n" + RULE.format(by="sector"))) == 1


def test_withdrawals_are_documents_of_their_sector(works: Store):
    """Seven of them in seven days."""
    (first, *_) = firing(works, "on: sales\nby: sector\nwhen: documents >= 7 and previous_documents >= 7\n")
    assert (first["values"]["documents"], first["values"]["previous_documents"]) == (7, 7)


def test_without_a_week_of_history_nothing_is_usual(store: Store):
    """Unknown never fires."""
    shelf(store, 500, external_id=1)
    hand_out(store, [("sec-1", "cc-1", 30, days) for days in range(6)])
    assert firing(store, RULE.format(by="sector")) == []


def test_sales_of_a_shop_can_spike_too(works: Store):
    """By product, with the same words."""
    hand_out(works, [("sec-1", "cc-1", 40, 0)])
    (alert,) = firing(works, RULE.format(by="product"))
    assert alert["subject"]["codigo"] == "31214"


def test_days_of_cover_count_what_was_handed_out(works: Store):
    """Three a day since eleven weeks: five hundred last for as many days as they do."""
    (alert,) = firing(works, "on: stock\nwhen: days_of_cover < 200 and sold(7) = 21 and daily_sales > 0\n")
    assert alert["values"]["daily_sales"] == pytest.approx(3.0, abs=0.1)
    (alert,) = firing(works, "on: product\nwhen: days_of_cover < 200\n")
    assert alert["values"]["days_of_cover"] == pytest.approx(500 / 3, abs=5)


def test_the_message_says_units_and_what_is_usual_and_no_chances(works: Store):
    """What an owner reads: how many, how many before, how many would be normal; not a probability."""
    hand_out(works, [("sec-2", "cc-0", 24, 0)])
    (alert,) = firing(works, RULE.format(by="sector"))
    item = Item("firing", "warning", Subject("sec-2", nombre="sec-2"), alert["values"], NOW)
    said = Content("alerts", at=NOW, rule="a", title={"es": "Consumo fuera de lo normal"}, source="epi", items=[item])
    text = render(said, "es", "http://localhost").text
    assert "31 unidades, antes 7 unidades, lo normal serían 7" in text
    assert "value" not in text


def test_the_explanation_speaks_of_what_went_out(works: Store):
    """Not of returns, which have other figures under the same words."""
    hand_out(works, [("sec-2", "cc-0", 24, 0)])
    rule = load(f"name: a\n{RULE.format(by='sector')}").rules[0]
    (told,) = preview(works, rule, NOW)
    said = {each.measure: each for each in told.explained}
    assert said["expected_units"].formula.startswith("what went out")
    assert [(each.name, each.value) for each in said["expected_units"].inputs] == [("units", 31), ("usual", 73)]
