"""An upload into headings and rows. The whole is refused only for what spoils the whole; a bad line spoils itself.

A workbook becomes CSV first (see `workbook`), so that both are read by one piece. Rows are read from the text each
time they are asked for: a hundred thousand of them are never objects all at once.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..folding import fold
from . import workbook
from .faults import SheetFault
from .numbers import decimal_mark

MOST_BYTES = 20 * 2**20
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
DELIMITERS = (";", ",", "\t", "|")
_NAMED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: as many cells as there are headings, or the fault for which it cannot be used.

    `short` says that fewer were written: for a table that is read by itself, a line that was cut off.
    """

    line: int
    cells: tuple[str, ...]
    fault: SheetFault | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its headings as written, and its rows. Empty rows are left out; lines are counted as people see them."""

    header: tuple[str, ...]
    delimiter: str
    encoding: str
    workbook: bool
    count: int
    _text: str

    def rows(self) -> Iterator[Row]:
        """Every row after the headings, read anew."""
        records = _records(self._text, self.delimiter, lines=not self.workbook)
        next(records)
        for line, cells, fault in records:
            yield Row(line, (), fault) if fault else _fitted(line, cells, len(self.header))

    def columns(self, known: Mapping[str, Sequence[str]], needed: Sequence[str] = ()) -> dict[str, int]:
        """Where each word's column is, by the headings it is known under (folded, `_` for a space).

        Raises SheetFault when one of `needed` is not there.
        """
        folded = [heading_key(heading) for heading in self.header]
        found = {
            word: next(folded.index(name) for name in names if name in folded)
            for word, names in known.items()
            if any(name in folded for name in names)
        }
        if missing := [word for word in needed if word not in found]:
            raise self._lacking(missing, list(known))
        return found

    def _lacking(self, missing: Sequence[str], known: Sequence[str]) -> SheetFault:
        what, there = ", ".join(missing), ", ".join(heading for heading in self.header if heading)[:120]
        names = ", ".join(known)
        return SheetFault(
            f"La primera línea debe nombrar las columnas; falta: {what}. Tiene: {there}. Se conocen: {names}.",
            f"A primeira linha deve nomear as colunas; falta: {what}. Tem: {there}. São conhecidas: {names}.",
            f"The first line must name the columns; missing: {what}. It holds: {there}. Known are: {names}.",
        )

    def decimal_mark(self, *places: int) -> str:
        """What stands before decimals in these columns: '.', ',' or '' where nothing shows it."""
        if self.workbook:
            return "."
        cells = (row.cells[place] for row in self.rows() if not row.fault for place in places)
        return decimal_mark(cells, self.delimiter)


def heading_key(heading: str) -> str:
    """A heading as it is compared: 'Código de producto' and 'codigo_de_producto' are one."""
    return "_".join((fold(heading) or "").replace("_", " ").replace(".", " ").split())


def read(data: bytes, *, most_rows: int = MOST_ROWS) -> Sheet:
    """A table from the bytes of an upload. Raises SheetFault for what is none, or is too large."""
    if len(data) > MOST_BYTES:
        raise SheetFault(
            f"El archivo pasa de {MOST_BYTES >> 20} MB; envíelo en partes.",
            f"O arquivo passa de {MOST_BYTES >> 20} MB; envie em partes.",
            f"The file has more than {MOST_BYTES >> 20} MB; send it in parts.",
        )
    book = workbook.is_one(data)
    text, encoding = (workbook.as_csv(data, most_rows), "") if book else _text(data)
    named = _NAMED.match(text)
    delimiter = named[1] if named else "," if book else _delimiter(text)
    return _checked(text, delimiter, encoding, most_rows, book=book)


def _checked(text: str, delimiter: str, encoding: str, most_rows: int, *, book: bool) -> Sheet:
    records = _records(text, delimiter, lines=not book)
    _line, cells, fault = next(records, (0, [], None))
    if fault:
        raise fault
    header = tuple(cell.strip() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise SheetFault(
            "El archivo está vacío; la primera línea debe nombrar las columnas.",
            "O arquivo está vazio; a primeira linha deve nomear as colunas.",
            "The file is empty; its first line must name the columns.",
        )
    if len(header) > MOST_COLUMNS:
        raise _too_wide(len(header))
    count = 0
    for _ in records:
        count += 1
        if count > most_rows:
            raise too_long(most_rows)
    return Sheet(header, delimiter, encoding, book, count, text)


def _too_wide(columns: int) -> SheetFault:
    return SheetFault(
        f"Hay {columns} columnas; quite las que no hacen falta (se leen hasta {MOST_COLUMNS}).",
        f"Há {columns} colunas; remova as desnecessárias (são lidas até {MOST_COLUMNS}).",
        f"There are {columns} columns; leave out those that are not needed (up to {MOST_COLUMNS} are read).",
    )


def too_long(most: int) -> SheetFault:
    """The fault of a table with too many rows."""
    return SheetFault(
        f"El archivo pasa de {most:,} líneas; envíelo en partes.",
        f"O arquivo passa de {most:,} linhas; envie em partes.".replace(",", "."),
        f"The file has more than {most:,} lines; send it in parts.",
    )


def _text(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: as spreadsheets of the region save it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "UTF-16"
    try:
        text, encoding = data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252", "replace"), "Windows-1252"
    if "\x00" in text or text.lstrip()[:1] in ("<", "{"):
        raise SheetFault(
            "Esto no es una tabla; guarde la hoja como CSV o XLSX y envíe ese archivo.",
            "Isto não é uma tabela; salve a planilha como CSV ou XLSX e envie esse arquivo.",
            "This is no table; save the sheet as CSV or XLSX and send that file.",
        )
    return text, encoding


def _delimiter(text: str) -> str:
    """What stands between the headings, outside quotation marks."""
    first = next((line for line in text.splitlines()[:50] if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def _records(text: str, delimiter: str, *, lines: bool) -> Iterator[tuple[int, list[str], SheetFault | None]]:
    """Every record that is not empty, with the line it begins on; in a workbook a row is a line, whatever it holds."""
    named = _NAMED.match(text)
    file = io.StringIO(text[named.end() :] if named else text, newline="")
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    offset, number = (1 if named else 0), 0
    while True:
        begins, number = reader.line_num, number + 1
        line = (offset + begins + 1) if lines else number
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, [], _torn(line)
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells, None


def _torn(line: int) -> SheetFault:
    return SheetFault(
        "unas comillas no se cierran; ponga comillas dobles (\"\") dentro de un texto o quítelas.",
        "há aspas que não fecham; use aspas duplas (\"\") dentro de um texto ou remova-as.",
        "a quotation mark is not closed; double it (\"\") inside a text or leave it out.",
        line=line,
    )  # fmt: skip


def _fitted(line: int, cells: Sequence[str], wide: int) -> Row:
    """A row with a cell a heading. A short one ends in empty cells; a longer one hides a value in the wrong place."""
    if any(cell.strip() for cell in cells[wide:]):
        fault = SheetFault(
            f"hay {len(cells)} celdas y {wide} columnas; ¿una coma sin comillas dentro de un valor?",
            f"há {len(cells)} células e {wide} colunas; uma vírgula sem aspas dentro de um valor?",
            f"there are {len(cells)} cells and {wide} columns; a comma without quotation marks in a value?",
            line=line,
        )
        return Row(line, (), fault)
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return Row(line, (), _torn(line))
    filled = [*cells[:wide], *[""] * (wide - len(cells))]
    return Row(line, tuple(_shown(cell) for cell in filled), short=len(cells) < wide)


def _shown(cell: str) -> str:
    """A cell as its writer meant it: without the apostrophe that keeps a text from running as a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in DANGEROUS and len(text) > 1 else text
