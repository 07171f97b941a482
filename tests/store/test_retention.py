"""Pruning drops what is old and nothing that anything still stands on."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.store import Store, check, levels, open_store, retention

from .makers import SAMPLES, unpack

DAY = 86_400_000
NOW = 1_900_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The newest sample, which lies far enough in the past for all of it to be old."""
    opened = open_store(unpack(SAMPLES[-1], tmp_path / "alertd.db"))
    yield opened
    opened.close()


def prune(store: Store, keep_days: float, now: int = NOW) -> retention.Pruned:
    pruned = retention.Pruned()
    for _ in retention.prune(store, pruned, keep_days=keep_days, now=now):
        pass
    return pruned


def count(store: Store, table: str) -> int:
    return int(store.value(f"SELECT count(*) FROM {table}"))


def a_year_of_history(store: Store, level_id: int) -> None:
    """A change every day for a year, the last one the stock of today."""
    stock = store.value("SELECT stock FROM level WHERE id = ?", (level_id,))
    store.execute("DELETE FROM stock_change WHERE level_id = ?", (level_id,))
    with store.write() as connection:
        connection.executemany(
            "INSERT INTO stock_change VALUES (?, ?, ?, 1, NULL)",
            [(level_id, NOW - ago * DAY, stock if ago == 0 else float(ago)) for ago in range(365)],
        )
    store.execute("UPDATE reconciled SET settled_at = ?", (NOW,))
    store.execute("DELETE FROM unsettled")


def test_the_stock_of_every_moment_that_is_kept_can_still_be_told(store: Store):
    """Held against what it was before, day by day over the kept time."""
    a_year_of_history(store, 1)
    moments = [NOW - ago * DAY + 1 for ago in range(90)]
    before = [levels.levels_at(store, at=at, state="'x'", today=0) for at in moments]
    pruned = prune(store, 90)
    # The 274 days that were over when the kept time begins; the change in force then stays.
    assert store.value("SELECT count(*) FROM stock_change WHERE level_id = 1") == 91
    assert pruned.removed["stock_change"] >= 365 - 91
    after = [levels.levels_at(store, at=at, state="'x'", today=0) for at in moments]
    assert [[(row["id"], row["stock"]) for row in rows] for rows in after] == [
        [(row["id"], row["stock"]) for row in rows] for rows in before
    ]


def test_what_is_not_reconciled_yet_keeps_its_history(store: Store):
    """A shop that was not read for months is reconciled when it comes back."""
    a_year_of_history(store, 1)
    store.execute("UPDATE reconciled SET settled_at = ?", (NOW - 200 * DAY,))
    prune(store, 90)
    assert store.value("SELECT min(at) FROM stock_change WHERE level_id = 1") == NOW - 200 * DAY


def test_open_alerts_keep_their_story_and_closed_ones_go(store: Store):
    """Who looks at an alert that fires since years still sees when it began and what was said."""
    store.execute("UPDATE alert SET resolved_at = 1 WHERE state = 'resolved'")
    store.execute("DELETE FROM told WHERE alert_id IN (SELECT id FROM alert WHERE state = 'resolved')")
    firing = count(store, "alert WHERE state = 'firing'")
    told = count(store, "message_alert WHERE alert_id IN (SELECT id FROM alert WHERE state = 'firing')")
    prune(store, 1)
    assert count(store, "alert WHERE state = 'resolved'") == 0
    assert count(store, "alert WHERE state = 'firing'") == firing
    assert count(store, "transition") >= firing
    assert count(store, "message_alert WHERE alert_id IN (SELECT id FROM alert WHERE state = 'firing')") == told


def test_a_message_that_waits_is_never_dropped(store: Store):
    """However long its channel has been silent."""
    waiting = count(store, "message WHERE state = 'waiting'")
    assert waiting
    prune(store, 1)
    assert count(store, "message WHERE state = 'waiting'") == waiting


def test_each_lane_keeps_its_last_poll_and_the_one_that_last_saw_a_change(store: Store):
    """The page says how the last poll went, and rules ask when stock last moved."""
    lanes = store.execute("SELECT DISTINCT source_id, lane FROM poll").fetchall()
    changed = store.value("SELECT max(finished_at) FROM poll WHERE lane = 'sweep' AND complete AND changed + new > 0")
    store.execute(
        "INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete)"
        " SELECT source_id, 'sweep', ?, ?, 'complete', 1 FROM poll LIMIT 1",
        (NOW, NOW),
    )
    prune(store, 1)
    assert store.execute("SELECT DISTINCT source_id, lane FROM poll").fetchall() == lanes
    assert changed == store.value(
        "SELECT max(finished_at) FROM poll WHERE lane = 'sweep' AND complete AND changed + new > 0"
    )
    assert count(store, "poll") == len(lanes) + 1


