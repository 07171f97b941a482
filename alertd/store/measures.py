"""Figures that are worked out once for all rules and kept: days without stock, demand, classes by revenue.

Demand (see `measures_demand`) is kept for what sold in the last half year only, and brought up to date for products
whose documents or stock changed; on a new day, or when the terms of buying changed, for all of them. Days without
stock are kept as runs of whole days. Nothing here is worked out from documents: `product_day` and `branch_day` hold
their sums by day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ..clock import day_number, local
from ..reconcile.classification import CLASS_DAYS, classes
from . import measures_demand, supply
from .db import Store
from .instants import MOST_AHEAD_MS
from .sources import Source

DAY = 86_400_000
LONGEST_CATCH_UP = 60
"""Days that are closed at once at most; what is older than every window is not worth it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of an evaluation, and what is known then.

    `today` is the shop's day since 1970-01-01, `shift` what turns a moment into the shop's clock. `movement_id` is the
    newest difference that documents made, `buying_at` when the terms of buying were last changed.
    """

    now: int
    today: int
    shift: int
    sold_known: bool
    returned_known: bool
    movement_id: int
    snapshot_before_at: int | None
    buying_at: int = 0

    @property
    def parameters(self) -> tuple[int, ...]:
        """What the SQL of the rules knows as `t`."""
        return (self.now, self.today, self.shift, self.sold_known, self.returned_known)

    @property
    def basis(self) -> str:
        """What moves every window: the day, whether documents are known at all, and the terms of buying."""
        return f"{self.today}:{self.sold_known:d}{self.returned_known:d}:{self.buying_at}"


def moment_of(store: Store, source: Source, now: int) -> Moment:
    """What an evaluation of this source stands on."""
    here = local(now, source.timezone)
    offset = here.utcoffset()
    known = {
        row[0]
        for row in store.execute(
            "SELECT name FROM lane WHERE source_id = ? AND last_success_at IS NOT NULL", (source.id,)
        )
    }
    return Moment(
        now=now,
        today=day_number(here.date()),
        shift=int(offset.total_seconds() * 1000) if offset else 0,
        # Dispensers and loyalty programmes tell what went out and what came back in one lane.
        sold_known=not known.isdisjoint(("sales", "transactions")),
        returned_known=not known.isdisjoint(("returns", "transactions")),
        movement_id=store.value("SELECT max(id) FROM movement") or 0,
        snapshot_before_at=store.value("SELECT snapshot_before_at FROM source WHERE id = ?", (source.id,)),
        buying_at=store.value("SELECT buying_at FROM source WHERE id = ?", (source.id,)) or 0,
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """How far the figures of a source are."""

    closed_day: int | None = None
    demand_day: int | None = None
    demand_at: int | None = None
    demand_movement: int | None = None
    class_day: int | None = None
    buying_at: int | None = None


def bring_up_to_date(store: Store, source_id: int, moment: Moment, *, demand: bool, classed: bool) -> None:
    """Work out what has changed of the figures that are asked for; inside the caller's write transaction."""
    row = store.execute(
        "SELECT closed_day, demand_day, demand_at, demand_movement, class_day, buying_at FROM measured"
        " WHERE source_id = ?",
        (source_id,),
    ).fetchone()
    if row is None:
        store.execute("INSERT INTO measured (source_id) VALUES (?)", (source_id,))
    known = _Measured(*row) if row else _Measured()
    if demand:
        supply.receive(store, source_id, moment.now)
        close_days(store, source_id, known.closed_day, moment)
        _refresh_demand(store, source_id, known, moment)
    if classed and known.class_day != moment.today:
        _refresh_classes(store, source_id, moment)


# Days without stock


