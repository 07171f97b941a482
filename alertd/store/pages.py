"""What the pages share when they read: one page of a long list by its keys, never by its offset.

A list has an order of unique keys. The page after (or before) a row starts at that row's keys, so the thousandth page
costs what the first one does, and rows that appear meanwhile shift nothing. The lists are in `pages_*`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Key = tuple[Any, ...]
Found = tuple[Any, ...]
"""A row as the database gives it, by the order of its columns: a list makes fifty a page, and names are dear."""


@dataclass(frozen=True, slots=True)
class State:
    """The SQL expression of a level's state over `stock_row r`, with the values of its named parameters."""

    sql: str
    today: int
    fresh_since: int | None

    @property
    def parameters(self) -> dict[str, Any]:
        """What to bind beside the query's own parameters."""
        return {"today": self.today, "fresh_since": self.fresh_since}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts: after a row, or before it when one walks back."""

    key: Key
    backwards: bool = False


def bind(cursor: Cursor | None) -> dict[str, Any]:
    """The parameters of a cursor, for `Order.where`."""
    return {f"key{number}": part for number, part in enumerate(cursor.key)} if cursor else {}


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """One page. `before` and `after` are the keys to walk on from; None where the list ends."""

    rows: list[Item]
    before: Key | None = None
    after: Key | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The unique keys a list is sorted by, all upwards or all downwards, as SQL expressions.

    A cursor's keys are bound as `:key0`, `:key1` and so on.
    """

    columns: tuple[str, ...]
    descending: bool = False

    def where(self, cursor: Cursor | None) -> str:
        """The condition that skips what lies on the other side of the cursor."""
        if cursor is None:
            return "1"
        sign = "<" if self.descending != cursor.backwards else ">"
        places = ", ".join(f":key{number}" for number in range(len(self.columns)))
        return f"({', '.join(self.columns)}) {sign} ({places})"

    def by(self, cursor: Cursor | None) -> str:
        """The ORDER BY list; walking back reads it the other way round."""
        downwards = self.descending != (cursor is not None and cursor.backwards)
        return ", ".join(f"{column} {'DESC' if downwards else 'ASC'}" for column in self.columns)


def cut(
    rows: list[Found], keys: Callable[[Found], Key], size: int, cursor: Cursor | None, make: Callable[[Found], Item]
) -> Slice[Item]:
    """A page from the rows of a query that asked for one row more than fits; `keys` picks their key columns."""
    more = len(rows) > size
    kept = rows[:size]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        kept.reverse()
    if not kept:
        return Slice([])
    first, last = keys(kept[0]), keys(kept[-1])
    return Slice(
        [make(row) for row in kept],
        before=first if (more if backwards else cursor is not None) else None,
        after=last if (more or backwards) else None,
    )
