"""What the page of one product asks beside its levels: what moved it, and its place in time.

Every question is about one product or one level, by an index that begins with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .db import Store
from .pages_products import Change

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Movement:
    """What one document did to a product's stock, when that was seen; `kind` is the document's."""

    seen_at: int
    kind: str
    quantity: float
    branch: str | None
    number: str | None
    date: str
    state: str | None


def movements(store: Store, product: int, limit: int = 20) -> list[Movement]:
    """The newest differences that documents made, newest first."""
    rows = store.rows(
        "SELECT m.seen_at, d.kind, m.quantity, m.branch, d.number, d.date, d.state FROM movement m "
        "JOIN document d ON d.id = m.document_id WHERE m.product_id = ? ORDER BY m.seen_at DESC LIMIT ?",
        (product, limit),
    )
    return [Movement(**row) for row in rows]


def history(store: Store, level: int, since: int, until: int) -> list[Change]:
    """The changes of a level between two moments, oldest first, begun by the one in force at the first."""
    rows = store.rows(
        "SELECT at, stock, minimum, maximum FROM stock_change WHERE level_id = ? AND at >= "
        "coalesce((SELECT max(at) FROM stock_change WHERE level_id = ? AND at <= ?), 0) AND at <= ? "
        "ORDER BY at DESC LIMIT ?",
        (level, level, since, until, LONGEST),
    )
    return [Change(**row) for row in reversed(rows)]


def thinned(changes: Sequence[Change], most: int) -> list[Change]:
    """So many changes at most: of each stretch the lowest, the highest and the last, so that no dip is lost."""
    if len(changes) <= most:
        return list(changes)
    stretch = -(-3 * len(changes) // most)
    kept: list[Change] = []
    for first in range(0, len(changes), stretch):
        part = changes[first : first + stretch]
        known = [change for change in part if change.stock is not None]
        chosen = {part[-1].at: part[-1]}
        if known:
            for pick in (min, max):
                one = pick(known, key=lambda change: change.stock or 0.0)
                chosen[one.at] = one
        kept += [chosen[at] for at in sorted(chosen)]
    return kept


def moments_fired(store: Store, level: int, since: int) -> list[tuple[int, str]]:
    """When alerts about a level began to fire since a moment, and how grave they were."""
    rows = store.execute(
        "SELECT t.at, t.severity FROM alert a JOIN transition t ON t.alert_id = a.id WHERE a.level_id = ? "
        "AND t.became = 'firing' AND t.was IS NOT 'firing' AND t.at >= ? ORDER BY t.at LIMIT 200",
        (level, since),
    )
    return [(at, severity) for at, severity in rows]
