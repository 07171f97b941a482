"""Classes and money by numbers."""

import pytest

from alertd.reconcile.classification import (
    classes,
    cost_jump,
    excess,
    is_dead,
    sell_through,
    tied_capital,
)


def test_the_class_goes_by_the_share_before_the_product():
    """The one that crosses four fifths is still an A, and what never sold is neither."""
    assert classes([5000, 2500, 1200, 500, 400, 300, 100, 0]) == ["A", "A", "A", "B", "B", "C", "C", "U"]
    assert classes([0, 100, 5000]) == ["U", "C", "A"]
    assert classes([]) == []


def test_dead_is_what_was_there_all_along_and_never_sold():
    """A product that came last month is new."""
    assert is_dead(12, 0, 120)
    assert not is_dead(12, 0, 30)
    assert not is_dead(0, 0, 120)
    assert tied_capital(12, 8.40) == 100.80


def test_excess_is_what_lies_beyond_half_a_year():
    """400 at one a day are 220 too many."""
    assert excess(400, 1, 2.10) == (220, 462.00)
    assert excess(100, 1, 2.10) is None
    assert excess(400, 0, 2.10) is None


@pytest.mark.parametrize(
    ("cost", "before", "share", "word"),
    [(4.80, 4.25, 0.1294, "jump"), (4.40, 4.25, 0.0353, None), (42.5, 4.25, 9.0, "typing mistake"),
     (0.42, 4.25, -0.9012, "typing mistake"), (3.80, 4.25, -0.1059, "jump")],
)  # fmt: skip
def test_a_cost_jumps_at_a_tenth(cost, before, share, word):
    """Ten times as much is rather a slip."""
    found = cost_jump(cost, before)
    assert found is not None
    assert found[0] == pytest.approx(share, abs=0.0001)
    assert found[1] == word


@pytest.mark.parametrize("before", [0, None])
def test_without_an_earlier_cost_nothing_jumped(before):
    """A new product has none."""
    assert cost_jump(5, before) is None


def test_sell_through_is_a_share_of_all_that_was_there():
    """Start, received and adjusted."""
    assert sell_through(60, 100, -2, 8) == pytest.approx(0.566, abs=0.0005)
    assert sell_through(1, 0) is None
