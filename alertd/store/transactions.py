"""What dispensers handed out, took back and swapped: written once by kind and id, whoever tells of it first.

A transaction is kept as a document with its movements, so that what counts sales counts these too. A product it names
that is not known yet waits under the name it was given, and is booked when the product turns up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ..clock import day_number, local
from ..model import Moved, Transaction, quantity
from .db import Row, Store

Identity = int | str


@dataclass(slots=True)
class Taken:
    """What a batch brought: how many were `new`, which products moved, and ids of products that nobody knows."""

    read: int = 0
    new: int = 0
    products: set[int] = field(default_factory=set)
    unknown: set[Identity] = field(default_factory=set)


def take(store: Store, source_id: int, found: Iterable[Transaction], *, zone: str, now: int) -> Taken:
    """Keep what is not kept yet; inside the caller's write transaction. What is known stays as it is."""
    taken = Taken()
    for transaction in found:
        taken.read += 1
        key = _insert(store, source_id, transaction, zone, now)
        if key is not None:
            taken.new += 1
            _insert_lines(store, source_id, key, transaction, now, taken)
    return taken


def _insert(store: Store, source_id: int, transaction: Transaction, zone: str, now: int) -> int | None:
    """The key of a new document; None for one that is known."""
    happened_at = transaction.happened_at or now
    key: int | None = store.value(
        "INSERT INTO document (source_id, kind, external_id, date, state, effect, created_at, digest, first_seen_at,"
        " changed_at, sector, cost_center) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?8, ?9, ?10)"
        " ON CONFLICT (source_id, kind, external_id) DO NOTHING RETURNING id",
        (
            source_id,
            transaction.kind,
            transaction.id,
            local(happened_at, zone).date().isoformat(),
            transaction.state,
            "moves" if transaction.completed else "none",
            happened_at,
            now,
            transaction.sector,
            transaction.cost_center,
        ),
    )
    return key


def _insert_lines(
    store: Store, source_id: int, document: int, transaction: Transaction, now: int, taken: Taken
) -> None:
    for number, moved in enumerate(transaction.moved, start=1):
        product = _product(store, source_id, moved.product)
        store.execute(
            "INSERT INTO document_line (document_id, number, product_id, quantity, product_ref) VALUES (?, ?, ?, ?, ?)",
            (document, number, product, _as_written(transaction.kind, moved), moved.product),
        )
        if product is None:
            taken.unknown.add(moved.product)
        elif transaction.completed:
            _book(store, source_id, document, product, moved.quantity, now)
            taken.products.add(product)


def _as_written(kind: str, moved: Moved) -> float:
    """The units as a person reads them: a withdrawal of two is two; a swap keeps its sign, it has no other."""
    return moved.quantity if kind == "exchange" else abs(moved.quantity)


def _product(store: Store, source_id: int, identity: Identity) -> int | None:
    key: int | None = store.value(
        "SELECT id FROM product WHERE source_id = ? AND external_id = ?", (source_id, identity)
    )
    return key


def _book(store: Store, source_id: int, document: int, product: int, units: float, now: int) -> None:
    """The movement of one product, its day, and its day by sector and cost centre."""
    kind, day, happened_at, sector, center = store.execute(
        "SELECT kind, date, created_at, coalesce(sector, ''), coalesce(cost_center, '') FROM document WHERE id = ?",
        (document,),
    ).fetchone()
    if not units:
        return
    store.execute(
        "INSERT INTO movement (source_id, document_id, product_id, kind, quantity, amount, happened_at, seen_at)"
        " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
        (source_id, document, product, kind, units, happened_at, now),
    )
    number = day_number(date.fromisoformat(day))
    out, back = (quantity(-units), 0.0) if units < 0 else (0.0, quantity(units))
    store.execute(
        "INSERT INTO product_day (product_id, day, sold, sales, returned, returns) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT DO UPDATE SET sold = round(sold + ?3, 6), sales = sales + ?4,"
        " returned = round(returned + ?5, 6), returns = returns + ?6",
        (product, number, out, int(out > 0), back, int(back > 0)),
    )
    store.execute(
        # A dispenser belongs to no branch: what it hands out is taken from the whole.
        "INSERT INTO branch_day (product_id, branch, day, sold, returned) VALUES (?1, '', ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET sold = round(sold + ?3, 6), returned = round(returned + ?4, 6)",
        (product, number, out, back),
    )
    store.execute(
        "INSERT INTO consumption_day VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1) ON CONFLICT DO UPDATE SET"
        " given = round(given + ?6, 6), taken_back = round(taken_back + ?7, 6), transactions = transactions + 1",
        (source_id, product, number, sector, center, out, back),
    )