def test_documents_stay_as_long_as_a_list_may_be_read_again(store: Store):
    """One that was dropped and is listed again would be booked twice."""
    documents, days = count(store, "document"), count(store, "product_day")
    newest = store.value("SELECT max(changed_at) FROM document")
    prune(store, 1, now=newest + 375 * DAY)
    assert (count(store, "document"), count(store, "product_day")) == (documents, days)
    prune(store, 1, now=newest + 500 * DAY)
    assert count(store, "document") < 5
    assert count(store, "product_day") == 0


def test_the_newest_movement_stays_so_that_its_number_is_not_given_again(store: Store):
    """Rules and reconciliation remember up to which movement they have looked."""
    newest = store.value("SELECT max(id) FROM movement")
    prune(store, 1)
    assert store.value("SELECT max(id) FROM movement") == newest


def test_a_pruned_database_is_sound_and_pruning_again_finds_nothing(store: Store, tmp_path: Path):
    """Every promise between the tables still holds."""
    assert prune(store, 1).rows > 0
    assert prune(store, 1).rows == 0
    assert check.inspect(tmp_path / "alertd.db").problems == []


def test_every_table_that_grows_with_time_is_looked_after():
    """A new table must say how it is kept small: here, or by the list of those that do not grow."""
    stays = {
        # As large as the shop, or as what people typed.
        "setting", "source", "lane", "held_sweep", "held_product", "warehouse", "product", "level", "rule_state",
        "channel", "user", "digest", "trouble", "told", "reconciled", "unsettled", "box_factor", "recipe", "pack",
        "source_option", "level_demand", "product_demand", "product_class", "measured", "rule_evaluation",
        "evaluation_due", "unknown_state", "level_out", "stock_entry", "confirmation", "stock_count", "ledger_count",
        "buying_term", "supply_order", "api_token", "tally", "user_choice", "find_due",
        "upload", "weekly", "weekly_sent", "rule_version", "source_hours", "source_beat", "page_read",
        # Go with their parents.
        "message_alert", "link_use", "document_line", "movement",
    }  # fmt: skip
    looked_after = {*retention.BY_KEY, *retention.BY_PRODUCT, "stock_change", "cost_change"}
    from alertd.store.db import Store as Opened

    store = Opened(":memory:")
    from alertd.store import migrations

    migrations.apply(store.database)
    tables = {
        name
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("sqlite_", "_sqlite", "product_find"))
    }
    store.close()
    assert tables - looked_after - stays == set()


def test_slices_let_others_write_in_between(store: Store):
    """The write lock is free whenever the pruner yields."""
    a_year_of_history(store, 1)
    other = sqlite3.connect(store.path, timeout=0, isolation_level=None)
    written = 0
    for _ in retention.prune(store, retention.Pruned(), keep_days=1, now=NOW):
        other.execute("INSERT INTO setting VALUES ('beside', '1') ON CONFLICT DO UPDATE SET value = value + 1")
        written += 1
    other.close()
    assert written > 3


def test_many_polls_are_pruned_without_asking_for_each_which_stay(store: Store):
    """Asked again for each row, a year of polls held the write lock for minutes."""
    with store.write() as connection:
        connection.executemany(
            "INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete) VALUES (1, ?, ?, ?,"
            " 'complete', 1)",
            [(("sweep", "sales", "returns")[number % 3], number, number) for number in range(20_000)],
        )
    # Each call stands for a thousand steps of SQLite's machine; past the bound it is told to give up.
    calls = iter(range(100_000))
    store.connection.set_progress_handler(lambda: next(calls, None) is None, 1_000)
    assert prune(store, 1).removed["poll"] >= 20_000
    assert next(calls) < 30_000


def test_a_few_shelves_with_a_long_history_are_not_one_slice(store: Store):
    """A small busy shop has few levels and moves them all day; everybody else would wait for all of them at once."""
    with store.write() as connection:
        connection.execute("DELETE FROM stock_change")
        levels = [row[0] for row in connection.execute("SELECT id FROM level ORDER BY id LIMIT 20")]
        connection.executemany(
            "INSERT INTO stock_change (level_id, at, stock) VALUES (?, ?, 1)",
            [(level, NOW - 2 * DAY - number) for level in levels for number in range(2_000)],
        )
    store.execute("UPDATE reconciled SET settled_at = ?", (NOW,))
    store.execute("DELETE FROM unsettled")
    pruned = retention.Pruned()
    counts, before = [], len(levels) * 2_000
    for _ in retention.prune(store, pruned, keep_days=1, now=NOW):
        left = store.value("SELECT count(*) FROM stock_change")
        counts.append(before - left)
        before = left
    assert pruned.removed["stock_change"] == len(levels) * 1_999
    assert counts[0] < 2_000
