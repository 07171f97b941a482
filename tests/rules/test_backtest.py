"""Rules about the source itself and about the count of stock, held against the past that is kept."""

from alertd.engine.backtest import replay
from alertd.store.db import Store

from .makers import DAY, NOW, TODAY, load, product_of, shelf

HOUR = 3_600_000
MINUTE = 60_000
SINCE = NOW - 4 * DAY


def polled(store: Store, at: int, *, ok: bool = True, products: int = 2, changed: int = 0) -> None:
    """A sweep that ended at a moment."""
    store.execute(
        "INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete, products, changed)"
        " VALUES (1, 'sweep', ?1, ?1, ?2, ?3, ?4, ?5)",
        (at, "complete" if ok else "failed", ok, products, changed),
    )


def rule_of(text: str):
    """The one rule of a text."""
    found = load(f"name: tried\n{text}\n")
    assert not found.errors, [str(error) for error in found.errors]
    return found.rules[0]


def test_a_silent_night_is_found_again_in_the_record_of_polls(store: Store):
    """It fires six hours after the last good reading, to the ten minutes, and is over with the next."""
    shelf(store, 5)
    store.execute("INSERT INTO lane (source_id, name, last_success_at) VALUES (1, 'sweep', ?)", (NOW,))
    last_good, back = SINCE + 10 * HOUR, SINCE + 22 * HOUR
    for hours in range(-3, 97):
        at = SINCE + hours * HOUR
        polled(store, at, ok=not last_good < at < back)
    before = list(store.connection.iterdump())
    found = replay(store, rule_of("on: source\nwhen: minutes_since_success > 360"), since=SINCE, now=NOW)
    (night,) = found.episodes
    assert 0 <= night.fired_at - (last_good + 6 * HOUR) <= 10 * MINUTE
    assert night.resolved_at == back
    assert found.messages == 2
    assert list(store.connection.iterdump()) == before


def test_failures_in_a_row_are_counted_as_they_were(store: Store):
    """Three in a row, not three in all; what failed before the window counts on."""
    shelf(store, 5)
    store.execute("INSERT INTO lane (source_id, name) VALUES (1, 'sweep')")
    goods = [False, False, True, False, False, False, False, True]
    for number, ok in enumerate(goods):
        polled(store, SINCE + (number - 1) * HOUR, ok=ok)
    found = replay(store, rule_of("on: source\nwhen: consecutive_failures >= 3"), since=SINCE, now=NOW)
    (only,) = found.episodes
    assert (only.fired_at, only.resolved_at) == (SINCE + 4 * HOUR, SINCE + 6 * HOUR)


def test_a_catalogue_that_shrank_is_seen_when_it_did(store: Store):
    """One of two products vanished in the middle of the window."""
    shelf(store, 5)
    gone = product_of(store, shelf(store, 5))
    when = SINCE + 30 * HOUR
    store.execute("UPDATE product SET absent_at = ? WHERE id = ?", (when, gone))
    for hours in range(0, 96, 6):
        polled(store, SINCE + hours * HOUR, products=2 if SINCE + hours * HOUR < when else 1)
    store.execute("INSERT INTO lane (source_id, name) VALUES (1, 'sweep')")
    found = replay(store, rule_of("on: source\nwhen: products < products_ago(1)"), since=SINCE, now=NOW)
    assert [each.fired_at for each in found.episodes] == [when]


def test_stock_that_left_without_a_document_is_replayed_by_the_day(store: Store):
    """Four units on one day; a window of two days, so it is over two days later."""
    product = product_of(store, shelf(store, 5))
    lost = TODAY - 3
    for day in range(TODAY - 5, TODAY):
        units = -4.0 if day == lost else 0.0
        store.execute(
            "INSERT INTO reconciled_day VALUES (?, ?, 20, 1, 0, 0, 0, 0, 15, ?, ?)", (product, day, units, units)
        )
    rule = rule_of("on: reconciliation\nwindow: 2d\nwhen: unexplained <= -3")
    found = replay(store, rule, since=NOW - 5 * DAY, now=NOW)
    (only,) = found.episodes
    assert (only.fired_at // DAY, (only.resolved_at or 0) // DAY) == (lost, lost + 2)
    assert found.messages == 2
