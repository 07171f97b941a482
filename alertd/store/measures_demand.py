"""What demand says of every level and product, worked out once for all rules: rate, shape, lost units, reorder point.

Kept for what sold in the last half year, and worked out anew for products whose documents, stock or orders changed;
for all of them on a new day, or when the terms of buying changed. It reads sums by day, never documents, in blocks
of products, so that memory does not grow with the catalogue. The formulas are those of `reconcile`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from ..model import quantity
from ..reconcile import demand, ordering
from ..reconcile.demand import PATTERN_WEEKS, WINDOW_DAYS
from .buying import Book, read_book
from .db import Store

_BLOCK = 2_000
HISTORY_DAYS = PATTERN_WEEKS * 7
Run = tuple[int, int]
"""The first and the last of some days in a row without stock."""
Days = dict[int, float]
"""By day, the units sold less what came back."""
DaysIn = Callable[[int, int], int]


@dataclass(slots=True)
class _Product:
    supplier: str | None
    known_since: int
    counted_since: int
    levels: list[tuple[int, str, float]] = field(default_factory=list)
    branches: dict[str, Days] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept of one level or product; the names are the columns."""

    net: float
    in_days: int
    out_days: int
    rate: float | None
    expected: float | None
    deviation: float
    pattern: str | None
    lost: float | None
    silent_days: int | None
    silence: float | None
    safety: float | None
    reorder_point: float | None
    target: float | None


_COLUMNS = Figures.__slots__
_SAVE = (
    "INSERT OR REPLACE INTO {table}_demand ({table}_id, " + ", ".join(_COLUMNS) + ") VALUES"
    " (?" + ", ?" * len(_COLUMNS) + ")"
)


def refresh(store: Store, source_id: int, *, today: int, shift: int) -> None:
    """Work out the products that `temp.sold_lately` names, and their levels."""
    book = read_book(store, source_id)
    first_read = _first_day_read(store, source_id)
    keys = [row[0] for row in store.execute("SELECT product_id FROM temp.sold_lately ORDER BY product_id")]
    for start in range(0, len(keys), _BLOCK):
        block = keys[start : start + _BLOCK]
        products = _read(store, block[0], block[-1], today, shift, first_read)
        runs = _runs(store, block[0], block[-1], today)
        found = [_figures_of(key, each, runs, book, today) for key, each in products.items() if each.branches]
        levels = [pair for _, _, several in found for pair in several]
        _save(store, "level", levels)
        _save(store, "product", ((key, figures) for key, figures, _ in found))


def _save(store: Store, table: str, rows: Iterable[tuple[int, Figures]]) -> None:
    store.connection.executemany(
        _SAVE.format(table=table), [(key, *(getattr(row, name) for name in _COLUMNS)) for key, row in rows]
    )


# A product is known since it was made or first seen, or since it was sold before that.
_KNOWN_SINCE = (
    "min((p.first_seen_at + :shift) / 86400000, (coalesce(p.created_at, p.first_seen_at) + :shift) / 86400000,"
    " coalesce((SELECT min(d.day) FROM product_day d WHERE d.product_id = p.id AND d.sold > 0), :today))"
)
_CHOSEN = "FROM temp.sold_lately z JOIN product p ON p.id = z.product_id"
_WITHIN = "WHERE z.product_id BETWEEN :first AND :last"


def _first_day_read(store: Store, source_id: int) -> int:
    """The first day whose sales were ever read: before it nobody knows, and a week without a sale says nothing."""
    first = store.value(
        "SELECT CAST(julianday(min(date)) - 2440587.5 AS INTEGER) FROM document_reading"
        " WHERE source_id = ? AND kind = 'sale'",
        (source_id,),
    )
    return int(first or 0)


def _read(store: Store, first: int, last: int, today: int, shift: int, first_read: int) -> dict[int, _Product]:
    given = {"first": first, "last": last, "today": today, "shift": shift}
    rows = store.execute(f"SELECT p.id, p.supplier, {_KNOWN_SINCE} {_CHOSEN} {_WITHIN}", given)
    products = {key: _Product(supplier, known, max(known, first_read)) for key, supplier, known in rows}
    del given["shift"], given["today"]
    for key, level, branch, stock in store.execute(
        f"SELECT p.id, l.id, w.branch, l.stock {_CHOSEN} JOIN level l ON l.product_id = p.id JOIN warehouse w"
        f" ON w.id = l.warehouse_id {_WITHIN}",
        given,
    ):
        products[key].levels.append((level, branch, stock))
    for key, branch, day, sold, returned in store.execute(
        "SELECT b.product_id, b.branch, b.day, b.sold, b.returned FROM temp.sold_lately z JOIN branch_day b"
        f" ON b.product_id = z.product_id {_WITHIN} AND b.day BETWEEN :since AND :today",
        {**given, "since": today - HISTORY_DAYS + 1, "today": today},
    ):
        products[key].branches.setdefault(branch, {})[day] = sold - returned
    return products


