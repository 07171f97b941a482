"""Stock of systems that tell none: what a person counted, carried forward by movements and typed receipts since.

The level it makes stands among all others, so rules, cover and reconciliation need not know where it comes from. A
count is true for its own moment: what moved before it is in it, however late that was heard of.
"""

from collections.abc import Iterable

from ..errors import UsageTrouble
from ..model import Product, StockLevel, quantity
from . import deliveries, snapshots
from .db import Row, Store
from .instants import after_looks

_FIELDS = (
    "external_id AS id, name, code, barcode, category, brand, supplier, kind, enabled, price, cost, previous_cost,"
    " average_cost, created_at"
)


def find_product(store: Store, source_id: int, said: str) -> int:
    """The product a person means by its code, its id or its whole name. Raises UsageTrouble where that is not one."""
    for condition in ("code = ?2", "CAST(external_id AS TEXT) = ?2", "name = ?2"):
        found = store.execute(
            f"SELECT id FROM product WHERE source_id = ?1 AND {condition} AND gone_at IS NULL LIMIT 2",
            (source_id, said.strip()),
        ).fetchall()
        if len(found) == 1:
            return int(found[0][0])
        if found:
            raise UsageTrouble(f"'{said}' is the code of more than one product; say which by its id.")
    raise UsageTrouble(f"There is no product with the code, id or name '{said}'; poll the source first.")


def find_products(store: Store, source_id: int, said: str) -> list[tuple[int, str | None, str, float | None]]:
    """The products a person may mean: (key, code, name, stock by the books). One is an answer; two are a question."""
    for condition in ("code = ?2", "CAST(external_id AS TEXT) = ?2", "name = ?2"):
        found = store.execute(
            "SELECT p.id, p.code, p.name, (SELECT round(sum(l.stock), 6) FROM level l WHERE l.product_id = p.id"
            " AND l.absent_at IS NULL) FROM product p"
            f" WHERE source_id = ?1 AND {condition} AND gone_at IS NULL LIMIT 2",
            (source_id, said.strip()),
        ).fetchall()
        if found:
            return [tuple(row) for row in found]
    return []


def told_by_system(store: Store, source_id: int, product_id: int) -> bool:
    """Whether the system itself tells this product's stock, so that a count would only be overwritten."""
    return (
        store.value(
            "SELECT 1 FROM level l WHERE l.product_id = ?1 AND l.absent_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM ledger_count c WHERE c.product_id = ?1 AND c.source_id = ?2)",
            (product_id, source_id),
        )
        is not None
    )


def count(
    store: Store,
    source_id: int,
    product_id: int,
    *,
    counted: float,
    at: int,
    minimum: float | None,
    by: str | None,
    now: int,
) -> None:
    """Write a count down; in the caller's transaction. Without a minimum the last one given stays."""
    store.execute(
        "INSERT INTO ledger_count (source_id, product_id, at, counted, minimum, by, typed_at) VALUES (?1, ?2, ?3, ?4,"
        " coalesce(?5, (SELECT minimum FROM ledger_count WHERE product_id = ?2 AND minimum IS NOT NULL"
        " ORDER BY typed_at DESC, id DESC LIMIT 1)), ?6, ?7)",
        (source_id, product_id, at, quantity(counted), minimum, by, now),
    )


def levels_of(store: Store, source_id: int, identity: int | str) -> tuple[StockLevel, ...]:
    """The level of a product by its last count; empty where nobody counted it."""
    product_id = store.value("SELECT id FROM product WHERE source_id = ? AND external_id = ?", (source_id, identity))
    return () if product_id is None else _levels(store, source_id, product_id)


def _levels(store: Store, source_id: int, product_id: int) -> tuple[StockLevel, ...]:
    row = store.row(
        "SELECT c.at, c.typed_at, c.counted, c.minimum, s.name FROM ledger_count c JOIN source s ON s.id = c.source_id"
        " WHERE c.product_id = ? AND c.source_id = ? ORDER BY c.at DESC, c.id DESC LIMIT 1",
        (product_id, source_id),
    )
    if row is None:
        return ()
    moved = store.value(
        "SELECT coalesce(sum(quantity), 0) FROM movement WHERE product_id = ? AND happened_at > ?",
        (product_id, row["at"]),
    )
    typed = store.value(
        f"SELECT coalesce(sum(e.quantity), 0) FROM stock_entry e WHERE {_AFTER}", (product_id, *_since(row))
    )
    return (StockLevel(row["name"], "", quantity(row["counted"] + moved + typed), row["minimum"]),)


