"""Sales and returns as they were last seen, and the movements they make of stock.

A document is compared with the copy kept; what differs (a state, a line, a business date) is booked as a movement at
the moment it was noticed, so that the sum of a document's movements is always what it does to stock now. Whatever a
window no longer lists was deleted upstream, and is booked back.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from ..clock import day_number
from ..model import Document, Line, quantity
from .db import Row, Store

Identity = int | str
VOID = "anulacion_factura"
_encode = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class Taken:
    """What one reading of a window changed. `unknown` are states and types that nobody met before."""

    documents: int = 0
    lines: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    unknown: list[str] = field(default_factory=list)


_Where = tuple[int | None, str, str, str]
"""What an effect is booked under: product, business date, branch, and `sale`, `return` or `void`."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a document does to one product: `moved` units of stock (sales negative) worth `amount`."""

    moved: float
    amount: float


def take(store: Store, source_id: int, documents: Iterable[Document], now: int) -> Taken:
    """Compare documents with the copies kept and book the differences; inside the caller's write transaction."""
    taken = Taken()
    matcher = _Matcher(store, source_id)
    readings = _readings(store, source_id)
    for document in documents:
        taken.documents += 1
        taken.lines += len(document.lines)
        _take_one(store, source_id, document, matcher, readings, now, taken)
    return taken


def note_reading(store: Store, source_id: int, kind: str, since: str, until: str, began_at: int) -> None:
    """Remember that every document of these business dates had been read; what is not there yet comes later."""
    day, end = date.fromisoformat(since), date.fromisoformat(until)
    days = [(day + timedelta(days=ago)).isoformat() for ago in range((end - day).days + 1)]
    store.connection.executemany(
        "INSERT INTO document_reading VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET began_at = ?4",
        [(source_id, kind, text, began_at) for text in days],
    )


def _readings(store: Store, source_id: int) -> dict[tuple[str, str], int]:
    """By kind and business date, when that day's documents were last read whole."""
    return {
        (kind, day): began_at
        for kind, day, began_at in store.execute(
            "SELECT kind, date, began_at FROM document_reading WHERE source_id = ?", (source_id,)
        )
    }


def missing(store: Store, source_id: int, kind: str, since: str, until: str, seen: set[Identity]) -> list[Identity]:
    """Documents kept of a window that a whole reading of it did not list: deleted, or moved to another date."""
    return [
        row[0]
        for row in store.execute(
            "SELECT external_id FROM document WHERE source_id = ? AND kind = ? AND date BETWEEN ? AND ?"
            " AND gone_at IS NULL ORDER BY id DESC",
            (source_id, kind, since, until),
        )
        if row[0] not in seen
    ]


def retire(
    store: Store, source_id: int, kind: str, since: str, until: str, seen: set[int | str], now: int, taken: Taken
) -> None:
    """Documents of a window that was read whole and that are not in it any more: deleted, and booked back."""
    readings = _readings(store, source_id)
    for key, identity, day in store.execute(
        "SELECT id, external_id, date FROM document"
        " WHERE source_id = ? AND kind = ? AND date BETWEEN ? AND ? AND gone_at IS NULL",
        (source_id, kind, since, until),
    ).fetchall():
        if identity not in seen:
            taken.gone += 1
            before, not_before = _effects_of(store, key), readings.get((kind, day))
            _book(store, source_id, key, "deleted", before, {}, now, now, not_before=not_before)
            store.execute("UPDATE document SET gone_at = ?, changed_at = ? WHERE id = ?", (now, now, key))