def close_days(store: Store, source_id: int, closed: int | None, moment: Moment) -> None:
    """Write down for every day that is over which levels were out of stock for most of it."""
    last = moment.today - 1
    if closed is not None and closed > last:
        closed = _reopen(store, source_id, last)
    first = max(last - LONGEST_CATCH_UP + 1, last if closed is None else closed + 1)
    if closed is None:
        seen = store.value(
            "SELECT min(c.at) FROM stock_change c JOIN level l ON l.id = c.level_id"
            " JOIN product p ON p.id = l.product_id WHERE p.source_id = ?",
            (source_id,),
        )
        first = last + 1 if seen is None else max(last - LONGEST_CATCH_UP + 1, (seen + moment.shift) // DAY)
    if first <= last:
        every = closed is None or first > closed + 1
        for level_id, changes in _empty_in(store, source_id, first, last, moment.shift, every=every):
            _close(store, level_id, changes, first, last, moment.shift)
    if closed is None or closed < last:
        store.execute("UPDATE measured SET closed_day = ? WHERE source_id = ?", (last, source_id))


def _reopen(store: Store, source_id: int, last: int) -> int:
    """Days were closed that are still to come, by a clock that was ahead: they are not over."""
    marks = {"source": source_id, "last": last}
    store.execute(f"DELETE FROM level_out WHERE first_day > :last AND level_id IN ({_LEVELS})", marks)
    store.execute(f"UPDATE level_out SET last_day = NULL WHERE last_day > :last AND level_id IN ({_LEVELS})", marks)
    store.execute("UPDATE measured SET closed_day = :last WHERE source_id = :source", marks)
    return last


_LEVELS = "SELECT l.id FROM level l JOIN product p ON p.id = l.product_id WHERE p.source_id = :source"


Change = tuple[int, float | None]


def _empty_in(
    store: Store, source_id: int, first: int, last: int, shift: int, *, every: bool
) -> Iterator[tuple[int, list[Change]]]:
    """Each level that was empty at some time in those days and changed since the day before, with its changes.

    A level that did not change since then goes on as it was: its run is open, or it has none.
    """
    begin, end = (first - 1) * DAY - shift, (last + 1) * DAY - shift
    changed = "1" if every else "c.at >= :begin"
    rows = store.execute(
        "SELECT c.level_id, c.at, c.stock FROM stock_change c WHERE c.at < :end AND c.level_id IN ("
        "  SELECT c.level_id FROM stock_change c JOIN level l ON l.id = c.level_id"
        "  JOIN product p ON p.id = l.product_id"
        f" WHERE p.source_id = :source AND c.at < :end AND {changed} AND (c.stock IS NULL OR c.stock <= 0)"
        "  UNION SELECT o.level_id FROM level_out o JOIN level l ON l.id = o.level_id JOIN product p"
        "  ON p.id = l.product_id WHERE o.last_day IS NULL AND p.source_id = :source AND EXISTS (SELECT 1 FROM"
        "  stock_change c WHERE c.level_id = o.level_id AND c.at >= :begin AND c.at < :end)"
        ") ORDER BY c.level_id, c.at",
        {"source": source_id, "begin": begin, "end": end},
    ).fetchall()
    for level_id, group in groupby(rows, key=itemgetter(0)):
        yield level_id, [(at, stock) for _, at, stock in group]


def _close(store: Store, level_id: int, changes: list[Change], first: int, last: int, shift: int) -> None:
    """Begin and end the runs of one level over those days."""
    open_since = store.value("SELECT first_day FROM level_out WHERE level_id = ? AND last_day IS NULL", (level_id,))
    for day in range(first, last + 1):
        out = mostly_out(changes, day * DAY - shift, (day + 1) * DAY - shift)
        if out and open_since is None:
            store.execute("INSERT OR REPLACE INTO level_out VALUES (?, ?, NULL)", (level_id, day))
            open_since = day
        elif not out and open_since is not None:
            store.execute(
                "UPDATE level_out SET last_day = ? WHERE level_id = ? AND first_day = ?",
                (day - 1, level_id, open_since),
            )
            open_since = None


def mostly_out(changes: Iterable[Change], begin: int, end: int) -> bool:
    """Whether of the time in which the stock was known at least half was without any; not while nothing was known."""
    empty = full = 0
    before: Change | None = None
    for change in (*changes, (end, None)):
        if before is not None and before[1] is not None:
            span = max(0, min(change[0], end) - max(before[0], begin))
            empty, full = (empty + span, full) if before[1] <= 0 else (empty, full + span)
        before = change
        if change[0] >= end:
            break
    return empty > 0 and empty >= full


# Demand


def _refresh_demand(store: Store, source_id: int, known: _Measured, moment: Moment) -> None:
    store.execute("CREATE TEMP TABLE IF NOT EXISTS sold_lately (product_id INTEGER PRIMARY KEY)")
    store.execute("DELETE FROM temp.sold_lately")
    turned = known.demand_day != moment.today or known.buying_at != moment.buying_at
    whole = turned or (known.demand_at or 0) > moment.now + MOST_AHEAD_MS
    _forget_demand(store, source_id, known, whole=whole)
    span = (moment.today - measures_demand.HISTORY_DAYS + 1, moment.today)
    if whole:
        store.execute(
            "INSERT INTO temp.sold_lately SELECT DISTINCT d.product_id FROM product_day d JOIN product p"
            " ON p.id = d.product_id WHERE p.source_id = ? AND d.day BETWEEN ? AND ?",
            (source_id, *span),
        )
    else:
        store.execute(
            "DELETE FROM temp.sold_lately WHERE NOT EXISTS (SELECT 1 FROM product_day d"
            " WHERE d.product_id = sold_lately.product_id AND d.day BETWEEN ? AND ?)",
            span,
        )
    measures_demand.refresh(store, source_id, today=moment.today, shift=moment.shift)
    store.execute(
        "UPDATE measured SET demand_day = ?, demand_at = ?, demand_movement = ?, buying_at = ? WHERE source_id = ?",
        (moment.today, max(moment.now, 0 if whole else known.demand_at or 0), moment.movement_id, moment.buying_at)
        + (source_id,),
    )


def _forget_demand(store: Store, source_id: int, known: _Measured, *, whole: bool) -> None:
    """Drop what is to be worked out anew: everything of the source, or the products that something happened to."""
    if whole:
        chosen = f"SELECT id FROM product WHERE source_id = {int(source_id)}"
    else:
        store.execute(
            "INSERT OR IGNORE INTO temp.sold_lately SELECT product_id FROM movement WHERE id > ?1 AND source_id = ?2"
            " AND product_id IS NOT NULL UNION SELECT id FROM product WHERE source_id = ?2 AND changed_at > ?3",
            (known.demand_movement or 0, source_id, known.demand_at or 0),
        )
        chosen = "SELECT product_id FROM temp.sold_lately"
    store.execute(f"DELETE FROM product_demand WHERE product_id IN ({chosen})")
    store.execute(f"DELETE FROM level_demand WHERE level_id IN (SELECT id FROM level WHERE product_id IN ({chosen}))")


# Classes


def _refresh_classes(store: Store, source_id: int, moment: Moment) -> None:
    """A, B and C by the revenue of the last quarter, once a day."""
    rows = store.execute(
        "SELECT d.product_id, sum(d.sold_amount - d.returned_amount) FROM product_day d JOIN product p"
        " ON p.id = d.product_id WHERE p.source_id = ? AND d.day > ? AND d.day <= ? GROUP BY 1",
        (source_id, moment.today - CLASS_DAYS, moment.today),
    ).fetchall()
    found = classes([revenue for _, revenue in rows])
    store.execute(
        "DELETE FROM product_class WHERE product_id IN (SELECT id FROM product WHERE source_id = ?)", (source_id,)
    )
    store.connection.executemany(
        "INSERT INTO product_class VALUES (?, ?)",
        [(key, word) for (key, _), word in zip(rows, found, strict=True) if word != "U"],
    )
    store.execute("UPDATE measured SET class_day = ? WHERE source_id = ?", (moment.today, source_id))
