"""Numbers as people of the region write them: 1,234.50 and 1.234,50. What can be read two ways is not guessed."""

import re
from collections.abc import Iterable

from ..model import quantity
from .faults import SheetFault

LARGEST = 1e12
_MONEY = re.compile(r"^([+-]?)(R\$|C\$|US\$|B/\.|\$|€|₡|Q|L)", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d*[.,]?\d+|[+-]?\d+[.,]")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:\.\d{3})+(?:,\d+)?|(?:,\d{3})+(?:\.\d+)?)")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def number(text: str, mark: str = "") -> float:
    """The number a text says; `mark` is what stands before decimals in this table, empty where nothing shows it.

    1,234 is a thousand to one shop and one and a bit to another: without a mark it is refused. Raises SheetFault.
    """
    compact = _MONEY.sub(r"\1", "".join(text.split()).replace("−", "-").replace("'", ""))
    if _EITHER.fullmatch(compact):
        return _bounded(_settled(compact, mark), text)
    if _PLAIN.fullmatch(compact):
        return _bounded(compact.replace(",", "."), text)
    if not _GROUPED.fullmatch(compact):
        raise _no_number(text)
    last = max(compact.rfind(","), compact.rfind("."))
    # Two different marks: the last one stands before decimals. One mark more than once: all of them group thousands.
    if {",", "."} <= set(compact):
        compact = f"{_digits(compact[:last])}.{compact[last + 1 :]}"
    return _bounded(_digits(compact) if "," in compact or compact.count(".") > 1 else compact, text)


def _digits(text: str) -> str:
    return text.replace(",", "").replace(".", "")


def _settled(compact: str, mark: str) -> str:
    if not mark:
        whole, decimal = _digits(compact), compact.replace(",", ".")
        raise SheetFault(
            f"'{compact}' puede leerse como {whole} o como {decimal}; escriba {whole} o {decimal}0.",
            f"'{compact}' pode ser lido como {whole} ou como {decimal}; escreva {whole} ou {decimal}0.",
            f"'{compact}' can be read as {whole} or as {decimal}; write {whole} or {decimal}0.",
        )
    return compact.replace(",", ".") if mark in compact else _digits(compact)


def _bounded(compact: str, text: str) -> float:
    value = float(compact)
    if abs(value) > LARGEST:
        raise _no_number(text)
    return quantity(value)


def _no_number(text: str) -> SheetFault:
    shown = text.strip()[:40]
    return SheetFault(f"'{shown}' no es un número.", f"'{shown}' não é um número.", f"'{shown}' is not a number.")


def decimal_mark(values: Iterable[str], delimiter: str = "") -> str:
    """What stands before decimals in these values: '.', ',' or '' where nothing shows it."""
    doubtful = False
    for value in values:
        compact = _MONEY.sub(r"\1", "".join(value.split()))
        if _EITHER.fullmatch(compact):
            doubtful = True
        elif ("," in compact or "." in compact) and (_PLAIN.fullmatch(compact) or _GROUPED.fullmatch(compact)):
            last = compact[max(compact.rfind(","), compact.rfind("."))]
            return last if compact.count(last) == 1 else {",": ".", ".": ","}[last]
    # A semicolon between cells is what spreadsheets use where the comma is taken by numbers.
    return "," if doubtful and delimiter == ";" else ""


def formula(text: str) -> bool:
    """Whether a spreadsheet would work a cell out instead of showing it. A signed number is no formula."""
    bare = text.strip()
    return bare[:1] in ("=", "@", "\uff1d", "\uff20") or (
        bare[:1] in ("+", "-") and len(bare) > 1 and not bare[1:2].isdigit() and bare[1:2] not in ".,$ "
    )
