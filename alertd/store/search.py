"""Find products by what people type: three letters or more, anywhere in name, code, barcode or brand.

An index of three-letter pieces narrows the search; what was found is always held against the text itself, so that an
index that lags behind can only make a search slower. It is written apart from the sweep, in slices, by `bring_up`.
"""

from dataclasses import dataclass, field
from typing import Any

from ..folding import fold
from .db import Store

SLICE = 4_000
FEW = 2_000
_PIECE = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, as conditions on `p.search`; `match` is what the index is asked, None when it cannot help."""

    conditions: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    match: str | None = None


def words_of(text: str) -> Words:
    """The words of a search. Each must occur somewhere; signs are only signs."""
    found = (fold(text) or "").split()
    pieces = dict.fromkeys(word[at : at + _PIECE] for word in found for at in range(len(word) - _PIECE + 1))
    match = " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces) or None
    return Words(
        tuple(f"instr(p.search, :word{number})" for number in range(len(found))),
        {"match": match, **{f"word{number}": word for number, word in enumerate(found)}},
        match,
    )


def is_ready(store: Store) -> bool:
    """Whether the index knows every product."""
    return store.value("SELECT 1 FROM find_due LIMIT 1") is None


def bring_up(store: Store, size: int = SLICE) -> bool:
    """Take the next products into the index; returns whether more wait."""
    if is_ready(store):
        return False
    with store.write() as connection:
        ids = [row[0] for row in connection.execute("SELECT product_id FROM find_due LIMIT ?", (size,))]
        last = ids[-1] if ids else 0
        connection.execute(
            "INSERT INTO product_find (rowid, search) SELECT p.id, p.search FROM find_due d JOIN product p"
            " ON p.id = d.product_id WHERE d.product_id <= ?",
            (last,),
        )
        connection.execute("DELETE FROM find_due WHERE product_id <= ?", (last,))
    return not is_ready(store)


def few(store: Store, way: str, parameters: dict[str, Any]) -> list[int] | None:
    """The ids that a statement lists, where they are so few that looking at each is the quickest way; else None."""
    ids = [row[0] for row in store.execute(f"SELECT id FROM ({way}) LIMIT {FEW + 1}", parameters)]
    return ids if len(ids) <= FEW else None


def way_of(store: Store, words: Words) -> str | None:
    """The statement that lists the ids of products that hold these words, or may; None where nothing was typed."""
    if not words.conditions:
        return None
    if words.match and is_ready(store):
        return "SELECT rowid AS id FROM product_find WHERE product_find MATCH :match"
    return f"SELECT p.id FROM product p WHERE {' AND '.join(words.conditions)}"
