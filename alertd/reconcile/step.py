"""Keep the count up to date, one cycle at a time: only products that moved are counted again.

A window is counted when every document of it has been read, so the newest snapshot usually waits for the sales and
returns that are read after it. What was found is written in place of what was known, from a week back or from the
oldest news on; a longer stretch before that is read along, so that the halves of a pair still find each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..clock import day_number, local, moment
from ..store import Store, knowledge, reconciliation, setback
from .causes import explain, learnt_factor, learnt_recipe
from .loading import Loaded, balances, load, moments_between
from .nouns import SKEW_MS, UNDOCUMENTED, Balance, Cause, Gap, Sums, units, value_of

REWRITE_DAYS = 7
CONTEXT_DAYS = 7
MOST_LEARNING = 3


def step(store: Store, source_id: int, now: int, *, zone: str) -> None:
    """Count what can be counted now, after a catalogue or a list was read; inside the caller's write transaction."""
    back = setback.bring_back(store, source_id, now)
    reconciliation.touch(store, source_id, [(key, now) for key in back])
    if setback.hold_on(store, source_id, now):
        return
    before = reconciliation.settled(store, source_id)
    reconciliation.note_snapshot(store, source_id, now)
    if before is None:
        _begin(store, source_id, now)
        return
    reconciliation.touch_changed(store, source_id, now)
    settled_at, movement_id = before
    first_at = (reconciliation.snapshot_before(store, source_id, 0) or 0) - SKEW_MS
    known_until = reconciliation.documents_until(store, source_id)
    last_movement = reconciliation.touch_moved(store, source_id, movement_id, first_at)
    until = None if known_until is None else reconciliation.snapshot_before(store, source_id, known_until)
    if until is None or until > (known_until or 0):
        reconciliation.set_settled(store, source_id, settled_at, last_movement)
        return
    for _ in range(MOST_LEARNING):
        if not _settle(store, source_id, until, now, zone):
            break
    reconciliation.set_settled(store, source_id, until, last_movement)


def _begin(store: Store, source_id: int, now: int) -> None:
    """The first snapshot is where the count opens: what documents say of the time before is no concern of it."""
    first = reconciliation.snapshot_before(store, source_id, now)
    if first is not None:
        reconciliation.set_settled(store, source_id, first, 0)


def _settle(store: Store, source_id: int, until: int, now: int, zone: str) -> bool:
    """Count every product that waits; whether something was learnt that calls for another look."""
    waiting = reconciliation.unsettled(store, source_id)
    if not waiting:
        return False
    groups: dict[int, list[int]] = defaultdict(list)
    newest = _midnight(until, zone, REWRITE_DAYS)
    for product_id, since in waiting.items():
        groups[min(newest, _midnight(since, zone, 0))].append(product_id)
    learnt: list[tuple[int, int]] = []
    later = reconciliation.changed_after(store, waiting, until)
    for write_from, products in groups.items():
        learnt += _count(store, source_id, products, write_from, until, now, zone, later)
    reconciliation.settle(store, source_id, [key for key in waiting if key not in later])
    reconciliation.touch(store, source_id, learnt)
    return bool(learnt)


def _midnight(at: int, zone: str, days_ago: int) -> int:
    day = local(at, zone).date() - timedelta(days=days_ago)
    return moment(datetime.combine(day, time(0), ZoneInfo(zone)))


