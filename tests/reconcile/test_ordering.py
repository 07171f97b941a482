"""When to order and how much: each case is one line of a table that was worked out by hand."""

import math

import pytest

from alertd.reconcile.ordering import (
    Order,
    Plan,
    Said,
    Terms,
    is_slow,
    plan,
    resolve,
    safety_stock,
    slow_reorder_point,
    suggested_order,
)


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
    assert math.ceil(rate * lead + found) == point


def test_a_slow_product_takes_the_smallest_stock_that_is_enough():
    """P5: eight are enough in 97.9 of 100 cases, seven only in 94.9."""
    assert is_slow(0.4, 10)
    assert slow_reorder_point(0.4, 10, 0.95) == 8


@pytest.mark.parametrize(
    ("on_hand", "on_order", "minimum", "maximum", "pack", "least", "expected"),
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
def test_the_suggested_order_fills_up_to_the_maximum(on_hand, on_order, minimum, maximum, pack, least, expected):
    """In whole packs, minus what is on its way."""
    found = suggested_order(on_hand, minimum=minimum, maximum=maximum, on_order=on_order, pack=pack, least=least)
    assert found.quantity == expected


def test_an_order_says_what_is_odd_about_it():
    """Too much for the shelf, or a guess at the least."""
    assert suggested_order(4, minimum=5, maximum=8, least=10) == Order(10, "exceeds maximum")
    assert suggested_order(4, minimum=5, maximum=None) == Order(1, "to the minimum only")
    assert suggested_order(4, minimum=None, maximum=None, point=11, target=25) == Order(21.0)
    assert suggested_order(12, minimum=None, maximum=None, point=11, target=25) == Order(0.0)


def test_what_runs_out_before_the_order_comes_is_ordered_above_its_minimum():
    """A minimum that nobody raised must not let the shelf go empty."""
    assert suggested_order(28, minimum=15, maximum=None, point=31, target=52) == Order(24.0)


def test_a_plan_reckons_with_days_in_reserve_or_with_a_level_of_service():
    """One unit a day for a year of habit; P1 by its service; P5 by chance, because so little sells."""
    assert plan(1.0, 0.0, Terms()) == Plan(3.0, 11, 25)
    assert plan(6, 2.5, Terms(lead_days=7, review_days=0, lead_spread=2, service=95)).point == 65
    assert plan(0.4, 0.6, Terms(lead_days=10, review_days=0, service=95)).point == 8
    assert plan(5, 0, Terms(lead_days=10, review_days=0, safety_days=0)).point == 50
    assert plan(0.0, 0.0, Terms()) == Plan(0.0, 0.0, 0.0)


def test_the_nearest_that_says_something_wins_term_by_term():
    """The product says its pack, its supplier the days, the shop the rest."""
    found = resolve([Said(pack=12), Said(lead_days=3, pack=6), Said(lead_days=9, coverage_days=30)])
    assert found == Terms(lead_days=3, coverage_days=30, pack=12)
    assert resolve([]) == Terms(7, 0, 1, 3, None, 14, None, 0, None)


def test_the_reserve_is_said_in_one_way_by_the_nearest():
    """A supplier's days in reserve are not mixed with the shop's level of service, nor the other way round."""
    assert resolve([Said(safety_days=5), Said(service=95)]) == Terms(safety_days=5)
    assert resolve([Said(service=95), Said(safety_days=5)]) == Terms(service=95)
