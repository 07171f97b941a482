"""How the database goes about the questions of every cycle: with 300,000 levels, a wrong way costs seconds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alertd.store import Store, evaluation, open_store, reconciliation, snapshots
from alertd.store.measures import Moment

NOW = 1_767_225_600_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "alertd.db")
    yield opened
    opened.close()


def plan_of(store: Store, question: Callable[[], object]) -> str:
    """What the database says it does for the last statement of a question."""
    asked: list[str] = []
    store.connection.set_trace_callback(asked.append)
    question()
    store.connection.set_trace_callback(None)
    return "\n".join(row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {asked[-1]}"))


def ask_rule(store: Store, condition: str, *, touched: bool = False) -> Callable[[], object]:
    moment = Moment(NOW, 0, 0, sold_known=False, returned_known=False, movement_id=0, snapshot_before_at=None)
    return lambda: evaluation.matching(
        store, "stock", 1, moment, condition=condition, severity="'high'", columns=(), parameters=(), touched=touched
    )


def test_a_rule_over_everything_reads_the_levels_in_their_own_order(store: Store):
    """Walking the products by name and looking up the levels of each takes twenty times as long."""
    assert "SCAN l" in plan_of(store, ask_rule(store, "r.stock < 0 AND r.enabled = 1"))


def test_a_rule_about_low_stock_reads_the_low_levels_only(store: Store):
    """They have an index of their own: one level in fifty is low."""
    low = ask_rule(store, "r.stock <= r.minimum AND r.minimum > 0")
    assert "SCAN l USING INDEX level_low" in plan_of(store, low)


def test_a_rule_over_what_changed_reads_nothing_else(store: Store):
    """After a quiet hour there is next to nothing to look at."""
    evaluation.touch(store, 1, since=NOW, movements_after=None)
    for on in ("stock", "product"):
        assert "SCAN l" not in plan_of(store, lambda on=on: evaluation.gather(store, on, 1))
    assert "SCAN r" in plan_of(store, ask_rule(store, "r.stock < 0", touched=True))


@pytest.mark.parametrize("count", [snapshots.product_count, snapshots.level_count])
def test_counting_the_catalogue_reads_an_index(store: Store, count: Callable[[Store, int], int]):
    """These counts are asked for in every cycle; the table itself is fifty times the size."""
    assert "COVERING INDEX product_present" in plan_of(store, lambda: count(store, 1))


def test_what_changed_just_now_is_found_by_its_moment(store: Store):
    """Not by looking at every level."""
    assert "product_by_change" in plan_of(store, lambda: reconciliation.touch_changed(store, 1, NOW))
    assert "product_by_change" in plan_of(store, lambda: evaluation.touch(store, 1, since=NOW, movements_after=None))
