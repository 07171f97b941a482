"""A reconciliation as a file for a spreadsheet: CSV and XLSX, one product a row.

Names of products come from other people's systems: a text that a spreadsheet would take for a formula is written so
that it stays a text. A file is put in place whole or not at all.
"""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import words
from .report import TERMS, Line, Report

COLUMNS = (
    "codigo", "nombre", "opening", *TERMS, "expected", "actual", "unexplained", "unexplained_value", "cause",
    "evidence",
)  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_WIDTHS = {"nombre": 40, "evidence": 60, "cause": 28, "codigo": 16}
_HEADINGS = {
    "codigo": ("Código", "Código", "Code"),
    "nombre": ("Producto", "Produto", "Product"),
    "opening": ("Inicial", "Inicial", "Opening"),
    "sold": ("Vendido", "Vendido", "Sold"),
    "cancelled": ("Anulado", "Cancelado", "Cancelled"),
    "returned": ("Devuelto", "Devolvido", "Returned"),
    "receipts": ("Entradas", "Entradas", "Receipts"),
    "adjustments": ("Ajustes", "Ajustes", "Adjustments"),
    "expected": ("Esperado", "Esperado", "Expected"),
    "actual": ("Hay", "Há", "Actual"),
    "unexplained": ("Diferencia", "Diferença", "Difference"),
    "unexplained_value": ("Valor", "Valor", "Value"),
    "cause": ("Posible causa", "Possível causa", "Possible cause"),
    "evidence": ("Detalle", "Detalhe", "Detail"),
}


def safe(text: str | None) -> str:
    """A text that no spreadsheet runs: one that begins like a formula gets an apostrophe before it."""
    if not text:
        return ""
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS[:4]) else text


def row(line: Line, language: str) -> list[str | float | None]:
    """The cells of one line: texts made safe, numbers as numbers."""
    cells: dict[str, Any] = {name: getattr(line, name) for name in COLUMNS if name not in ("cause", "evidence")}
    cells |= {"codigo": safe(line.codigo), "nombre": safe(line.nombre)}
    cells |= {"cause": words.cause(line.cause, language), "evidence": safe(words.evidence(line, language))}
    return [cells[name] for name in COLUMNS]


def write_csv(report: Report, path: Path, language: str = "es") -> None:
    """UTF-8 with a mark that spreadsheets look for; decimals with a point; the columns named as in JSON."""
    part = _part(path)
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_plain(row(line, language)) for line in report.lines)
    part.replace(path)


def _plain(cells: Sequence[str | float | None]) -> list[str]:
    return [f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else cell or "" for cell in cells]


def write_xlsx(report: Report, path: Path, language: str = "es") -> None:
    """A workbook with headings in the reader's language; texts are written as texts, whatever they look like."""
    import xlsxwriter

    part = _part(path)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(part), options) as book:
        sheet = book.add_worksheet(report.source[:31].translate(str.maketrans("[]:*?/\\", "_______")))
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for position, name in enumerate(COLUMNS):
            sheet.set_column(position, position, _WIDTHS.get(name, 11))
            sheet.write_string(0, position, _HEADINGS[name][words.LANGUAGES.index(language)], bold)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(report.lines)), len(COLUMNS) - 1)
        for number, line in enumerate(report.lines, start=1):
            for position, cell in enumerate(row(line, language)):
                if isinstance(cell, str):
                    sheet.write_string(number, position, cell)
                elif cell is not None:
                    sheet.write_number(
                        number, position, cell, *((money,) if COLUMNS[position].endswith("value") else ())
                    )
    part.replace(path)


def _part(path: Path) -> Path:
    """Where the file is written before it takes its place."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")
