"""A workbook (XLSX, XLS, ODS) into CSV, in a child of its own with bounded memory and time.

A small file can claim a sheet of a million rows and sixteen thousand columns, or unpack into gigabytes: what a person
uploads must not be able to end the process that watches the stock. The first sheet that people see is taken.
"""

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .faults import SheetFault

MOST_MEMORY = 1536 * 2**20
MOST_SECONDS = 60
MOST_UNPACKED = 400 * 2**20
MOST_CSV = 100 * 2**20
_PASSWORD, _NONE = 3, 4
_HERE = str(Path(__file__).parents[2])


def is_one(data: bytes) -> bool:
    """Whether these bytes begin like a workbook."""
    return data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def as_csv(data: bytes, most_rows: int) -> str:
    """The first visible sheet as CSV: points before decimals, dates as 2025-01-31. Raises SheetFault."""
    _unpacks(data)
    try:
        child = subprocess.run(
            [sys.executable, "-m", __name__, str(most_rows)],
            input=data,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
            env={"PYTHONPATH": os.pathsep.join([_HERE, *filter(None, sys.path)]), "PATH": os.environ.get("PATH", "")},
        )
    except subprocess.TimeoutExpired:
        raise _too_large() from None
    if child.returncode == _PASSWORD:
        raise SheetFault(
            "El libro tiene contraseña; guárdelo sin ella y envíelo de nuevo.",
            "A planilha tem senha; salve sem ela e envie de novo.",
            "The workbook has a password; save it without one and send it again.",
        )
    if child.returncode == _NONE:
        raise _unreadable()
    if child.returncode:
        raise _too_large()
    return child.stdout.decode()


def _unpacks(data: bytes) -> None:
    """Refuse what says of itself that it unpacks into too much."""
    if data[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _unreadable() from None
    if unpacked > MOST_UNPACKED:
        raise _too_large()


def _unreadable() -> SheetFault:
    return SheetFault(
        "El libro no se puede leer; ábralo, guárdelo como XLSX o CSV y envíe ese archivo.",
        "A planilha não pode ser lida; abra, salve como XLSX ou CSV e envie esse arquivo.",
        "The workbook cannot be read; open it, save it as XLSX or CSV and send that file.",
    )


def _too_large() -> SheetFault:
    return SheetFault(
        "El libro es demasiado grande; deje solo la hoja y las columnas necesarias, o envíelo como CSV.",
        "A planilha é grande demais; deixe só a aba e as colunas necessárias, ou envie como CSV.",
        "The workbook is too large; leave only the sheet and columns that are needed, or send it as CSV.",
    )


def _bound() -> None:
    """Keep this child within its memory and time, where the system can."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _rows(data: bytes) -> Iterator[list[Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    shown = [
        found.name
        for found in book.sheets_metadata
        if found.visible == SheetVisibleEnum.Visible and found.typ == SheetTypeEnum.WorkSheet
    ]
    sheet = book.get_sheet_by_name(shown[0])
    begins = sheet.start or (0, 0)
    # Rows and columns before the first used cell are not handed out; lines are counted as people see them.
    yield from ([] for _ in range(begins[0]))
    yield from sheet.iter_rows()


def cell(value: Any) -> str:
    """A value of a workbook as a text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute or value.second) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def main(most_rows: int) -> int:
    """The child: a workbook on standard input, CSV on standard output."""
    _bound()
    from python_calamine import CalamineError, PasswordError

    try:
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        writer, written = csv.writer(out), 0
        for number, row in enumerate(_rows(sys.stdin.buffer.read())):
            cells = [cell(value) for value in row]
            # One row too many is enough for the reader to say so.
            if number > most_rows + 1:
                break
            written += sum(map(len, cells))
            if written > MOST_CSV:
                return 1
            writer.writerow(cells or [""])
        out.flush()
    except PasswordError:
        return _PASSWORD
    except (CalamineError, IndexError, ValueError):
        return _NONE
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
