"""Calls counted per key and clock hour."""

from collections.abc import Iterator

import pytest

from alertd.store import Store, budget, open_store
from alertd.store.budget import HOUR

NOON = 500_000 * HOUR


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def test_a_call_that_is_refused_is_not_counted(store: Store) -> None:
    """Here as at the server; and the answer is when to come back."""
    assert budget.take(store, "k", NOON, limit=1) is None
    assert budget.take(store, "k", NOON + 1, limit=1) == NOON + HOUR
    assert budget.used(store, "k", NOON) == 1


def test_each_hour_begins_at_nothing(store: Store) -> None:
    """The last millisecond of an hour and the first of the next are not the same hour."""
    assert budget.take(store, "k", NOON + HOUR - 1, limit=1) is None
    assert budget.take(store, "k", NOON + HOUR, limit=1) is None


def test_keys_do_not_draw_on_each_other(store: Store) -> None:
    """One company's quota is its own."""
    assert [budget.take(store, key, NOON, limit=1) for key in ("a", "b")] == [None, None]


def test_a_blocked_key_waits_into_the_next_hour(store: Store) -> None:
    """The turn of the hour differs by a second between clocks, so the block ends a little later."""
    budget.block(store, "k", NOON, NOON + HOUR + 5_000)
    assert budget.take(store, "k", NOON + HOUR, limit=9) == NOON + HOUR + 5_000
    assert budget.take(store, "k", NOON + HOUR + 5_000, limit=9) is None


def test_a_block_is_never_shortened(store: Store) -> None:
    """Two processes are refused at about the same time, and roll their own dice."""
    budget.block(store, "k", NOON, NOON + HOUR + 9_000)
    budget.block(store, "k", NOON, NOON + HOUR + 3_000)
    assert budget.take(store, "k", NOON + HOUR + 5_000, limit=9) == NOON + HOUR + 9_000


def test_a_block_of_a_clock_that_was_ahead_ends_with_it(store: Store) -> None:
    """Refused while the clock stood years ahead: once it is right, nobody waits until then."""
    ahead = NOON + 100_000 * HOUR
    budget.block(store, "k", ahead, ahead + HOUR)
    assert budget.take(store, "k", ahead + 1, limit=9) == ahead + HOUR
    assert budget.blocked_until(store, "k", NOON) == 0
    assert budget.take(store, "k", NOON, limit=9) is None
    assert budget.take(store, "k", ahead + 1, limit=9) is None


def test_a_higher_count_is_taken_over_and_a_lower_one_is_not(store: Store) -> None:
    """Somebody else draws on the same key."""
    budget.at_least(store, "k", NOON, 40)
    budget.at_least(store, "k", NOON, 12)
    assert budget.used(store, "k", NOON) == 40


def test_old_hours_are_forgotten(store: Store) -> None:
    """Two days are kept."""
    budget.take(store, "k", NOON, limit=9)
    budget.forget_before(store, NOON + 49 * HOUR)
    assert budget.used(store, "k", NOON) == 0
