"""A page that is the same is not cut up again; and never believed where something else has written its products."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from alertd.model import Product, StockLevel
from alertd.sources.smartpyme import catalogue
from alertd.store import known, open_store, snapshots
from tests.rules.makers import NOW, shelf

from .workbench import WAREHOUSE, Workbench

Make = Callable[..., Workbench]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many products were looked at one by one, on each page that was cut up."""
    found: list[int] = []
    real: Callable[..., Any] = catalogue._products.decode

    class Counting:
        def decode(self, data: bytes) -> Sequence[Any]:
            raws: Sequence[Any] = real(data)
            found.append(len(raws))
            return raws

    monkeypatch.setattr(catalogue, "_products", Counting())
    return found


def test_a_quiet_catalogue_is_not_cut_up(make: Make, cut: list[int]) -> None:
    """The second time every page is known, and the sweep is as whole as before."""
    bench = make(products=450)
    first = bench.poll()
    cut.clear()
    bench.clock.forward(minutes=5)
    second = bench.poll()
    assert (second.products, second.complete, second.changed, second.gone) == (first.products, True, 0, 0)
    assert cut == []


def test_only_the_page_that_changed_is_cut_up(make: Make, cut: list[int]) -> None:
    """One product of 450 sold: one page of three."""
    bench = make(products=450)
    bench.poll()
    cut.clear()
    bench.clock.forward(minutes=5)
    bench.shop.set_level(7, WAREHOUSE, stock=1)
    assert bench.poll().changed == 1
    assert len(cut) == 1
    assert bench.levels()[7, WAREHOUSE] == 1


def test_what_another_lane_wrote_is_read_afresh(make: Make, cut: list[int]) -> None:
    """The short look saw it low; by the sweep it is as it was before, and that is what is believed."""
    bench = make(products=3)
    bench.poll()
    before = bench.levels()[1, WAREHOUSE]
    bench.clock.forward(minutes=5)
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    assert bench.poll("low").changed == 1
    bench.clock.forward(minutes=5)
    bench.shop.set_level(1, WAREHOUSE, stock=before)
    cut.clear()
    assert bench.poll().changed == 1
    assert bench.levels()[1, WAREHOUSE] == before
    assert len(cut) == 1


def test_nor_when_the_clock_had_been_set_back(make: Make, cut: list[int]) -> None:
    """Its moment then lies before the sweep; the pages are forgotten rather than believed."""
    bench = make(products=3)
    bench.poll()
    before = bench.levels()[1, WAREHOUSE]
    bench.clock.forward(hours=-3)
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.poll("low")
    bench.shop.set_level(1, WAREHOUSE, stock=before)
    bench.poll()
    assert bench.levels()[1, WAREHOUSE] == before


def test_a_product_that_vanished_and_came_back_is_there_again(make: Make) -> None:
    """The pages are once more the very same as the time before last."""
    bench = make(products=450)
    bench.poll()
    everything = bench.levels()
    product = bench.shop.products[5]
    bench.shop.remove_product(5)
    for _ in range(3):
        bench.clock.forward(minutes=5)
        bench.poll()
    assert (5, WAREHOUSE) not in bench.levels()
    bench.shop.products = dict(sorted({**bench.shop.products, 5: product}.items()))
    bench.shop._orders.clear()
    bench.shop._changed(5)
    for _ in range(2):
        bench.clock.forward(minutes=5)
        bench.poll()
    assert bench.levels() == everything


def test_identities_that_are_no_numbers_are_not_remembered() -> None:
    """Other systems name their products by texts."""
    assert known.pack([1, 2], [7, 8]) is not None
    assert known.pack([1, "P-2"], [7, 8]) is None


def test_a_page_that_was_read_before_another_lane_wrote_is_not_remembered() -> None:
    """The sweep shows five as before, a lane has seen three meanwhile: five bytes later may be news."""
    store = open_store(":memory:")
    shelf(store, 5, 4)
    identity = store.value("SELECT external_id FROM product")
    page = known.pack([identity], [1])
    assert page is not None

    def write(now: int, since: int | None = None, **what: Any) -> None:
        stands = snapshots.known_digests(store, 1)
        with store.write():
            snapshots.apply(store, 1, unread=set(), known=stands, now=now, since=since, **what)

    write(NOW + 1_000, products=[], seen={identity}, marks={b"page": page})
    seen_low = Product(identity, "Producto 1", (StockLevel("Bodega 1", "Centro", 3.0, 4.0),))
    write(NOW + 3_000, products=[(2, seen_low)], seen=None)
    write(NOW + 4_000, products=[], seen={identity}, marks={b"page": page}, since=NOW + 2_000)
    stands = snapshots.known_digests(store, 1)
    assert not stands.page(b"page")
    assert (1 in stands, 2 in stands) == (False, True)