def _take_one(
    store: Store,
    source_id: int,
    document: Document,
    matcher: "_Matcher",
    readings: dict[tuple[str, str], int],
    now: int,
    taken: Taken,
) -> None:
    mark = int.from_bytes(blake2b(_encode(document), digest_size=8).digest(), "little", signed=True)
    stored = store.row(
        "SELECT id, digest, gone_at, state, date FROM document WHERE source_id = ? AND kind = ? AND external_id = ?",
        (source_id, document.kind, document.id),
    )
    if stored and stored["digest"] == mark and stored["gone_at"] is None:
        return
    lines, moved_over = _matched(store, stored["id"] if stored else None, document, matcher)
    branch = document.branch or _branch_of_sale(store, source_id, document)
    before = _effects_of(store, stored["id"]) if stored and stored["gone_at"] is None else {}
    key = _save(store, source_id, document, branch, mark, stored["id"] if stored else None, now)
    _save_lines(store, key, lines)
    taken.new += stored is None
    taken.changed += stored is not None
    if document.effect == "unverified":
        _note_unknown(store, source_id, document, now, taken)
    reason = document.kind if stored is None else _what_happened(document, stored["state"])
    happened_at = (document.created_at or now) if stored is None else (document.updated_at or now)
    days = {document.date, stored["date"] if stored else document.date}
    not_before = max(readings.get((document.kind, day), 0) for day in days) or None
    if moved_over:
        # Only our knowledge of the product changed: its stock moved when the document was made, not now.
        reason, happened_at, not_before = "line matched", document.created_at or now, None
    after = _effects(document, branch, lines)
    _book(store, source_id, key, reason, before, after, happened_at, now, not_before=not_before)


def _branch_of_sale(store: Store, source_id: int, document: Document) -> str | None:
    """A return names no branch; that of its sale is the best there is, though goods may come back elsewhere."""
    if document.sale_id is None:
        return None
    found: str | None = store.value(
        "SELECT branch FROM document WHERE source_id = ? AND kind = 'sale' AND external_id = ?",
        (source_id, document.sale_id),
    )
    return found


def _matched(
    store: Store, stored_id: int | None, document: Document, matcher: "_Matcher"
) -> tuple[list[tuple[Line, int | None]], bool]:
    """Each line with its product, and whether nothing but that differs from the copy kept.

    A product that was deleted upstream takes the code out of its old lines; they keep the product they had.
    """
    lines = [(line, matcher.match(line)) for line in document.lines]
    if stored_id is None:
        return lines, False
    effect = store.value("SELECT effect FROM document WHERE id = ?", (stored_id,))
    kept = store.execute(
        "SELECT quantity, product_id FROM document_line WHERE document_id = ? ORDER BY number", (stored_id,)
    ).fetchall()
    if [row[0] for row in kept] != [line.quantity for line in document.lines]:
        return lines, False
    lines = [(line, was if found is None else found) for (line, found), (_, was) in zip(lines, kept, strict=True)]
    moved_over = [found for _, found in lines] != [row[1] for row in kept]
    return lines, moved_over and effect == document.effect


def _what_happened(document: Document, state_before: str | None) -> str:
    if document.effect == "none" and document.state != state_before:
        return f"{document.kind} cancelled"
    return f"{document.kind} changed"


def _bucket(kind: str, type_: str | None) -> str:
    """Under what a document is counted: a bill that was voided at the till is no customer's return."""
    return "void" if kind == "return" and type_ == VOID else kind


