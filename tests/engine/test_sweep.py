"""A sweep is believed whole or not at all."""

from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from alertd.engine.cycle import accept
from alertd.engine.sweep import read_sweep
from alertd.model import Page, Product, Quarantined
from alertd.store import open_store, quarantine, staging

from .workbench import WAREHOUSE, Workbench, row

Make = Callable[..., Workbench]


class Shelf:
    """A catalogue told as pages; each walk takes the next list of pages."""

    def __init__(self, *walks: list[Page]) -> None:
        self._walks = walks

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        return iter(self._walks[attempt])


def page(*ids: int, total: int | None, unread: tuple[Quarantined, ...] = ()) -> Page:
    return Page([], [(-one, Product(one, f"#{one}")) for one in ids], list(unread), total, 1, None)


def read(*walks: list[Page]):
    store = open_store(":memory:")
    stage = staging.Stage(store)
    try:
        return read_sweep(Shelf(*walks), stage, {}, lambda pages: None)
    finally:
        store.close()


BAD = Quarantined(key="3", reason="'stock' is 'doce' where a number belongs", raw="{}")
NAMELESS = Quarantined(key="", reason="it has no usable 'id'", raw="{}")


def test_as_many_distinct_products_as_announced_are_whole() -> None:
    """Arithmetic over ids, not the pages' own word, tells that nothing was lost."""
    found = read([page(1, 2, total=4), page(3, 4, total=4)])
    assert (found.torn, found.seen) == (None, {1, 2, 3, 4})


def test_a_row_repeated_over_a_page_border_is_one_product_and_one_lost() -> None:
    """Four rows for a total of four, and still torn."""
    torn = [page(1, 2, total=4), page(2, 3, total=4)]
    assert read(torn, torn, torn).torn is not None


def test_the_union_of_two_torn_walks_may_be_whole() -> None:
    """Another order loses other rows; together nothing is missing."""
    found = read([page(1, 2, total=3), page(2, total=3)], [page(3, 2, total=3), page(2, total=3)])
    assert (found.torn, found.seen) == (None, {1, 2, 3})


def test_a_union_over_a_total_that_moved_is_no_proof() -> None:
    """Something came or went between the walks, so what the first one saw may be gone."""
    first, second = [page(1, 2, total=3)], [page(2, 3, total=4)]
    assert read(first, second, second).torn is not None


def test_a_source_that_names_no_total_proves_nothing() -> None:
    """Without the announced number a lost page would look like an empty shelf."""
    said = [page(1, 2, total=None)]
    torn = read(said, said, said).torn
    assert torn is not None and "how many products" in torn


def test_an_unreadable_record_counts_as_seen() -> None:
    """It is there, only its values are not known; so the sweep is whole and it is not retired."""
    found = read([page(1, 2, total=3, unread=(BAD,))])
    assert (found.torn, found.unread, found.nameless) == (None, {3}, 0)


def test_a_record_without_an_id_does_not_tear_every_sweep() -> None:
    """It counts once; which product it is nobody knows, and the sweep says so."""
    found = read([page(1, 2, total=3, unread=(NAMELESS,))])
    assert (found.torn, found.nameless, len(found.quarantined)) == (None, 1, 1)


def test_a_record_read_in_one_walk_and_unreadable_in_another_counts_once() -> None:
    """The union must not look larger than the shop."""
    walk = [page(2, total=4, unread=(BAD,))]
    found = read([page(1, 3, total=4)], walk, walk)
    assert found.torn is not None
    found = read([page(1, 3, total=3)], [page(2, total=3, unread=(BAD,))])
    assert (found.torn, found.seen, found.unread) == (None, {1, 2, 3}, set())


def test_a_sweep_of_many_pages_is_read_over_http(make: Make) -> None:
    """450 products in three pages, in the order least likely to lose rows."""
    bench = make(products=450)
    done = bench.poll()
    assert (done.complete, done.pages, done.products, done.new) == (True, 3, 450, 450)
    assert bench.calls("inventory?")[0] == "inventory?order_by=created_at&order_direction=asc&per_page=200&page=1"


@pytest.mark.parametrize("fault", ["total", "empty_page"])
def test_a_torn_sweep_changes_nothing(make: Make, fault: str) -> None:
    """Not one row of state, history or alerts differs, though all was read three times over."""
    bench = make(products=1200)
    bench.poll()
    bench.shop.set_level(1, WAREHOUSE, stock=0)
    before = bench.dump()
    bench.shop.faults.add(fault, path="inventory")
    bench.clock.forward(minutes=5)
    done = bench.poll()
    assert (done.complete, done.torn) == (False, True)
    assert bench.dump() == before


def test_a_walk_torn_once_is_mended_by_the_next(make: Make) -> None:
    """Another order and page size, and the poll succeeds."""
    bench = make(products=400)
    bench.shop.faults.add("torn", path="inventory")
    done = bench.poll()
    assert (done.complete, done.torn, len(bench.levels())) == (True, False, 400)
    assert any("per_page=197" in call for call in bench.calls())


