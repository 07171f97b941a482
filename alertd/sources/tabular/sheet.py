"""Bytes into records: which encoding, which delimiter, which decimal mark. Each is found by looking, and told."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ...errors import SourceTrouble
from ...model import Quarantined
from ..loose import Record, keys_seen, look, set_aside

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
LISTS = ("data", "items", "results", "products", "productos", "produtos", "rows", "records", "data.items", "data.data")
_GROUPS = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its records by heading, lines that were set aside, and a sentence on how it was read."""

    records: list[Record]
    aside: list[Quarantined]
    how: str
    delimiter: str = ""


def read_sheet(raw: bytes) -> Sheet:
    """A table from its bytes. Raises SourceTrouble for what is none."""
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise SourceTrouble("This is a workbook, which alertd does not read; save the sheet as CSV.", kind="answer")
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        return _json(raw)
    if raw.lstrip()[:1] == b"<":
        raise SourceTrouble("This is a web page and not a table; check the address.", kind="answer")
    return _csv(*_text(raw))


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
    return Sheet(good, aside, f"Read as JSON: {len(good)} records")


def _text(raw: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: as spreadsheets of the region save it."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace"), "UTF-16"
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "Windows-1252"


def _csv(text: str, encoding: str) -> Sheet:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise SourceTrouble("The table is empty; its first line must name its columns.", kind="answer")
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    heading: list[str] = []
    records: list[Record] = []
    aside: list[Quarantined] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if not heading:
            heading = _heading(cells)
        elif len(cells) < len(heading):
            aside.append(set_aside("", f"line {rows.line_num} has {len(cells)} of {len(heading)} cells", {}))
        else:
            records.append(dict(zip(heading, cells, strict=False)))
    how = f"Read as CSV: {DELIMITERS[delimiter]} between cells, {encoding}, {len(records)} rows"
    return Sheet(records, aside, how, delimiter)


def _heading(cells: list[str]) -> list[str]:
    """The names of the columns; one that comes twice or has no name is told apart by its place."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        names.append(cell if cell and cell not in names else f"{cell or 'column'} {place}")
    return names


def decimal_mark(values: Iterable[str], delimiter: str) -> tuple[str, bool]:
    """Whether numbers are written with a point or a comma, and whether anything showed it."""
    ambiguous = False
    for value in values:
        comma, point = value.rfind(","), value.rfind(".")
        if comma >= 0 and point >= 0:
            return ("," if comma > point else "."), True
        if comma >= 0 or point >= 0:
            if not _GROUPS.fullmatch(value.strip()):
                return ("," if comma >= 0 else "."), True
            ambiguous = True
    # A semicolon between cells is what spreadsheets use where the comma is taken by numbers.
    return ("," if delimiter == ";" and ambiguous else "."), False
