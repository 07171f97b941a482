"""How often a catalogue can be read within the quota, as a sentence and as arithmetic."""

import pytest

from alertd.engine.planner import plan, retry_after, spoken


def test_the_sentence_of_a_shop_of_12_400_products() -> None:
    """The owner sees what the quota is spent on."""
    told = plan(12_400, every=300, sweep_every=None).sentence()
    assert told == "12,400 products = 62 calls a sweep; every 5 minutes uses 744 of 1,000 calls an hour"


def test_a_larger_shop_is_read_less_often_than_asked_and_is_told_so() -> None:
    """Three quarters of the hour's calls are the most that sweeps may take."""
    found = plan(100_000, every=300, sweep_every=None)
    assert found.sweep_every == 2400 and "would not leave enough" in found.sentence()


@pytest.mark.parametrize("products", [0, 1, 199, 200, 201, 5_000, 12_400, 50_000, 100_000, 150_000])
@pytest.mark.parametrize("every", [5, 60, 300, 3600])
def test_sweeps_never_plan_more_than_their_share(products: int, every: float) -> None:
    """Whatever was asked for, the plan leaves a quarter of the plain calls."""
    found = plan(products, every=every, sweep_every=None)
    assert found.hourly <= 750 and found.sweep_every >= every


def test_a_wish_for_seldom_sweeps_is_kept() -> None:
    """An hour was asked for, an hour it is."""
    assert plan(1_000, every=300, sweep_every=3600).sweep_every == 3600


def test_a_failed_lane_is_tried_again_soon_and_then_less_often() -> None:
    """Half a minute at first, a quarter of an hour at most."""
    assert [retry_after(failures, 3600) for failures in (0, 1, 2, 5, 20)] == [30, 60, 120, 900, 900]
    assert retry_after(20, 60) == 60


def test_durations_as_people_say_them() -> None:
    """No 300 seconds where 5 minutes are meant."""
    assert [spoken(seconds) for seconds in (45, 60, 300, 3600, 7200, 90)] == [
        "45 seconds",
        "1 minute",
        "5 minutes",
        "1 hour",
        "2 hours",
        "90 seconds",
    ]