@pytest.mark.parametrize("fault", ["500", "503", "html", "truncated", "reset", "429"])
def test_a_fault_in_the_middle_leaves_everything_as_it_was(make: Make, fault: str) -> None:
    """The second page never comes, so the first one counts for nothing."""
    bench = make(products=450)
    bench.poll()
    bench.shop.set_level(1, WAREHOUSE, stock=0)
    before = bench.dump()
    bench.shop.faults.add(fault, path="inventory", after=1)
    done = bench.poll()
    assert not done.complete and done.error
    assert bench.dump() == before


def test_a_product_missing_once_is_unknown_and_twice_is_gone(bench: Workbench) -> None:
    """One whole sweep without it may be chance; two are not."""
    bench.shop.set_level(2, WAREHOUSE, stock=1)
    bench.poll()
    bench.shop.remove_product(2)
    bench.clock.forward(minutes=5)
    done = bench.poll()
    assert (done.gone, bench.alerts()) == (0, [(2, "warning")])
    assert (2, WAREHOUSE) not in bench.levels()
    bench.clock.forward(minutes=5)
    done = bench.poll()
    assert (done.gone, bench.alerts()) == (1, [])
    assert bench.context.store.value("SELECT resolved_reason FROM alert") == "gone"


def test_a_product_that_comes_back_is_present_again(bench: Workbench) -> None:
    """Whether it was away for one sweep or for good."""
    for sweeps in (1, 3):
        product = bench.shop.products[2]
        bench.shop.remove_product(2)
        for _ in range(sweeps):
            bench.clock.forward(minutes=5)
            bench.poll()
        assert (2, WAREHOUSE) not in bench.levels()
        bench.shop.products[2] = product
        bench.shop._orders.clear()
        bench.shop._changed(2)
        bench.clock.forward(minutes=5)
        bench.poll()
        assert bench.levels()[2, WAREHOUSE] == 10


def test_a_record_without_an_id_retires_nobody(bench: Workbench) -> None:
    """The first product's record has lost its id for days: it is not gone, it cannot be recognised."""
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.poll()
    bench.shop.faults.add("no_id", path="inventory")
    for _ in range(3):
        bench.clock.forward(minutes=5)
        done = bench.poll()
        assert (done.complete, done.quarantined, done.gone) == (True, 1, 0)
    assert bench.alerts() == [(1, "warning")]
    assert len(bench.levels()) == 3


def test_an_unreadable_product_keeps_its_level_and_is_shown(bench: Workbench) -> None:
    """A word where the stock belongs: set aside with its text, and nothing else suffers."""
    bench.shop.faults.add("text_number", path="inventory", times=1)
    bench.shop.set_level(3, WAREHOUSE, stock=1)
    done = bench.poll()
    assert (done.complete, done.quarantined) == (True, 1)
    assert bench.levels()[1, WAREHOUSE] == 10 and bench.alerts() == [(3, "warning")]
    kept = quarantine.list_quarantine(bench.context.store, bench.source.id)
    assert [(each["key"], "doce" in each["raw"]) for each in kept] == [("1", True)]
    bench.clock.forward(minutes=5)
    bench.poll()
    assert quarantine.list_quarantine(bench.context.store, bench.source.id) == []


def test_when_hardly_anything_can_be_read_the_format_changed(make: Make) -> None:
    """One product, and it cannot be read: that is a failed poll, not a whole sweep that saw nothing."""
    bench = make(products=1)
    bench.shop.faults.add("text_number", path="inventory")
    done = bench.poll()
    assert not done.complete and "cannot be read" in str(done.error)
    assert bench.source.snapshot_at is None


def test_a_hidden_warehouse_is_not_sold_out(make: Make) -> None:
    """Its alerts are held: neither resolved nor doubled, however many sweeps it stays away."""
    bench = make()
    bench.shop.add_product(id=1, nombre="Café", inventarios=[row(1, 4), row(2, 4, "Bodega Norte")])
    bench.poll()
    assert bench.alerts() == [(1, "warning"), (1, "warning")]
    bench.shop.hide_warehouse("Bodega Norte")
    for _ in range(4):
        bench.clock.forward(minutes=5)
        assert bench.poll().complete
        assert bench.alerts() == [(1, "warning"), (1, "warning")]
        assert bench.levels() == {(1, WAREHOUSE): 1}
    hidden = bench.context.store.rows("SELECT name FROM warehouse WHERE hidden_at IS NOT NULL")
    assert [each["name"] for each in hidden] == ["Bodega Norte"]
    bench.shop.show_warehouse("Bodega Norte")
    bench.shop.set_level(1, "Bodega Norte", stock=40)
    bench.clock.forward(minutes=5)
    bench.poll()
    assert bench.levels()[1, "Bodega Norte"] == 40 and bench.alerts() == [(1, "warning")]


