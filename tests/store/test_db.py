"""The connection and its transactions: what is kept when, and which writes wait for the disk."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.store import Store, budget, open_store

NORMAL, FULL = 1, 2
HOUR = 3_600_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "alertd.db")
    yield opened
    opened.close()


def test_a_quick_write_does_not_wait_for_the_disk_and_the_next_one_does(store: Store):
    """A counter may be lost in a power cut; an alert may not."""
    with store.quick_write():
        assert store.value("PRAGMA synchronous") == NORMAL
    assert store.value("PRAGMA synchronous") == FULL


def test_a_quick_write_is_kept_for_every_other_process_at_once(store: Store):
    """Two processes draw on one purse."""
    assert budget.take(store, "key", HOUR, limit=10) is None
    other = sqlite3.connect(store.path)
    assert other.execute("SELECT used FROM budget").fetchone() == (1,)
    other.close()


def test_a_quick_write_inside_another_is_as_safe_as_that_one(store: Store):
    """What is kept together is kept in one way."""
    with store.write(), store.quick_write():
        assert store.value("PRAGMA synchronous") == FULL


def test_a_fault_undoes_a_quick_write_and_leaves_the_next_as_safe_as_ever(store: Store):
    """The counter stands as before, and nothing else changed."""
    with pytest.raises(ZeroDivisionError), store.quick_write():
        store.execute("INSERT INTO budget (budget_key, hour) VALUES ('key', 1)")
        raise ZeroDivisionError
    assert store.value("SELECT count(*) FROM budget") == 0
    assert store.value("PRAGMA synchronous") == FULL
