"""Demand by numbers: each case is one line of a table that was worked out by hand."""

import pytest

from alertd.reconcile.demand import (
    daily_sales,
    days_of_cover,
    expected_sales,
    lost_units,
    pattern_of,
    phantom_probability,
    shape,
    spread_of,
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


@pytest.mark.parametrize(("series", "forecast"), [(I1, 1.312310), (I1 + [0] * 12, 0.370635), (I3, 0.522385)])
def test_the_forecast_forgets_what_nobody_buys_any_more(series, forecast):
    """I1 to I3: after twelve empty weeks little is left of it."""
    assert tsb(series) == pytest.approx(forecast, abs=1e-6)


def test_nothing_sold_is_no_forecast():
    """Not zero: there is nothing to forecast from."""
    assert (tsb([0]), shape([0]).pattern) == (None, "none")


def test_what_sells_now_and_then_is_expected_by_its_smoothed_weeks():
    """Everything else by its rate; and a product of few weeks, or sold twice, has no shape yet."""
    assert pattern_of(I1) == "intermittent"
    assert expected_sales(0.5, "intermittent", I1) == pytest.approx(1.312310 / 7, abs=1e-6)
    assert expected_sales(0.5, "smooth", I1) == 0.5
    assert expected_sales(None, "intermittent", I1) is None
    assert pattern_of(I1[:7]) is None and pattern_of([0, 3, 0, 0, 0, 0, 2, 0]) is None


def test_a_day_differs_from_the_mean_by_so_much():
    """Two and four by turns: one more, one less."""
    assert spread_of(6.0, 20.0, 2) == (1.0, pytest.approx(1 / 3))
    assert spread_of(0.0, 0.0, 30) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("rate", "days", "spread", "probability", "flag"),
    [
        (1.5625, 3, 1, 0.0092, True),  # G1
        (1.5625, 3, 2, 0.0388, False),  # G2
        (0.4, 7, 1, 0.0608, False),  # G3
        (0.4, 12, 1, 0.0082, True),
        (2.3 / 3, 3, 1, 0.1003, False),  # G4
    ],
    ids=["G1", "G2", "G3 of 7 days", "G3 of 12 days", "G4"],
)
def test_stock_that_does_not_sell_may_not_be_there(rate, days, spread, probability, flag):
    """A silence that chance explains in less than one case of a hundred deserves a look at the shelf."""
    found = phantom_probability(rate, days, spread)
    assert found == pytest.approx(probability, abs=0.00005)
    assert (found < 0.01) is flag
