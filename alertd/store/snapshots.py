"""Turn what a sweep read into the present state and its history. Whether it was read whole is decided elsewhere.

While pages arrive, products that differ wait outside the write lock (see `staging`). `apply` then runs inside one
write transaction: a row that equals the present state is not touched, and a sweep that fails leaves nothing behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

import msgspec

from ..folding import fold
from ..model import Product, StockLevel
from .db import Store
from .instants import after_looks
from .known import Identity, Known, Packed, forget_pages, remember_pages

BATCH = 2_000
AT_ONCE = 500
DOUBT_ROWS = 50
DOUBT_SHARE = 0.2
HIDDEN_MS = 30 * 86_400_000


def _to_json(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()


@dataclass(slots=True)
class Applied:
    """What one sweep changed, and `at` which moment. `to_zero` levels fell to zero at once: the measure of doubt.

    `renamed` products have another name, code or brand than before, so that lines of documents may find them now.
    """

    at: int
    products: int = 0
    levels: int = 0
    changed: int = 0
    new: int = 0
    renamed: int = 0
    absent: int = 0
    gone: int = 0
    to_zero: int = 0


@dataclass(slots=True)
class _Stored:
    """One level as it stands, with what is needed to tell whether it changed."""

    id: int
    stock: float
    minimum: float | None
    maximum: float | None
    note: str | None
    absent_at: int | None


def known_digests(store: Store, source_id: int) -> Known:
    """What stands of a source: which product is behind a digest, and which were on a page."""
    return Known(store, source_id)


def product_count(store: Store, source_id: int) -> int:
    """Products in the last snapshot."""
    return int(store.value("SELECT count(*) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,)) or 0)


def level_count(store: Store, source_id: int) -> int:
    """Levels in the last snapshot."""
    return int(
        store.value("SELECT sum(level_count) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,)) or 0
    )


def apply(
    store: Store,
    source_id: int,
    products: Iterable[tuple[int, Product]],
    *,
    seen: set[Identity] | None,
    unread: set[Identity],
    known: Known,
    now: int,
    nameless: int = 0,
    since: int | None = None,
    marks: Mapping[bytes, Packed] | None = None,
) -> Applied:
    """Write what differs; inside the caller's write transaction.

    With `seen`, this is a whole sweep: products and levels that were not in it become absent, and gone when they were
    absent before. Without, only the given products are brought up to date. `unread` were there but could not be
    decoded: they stay as they are. With `nameless` records among them nobody knows which products were missing, so
    none is. A product that another lane brought up to date after `since`, when this reading began, is left to the next.
    `marks` are the pages of a whole sweep with what is on each, to be remembered. All of it is dated `now`, or a little
    later where somebody looked at the source in that very moment.
    """
    now = after_looks(store, source_id, now)
    applied = Applied(now)
    writer = _Writer(store, source_id, now, applied, since=since)
    waiting = iter(products)
    while several := list(islice(waiting, AT_ONCE)):
        writer.put(several)
    writer.flush()
    if seen is not None:
        there = seen | unread if unread else seen
        _mark_present(store, source_id, there, now)
        if not nameless:
            _mark_absent(store, source_id, there, known, now, applied)
        _mark_hidden(store, source_id, now)
        remember_pages(store, source_id, marks or {}, _written_meanwhile(store, source_id, since, now))
        if not nameless:
            _mark_levels_gone(store, source_id, unread, now)
        store.execute(
            "UPDATE source SET snapshot_before_at = snapshot_at, snapshot_at = ? WHERE id = ?", (now, source_id)
        )
    elif now <= (store.value("SELECT snapshot_at FROM source WHERE id = ?", (source_id,)) or 0):
        # By its moment alone, what was written here could not be told from what the sweep wrote.
        forget_pages(store, source_id)
    return applied


def _written_meanwhile(store: Store, source_id: int, since: int | None, now: int) -> set[Identity]:
    """Products that another lane wrote while this sweep was read: what its pages show of them may be older."""
    if since is None:
        return set()
    rows = store.execute(
        "SELECT external_id FROM product WHERE source_id = ? AND changed_at > ? AND changed_at < ?",
        (source_id, since, now),
    )
    return {row[0] for row in rows}


class _Writer:
    """Compares products with what stands, and writes the differences in batches."""

    def __init__(self, store: Store, source_id: int, now: int, applied: Applied, *, since: int | None) -> None:
        self._store = store
        self._source_id = source_id
        self._now = now
        self._applied = applied
        self._since = since
        # An empty catalogue has nothing to compare with: the first load skips two look-ups a product.
        self._fresh = store.value("SELECT 1 FROM product WHERE source_id = ?", (source_id,)) is None
        self._snapshot_at: int = store.value("SELECT snapshot_at FROM source WHERE id = ?", (source_id,)) or 0
        self._next_product = (store.value("SELECT max(id) FROM product") or 0) + 1
        self._next_level = (store.value("SELECT max(id) FROM level") or 0) + 1
        self._warehouses: dict[tuple[str, str], int] = {
            (branch, name): key
            for key, branch, name in store.execute(
                "SELECT id, branch, name FROM warehouse WHERE source_id = ?", (source_id,)
            )
        }
        self._touched: list[tuple[int, int, int, int]] = []
        self._new_products: list[tuple[Any, ...]] = []
        self._new_levels: list[tuple[Any, ...]] = []
        self._changed_levels: list[tuple[Any, ...]] = []
        self._history: list[tuple[Any, ...]] = []

    def put(self, products: Sequence[tuple[int, Product]]) -> None:
        """Write products and their levels, or what of them differs."""
        stored = {} if self._fresh else self._stored([product.id for _, product in products])
        levels = self._stored_levels([words[0] for words in stored.values()]) if stored else {}
        for digest, product in products:
            self._put(digest, product, stored.get(product.id), levels)
            if len(self._new_levels) + len(self._changed_levels) > BATCH:
                self.flush()

    def _put(
        self, digest: int, product: Product, stored: Sequence[Any] | None, levels: dict[int, dict[int, _Stored]]
    ) -> None:
        if stored is None:
            key = self._insert_product(digest, product)
        else:
            key, changed_at, *words = stored
            # What changed in the future did so before the clock was set back.
            if self._since is not None and self._since < changed_at <= self._now:
                return
            described = _columns(product)
            if tuple(words) == described:
                # Mostly only stock moved: the indexes over names and groups need not be written anew.
                self._touched.append((digest, len(product.levels), self._now, key))
            else:
                before_words, words_now = (dict(zip(_PRODUCT_COLUMNS, row, strict=True)) for row in (words, described))
                self._applied.renamed += any(before_words[name] != words_now[name] for name in _NAMING)
                self._update_product(key, digest, product)
        before = levels.get(key, {})
        for level in product.levels:
            place = self._warehouse(level.branch, level.warehouse)
            self._put_level(key, place, level, before.pop(place, None))
        self._levels_absent(before.values())

    def flush(self) -> None:
        """Write what waits."""
        connection = self._store.connection
        if self._new_products:
            connection.executemany(_INSERT_PRODUCT, self._new_products)
            note_new(self._store, self._new_products[0][0], self._new_products[-1][0])
        connection.executemany(_INSERT_LEVEL, self._new_levels)
        connection.executemany(_UPDATE_LEVEL, self._changed_levels)
        connection.executemany(_TOUCH_PRODUCT, self._touched)
        connection.executemany("INSERT OR REPLACE INTO stock_change VALUES (?, ?, ?, ?, ?)", self._history)
        for waiting in (self._new_products, self._new_levels, self._changed_levels, self._touched, self._history):
            waiting.clear()

    def _insert_product(self, digest: int, product: Product) -> int:
        key = self._next_product
        self._next_product += 1
        self._new_products.append(
            (key, self._source_id, product.id, *_columns(product), digest, len(product.levels), _search_text(product))
            + (self._now, self._now)
        )
        self._applied.new += 1
        return key

    def _update_product(self, key: int, digest: int, product: Product) -> None:
        self._store.execute(
            _UPDATE_PRODUCT,
            (*_columns(product), digest, len(product.levels), _search_text(product), self._now, key),
        )

    def _stored(self, identities: list[Identity]) -> dict[Identity, Sequence[Any]]:
        """By their ids, the products that are there: key, moment of the last change, and what describes them."""
        rows = self._store.execute(
            f"SELECT external_id, id, changed_at, {', '.join(_PRODUCT_COLUMNS)} FROM product"
            " WHERE source_id = ? AND external_id IN (SELECT value FROM json_each(?))",
            (self._source_id, _to_json(identities)),
        )
        return {row[0]: row[1:] for row in rows}

    def _stored_levels(self, keys: list[int]) -> dict[int, dict[int, _Stored]]:
        """By product and warehouse, the levels that are there."""
        found: dict[int, dict[int, _Stored]] = {}
        for key, place, *row in self._store.execute(
            "SELECT product_id, warehouse_id, id, stock, minimum, maximum, note, absent_at FROM level"
            " WHERE product_id IN (SELECT value FROM json_each(?))",
            (_to_json(keys),),
        ):
            found.setdefault(key, {})[place] = _Stored(*row)
        return found

    def _put_level(self, product_id: int, place: int, level: StockLevel, before: _Stored | None) -> None:
        values = (level.stock, level.minimum, level.maximum)
        if before is None:
            key = self._next_level
            self._next_level += 1
            self._new_levels.append((key, product_id, place, *values, level.note, self._now))
            self._history.append((key, self._now, *values))
            return
        moved = (before.stock, before.minimum, before.maximum) != values
        if not moved and before.note == level.note and before.absent_at is None:
            return
        self._changed_levels.append((*values, level.note, moved, self._now, before.id, self._snapshot_at))
        if moved or before.absent_at is not None:
            self._history.append((before.id, self._now, *values))
        if moved:
            self._applied.changed += 1
            self._applied.to_zero += before.stock > 0 >= level.stock

    def _levels_absent(self, missing: Iterable[_Stored]) -> None:
        """Levels that the product no longer lists: unknown from now on, not zero."""
        for level in missing:
            if level.absent_at is None:
                self._store.execute(
                    "UPDATE level SET absent_at = ?1, last_seen_at = max(changed_at, ?2) WHERE id = ?3",
                    (self._now, self._snapshot_at, level.id),
                )
                self._history.append((level.id, self._now, None, None, None))

    def _warehouse(self, branch: str, name: str) -> int:
        place = (branch, name)
        if place not in self._warehouses:
            self._warehouses[place] = self._store.value(
                "INSERT INTO warehouse (source_id, branch, name) VALUES (?, ?, ?) RETURNING id",
                (self._source_id, branch, name),
            )
        return self._warehouses[place]


_PRODUCT_COLUMNS = (
    "name", "code", "barcode", "category", "brand", "supplier", "kind", "enabled",
    "price", "cost", "previous_cost", "average_cost", "created_at",
)  # fmt: skip
_columns = attrgetter(*_PRODUCT_COLUMNS)
_NAMING = ("name", "code", "brand")
_INSERT_PRODUCT = (
    f"INSERT INTO product (id, source_id, external_id, {', '.join(_PRODUCT_COLUMNS)}, digest, level_count, search,"
    f" first_seen_at, changed_at) VALUES ({', '.join('?' * (len(_PRODUCT_COLUMNS) + 8))})"
)
_UPDATE_PRODUCT = (
    f"UPDATE product SET {', '.join(f'{column} = ?' for column in _PRODUCT_COLUMNS)},"
    " digest = ?, level_count = ?, search = ?, changed_at = ?, absent_at = NULL, gone_at = NULL WHERE id = ?"
)
_TOUCH_PRODUCT = (
    "UPDATE product SET digest = ?, level_count = ?, changed_at = ?, absent_at = NULL, gone_at = NULL WHERE id = ?"
)
_INSERT_LEVEL = (
    "INSERT INTO level (id, product_id, warehouse_id, stock, minimum, maximum, note, changed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
# previous_stock is the stock in the last whole snapshot: a second change since then must not overwrite it.
_UPDATE_LEVEL = (
    "UPDATE level SET previous_stock = CASE WHEN ?5 AND changed_at <= ?8 THEN stock ELSE previous_stock END,"
    " stock = ?1, minimum = ?2, maximum = ?3, note = ?4, changed_at = CASE WHEN ?5 THEN ?6 ELSE changed_at END,"
    " absent_at = NULL, gone_at = NULL, last_seen_at = NULL WHERE id = ?7"
)


def note_new(store: Store, first: int, last: int) -> None:
    """What follows from new products of these ids: their first cost, and that the index of searches must take them in.

    Whoever inserts a product calls this in the same transaction; a trigger would double the time of a first load.
    """
    store.execute(
        "INSERT OR REPLACE INTO cost_change SELECT id, changed_at, cost, average_cost, price FROM product"
        " WHERE id BETWEEN ? AND ?",
        (first, last),
    )
    store.execute("INSERT OR IGNORE INTO find_due SELECT id FROM product WHERE id BETWEEN ? AND ?", (first, last))


def _search_text(product: Product) -> str:
    words = (product.name, product.code, product.barcode, product.brand)
    return fold(" ".join(word for word in words if word)) or ""


def _mark_present(store: Store, source_id: int, seen: set[Identity], now: int) -> None:
    """Products that a whole sweep saw again."""
    for key, identity in store.execute(
        "SELECT id, external_id FROM product WHERE source_id = ? AND absent_at IS NOT NULL", (source_id,)
    ).fetchall():
        if identity in seen:
            # Its rows can be judged again, so rules must look at it as at any row that changed.
            store.execute(
                "UPDATE product SET absent_at = NULL, gone_at = NULL, changed_at = ? WHERE id = ?", (now, key)
            )


def _mark_absent(store: Store, source_id: int, seen: set[Identity], known: Known, now: int, applied: Applied) -> None:
    """Products not in a whole sweep: absent the first time, gone the second."""
    applied.gone += store.execute(
        "UPDATE product SET gone_at = ? WHERE source_id = ? AND absent_at IS NOT NULL AND gone_at IS NULL",
        (now, source_id),
    ).rowcount
    if not applied.new and len(seen) == product_count(store, source_id):
        return  # As many as there are, and each of them known.
    for identity in known.values():
        if identity in seen:
            continue
        applied.absent += store.execute(
            "UPDATE product SET absent_at = ? WHERE source_id = ? AND external_id = ? AND absent_at IS NULL",
            (now, source_id, identity),
        ).rowcount


def _mark_levels_gone(store: Store, source_id: int, unread: set[Identity], now: int) -> None:
    """Levels that were missing at the last whole sweep already, of products that this one could read.

    Those of a hidden warehouse are neither sold nor gone; after a month nobody waits for it any more.
    """
    store.execute(
        "UPDATE level SET gone_at = ?1 WHERE gone_at IS NULL"
        " AND absent_at <= (SELECT snapshot_at FROM source WHERE id = ?2)"
        " AND EXISTS (SELECT 1 FROM product p WHERE p.id = product_id AND p.source_id = ?2"
        " AND p.external_id NOT IN (SELECT value FROM json_each(?4)))"
        " AND warehouse_id NOT IN (SELECT id FROM warehouse WHERE source_id = ?2 AND hidden_at > ?3)",
        (now, source_id, now - HIDDEN_MS, _to_json(unread)),
    )


def _mark_hidden(store: Store, source_id: int, now: int) -> None:
    """A warehouse none of whose levels is listed any more is hidden, not sold out; one that is listed again is not."""
    shown = (
        "EXISTS (SELECT 1 FROM level l JOIN product p ON p.id = l.product_id"
        " WHERE l.warehouse_id = warehouse.id AND l.absent_at IS NULL AND p.absent_at IS NULL)"
    )
    store.execute(
        f"UPDATE warehouse SET hidden_at = ? WHERE source_id = ? AND hidden_at IS NULL AND NOT {shown}",
        (now, source_id),
    )
    store.execute(
        f"UPDATE warehouse SET hidden_at = NULL WHERE source_id = ? AND hidden_at IS NOT NULL AND {shown}",
        (source_id,),
    )


def doubt(store: Store, source_id: int, applied: Applied) -> str | None:
    """Why this sweep is hard to believe, or None: most of a stock gone at once is rather a fault than a day's sales."""
    if applied.absent:
        before = applied.absent + store.value(
            "SELECT count(*) FROM product WHERE source_id = ? AND absent_at IS NULL AND first_seen_at <"
            " (SELECT snapshot_at FROM source WHERE id = ?)",
            (source_id, source_id),
        )
        if applied.absent == before:
            return f"all {before} products are missing from it"
        if applied.absent > DOUBT_ROWS and applied.absent > DOUBT_SHARE * before:
            return f"{applied.absent} of {before} products are missing from it"
    if applied.to_zero > DOUBT_ROWS:
        stocked = applied.to_zero + store.value(
            "SELECT count(*) FROM level l JOIN product p ON p.id = l.product_id"
            " WHERE p.source_id = ? AND l.stock > 0 AND l.absent_at IS NULL AND p.absent_at IS NULL",
            (source_id,),
        )
        if applied.to_zero > DOUBT_SHARE * stocked:
            return f"{applied.to_zero} of {stocked} levels fell to zero at once"
    return None
