"""A slow leak adds up, noise does not; a drop without documents is not the same as a sale out of the ordinary."""

import pytest

from alertd.reconcile.alarms import is_sudden_drop, is_unusual_sale, leak_day, leak_levels, leaks
from alertd.reconcile.returns_stats import poisson_probability

from .conftest import MAIN


def test_c1_one_unit_a_day_is_a_leak_on_the_seventh_day():
    """No single day is worth a word."""
    daily = [0, -1, -1, -1, 0, -1, -1]
    assert leak_levels(daily) == [0, 0.75, 1.5, 2.25, 2.0, 2.75, 3.5]
    assert leak_day(daily) == 6


def test_c2_what_comes_and_goes_is_no_leak():
    """Two less, two more: the readings are not atomic."""
    daily = [-2, 2, -1, 1, -2, 2]
    assert leak_levels(daily) == [1.75, 0, 0.75, 0, 1.75, 0]
    assert leak_day(daily) is None


def test_dear_goods_are_a_leak_sooner():
    """One unit of three hundred is more than three of one."""
    assert leak_day([-1, -1], cost=300.0) == 0 and leak_day([-1, -1], cost=2.0) is None


@pytest.mark.parametrize(
    ("unexplained", "opening", "value", "limit", "drop"),
    [(-3, 10, None, 0, True), (-2, 10, None, 0, False), (-3, 40, None, 0, False), (-8, 40, None, 0, True),
     (-1, 40, -900, 500, True), (5, 0, None, 0, False)],
)  # fmt: skip
def test_a_sudden_drop_is_three_units_and_a_fifth_or_dear(unexplained, opening, value, limit, drop):
    """A surplus is none."""
    assert is_sudden_drop(unexplained, opening, value, limit) is drop


def test_twelve_sold_where_three_are_usual_is_an_unusual_sale():
    """Documented, improbable (7 in 100,000), and worded as a sale."""
    assert round(poisson_probability(12, 3), 7) == 7.14e-05
    assert is_unusual_sale(12, 3.0, 1.0) and not is_unusual_sale(6, 3.0, 1.0) and not is_unusual_sale(12, None, 1.0)


def test_a_leak_is_found_in_what_the_cycles_kept(bench):
    """One unit a day without a document, for a week."""
    product = bench.product("A-1", 40)
    bench.poll()
    for day in range(6):
        bench.shop.set_level(product, MAIN, stock=39 - day)
        bench.poll(hours=24)
    bench.poll()
    store = bench.context.store
    days = [row[0] for row in store.execute("SELECT day FROM reconciled_day ORDER BY day")]
    found = leaks(store, 1, days[0], days[-1], {})
    assert [(leak.units, leak.since_day) for leak in found] == [(-6, days[0])]
