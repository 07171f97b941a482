"""Counts that a person gives for products whose system tells no stock: one, or a whole spreadsheet saved as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import UsageTrouble
from ..folding import fold
from ..sources.loose import decimal
from ..sources.registry import kind_named
from ..sources.values import BadValueError
from ..store import deliveries, ledger
from ..store.sources import Source
from .context import Context

PRODUCT = frozenset({"codigo", "code", "sku", "id", "producto", "produto", "nombre", "nome", "ca"})
QUANTITY = frozenset({"cantidad", "quantidade", "quantity", "contado", "contagem", "conteo", "stock", "estoque", "qtd"})
MINIMUM = frozenset({"minimo", "minimum", "stock_minimo", "estoque_minimo", "min"})
LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Counted:
    """What a person counted of a product, named by its code, id or name; the moment is now unless they say."""

    product: str
    quantity: float
    minimum: float | None = None
    at: int | None = None


def take_counts(context: Context, source: Source, counts: Iterable[Counted], *, by: str | None) -> int:
    """Write counts down, all or none, and judge the rules by them soon. Raises UsageTrouble. Returns how many."""
    if not kind_named(source.kind).counted:
        raise UsageTrouble(f"'{source.name}' tells its own stock; only sources that tell none are counted here.")
    store, now = context.store, context.now()
    products = []
    with store.write():
        for each in counts:
            _check(each, now)
            product = ledger.find_product(store, source.id, each.product)
            if ledger.told_by_system(store, source.id, product):
                raise UsageTrouble(
                    f"The system itself tells the stock of '{each.product}'; a count would be overwritten."
                )
            at = now if each.at is None else each.at
            ledger.count(store, source.id, product, counted=each.quantity, at=at, minimum=each.minimum, by=by, now=now)
            products.append(product)
        ledger.refresh(store, source.id, products, now)
        deliveries.evaluate_soon(store, source.id, now)
    return len(products)


def _check(each: Counted, now: int) -> None:
    if not 0 <= each.quantity <= LARGEST or (each.minimum is not None and not 0 <= each.minimum <= LARGEST):
        raise UsageTrouble(f"A count of '{each.product}' must be a number from 0 on.")
    if each.at is not None and each.at > now:
        raise UsageTrouble(f"The count of '{each.product}' lies in the future.")


def text_of(raw: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8 with or without its mark, else the Western code page."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def parse_counts(text: str) -> list[Counted]:
    """The counts of a CSV with a heading: a column of codes, one of quantities, perhaps one of minimums."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text)))
    if not rows:
        raise UsageTrouble("The file is empty; its first line must name the columns codigo and cantidad.")
    heading = [fold(cell.strip()) or "" for cell in rows[0]]
    product, quantity = _column(heading, PRODUCT, "codigo"), _column(heading, QUANTITY, "cantidad")
    minimum = next((place for place, name in enumerate(heading) if name in MINIMUM), None)
    return [
        _counted(row, number, product, quantity, minimum)
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(";\t,", key=first.count)


def _column(heading: Sequence[str], names: frozenset[str], usual: str) -> int:
    for place, name in enumerate(heading):
        if name in names:
            return place
    raise UsageTrouble(f"The first line names no column '{usual}'; it has: {', '.join(heading)}.")


def _counted(row: Sequence[str], number: int, product: int, quantity: int, minimum: int | None) -> Counted:
    def cell(place: int) -> str:
        return row[place].strip() if place < len(row) else ""

    try:
        counted = decimal(cell(quantity), "cantidad")
        least = None if minimum is None else decimal(cell(minimum), "minimo")
    except BadValueError:
        raise UsageTrouble(f"In line {number} a quantity is no number; mend the file and send it again.") from None
    if counted is None or not cell(product):
        raise UsageTrouble(f"Line {number} lacks a product or a quantity; mend the file and send it again.")
    return Counted(cell(product), counted, least)
