"""What stands behind one line of the reconciliation: every document with its effect, and every step of its stock.

The sum of a line is only believed by somebody who can open its figures. Causes come from what was kept at the time, for
some of them are told from what other products did; see `alertd.reconcile.causes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..store import Store, reconciliation
from ..store.db import Row
from ..store.sources import Source
from .causes import explain
from .loading import balances, load, moments_between
from .nouns import Placed, units
from .report import Line, Part, said_of, worded


@dataclass(frozen=True, slots=True)
class Document:
    """A document or typed line of a product's sum. `units` is what it did to stock; `term` the figure it is part of."""

    term: str
    label: str
    units: float
    at: int
    branch: str | None
    state: str | None
    factor: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One place of a product and what stood there: (moment, stock), None where it was not shown."""

    branch: str
    warehouse: str
    steps: tuple[tuple[int, float | None], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """One line opened. `parts` are its gaps with the key of what was kept of each; None: not settled yet."""

    line: Line
    documents: tuple[Document, ...]
    shelves: tuple[Shelf, ...]
    parts: tuple[tuple[Part, Row | None], ...]
    since: int
    until: int

    def of(self, term: str) -> list[Document]:
        """The documents of one figure, in order of time."""
        return [each for each in self.documents if each.term == term]


_TERMS = {"sale": "sold", "cancelled": "cancelled", "return": "returned", "receipt": "receipts"}


def behind(store: Store, source: Source, product_id: int, since: int, until: int) -> Behind | None:
    """Open the line of a product between the whole snapshots of two moments; None where nothing is known of it."""
    opening = reconciliation.snapshot_before(store, source.id, since)
    closing = reconciliation.snapshot_before(store, source.id, until)
    if opening is None or closing is None:
        return None
    closing = max(opening, closing)
    moments = moments_between(store, source.id, opening, closing)
    loaded = load(store, source.id, [product_id], moments)
    counted = balances(loaded)
    if not counted:
        return None
    gaps = explain(counted, loaded.shelves, loaded.facts, loaded.kits)
    limit = reconciliation.value_limit(store, source.id)
    line = worded(counted[0], gaps, loaded, said_of(store, source.id, opening, closing), limit, closing)
    kept = [row for row in reconciliation.variances_of(store, product_id) if opening < row["closed_at"] <= closing]
    parts = tuple(matched(part, kept) for part in line.parts)
    return Behind(
        replace(line, parts=tuple(part for part, _ in parts)),
        tuple(_document(each) for each in sorted(counted[0].placed, key=lambda placed: placed.event.at)),
        tuple(
            Shelf(shelf.branch, shelf.warehouse, tuple((at, None if stock is None else units(stock))
                  for at, stock in shelf.steps if at <= closing))
            for shelf in loaded.shelves[product_id]
        ),
        parts,
        opening,
        closing,
    )  # fmt: skip


def matched(part: Part, kept: Sequence[Row]) -> tuple[Part, Row | None]:
    """A gap with what was kept of it: its cause then, and the key by which a person can say what it was."""
    row = next((row for row in kept if row["closed_at"] == part.closed_at and row["units"] == part.units), None)
    if row is None or row["cause"] == part.cause:
        return part, row
    facts: dict[str, Any] = {**part.facts, **row["facts"]}
    return replace(part, cause=row["cause"], facts=facts), row


def _document(placed: Placed) -> Document:
    event = placed.event
    return Document(
        _TERMS.get(event.kind.value, "adjustments"), event.label, units(placed.quantity), event.at, event.branch,
        event.state, placed.factor,
    )  # fmt: skip
