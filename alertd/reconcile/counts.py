"""Counting by hand: which ten products are worth it, what a count says, and how good the books are over time.

A list is ordered by what a count is expected to find: how likely the book is wrong, times what the error would be
worth. A count that finds a difference is put right in the inventory system by somebody, some day; until then it waits
as an explanation for a change of that size.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from ..clock import day_number, utc
from ..errors import UsageTrouble
from ..model import quantity
from ..store import Store, counts, knowledge, reconciliation
from .classification import classes

DAY_MS = 86_400_000
LOOK_BACK_DAYS = 90
PUT_RIGHT_DAYS = 14
USUAL_ERRORS = 0.02
"""The share of books that goes wrong in a month without anything to see; inaccurate records are the rule in studies."""
GAP_DOUBT = 0.5
CLASS_WEIGHT = {"A": 1.5, "B": 1.0, "C": 0.7, "U": 0.5}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One product to count: what the books say, what a count may find, and why it is on the list."""

    product_id: int
    codigo: str | None
    nombre: str
    categoria: str | None
    sucursales: str | None
    stock: float
    chance: float
    expected_value: float
    gaps: int
    counted_at: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one count said: `difference` is counted less book; 0 is a result too."""

    id: int
    book: float
    counted: float
    difference: float
    value: float | None


@lru_cache(maxsize=4096)
def chance_of_error(gaps: int, months: float, *, negative: bool) -> float:
    """How likely a book is wrong: every gap of late halves the trust in it, and trust wears off by the month."""
    if negative:
        return 1.0
    kept: float = (1.0 - USUAL_ERRORS) ** max(0.0, months) * GAP_DOUBT**gaps
    return 1.0 - kept


def sheet(store: Store, source_id: int, now: int, size: int = 10) -> list[SheetLine]:
    """The products worth counting, the most promising first. A product counted since its last gap falls behind."""
    since = now - LOOK_BACK_DAYS * DAY_MS
    gaps, counted = counts.gaps(store, source_id, since), counts.last_counted(store, source_id)
    found = [
        each
        for each in counts.candidates(store, source_id, day_number(utc(since).date()))
        if each.stock or each.product_id in gaps
    ]
    worth = classes([(each.sold or 0) * (each.cost or 0) for each in found])
    judged = (
        _judged(each, letter, gaps.get(each.product_id), counted.get(each.product_id), now)
        for each, letter in zip(found, worth, strict=True)
    )
    best = nsmallest(max(0, size), judged)
    words = counts.described(store, [each.product_id for *_, each in best])
    return [
        SheetLine(
            key, words[key][0], name, *words[key][1:], each.stock, round(chance, 4), -value,
            gaps.get(key, (0, 0.0))[0], counted.get(key),
        )
        for value, name, key, chance, each in best
    ]  # fmt: skip


def _judged(
    each: counts.Candidate, letter: str, gap: tuple[int, float] | None, counted_at: int | None, now: int
) -> tuple[float, str, int, float, counts.Candidate]:
    """What it is sorted by (the value with its sign turned, the name, the id), and how likely the book is wrong."""
    fresh = counted_at is not None and now - counted_at < LOOK_BACK_DAYS * DAY_MS
    months = (now - counted_at) / (30 * DAY_MS) if counted_at else LOOK_BACK_DAYS / 30
    times, units = gap if gap and not fresh else (0, 0.0)
    chance = chance_of_error(times, months, negative=each.stock < 0)
    at_stake = max(1.0, units, 0.02 * abs(each.stock))
    value = chance * at_stake * (each.cost or 0.01) * CLASS_WEIGHT[letter]
    return -quantity(value), each.name, each.product_id, chance, each


def enter(
    store: Store,
    source_id: int,
    product_id: int,
    counted: float,
    now: int,
    *,
    warehouse_id: int | None = None,
    by: str | None = None,
    note: str | None = None,
) -> Counted:
    """Book a count against what the system says now. Raises UsageTrouble where nothing is known of the product."""
    if counted < 0:
        raise UsageTrouble("A count cannot be less than nothing; write 0 or more.")
    known = counts.present(store, product_id, warehouse_id)
    if known is None:
        raise UsageTrouble("The stock of this product is not known there, so a count has nothing to be compared with.")
    book, cost = known
    difference = quantity(counted - book)
    with store.write():
        key = counts.record(
            store, source_id, product_id, warehouse_id, at=now, counted=quantity(counted), book=book, cost=cost,
            note=note, by=by,
        )  # fmt: skip
        if difference:
            row = {
                "source_id": source_id, "product_id": product_id, "kind": "count", "quantity": difference,
                "branch": None, "at": now, "until": now + PUT_RIGHT_DAYS * DAY_MS, "note": note, "by": by,
                "typed_at": now, "batch": f"count {key}",
            }  # fmt: skip
            knowledge.add_entries(store, [row])
            reconciliation.touch(store, source_id, [(product_id, now)])
    value = None if cost is None else quantity(difference * cost)
    return Counted(key, book, quantity(counted), difference, value)


def accuracy(rows: Iterable[dict[str, Any]]) -> float | None:
    """The share of counts that found the book right. One product's warehouses of one day are one count, netted."""
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for row in rows:
        sums[row["product_id"], row["at"] // DAY_MS] += row["difference"]
    if not sums:
        return None
    return sum(not quantity(total) for total in sums.values()) / len(sums)


def shrinkage(rows: Sequence[dict[str, Any]], net_sales: float) -> float | None:
    """What counts found missing, at cost, as a share of net sales; None without sales."""
    missing = -sum(row["difference"] * (row["cost"] or 0) for row in rows if row["difference"] < 0)
    return missing / net_sales if net_sales > 0 else None


def standing(store: Store, source_id: int, now: int, days: int = LOOK_BACK_DAYS) -> dict[str, Any]:
    """How good the books are: counts of so many days, accuracy, shrinkage at cost over net sales."""
    since = now - days * DAY_MS
    rows = counts.counts(store, source_id, since)
    sales = counts.net_sales(store, source_id, day_number(utc(since).date()), day_number(utc(now).date()))
    return {
        "days": days, "counts": len(rows), "accuracy": accuracy(rows), "shrinkage": shrinkage(rows, sales),
        "net_sales": quantity(sales), "basis": "cost",
    }  # fmt: skip
