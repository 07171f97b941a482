"""A reconciliation as a table for a spreadsheet: one product a row, written by `alertd.sheets`."""

from collections.abc import Iterator
from pathlib import Path

from ..sheets import Cell, Column, csv_bytes, write_csv, write_xlsx, xlsx_bytes
from . import words
from .report import TERMS, Line, Report

NAMES = (
    "codigo", "nombre", "opening", *TERMS, "expected", "actual", "unexplained", "unexplained_value", "cause",
    "evidence",
)  # fmt: skip
_WIDTHS = {"nombre": 40, "evidence": 60, "cause": 28, "codigo": 16}
_KINDS = {"codigo": "text", "nombre": "text", "cause": "text", "evidence": "text", "unexplained_value": "money"}
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


def columns(language: str | None) -> list[Column]:
    """The columns, headed in a language; by the names that programs know without one."""
    said = None if language is None else words.LANGUAGES.index(language)
    return [
        Column(name if said is None else _HEADINGS[name][said], _KINDS.get(name, "number"), _WIDTHS.get(name, 11))  # type: ignore[arg-type]
        for name in NAMES
    ]


def rows(report: Report, language: str) -> Iterator[list[Cell]]:
    """The cells of every line."""
    return (_row(line, language) for line in report.lines)


def _row(line: Line, language: str) -> list[Cell]:
    cells: dict[str, Cell] = {name: getattr(line, name) for name in NAMES if name not in ("cause", "evidence")}
    cells |= {"cause": words.cause(line.cause, language), "evidence": words.evidence(line, language)}
    return [cells[name] for name in NAMES]


def csv_file(report: Report, path: Path, language: str = "es") -> None:
    """The report as a CSV file for programs: columns named as in JSON, decimals with a point."""
    write_csv(path, columns(None), rows(report, language))


def xlsx_file(report: Report, path: Path, language: str = "es") -> None:
    """The report as a workbook for people, headed in their language."""
    write_xlsx(path, columns(language), rows(report, language), title=report.source)


def download(report: Report, kind: str, language: str) -> bytes:
    """What the page hands out: `csv` or `xlsx`, both for people; Brazil's spreadsheets want the decimal comma."""
    if kind == "xlsx":
        return xlsx_bytes(columns(language), rows(report, language), title=report.source)
    return csv_bytes(columns(language), rows(report, language), mark="," if language == "pt" else ".")
