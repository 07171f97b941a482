"""Who changed what, and when. Rows are written together with the change they tell of, and never edited."""

import json
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import msgspec

from .db import Store
from .pages import Cursor, Found, Order, Slice, bind, cut

PAGE = 50
_ORDER = Order(("a.at", "a.id"), descending=True)


class Entry(msgspec.Struct, frozen=True):
    """One change: `what` is a word such as `source.added`, `about` the name of what was changed."""

    id: int
    at: int
    who: str
    what: str
    about: str
    facts: dict[str, Any]


def note(
    store: Store, *, who: str, what: str, about: str = "", now: int, facts: Mapping[str, Any] | None = None
) -> None:
    """Write a change down; joins the caller's transaction. Facts must hold no secret."""
    with store.write():
        store.execute(
            "INSERT INTO audit (at, who, what, about, facts) VALUES (?, ?, ?, ?, ?)",
            (now, who, what, about[:200], json.dumps(dict(facts or {}), ensure_ascii=False)),
        )


def list_entries(
    store: Store, who: str = "", about: str = "", cursor: Cursor | None = None, size: int = PAGE
) -> Slice[Entry]:
    """One page of changes, newest first."""
    conditions = ["1"]
    if who:
        conditions.append("a.who = :who")
    if about:
        conditions.append("a.about = :about")
    rows = store.execute(
        f"SELECT a.id, a.at, a.who, a.what, a.about, a.facts FROM audit a WHERE {' AND '.join(conditions)}"
        f" AND {_ORDER.where(cursor)} ORDER BY {_ORDER.by(cursor)} LIMIT {size + 1}",
        {"who": who, "about": about, **bind(cursor)},
    ).fetchall()
    return cut(rows, itemgetter(1, 0), size, cursor, _entry)


def people(store: Store) -> list[str]:
    """Everybody who changed something, by name."""
    return [row["who"] for row in store.rows("SELECT DISTINCT who FROM audit ORDER BY who LIMIT 200")]


def _entry(row: Found) -> Entry:
    facts = msgspec.json.decode(row[5])
    return Entry(*(*row[:5], facts if isinstance(facts, dict) else {}))
