"""What to order, in the order in which a buyer wants it; what others could give; how long suppliers take."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rules.makers import DAY, NOW, documents_known, product_of, shelf, sold, values

from alertd.buying.learning import learn, quantile
from alertd.buying.listing import Purchases, purchases
from alertd.reconcile.ordering import Said
from alertd.store import buying, sources
from alertd.store.db import Store, open_store


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty shop."""
    opened = open_store(":memory:")
    yield opened
    opened.close()


def listed(store: Store) -> Purchases:
    documents_known(store)
    return purchases(store, sources.get_source(store, "tienda"), NOW)


def goods(store: Store, stock: float, minimum: float | None = None, maximum: float | None = None, **more: Any) -> int:
    return shelf(store, stock, minimum, maximum, **{"first_seen_at": NOW - 100 * DAY, "cost": 2.0, **more})


def selling(store: Store, level: int, units: float) -> None:
    for day in range(42):
        sold(store, level, units, days_ago=day)


def test_the_worst_first_within_a_supplier_and_among_them(store: Store):
    """Negative, out, low, gone too soon, at its point; who names no supplier comes last."""
    goods(store, -1, 5, 20, name="sin proveedor")
    for name, stock, minimum in (("bajo", 4, 5), ("negativo", -2, 5), ("agotado", 0, 5)):
        goods(store, stock, minimum, 20, name=name, supplier="Beta")
    soon, point = (goods(store, units, name=name, supplier="Alfa") for units, name in ((7, "pronto"), (10, "punto")))
    selling(store, soon, 1)
    selling(store, point, 1)
    found = listed(store)
    assert [(group.name, [line.name for line in group.lines]) for group in found.suppliers] == [
        ("Beta", ["negativo", "agotado", "bajo"]),
        ("Alfa", ["pronto", "punto"]),
        (None, ["sin proveedor"]),
    ]
    assert [line.why for line in found.lines] == ["negative", "out", "low", "soon", "point", "negative"]


def test_one_supplier_written_in_two_ways_is_one(store: Store):
    """Case and accents are no other company."""
    goods(store, 0, 5, supplier="La Unión")
    goods(store, 0, 5, supplier="LA UNION ")
    (group,) = listed(store).suppliers
    assert len(group.lines) == 2


def test_what_it_costs_and_how_many_packs(store: Store):
    """A product without a cost adds nothing, and says so."""
    level = goods(store, 4, 5, supplier="Beta")
    goods(store, 4, 5, supplier="Beta", cost=None)
    buying.say(store, 1, Said(pack=12), product_id=product_of(store, level), by=None, now=NOW)
    (group,) = listed(store).suppliers
    assert sorted((line.quantity, line.packs, line.amount) for line in group.lines if line.amount) == [(12, 1, 24.0)]
    assert group.amount == 24.0


def test_services_sets_and_what_is_switched_off_are_not_bought(store: Store):
    """Nobody delivers them."""
    goods(store, 0, 5, kind="Servicio")
    goods(store, 0, 5, kind="Compuesto")
    goods(store, 0, 5, enabled=0)
    assert listed(store).lines == ()


def test_before_buying_the_other_branch_gives_what_it_has_too_much_of(store: Store):
    """Half a year of sales stays there; what is beyond goes to the worst first, and only once."""
    here = goods(store, 0, 5, 30, branch="Centro")
    there = shelf(store, 200, None, None, branch="Norte", of=here)
    third = shelf(store, 1, 5, 30, branch="Sur", of=here)
    for level in (here, there, third):
        selling(store, level, 1)
    found = listed(store).transfers
    assert [(each.line.branch, each.branch, each.quantity, each.saved) for each in found] == [
        ("Centro", "Norte", 20, 40.0)
    ]


def test_what_nobody_bought_for_a_quarter_is_given_away_before_it_is_bought_elsewhere(store: Store):
    """All above its own minimum; what is known for a month only may still sell."""
    here = goods(store, 0, 5, 30, branch="Centro", name="dormido")
    shelf(store, 12, 2, None, branch="Norte", of=here)
    young = goods(store, 0, 5, 30, branch="Centro", name="nuevo", first_seen_at=NOW - 30 * DAY)
    shelf(store, 12, 2, None, branch="Norte", of=young)
    found = listed(store).transfers
    assert [(each.line.name, each.branch, each.spare, each.quantity) for each in found] == [
        ("dormido", "Norte", 10, 10)
    ]


def test_how_long_a_supplier_takes_is_learnt_from_three_arrivals(store: Store):
    """The middle, and what nine of ten keep."""
    (learnt,) = learn({"Beta": [2.0, 3.0, 4.0, 9.0], "Alfa": [1.0, 2.0]})
    assert (learnt.supplier, learnt.orders, learnt.median, learnt.p90) == ("Beta", 4, 3.5, 7.5)
    assert learnt.spread == pytest.approx((7.5 - 3.5) / 1.2816, abs=0.05)
    assert quantile([5.0], 0.9) == 5.0


def test_the_list_holds_every_level_that_the_rules_suggest_to_order(store: Store):
    """It looks only at levels that may need something, and leaves out none of those that do."""
    dice = random.Random(7)
    for number in range(120):
        minimum, maximum = dice.choice(((None, None), (5, None), (0, 12), (5, 20), (30, 20)))
        level = goods(store, dice.choice((-2, 0, 1, 4, 5, 6, 11, 40)), minimum, maximum, name=f"producto {number}")
        if dice.random() < 0.5:
            selling(store, level, dice.choice((0.2, 1, 3)))
    suggested = values(store, "suggested_order")
    found = listed(store)
    assert {line.level_id: line.quantity for line in found.lines} == {
        level: each["suggested_order"] for level, each in suggested.items() if (each["suggested_order"] or 0) > 0
    }
    assert 30 < len(found.lines) < 120


def test_only_as_many_transfers_are_looked_for_as_are_asked_for(store: Store):
    """A page shows a few; looking for all of them takes as long as the rest of the list."""
    for number in range(5):
        low = goods(store, 0, 10, name=f"producto {number}")
        goods(store, 50, 2, of=low, branch="Norte")
    documents_known(store)
    source = sources.get_source(store, "tienda")
    few, every = purchases(store, source, NOW, transfers=2), purchases(store, source, NOW)
    assert few.transfers == every.transfers[:2]
    assert len(every.transfers) == 5


def test_the_list_does_not_wait_for_a_reading_that_is_being_written(tmp_path: Path):
    """What was worked out earlier today has to do; somebody stands before the page."""
    store = open_store(tmp_path / "alertd.db")
    selling(store, goods(store, 2, 5), 1)
    assert len(listed(store).lines) == 1
    other = sqlite3.connect(tmp_path / "alertd.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = purchases(store, sources.get_source(store, "tienda"), NOW)
    other.execute("ROLLBACK")
    other.close()
    assert [line.stock for line in found.lines] == [2]
    assert found.lines[0].daily
    store.close()
