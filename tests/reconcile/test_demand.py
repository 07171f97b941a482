"""Demand by numbers: each case is one line of a table that was worked out by hand."""

import pytest

from alertd.reconcile.demand import (
    Order,
    croston,
    daily_sales,
    days_of_cover,
    is_slow,
    lost_units,
    phantom_probability,
    reorder_point,
    safety_stock,
    sba,
    shape,
    slow_reorder_point,
    suggested_order,
    tsb,
)


@pytest.mark.parametrize(
    ("sold", "returned", "in_days", "stock", "rate", "cover"),
    [
        (50, 0, 32, 20, 1.5625, 12.8),  # D1: ten days of the window were out of stock
        (0, 0, 42, 9, 0.0, None),  # D2: nothing sells, so it lasts neither for ever nor for no time
        (8, 0, 7, 2, None, None),  # D3: seven days in stock are too few to say
        (30, 6, 30, 24, 0.8, 30.0),  # D4: what came back was not sold
        (50, 0, 32, 0, 1.5625, 0.0),
        (8, 0, 7, 0, None, 0.0),
        (5, 7, 42, 9, 0.0, None),
    ],
)
def test_a_rate_counts_the_days_on_which_there_was_something_to_sell(sold, returned, in_days, stock, rate, cover):
    """And cover follows from it; an empty shelf lasts no time at all."""
    assert daily_sales(sold, returned, in_days) == rate
    assert days_of_cover(stock, sold, returned, in_days) == cover


def test_lost_units_are_the_rate_times_the_empty_days():
    """An estimate, and said to be one."""
    assert lost_units(1.5625, 10) == 15.625
    assert lost_units(None, 10) is None


@pytest.mark.parametrize(
    ("rate", "deviation", "lead", "lead_deviation", "z", "reserve", "point"),
    [
        (6, 2.5, 7, 2, 1.645, 22.540, 65),  # P1
        (6, 2.5, 7, 0, 1.645, 10.881, 53),  # P2
        (100, 20, 7, 2, 1.65, 341.355, 1042),  # P3
        (5, 0, 10, 0, 0, 0, 50),  # P4
    ],
)
def test_the_reorder_point_holds_a_reserve(rate, deviation, lead, lead_deviation, z, reserve, point):
    """Against busy days and late suppliers, rounded up."""
    found = safety_stock(rate, deviation=deviation, lead=lead, lead_deviation=lead_deviation, review=0, z=z)
    assert found == pytest.approx(reserve, abs=0.001)
    assert reorder_point(rate, deviation=deviation, lead=lead, lead_deviation=lead_deviation, z=z) == point


def test_a_slow_product_takes_the_smallest_stock_that_is_enough():
    """P5: eight are enough in 97.9 of 100 cases, seven only in 94.9."""
    assert is_slow(0.4, 10)
    assert slow_reorder_point(0.4, 10, 0.95) == 8


@pytest.mark.parametrize(
    ("on_hand", "on_order", "minimum", "maximum", "pack", "at_least", "expected"),
    [
        (8, 0, 10, 40, 6, 0, 36),  # Q1
        (10, 0, 10, 40, 6, 0, 30),  # Q2
        (11, 0, 10, 40, 6, 0, 0),  # Q3
        (5, 20, 10, 40, 6, 0, 0),  # Q4: it is on its way
        (0, 0, 5, 10, 1, 0, 10),  # Q5
        (-3, 0, 5, 20, 1, 0, 23),  # Q6
        (4, 0, 5, 0, 12, 0, 12),  # Q7: no maximum, whole packs
        (2.5, 0, 3, 10, 0.5, 0, 7.5),  # Q8: sold by weight
        (4, 0, 5, 8, 1, 10, 10),  # Q9: the supplier sends no less
        (5, 0, 5, 5, 1, 0, 0),  # Q10: at its minimum, which is its maximum
    ],
)
def test_the_suggested_order_fills_up_to_the_maximum(on_hand, on_order, minimum, maximum, pack, at_least, expected):
    """In whole packs, minus what is on its way."""
    found = suggested_order(on_hand, minimum=minimum, maximum=maximum, on_order=on_order, pack=pack, at_least=at_least)
    assert found.quantity == expected


def test_an_order_says_what_is_odd_about_it():
    """Too much for the shelf, or a guess at the least."""
    assert suggested_order(4, minimum=5, maximum=8, at_least=10) == Order(10, "exceeds maximum")
    assert suggested_order(4, minimum=5, maximum=None) == Order(1, "to the minimum only")
    assert suggested_order(4, minimum=None, maximum=None, rate=1.0) == Order(21.0)
    assert suggested_order(12, minimum=None, maximum=None, rate=1.0) == Order(0.0)


I1 = [0, 0, 5, 0, 0, 0, 3, 0, 4, 0, 0, 6]
I3 = [0, 1, 0, 0, 12, 0, 0, 0, 0, 2, 0, 1]


@pytest.mark.parametrize(
    ("series", "interval", "variation", "pattern"),
    [
        (I1, 3.0, 0.0617, "intermittent"),
        (I1 + [0] * 12, 6.0, 0.0617, "intermittent"),
        (I3, 3.0, 1.3438, "lumpy"),
        ([4, 5, 3, 6, 4, 5, 4, 6, 5, 4, 3, 5], 1.0, 0.0453, "smooth"),
        ([1, 9, 2, 14, 1, 0, 3, 20, 2, 1, 11, 2], 1.09, 1.0758, "erratic"),
    ],
)
def test_demand_has_a_shape(series, interval, variation, pattern):
    """I1 to I5."""
    found = shape(series)
    assert found.interval == pytest.approx(interval, abs=0.005)
    assert found.variation == pytest.approx(variation, abs=0.0001)
    assert found.pattern == pattern


@pytest.mark.parametrize(
    ("series", "plain", "unbiased", "fading"),
    [
        (I1, 1.620863, 1.539819, 1.312310),
        (I1 + [0] * 12, 1.620863, 1.539819, 0.370635),
        (I3, 0.842620, 0.800489, 0.522385),
    ],
)
def test_only_one_forecast_forgets_what_nobody_buys_any_more(series, plain, unbiased, fading):
    """Twelve empty weeks leave the first two where they were."""
    assert croston(series) == pytest.approx(plain, abs=1e-6)
    assert sba(series) == pytest.approx(unbiased, abs=1e-6)
    assert tsb(series) == pytest.approx(fading, abs=1e-6)


def test_nothing_sold_is_no_forecast():
    """Not zero: there is nothing to forecast from."""
    assert (croston([0, 0]), sba([]), tsb([0]), shape([0]).pattern) == (None, None, None, "none")


@pytest.mark.parametrize(
    ("rate", "days", "spread", "probability", "flag"),
    [
        (1.5625, 3, 1, 0.0092, True),  # G1
        (1.5625, 3, 2, 0.0388, False),  # G2
        (0.4, 7, 1, 0.0608, False),  # G3
        (0.4, 12, 1, 0.0082, True),
        (2.3 / 3, 3, 1, 0.1003, False),  # G4
    ],
)
def test_stock_that_does_not_sell_may_not_be_there(rate, days, spread, probability, flag):
    """A silence that chance explains in less than one case of a hundred deserves a look at the shelf."""
    found = phantom_probability(rate, days, spread)
    assert found == pytest.approx(probability, abs=0.00005)
    assert (found < 0.01) is flag
