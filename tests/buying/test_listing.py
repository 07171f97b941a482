"""What to order, in the order in which a buyer wants it; what others could give; how long suppliers take."""

from collections.abc import Iterator
from typing import Any

import pytest
from rules.makers import DAY, NOW, documents_known, product_of, shelf, sold

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
