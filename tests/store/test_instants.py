"""What is written is dated after every look that could not see it, however the clock stands."""

import pytest

from alertd.engine.evaluate import evaluate
from alertd.model import Product, StockLevel
from alertd.store import alerts, open_store, snapshots, sources, supply
from alertd.store.db import Store
from alertd.store.instants import MOST_AHEAD_MS, after_looks
from alertd.store.supply import Placed
from tests.rules.makers import NOW, load, shelf

LOW = "name: low\non: stock\nwhen: stock <= stock_minimo\n"


@pytest.fixture
def store() -> Store:
    """A shop with one product that is fine, looked at by its one rule."""
    made = open_store(":memory:")
    shelf(made, 9, 5)
    look(made, NOW)
    return made


def look(store: Store, now: int) -> list[str]:
    """Hold the rule against what moved; the codes of what fires."""
    with store.write():
        evaluate(store, sources.get_source(store, "tienda"), load(LOW).rules, now)
    return [row["state"] for row in alerts.list_alerts(store)]


def sell(store: Store, stock: float, now: int) -> int:
    """Another reading, in which that product has so many."""
    identity = store.value("SELECT external_id FROM product")
    product = Product(identity, "Cosa", (StockLevel("Bodega", "Centro", stock, 5.0, None, None),))
    known = snapshots.known_digests(store, 1)
    with store.write():
        return snapshots.apply(store, 1, [(1, product)], seen=None, unread=set(), known=known, now=now).at


def test_a_reading_in_the_millisecond_of_the_last_look_is_seen(store: Store):
    """Clocks tick slower than a small shop is read."""
    assert sell(store, 3, NOW) > NOW
    assert look(store, NOW) == ["firing"]


def test_who_waited_for_the_lock_with_an_older_moment_is_seen(store: Store):
    """A page took its moment before the rules looked, and wrote after them."""
    supply.place(store, 1, [Placed(1, None, 4.0)], expected_at=NOW, by="ana", now=NOW - 20_000)
    assert store.value("SELECT changed_at FROM product") > NOW


def test_a_clock_that_was_set_back_is_believed(store: Store):
    """Hours are no waiting for a lock: then the rules look at everything anyway."""
    earlier = NOW - 3_600_000
    assert sell(store, 3, earlier) == earlier
    assert look(store, earlier) == ["firing"]


def test_what_is_later_than_every_look_keeps_its_moment(store: Store):
    """As it is nearly always."""
    assert after_looks(store, 1, NOW + 1) == NOW + 1
    assert after_looks(store, 1, NOW - MOST_AHEAD_MS - 1) == NOW - MOST_AHEAD_MS - 1
