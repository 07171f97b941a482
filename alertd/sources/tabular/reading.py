"""From the bytes of a table to its products, in one step: for a poll, and for a person who sees it before it counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...model import Product, Quarantined
from ...sheets import decimal_mark
from ..loose import look
from .columns import NUMBERS, Names, found_in, lacking, names_in, read_products
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


@dataclass(frozen=True, slots=True)
class SheetLook:
    """The columns of a table, whatever they are called, and which word each of them would be."""

    headings: tuple[str, ...]
    names: Names
    rows: int
    missing: str | None


def sheet_look(raw: bytes, pinned: Mapping[str, str]) -> SheetLook:
    """Look at the columns only. Raises SourceTrouble for what is no table."""
    sheet = read_sheet(raw)
    names = found_in(sheet.records, pinned) if sheet.records else dict(pinned)
    headings = sheet.headings or tuple(dict.fromkeys(str(name) for record in sheet.records[:50] for name in record))
    return SheetLook(headings, names, len(sheet.records), lacking(names))


def _mark(sheet: Sheet, names: Names) -> str:
    if sheet.mark:
        return sheet.mark
    values = [look(record, names[word]) for word in NUMBERS if word in names for record in sheet.records]
    return decimal_mark((value for value in values if isinstance(value, str)), sheet.delimiter)