def _effects(document: Document, branch: str | None, lines: list[tuple[Line, int | None]]) -> dict[_Where, _Effect]:
    """What a document does to stock, by where it is booked. Lines without a product are kept together."""
    if document.effect == "none":
        return {}
    sign = -1 if document.kind == "sale" else 1
    bucket = _bucket(document.kind, document.type)
    sums: dict[_Where, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line, product in lines:
        total = sums[product, document.date, branch or "", bucket]
        total[0] += sign * line.quantity
        total[1] += line.total or 0.0
    return {key: _Effect(quantity(moved), quantity(amount)) for key, (moved, amount) in sums.items()}


def _effects_of(store: Store, document_id: int) -> dict[_Where, _Effect]:
    """The effects of a document as its stored copy tells them."""
    row = store.row("SELECT kind, type, branch, date, effect FROM document WHERE id = ?", (document_id,))
    if row is None or row["effect"] == "none":
        return {}
    sign = -1 if row["kind"] == "sale" else 1
    bucket = _bucket(row["kind"], row["type"])
    sums = store.execute(
        "SELECT product_id, sum(quantity), sum(coalesce(total, 0)) FROM document_line WHERE document_id = ?"
        " GROUP BY product_id",
        (document_id,),
    )
    return {
        (product, row["date"], row["branch"] or "", bucket): _Effect(quantity(sign * moved), quantity(amount))
        for product, moved, amount in sums
    }


def _book(
    store: Store,
    source_id: int,
    document_id: int,
    reason: str,
    before: dict[_Where, _Effect],
    after: dict[_Where, _Effect],
    happened_at: int,
    now: int,
    *,
    not_before: int | None = None,
) -> None:
    """Book the difference between two sets of effects, as movements and in the daily aggregates."""
    nothing = _Effect(0.0, 0.0)
    for where in {**before, **after}:
        product, day, branch, bucket = where
        was, became = before.get(where, nothing), after.get(where, nothing)
        moved, amount = quantity(became.moved - was.moved), quantity(became.amount - was.amount)
        if not moved and not amount:
            continue
        store.execute(
            "INSERT INTO movement (source_id, document_id, product_id, kind, quantity, amount, branch, happened_at,"
            " seen_at, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (source_id, document_id, product, reason, moved, amount, branch or None, happened_at, now, not_before),
        )
        if product is not None:
            number = day_number(date.fromisoformat(day))
            _add_to_day(store, product, number, bucket, moved, amount, count=_presence(was, became))
            _add_to_branch(store, product, branch, number, bucket, moved)


def _presence(was: _Effect, became: _Effect) -> int:
    return (became.moved != 0) - (was.moved != 0)


def _add_to_day(
    store: Store, product_id: int, day: int, bucket: str, moved: float, amount: float, *, count: int
) -> None:
    sold = (quantity(-moved), amount, count) if bucket == "sale" else (0.0, 0.0, 0)
    returned = (moved, amount, count) if bucket == "return" else (0.0, 0.0, 0)
    store.execute(
        "INSERT INTO product_day"
        " (product_id, day, sold, sold_amount, sales, returned, returned_amount, returns, voided)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET sold = round(sold + ?3, 6),"
        " sold_amount = round(sold_amount + ?4, 6), sales = sales + ?5, returned = round(returned + ?6, 6),"
        " returned_amount = round(returned_amount + ?7, 6), returns = returns + ?8, voided = round(voided + ?9, 6)",
        (product_id, day, *sold, *returned, moved if bucket == "void" else 0.0),
    )


def _add_to_branch(store: Store, product_id: int, branch: str, day: int, bucket: str, moved: float) -> None:
    """The same by branch, as far as rules need it: what a warehouse sells is known by its branch."""
    if bucket == "void":
        return
    store.execute(
        "INSERT INTO branch_day (product_id, branch, day, sold, returned) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET sold = round(sold + ?4, 6), returned = round(returned + ?5, 6)",
        (product_id, branch, day, quantity(-moved) if bucket == "sale" else 0.0, moved if bucket == "return" else 0.0),
    )


def _save(
    store: Store, source_id: int, document: Document, branch: str | None, mark: int, stored_id: int | None, now: int
) -> int:
    values: tuple[Any, ...] = (
        document.date, document.state, document.type, document.effect, document.number, branch,
        document.sale_id, document.total, document.note, document.created_at, document.updated_at, document.user,
        mark, now,
    )  # fmt: skip
    if stored_id is not None:
        store.execute(
            "UPDATE document SET date = ?, state = ?, type = ?, effect = ?, number = ?, branch = ?, sale_id = ?,"
            " total = ?, note = ?, created_at = ?, updated_at = ?, user = ?, digest = ?, changed_at = ?, gone_at = NULL"
            " WHERE id = ?",
            (*values, stored_id),
        )
        return stored_id
    return int(
        store.value(
            "INSERT INTO document (date, state, type, effect, number, branch, sale_id, total, note, created_at,"
            " updated_at, user, digest, changed_at, source_id, kind, external_id, first_seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (*values, source_id, document.kind, document.id, now),
        )
    )


def _save_lines(store: Store, document_id: int, lines: list[tuple[Line, int | None]]) -> None:
    store.execute("DELETE FROM document_line WHERE document_id = ?", (document_id,))
    store.connection.executemany(
        "INSERT INTO document_line (document_id, number, product_id, code, name, brand, quantity, total)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (document_id, number, product, line.code, line.name, line.brand, line.quantity, line.total)
            for number, (line, product) in enumerate(lines, start=1)
        ],
    )


def _note_unknown(store: Store, source_id: int, document: Document, now: int, taken: Taken) -> None:
    """Remember a state or type that alertd does not know, so that a person is told once."""
    words = " / ".join(word for word in (document.state, document.type) if word)
    if store.execute(
        "INSERT INTO unknown_state VALUES (?, ?, ?, 1, ?) ON CONFLICT DO NOTHING",
        (source_id, document.kind, words, now),
    ).rowcount:
        taken.unknown.append(words or "(none)")


