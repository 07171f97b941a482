"""Columns and rows into CSV or a workbook, a row at a time, so that the memory does not grow with the rows.

Names of products come from other people's systems: a text that a spreadsheet would run as a formula is written so that
it stays a text. A file is put in place whole or not at all.
"""

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Literal

from .reading import DANGEROUS, LONGEST_CELL

Cell = str | float | int | bool | date | datetime | None
Kind = Literal["text", "number", "whole", "money", "percent", "date", "moment"]
_FORMATS: dict[str, str] = {
    "number": "#,##0.######",
    "whole": "#,##0",
    "money": "#,##0.00",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what its cells are, and how wide a workbook shows them. Moments are given in the shop's zone."""

    heading: str
    kind: Kind = "text"
    width: int = 12


def safe(text: str | None) -> str:
    """A text that no spreadsheet runs: one that begins like a formula gets an apostrophe before it."""
    if not text:
        return ""
    return f"'{text}" if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS[:4]) else text


def csv_chunks(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, mark: str = ".") -> Iterator[bytes]:
    """UTF-8 with the mark that spreadsheets look for; a semicolon between cells where decimals take the comma."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if mark == "," else ",")
    writer.writerow([safe(column.heading) for column in columns])
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([_plain(cell, mark) for cell in row])
        if out.tell() > _CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _plain(cell: Cell, mark: str) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        text = f"{cell:.6f}".rstrip("0").rstrip(".")
        return ("0" if text == "-0" else text).replace(".", mark)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return safe(cell) if isinstance(cell, str) else str(cell)


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, mark: str = ".") -> bytes:
    """The whole table as CSV."""
    return b"".join(csv_chunks(columns, rows, mark=mark))


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, mark: str = ".") -> None:
    """The table as a CSV file."""
    with _Placed(path) as file:
        for chunk in csv_chunks(columns, rows, mark=mark):
            file.write(chunk)


def xlsx_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, title: str = "") -> bytes:
    """The whole table as a workbook of one sheet."""
    out = io.BytesIO()
    _workbook(out, columns, rows, title)
    return out.getvalue()


def write_xlsx(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, title: str = "") -> None:
    """The table as a workbook of one sheet."""
    with _Placed(path) as file:
        _workbook(file, columns, rows, title)


def _workbook(out: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _FORMATS.items()}
        bold, number = book.add_format({"bold": True}), 0
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.heading, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                _write(sheet, number, place, cell, formats.get(columns[place].kind))
        sheet.autofilter(0, 0, max(1, number), len(columns) - 1)


def _write(sheet: Any, number: int, place: int, cell: Cell, shape: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(number, place, cell[:LONGEST_CELL])
    elif isinstance(cell, date):
        sheet.write_datetime(number, place, cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell, shape)
    elif cell is not None and math.isfinite(cell):
        sheet.write_number(number, place, cell, shape)


def _sheet_name(title: str) -> str:
    """A title that a workbook accepts for a sheet."""
    return title.translate(str.maketrans("[]:*?/\\'", "________"))[:31] or "alertd"


class _Placed:
    """A file that takes its place when it is whole; what was there before stays until then."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> IO[bytes]:
        self._file = self._part.open("wb")
        return self._file

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            with suppress(OSError):
                self._part.unlink()