def _runs(store: Store, first: int, last: int, today: int) -> dict[int, list[Run]]:
    rows = store.execute(
        "SELECT o.level_id, o.first_day, coalesce(o.last_day, :today - 1) FROM temp.sold_lately z JOIN level l"
        f" ON l.product_id = z.product_id JOIN level_out o ON o.level_id = l.id {_WITHIN} AND o.first_day < :today"
        " ORDER BY o.level_id",
        {"first": first, "last": last, "today": today},
    )
    return {level: [run[1:] for run in several] for level, several in groupby(rows, key=itemgetter(0))}


def _figures_of(
    key: int, product: _Product, runs: Mapping[int, list[Run]], book: Book, today: int
) -> tuple[int, Figures, list[tuple[int, Figures]]]:
    """A product, and each of its levels by what its branch sells."""
    terms = book.terms_of(key, product.supplier)
    shelves = {level: _Shelf(runs.get(level, ()), stock > 0, today) for level, _, stock in product.levels}
    levels = [
        (level, _figures(sold, [shelves[level]], product, terms, today))
        for level, branch, _ in product.levels
        if (sold := _together([product.branches[name] for name in {branch, ""} if name in product.branches]))
    ]
    if len(levels) == len(product.branches) == 1 == len(shelves):
        return key, levels[0][1], levels
    whole = _figures(_together(list(product.branches.values())), list(shelves.values()), product, terms, today)
    return key, whole, levels


def _together(several: list[Days]) -> Days:
    if len(several) == 1:
        return several[0]
    found: Days = {}
    for days in several:
        for day, units in days.items():
            found[day] = found.get(day, 0.0) + units
    return found


@dataclass(frozen=True, slots=True)
class _Shelf:
    """When one level had something to sell."""

    runs: Sequence[Run]
    full_now: bool
    today: int

    def days_in(self, first: int, last: int) -> int:
        """Days in stock among these; whole days only, and today as it stands."""
        whole = min(last, self.today - 1)
        days = whole - first + 1
        for begin, end in self.runs:
            days -= max(0, min(end, whole) - max(begin, first) + 1)
        return max(0, days) + (last >= self.today and self.full_now)


def _figures(days: Days, shelves: list[_Shelf], product: _Product, terms: ordering.Terms, now: int) -> Figures:
    """A product was in stock on at least as many days as in the warehouse where it was longest."""
    start = max(now - WINDOW_DAYS + 1, product.known_since)

    def days_in(first: int, last: int) -> int:
        return max([shelf.days_in(first, last) for shelf in shelves], default=0)

    in_days = days_in(start, now)
    net, squares = _sums(days, now - WINDOW_DAYS + 1, now)
    rate = demand.daily_sales(net, 0.0, in_days)
    weeks = _weeks(days, product.counted_since, now)
    pattern = demand.pattern_of(weeks)
    expected = demand.expected_sales(rate, pattern, weeks)
    deviation, _ = demand.spread_of(net, squares, in_days)
    planned = None if expected is None else ordering.plan(expected, deviation, terms)
    silent, silence = _silence(days, product.known_since, now, days_in)
    out_days = now - start + 1 - in_days
    return Figures(
        net=net,
        in_days=days_in(start, now - 1),
        out_days=out_days,
        rate=rate,
        expected=expected,
        deviation=round(deviation, 6),
        pattern=pattern,
        lost=demand.lost_units(rate, out_days),
        silent_days=silent,
        silence=silence,
        safety=planned.safety if planned else None,
        reorder_point=planned.point if planned else None,
        target=planned.target if planned else None,
    )


def _sums(days: Days, first: int, last: int) -> tuple[float, float]:
    net = squares = 0.0
    for day, units in days.items():
        if first <= day <= last:
            net += units
            squares += units * units
    return quantity(net), squares


def _weeks(days: Days, known_since: int, now: int) -> list[float]:
    """Units by week, the oldest first; the last one ends today, and only whole weeks count."""
    known = min(PATTERN_WEEKS, (now - known_since + 1) // 7)
    weeks = [0.0] * max(0, known)
    for day, units in days.items():
        ago = (now - day) // 7
        if 0 <= ago < known:
            weeks[known - 1 - ago] += units
    return [quantity(units) if units > 0 else 0.0 for units in weeks]


def _silence(days: Days, known_since: int, now: int, days_in: DaysIn) -> tuple[int | None, float | None]:
    """Days in stock since the last sale, and how likely so many are by chance, at the rate up to that sale."""
    last = max([day for day, units in days.items() if units > 0], default=None)
    if last is None:
        return None, None
    silent = days_in(last + 1, now) if last < now else 0
    start = max(last - WINDOW_DAYS + 1, known_since)
    there = days_in(start, last)
    net, squares = _sums(days, start, last)
    rate = demand.daily_sales(net, 0.0, there)
    if not rate:
        return silent, None
    return silent, round(demand.phantom_probability(rate, silent, demand.spread_of(net, squares, there)[1]), 9)


def daily_rates(store: Store, source_id: int) -> dict[int, float]:
    """Units a day of every product whose pace is known."""
    rows = store.execute(
        "SELECT m.product_id, m.rate FROM product_demand m JOIN product p ON p.id = m.product_id"
        " WHERE p.source_id = ? AND m.rate > 0",
        (source_id,),
    )
    return dict(rows.fetchall())