def test_an_unreadable_product_of_a_returning_warehouse_is_not_gone(make: Make) -> None:
    """The warehouse is back, and just this product's record cannot be read: nobody saw that its level was missing."""
    bench = make()
    for number in (1, 2):
        bench.shop.add_product(id=number, nombre=f"N{number}", inventarios=[row(9, 4), row(1, 4, "Bodega Norte")])
    bench.poll()
    for fault in ("text_number", "no_id"):
        bench.shop.hide_warehouse("Bodega Norte")
        bench.clock.forward(minutes=5)
        bench.poll()
        bench.shop.show_warehouse("Bodega Norte")
        bench.shop.faults.add(fault, path="inventory", times=1)
        bench.clock.forward(minutes=5)
        assert bench.poll().quarantined == 1
        assert bench.alerts() == [(1, "warning"), (2, "warning")]
        bench.clock.forward(minutes=5)
        bench.poll()
        assert len(bench.levels()) == 4


def test_a_level_that_one_product_lost_is_gone_after_two_sweeps(make: Make) -> None:
    """The warehouse still shows others, so this row was deleted and nobody waits for it."""
    bench = make()
    for number in (1, 2):
        bench.shop.add_product(id=number, nombre=f"N{number}", inventarios=[row(9, 4), row(1, 4, "Bodega Norte")])
    bench.poll()
    bench.shop.products[1].inventarios[1].borrado = True
    bench.shop._changed(1)
    for left in ([(1, "warning"), (2, "warning")], [(2, "warning")]):
        bench.clock.forward(minutes=5)
        bench.poll()
        assert bench.alerts() == left


def test_a_warehouse_hidden_for_a_month_is_not_waited_for(make: Make) -> None:
    """Renamed or closed for good: its alerts end."""
    bench = make()
    bench.shop.add_product(id=1, nombre="Café", inventarios=[row(9, 4), row(1, 4, "Bodega Norte")])
    bench.poll()
    bench.shop.hide_warehouse("Bodega Norte")
    for days in (1, 15, 16):
        bench.clock.forward(days=days)
        bench.poll()
    assert bench.alerts() == []


def test_an_empty_catalogue_is_held_until_a_person_accepts_it(bench: Workbench) -> None:
    """No products where there were some is rather a fault than a closed shop."""
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.poll()
    for number in (1, 2, 3):
        bench.shop.remove_product(number)
    for _ in range(3):
        bench.clock.forward(minutes=5)
        done = bench.poll()
        assert (done.complete, done.held) == (False, True) and "source accept tienda" in str(done.error)
    assert len(bench.levels()) == 3 and bench.alerts() == [(1, "warning")]
    assert accept(bench.context, bench.source).polls[0].complete  # type: ignore[union-attr]
    assert bench.levels() == {} and staging.held(bench.context.store, bench.source.id) is None


def test_most_of_the_stock_at_zero_at_once_is_held(make: Make) -> None:
    """Sixty of a hundred levels at nothing between two polls: no day of sales does that."""
    bench = make(products=100)
    bench.poll()
    for number in range(1, 61):
        bench.shop.set_level(number, WAREHOUSE, stock=0)
    bench.clock.forward(minutes=5)
    done = bench.poll()
    assert done.held and "60 of 100 levels" in str(done.error)
    assert set(bench.levels().values()) == {10} and bench.alerts() == []


def test_a_believable_sweep_after_a_held_one_takes_its_place(make: Make) -> None:
    """The server recovered by itself; there is nothing left to accept."""
    bench = make(products=100)
    bench.poll()
    for number in range(1, 61):
        bench.shop.set_level(number, WAREHOUSE, stock=0)
    bench.poll()
    for number in range(1, 61):
        bench.shop.set_level(number, WAREHOUSE, stock=8)
    bench.clock.forward(minutes=5)
    assert bench.poll().complete
    assert staging.held(bench.context.store, bench.source.id) is None


def test_newer_news_of_another_lane_is_not_overwritten(make: Make) -> None:
    """While a sweep was on its way, somebody else read one product afresh: the older reading must give way."""
    bench = make(products=2)
    bench.poll()
    bench.clock.forward(minutes=5)
    bench.shop.set_level(1, WAREHOUSE, stock=9)

    def meanwhile(_source: str, lane: str, _page: int, _pages: int | None) -> None:
        if lane == "sweep":
            bench.shop.set_level(1, WAREHOUSE, stock=1)
            bench.clock.forward(seconds=5)
            # Somebody else has a connection of their own.
            with ThreadPoolExecutor(1) as other:
                assert other.submit(bench.poll, "low").result().complete

    bench.context.progress = meanwhile
    bench.poll("sweep")
    assert bench.levels()[1, WAREHOUSE] == 1 and bench.alerts() == [(1, "warning")]
