"""Returns by numbers: each case is one line of a table that was worked out by hand."""

import pytest

from alertd.reconcile.returns_stats import (
    adjusted,
    expected_units,
    poisson_probability,
    shrunk_rate,
    spike_probability,
    wilson,
)


@pytest.mark.parametrize(
    ("usual", "usual_sold", "units", "sold", "expected", "certain", "uncertain"),
    [
        (6, 300, 6, 80, 1.6, 0.0060, 0.0195),  # N1: little is known of the usual rate
        (60, 3000, 6, 80, 1.6, 0.0060, 0.0071),  # N2: much is known
        (6, 300, 4, 80, 1.6, 0.0788, 0.1195),  # N3
        (1, 40, 3, 10, 0.25, 0.0022, 0.0161),  # N4
        (0, 60, 2, 15, 0, 0.0, 0.0161),  # N5: nothing ever came back, which is no certainty
        (12, 400, 10, 100, 3.0, 0.0011, 0.0050),  # N6
    ],
    ids=["N1", "N2", "N3", "N4", "N5", "N6"],
)
def test_a_spike_is_judged_by_what_is_known_of_the_usual(usual, usual_sold, units, sold, expected, certain, uncertain):
    """The same numbers are a spike for an old product and none for a young one."""
    assert expected_units(usual, usual_sold, sold) == pytest.approx(expected)
    assert poisson_probability(units, expected) == pytest.approx(certain, abs=0.00005)
    assert spike_probability(units, sold, usual, usual_sold) == pytest.approx(uncertain, abs=0.00005)


def test_without_sales_there_is_nothing_to_judge():
    """Unknown, and unknown never fires."""
    assert spike_probability(3, 0, 1, 10) is None
    assert spike_probability(3, 10, 0, 0) is None
    assert spike_probability(0, 10, 0, 10) == 1.0
    assert expected_units(0, 0, 10) is None


def test_below_the_usual_is_likely():
    """The other side of the curve, summed the other way."""
    assert spike_probability(1, 100, 300, 1000) == pytest.approx(1.0, abs=1e-9)
    assert 0.4 < (spike_probability(30, 100, 300, 1000) or 0) < 0.6


@pytest.mark.parametrize(("tested", "flagged"), [(5, 4), (500, 1)], ids=["N7 of 5", "N7 of 500"])
def test_testing_many_products_is_paid_for(tested, flagged):
    """N7: among five products four stand out, among five hundred only one."""
    others: list[float | None] = [1.0] * (tested - 5)
    found = adjusted([0.0002, 0.004, 0.02, 0.03, 0.2, *others])
    assert sum(value is not None and value <= 0.10 for value in found) == flagged


def test_what_is_unknown_stays_unknown_and_keeps_its_place():
    """A product that sold nothing is not counted as tested."""
    assert adjusted([None, 0.01, None]) == [None, 0.01, None]


@pytest.mark.parametrize(
    ("returned", "sold", "low", "high", "ranked"),
    [(2, 3, 0.208, 0.939, 0.0566), (6, 80, 0.035, 0.154, 0.0538), (30, 400, 0.053, 0.105, 0.0689)],
    ids=["W1", "W2", "W3"],
)
def test_two_of_three_is_less_than_thirty_of_four_hundred(returned, sold, low, high, ranked):
    """W1 to W3: the raw rate would put the luckless product of three first."""
    assert wilson(returned, sold) == (pytest.approx(low, abs=0.0006), pytest.approx(high, abs=0.0006))
    assert shrunk_rate(returned, sold, 0.02) == pytest.approx(ranked, abs=0.00005)
