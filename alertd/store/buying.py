"""The terms of buying, as they were said for a source, a supplier or a product. What is not said is not kept.

Suppliers are known by their name without case and accents, as the shop writes them on its products.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from ..errors import UsageTrouble
from ..folding import fold
from ..reconcile.ordering import TERMS, Said, Terms, resolve
from .db import Row, Store

_COLUMNS = ", ".join(TERMS)


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that was said about buying in one source."""

    source: Said
    suppliers: Mapping[str, Said]
    products: Mapping[int, Said]

    def terms_of(self, product_id: int, supplier: str | None) -> Terms:
        """What holds for a product: the nearest that says something wins."""
        said = [self.products.get(product_id), self.suppliers.get(folded(supplier)), self.source]
        return resolve([each for each in said if each is not None])

    def supplier_terms(self, supplier: str | None) -> Terms:
        """What holds for a supplier whose products say nothing of their own."""
        own = self.suppliers.get(folded(supplier))
        return resolve([each for each in (own, self.source) if each is not None])


def folded(supplier: str | None) -> str:
    """A supplier's name as it is looked up."""
    return (fold(supplier) or "").strip()


def read_book(store: Store, source_id: int) -> Book:
    """All terms of a source; there are few."""
    source, suppliers, products = Said(), {}, {}
    for supplier, product_id, *values in store.execute(
        f"SELECT supplier, product_id, {_COLUMNS} FROM buying_term WHERE source_id = ?", (source_id,)
    ):
        said = Said(*values)
        if product_id:
            products[product_id] = said
        elif supplier:
            suppliers[supplier] = said
        else:
            source = said
    return Book(source, suppliers, products)


def said_of(store: Store, source_id: int, *, supplier: str | None = None, product_id: int = 0) -> Said | None:
    """What was said of exactly this source, supplier or product."""
    row = store.execute(
        f"SELECT {_COLUMNS} FROM buying_term WHERE source_id = ? AND supplier = ? AND product_id = ?",
        (source_id, folded(supplier), product_id),
    ).fetchone()
    return Said(*row) if row else None


def say(
    store: Store,
    source_id: int,
    said: Said,
    *,
    supplier: str | None = None,
    product_id: int = 0,
    by: str | None,
    now: int,
) -> None:
    """Keep the terms of a source, a supplier or a product as they now stand."""
    with store.write():
        store.execute(
            f"INSERT OR REPLACE INTO buying_term (source_id, supplier, product_id, name, {_COLUMNS}, by, at)"
            f" VALUES (?, ?, ?, ?{', ?' * len(TERMS)}, ?, ?)",
            (source_id, folded(supplier), product_id, supplier, *astuple(said), by, now),
        )
        _note(store, source_id, now)


def unsay(store: Store, source_id: int, *, supplier: str | None = None, product_id: int = 0, now: int) -> bool:
    """Forget what was said; the next wider terms hold. Whether there was anything."""
    with store.write():
        gone = store.execute(
            "DELETE FROM buying_term WHERE source_id = ? AND supplier = ? AND product_id = ?",
            (source_id, folded(supplier), product_id),
        ).rowcount
        if gone:
            _note(store, source_id, now)
        return gone > 0


def _note(store: Store, source_id: int, now: int) -> None:
    """What hangs on the terms has to be worked out anew. Two changes in a moment are two changes."""
    store.execute("UPDATE source SET buying_at = max(buying_at + 1, ?) WHERE id = ?", (now, source_id))


def mark(store: Store, source_id: int) -> tuple[object, ...]:
    """A value that changes with everything a purchase list hangs on besides what a poll read: terms, orders, counts."""
    orders = store.execute(
        "SELECT count(*), max(id), total(remaining), total(closed_at) FROM supply_order WHERE source_id = ?",
        (source_id,),
    ).fetchone()
    changed = store.value("SELECT max(changed_at) FROM product WHERE source_id = ?", (source_id,))
    return (store.value("SELECT buying_at FROM source WHERE id = ?", (source_id,)), changed, orders)


def list_terms(store: Store, source_id: int | None = None) -> list[Row]:
    """Everything that was said, the widest first."""
    return store.rows(
        "SELECT b.source_id, s.name AS source, b.name AS supplier, b.product_id, p.code, p.name AS product,"
        f" {', '.join(f'b.{name}' for name in TERMS)}, b.by, b.at"
        " FROM buying_term b JOIN source s ON s.id = b.source_id"
        " LEFT JOIN product p ON p.id = b.product_id WHERE ?1 IS NULL OR b.source_id = ?1"
        " ORDER BY s.name, b.product_id <> 0, b.supplier <> '', b.supplier, p.name",
        (source_id,),
    )


def suppliers(store: Store, source_id: int) -> list[str]:
    """The suppliers that products of a source name."""
    rows = store.execute(
        "SELECT DISTINCT supplier FROM product WHERE source_id = ? AND supplier <> '' AND gone_at IS NULL ORDER BY 1",
        (source_id,),
    )
    return [row[0] for row in rows]


def product_of_code(store: Store, source_id: int, code: str) -> Row:
    """The one product of that code. Raises UsageTrouble where there is none, or more than one."""
    rows: list[dict[str, Any]] = store.rows(
        "SELECT id, code, name, supplier FROM product WHERE source_id = ? AND code = ? AND gone_at IS NULL",
        (source_id, code),
    )
    if len(rows) != 1:
        several = "is carried by several products; give each its own code first" if rows else "belongs to no product"
        raise UsageTrouble(f"The code '{code}' {several}. 'alertd stock' lists them.")
    return rows[0]
