"""Bytes into records, whatever was saved: CSV, a workbook, or a list in JSON. How it was read is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ...errors import SourceTrouble
from ...model import Quarantined
from ...sheets import Sheet as Saved
from ...sheets import SheetFault, read
from ..loose import Record, keys_seen, look, set_aside

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
LISTS = ("data", "items", "results", "products", "productos", "produtos", "rows", "records", "data.items", "data.data")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its records by heading, lines that were set aside, and a sentence on how it was read.

    `mark` is what stands before decimals where the form of the table settles that: in JSON and in a workbook numbers
    are numbers.
    """

    records: list[Record]
    aside: list[Quarantined]
    how: str
    mark: str = ""
    delimiter: str = ""
    headings: tuple[str, ...] = ()


def read_sheet(raw: bytes) -> Sheet:
    """A table from its bytes. Raises SourceTrouble for what is none."""
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        return _json(raw)
    if raw.lstrip()[:1] == b"<":
        raise SourceTrouble("This is a web page and not a table; check the address.", kind="answer")
    try:
        return _saved(read(raw))
    except SheetFault as fault:
        raise SourceTrouble(str(fault), kind="answer") from fault


def _json(raw: bytes) -> Sheet:
    try:
        body: Any = msgspec.json.decode(raw.lstrip(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SourceTrouble("The table is cut off or is not JSON.", kind="answer") from None
    rows = (
        body
        if isinstance(body, list)
        else next((found for name in LISTS if isinstance(found := look(body, name), list)), None)
    )
    if rows is None:
        raise SourceTrouble(f"No list of products was found; there is {keys_seen(body, 3)}.", kind="answer")
    good = [row for row in rows if isinstance(row, Mapping)]
    aside = [set_aside("", "it is no record", row) for row in rows if not isinstance(row, Mapping)]
    headings = dict.fromkeys(str(name) for row in good[:50] for name in row)
    return Sheet(good, aside, f"Read as JSON: {len(good)} records", mark=".", headings=tuple(headings))


def _saved(saved: Saved) -> Sheet:
    """The rows of a CSV file or a workbook. A line with too few cells may be one that is being written."""
    heading = _heading(saved.header)
    records: list[Record] = []
    aside: list[Quarantined] = []
    for row in saved.rows():
        if row.fault is not None:
            aside.append(set_aside("", f"line {row.line}: {row.fault}", {}))
        elif row.short and not saved.workbook:
            aside.append(set_aside("", f"line {row.line} has fewer than {len(heading)} cells", {}))
        else:
            records.append(dict(zip(heading, row.cells, strict=True)))
    return Sheet(
        records,
        aside,
        _how(saved, len(records)),
        mark="." if saved.workbook else "",
        delimiter=saved.delimiter,
        headings=tuple(heading),
    )


def _how(saved: Saved, rows: int) -> str:
    if saved.workbook:
        return f"Read as a workbook: its first sheet, {rows} rows"
    return (
        f"Read as CSV: {DELIMITERS.get(saved.delimiter, saved.delimiter)} between cells, {saved.encoding}, {rows} rows"
    )


def _heading(cells: tuple[str, ...]) -> list[str]:
    """The names of the columns; one that comes twice or has no name is told apart by its place."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        names.append(cell if cell and cell not in names else f"{cell or 'column'} {place}")
    return names
