"""From the bytes of a table to its products, in one step: for a poll, and for a person who sees it before it counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...model import Product, Quarantined
from ...sheets import decimal_mark
from ..loose import look
from .columns import NUMBERS, Names, names_in, read_products
from .sheet import Sheet, read_sheet


@dataclass(frozen=True, slots=True)
class Look:
    """What a table came to. `names` is which column each word was read from, `mark` what stands before decimals."""

    products: list[Product]
    quarantined: list[Quarantined]
    names: Names
    headings: tuple[str, ...]
    rows: int
    how: str
    mark: str


def look_at(raw: bytes, pinned: Mapping[str, str], place: str, mark: str = "") -> Look:
    """Read a table. Raises SourceTrouble for what is none, and for one in which a column is missing."""
    sheet = read_sheet(raw)
    names = names_in(sheet.records, pinned)
    mark = mark or _mark(sheet, names)
    found = read_products(sheet.records, names, place, mark)
    return Look(
        found.products,
        [*found.quarantined, *sheet.aside],
        names,
        sheet.headings,
        len(sheet.records),
        sheet.how,
        mark,
    )


def headings_of(raw: bytes) -> tuple[str, ...]:
    """The columns of a table, whatever they are called. Raises SourceTrouble for what is none."""
    return read_sheet(raw).headings


def _mark(sheet: Sheet, names: Names) -> str:
    if sheet.mark:
        return sheet.mark
    values = [look(record, names[word]) for word in NUMBERS if word in names for record in sheet.records]
    return decimal_mark((value for value in values if isinstance(value, str)), sheet.delimiter)