def rematch(store: Store, source_id: int, now: int) -> set[int]:
    """Book what waited for products that are known by now; in the caller's transaction. Returns those products."""
    waiting = store.execute(
        "SELECT l.document_id, l.number, p.id, l.quantity, d.kind, d.effect FROM document_line l"
        " JOIN document d ON d.id = l.document_id"
        " JOIN product p ON p.source_id = d.source_id AND p.external_id = l.product_ref"
        " WHERE l.product_id IS NULL AND l.product_ref IS NOT NULL AND d.source_id = ?",
        (source_id,),
    ).fetchall()
    for document, number, product, units, kind, effect in waiting:
        store.execute(
            "UPDATE document_line SET product_id = ? WHERE document_id = ? AND number = ?", (product, document, number)
        )
        if effect == "moves":
            _book(store, source_id, document, product, -units if kind == "withdrawal" else units, now)
    return {product for _, _, product, *_ in waiting}


def waiting_for(store: Store, source_id: int, identities: Iterable[Identity]) -> set[Identity]:
    """Of these unknown products, those that were named for the first time: only for them it is worth asking."""
    return {
        identity
        for identity in identities
        if store.value(
            "SELECT count(*) FROM document_line l JOIN document d ON d.id = l.document_id"
            " WHERE l.product_ref = ? AND d.source_id = ? AND l.product_id IS NULL",
            (identity, source_id),
        )
        == 1
    }


def not_completed_count(store: Store, source_id: int, since: int) -> int:
    """How many transactions did not succeed since a moment."""
    return int(
        store.value(
            "SELECT count(*) FROM document WHERE source_id = ? AND effect = 'none' AND created_at > ?"
            " AND kind IN ('withdrawal', 'return', 'exchange')",
            (source_id, since),
        )
    )


def not_completed(store: Store, source_id: int, limit: int = 50) -> list[Row]:
    """Transactions that did not succeed, the newest first: shown apart, and never taken off."""
    return store.rows(
        "SELECT d.kind, d.external_id AS id, d.state, d.created_at AS at, l.product_ref AS product, p.name, l.quantity"
        " FROM document d JOIN document_line l ON l.document_id = d.id LEFT JOIN product p ON p.id = l.product_id"
        " WHERE d.source_id = ? AND d.effect = 'none' AND l.product_ref IS NOT NULL ORDER BY d.id DESC LIMIT ?",
        (source_id, limit),
    )


PLACES = {"sector": "sector", "cost_center": "cost_center"}


def by_weeks(store: Store, source_id: int, *, by: str, until: int, weeks: int) -> list[Row]:
    """Units of each place in each of so many weeks up to a day, the oldest week 0; weeks without any are left out."""
    first = until - 7 * weeks
    return store.rows(
        f"SELECT {PLACES[by]} AS place, (day - ?2 - 1) / 7 AS week, round(sum(given), 6) AS given,"
        " round(sum(taken_back), 6) AS taken_back, sum(transactions) AS transactions FROM consumption_day"
        " WHERE source_id = ?1 AND day > ?2 AND day <= ?3 GROUP BY 1, 2 ORDER BY 1, 2",
        (source_id, first, until),
    )


def consumption(store: Store, source_id: int, *, by: str, since: int, until: int) -> list[Row]:
    """Units handed out and taken back between two days (both included), by `sector` or `cost_center` and product."""
    column = PLACES[by]
    return store.rows(
        f"SELECT c.{column} AS place, p.external_id AS id, p.code, p.name, round(sum(c.given), 6) AS given,"
        " round(sum(c.taken_back), 6) AS taken_back, sum(c.transactions) AS transactions"
        " FROM consumption_day c JOIN product p ON p.id = c.product_id"
        f" WHERE c.source_id = ? AND c.day BETWEEN ? AND ? GROUP BY c.{column}, c.product_id"
        f" ORDER BY c.{column}, given DESC, p.name",
        (source_id, since, until),
    )