def _count(
    store: Store,
    source_id: int,
    products: Sequence[int],
    write_from: int,
    until: int,
    now: int,
    zone: str,
    later: set[int],
) -> list[tuple[int, int]]:
    """Count products and write down what is new from a midnight on; what was learnt, as products to look at again.

    Products with a document that may only show in the next snapshot join `later`: they wait for it.
    """
    base = reconciliation.snapshot_before(store, source_id, write_from - CONTEXT_DAYS * 86_400_000)
    moments = moments_between(store, source_id, base or until, until)
    if len(moments.at) < 2:
        later.update(products)
        return []
    loaded = load(store, source_id, products, moments)
    counted = balances(loaded)
    later.update(each.product_id for each in counted if each.pending)
    gaps = explain(counted, loaded.shelves, loaded.facts, loaded.kits)
    rewritten = [gap for gap in gaps if gap.closed_at > write_from]
    reconciliation.replace_variances(store, products, write_from, [_row(source_id, gap, loaded) for gap in rewritten])
    first_day = day_number(local(write_from, zone).date())
    by_product: dict[int, list[Gap]] = defaultdict(list)
    for gap in gaps:
        by_product[gap.product_id].append(gap)
    days = [row for each in counted for row in _days(each, by_product[each.product_id], loaded, first_day, zone)]
    reconciliation.replace_days(store, products, first_day, days)
    return _learn(store, {gap.product_id for gap in rewritten}, loaded, now)


def _row(source_id: int, gap: Gap, loaded: Loaded) -> tuple[Any, ...]:
    cost = loaded.facts[gap.product_id].cost
    cause = gap.cause or Cause.SHORT
    return (
        source_id, gap.product_id, gap.opened_at, gap.closed_at, gap.place, units(gap.units), cost,
        value_of(gap.units, cost), cause.value, gap.facts,
    )  # fmt: skip


def _days(counted: Balance, gaps: Sequence[Gap], loaded: Loaded, first_day: int, zone: str) -> list[tuple[Any, ...]]:
    """One row for each day on which anything happened to a product."""
    open_gaps: dict[int, int] = defaultdict(int)
    for gap in gaps:
        open_gaps[gap.window] += gap.units if gap.cause in UNDOCUMENTED else 0
    found: dict[int, list[Any]] = {}
    for window in counted.windows:
        day = day_number(local(loaded.moments.at[window.window], zone).date())
        if day < first_day:
            continue
        opening, _, sums, off, undocumented = found.get(day, [window.opening, None, Sums(), 0, 0])
        for name in ("sold", "cancelled", "returned", "receipts", "adjustments"):
            setattr(sums, name, getattr(sums, name) + getattr(window.sums, name))
        found[day] = [
            opening, window.closing, sums, off + window.units, undocumented + open_gaps.get(window.window, 0)
        ]  # fmt: skip
    return [
        (
            counted.product_id, day, _maybe(opening), units(sums.sold), units(sums.cancelled), units(sums.returned),
            units(sums.receipts), units(sums.adjustments), _maybe(actual), units(off), units(undocumented),
        )
        for day, (opening, actual, sums, off, undocumented) in found.items()
    ]  # fmt: skip


def _maybe(amount: int | None) -> float | None:
    return None if amount is None else units(amount)


def _learn(store: Store, products: Iterable[int], loaded: Loaded, now: int) -> list[tuple[int, int]]:
    """Box factors and recipes that three cases in a row agree on; products to look at again, from their first case."""
    again: list[tuple[int, int]] = []
    for product_id in products:
        known = reconciliation.variances_of(store, product_id)
        boxes = [(row["facts"]["box"], row["opened_at"]) for row in known if "box" in row["facts"]]
        factor = learnt_factor([(box["factor"], box["sold"]) for box, _ in boxes])
        if factor and loaded.facts[product_id].factor is None:
            knowledge.learn_factor(store, product_id, factor, now)
            again.append((product_id, boxes[0][1]))
        kits = [(row["facts"]["kit"], row["opened_at"]) for row in known if "kit" in row["facts"]]
        recipe = learnt_recipe([(kit["id"], kit["each"]) for kit, _ in kits])
        if recipe and not any(kit == recipe[0] for kit, _, _ in knowledge.recipes_of_parts(store, [product_id])):
            knowledge.learn_recipe(store, recipe[0], product_id, recipe[1], now)
            again.append((product_id, kits[0][1]))
    return again
