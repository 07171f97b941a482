"""Send a table to take away, as CSV row by row or as a workbook; what the cells hold can run nothing (see `sheets`)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, g, stream_with_context

from ..folding import fold
from ..sheets import Cell, Column, csv_chunks, xlsx_bytes

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A name for the file, the columns and the rows; a title for the sheet where it is not the name."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""


def send(table: Table, kind: str) -> Response:
    """The answer that a browser keeps as a file."""
    if kind == "csv":
        mark = "," if g.reader.language == "pt" else "."
        answer = Response(stream_with_context(csv_chunks(table.columns, table.rows, mark=mark)))
    else:
        answer = Response(xlsx_bytes(table.columns, table.rows, title=table.title or table.name))
    answer.headers["Content-Type"] = TYPES[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(table.name)}.{kind}"'
    return answer


def _file_name(name: str) -> str:
    """Letters, digits and dashes: a name that every system and header can carry."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name) or "").strip("-")[:80] or "alertd"