# A typed line is true for a day, or for a moment where it is a count. On the day of the count itself, what was typed
# after it is not in it.
_AFTER = (
    "e.product_id = ?1 AND e.removed_at IS NULL AND (e.at > ?2"
    " OR (e.kind <> 'count' AND e.at + 86400000 > ?2 AND e.typed_at > ?3))"
)


def _since(row: Row) -> tuple[int, int]:
    return row["at"], row["typed_at"]


def entered(store: Store, source_id: int, product_ids: Iterable[int], now: int) -> None:
    """Lines were typed or taken back for these products: bring the levels of those that are counted up to date.

    In the caller's transaction. The change shows now, whatever day the line is of, so the line reaches until now.
    """
    counted = {
        row[0]
        for row in store.execute("SELECT DISTINCT product_id FROM ledger_count WHERE source_id = ?", (source_id,))
    }
    shown_at = after_looks(store, source_id, now)
    touched = refresh(store, source_id, counted.intersection(product_ids), shown_at)
    if touched:
        deliveries.evaluate_soon(store, source_id, now)
    for product_id in touched:
        row = store.row(
            "SELECT at, typed_at FROM ledger_count WHERE product_id = ? ORDER BY at DESC, id DESC LIMIT 1",
            (product_id,),
        )
        if row is not None:
            store.execute(
                f"UPDATE stock_entry AS e SET until = max(until, ?4) WHERE {_AFTER} AND e.typed_at = ?5",
                (product_id, *_since(row), shown_at, now),
            )


def refresh(store: Store, source_id: int, product_ids: Iterable[int], now: int) -> set[int]:
    """Bring the levels of counted products up to date; in the caller's transaction. Returns the products written."""
    written = set()
    products = []
    for product_id in product_ids:
        levels = _levels(store, source_id, product_id)
        row = store.row(
            f"SELECT digest, {_FIELDS} FROM product WHERE id = ? AND absent_at IS NULL AND gone_at IS NULL",
            (product_id,),
        )
        if levels and row is not None:
            digest = row.pop("digest")
            row["enabled"] = bool(row["enabled"])
            products.append((digest, Product(levels=levels, **row)))
            written.add(product_id)
    if products:
        known = snapshots.known_digests(store, source_id)
        snapshots.apply(store, source_id, products, seen=None, unread=set(), known=known, now=now)
    return written


def to_count(store: Store, source_id: int, text: str, limit: int) -> list[Row]:
    """The products whose stock a person counts, each with its last count; `text` narrows by name and code."""
    return store.rows(
        "SELECT p.id AS key, p.external_id AS id, p.code, p.name, c.at, c.counted, c.minimum, c.by, l.stock"
        " FROM product p"
        " LEFT JOIN ledger_count c ON c.id = (SELECT id FROM ledger_count WHERE product_id = p.id"
        " ORDER BY at DESC, id DESC LIMIT 1)"
        " LEFT JOIN level l ON l.product_id = p.id AND l.absent_at IS NULL"
        " WHERE p.source_id = ?1 AND p.gone_at IS NULL AND p.absent_at IS NULL AND p.enabled"
        " AND (c.id IS NOT NULL OR l.id IS NULL) AND (?2 = '' OR instr(p.search, ?2) > 0)"
        " ORDER BY p.name, p.id LIMIT ?3",
        (source_id, text, limit),
    )


def counts(store: Store, source_id: int) -> list[Row]:
    """The last count of every product, with what it has come to since."""
    return store.rows(
        "SELECT p.external_id AS id, p.code, p.name, c.at, c.counted, c.minimum, c.by, l.stock FROM ledger_count c"
        " JOIN product p ON p.id = c.product_id LEFT JOIN level l ON l.product_id = p.id AND l.absent_at IS NULL"
        " WHERE c.source_id = ? AND c.id = (SELECT id FROM ledger_count WHERE product_id = c.product_id"
        " ORDER BY at DESC, id DESC LIMIT 1) ORDER BY p.name, p.id",
        (source_id,),
    )