class _Matcher:
    """Finds the product a line speaks of: by a code only one product has, else by name and brand; never a guess."""

    def __init__(self, store: Store, source_id: int) -> None:
        self._store = store
        self._source_id = source_id
        self._found: dict[tuple[str | None, str | None, str | None], int | None] = {}

    def match(self, line: Line) -> int | None:
        """The product's key, or None where the catalogue leaves it open."""
        asked = (line.code, line.name, line.brand)
        if asked not in self._found:
            self._found[asked] = self._by_code(line) or self._by_name(line)
        return self._found[asked]

    def _by_code(self, line: Line) -> int | None:
        return None if line.code is None else self._only("code = ?", (line.code,))

    def _by_name(self, line: Line) -> int | None:
        if line.name is None:
            return None
        # Lines of products kept in lots carry the list of lots after a line break.
        name = line.name.partition("\n")[0].strip()
        return self._only("name = ? AND brand IS ?", (name, line.brand))

    def _only(self, condition: str, parameters: tuple[str | None, ...]) -> int | None:
        rows = self._store.execute(
            f"SELECT id FROM product WHERE source_id = ? AND {condition} AND gone_at IS NULL LIMIT 2",
            (self._source_id, *parameters),
        ).fetchall()
        return int(rows[0][0]) if len(rows) == 1 else None


def rematch(store: Store, source_id: int, now: int) -> int:
    """Give lines that were left open another try after the catalogue changed. Returns how many documents it helped."""
    helped = 0
    matcher = _Matcher(store, source_id)
    open_lines = store.execute(
        "SELECT DISTINCT d.id, coalesce(d.created_at, d.first_seen_at) FROM document_line l"
        " JOIN document d ON d.id = l.document_id"
        " WHERE l.product_id IS NULL AND d.source_id = ? AND d.gone_at IS NULL ORDER BY d.id DESC LIMIT 1000",
        (source_id,),
    ).fetchall()
    for key, happened_at in open_lines:
        before = _effects_of(store, key)
        found = [
            (matcher.match(Line(0.0, code, name, brand)), number)
            for number, code, name, brand in store.execute(
                "SELECT number, code, name, brand FROM document_line WHERE document_id = ? AND product_id IS NULL",
                (key,),
            )
        ]
        known = [(product, key, number) for product, number in found if product is not None]
        if known:
            store.connection.executemany(
                "UPDATE document_line SET product_id = ? WHERE document_id = ? AND number = ?", known
            )
            _book(store, source_id, key, "line matched", before, _effects_of(store, key), happened_at, now)
            helped += 1
    return helped


def unmatched_lines(store: Store, source_id: int, limit: int = 100) -> list[Row]:
    """Lines whose product is not known: what the document says, the newest first."""
    return store.rows(
        "SELECT d.kind, d.external_id AS document, d.date, l.code, l.name, l.brand, l.quantity FROM document_line l"
        " INDEXED BY line_unmatched CROSS JOIN document d ON d.id = l.document_id WHERE l.product_id IS NULL"
        " AND d.source_id = ? AND d.gone_at IS NULL ORDER BY l.document_id DESC LIMIT ?",
        (source_id, limit),
    )


def unknown_states(store: Store, source_id: int) -> list[Row]:
    """States and types of documents that alertd does not know, with how many documents carry them now."""
    return store.rows(
        "SELECT kind, coalesce(state, '') AS state, coalesce(type, '') AS type, count(*) AS documents FROM document"
        " INDEXED BY document_unverified WHERE source_id = ? AND effect = 'unverified' AND gone_at IS NULL"
        " GROUP BY 1, 2, 3 ORDER BY 4 DESC",
        (source_id,),
    )


def counted(store: Store, source_id: int, kind: str, since: str, until: str) -> int:
    """How many documents of a window are kept, whatever their state: what the system's own summary counts."""
    return int(
        store.value(
            "SELECT count(*) FROM document"
            " WHERE source_id = ? AND kind = ? AND date BETWEEN ? AND ? AND gone_at IS NULL",
            (source_id, kind, since, until),
        )
    )
