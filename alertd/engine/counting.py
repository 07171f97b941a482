"""Counts that a person gives for products whose system tells no stock: one, or a whole spreadsheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import UsageTrouble
from ..sheets import Row, SheetFault, number, read
from ..sources.registry import kind_named
from ..store import deliveries, ledger
from ..store.instants import after_looks
from ..store.sources import Source
from .context import Context

COLUMNS = {
    "codigo": ("codigo", "code", "sku", "id", "producto", "produto", "nombre", "nome", "ca"),
    "cantidad": ("cantidad", "quantidade", "quantity", "contado", "contagem", "conteo", "stock", "estoque", "qtd"),
    "minimo": ("minimo", "minimum", "stock_minimo", "estoque_minimo", "min"),
}
LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Counted:
    """What a person counted of a product, named by its code, id or name unless its row is known; the moment is now
    unless they say.
    """

    product: str
    quantity: float
    minimum: float | None = None
    at: int | None = None
    product_id: int | None = None


def take_counts(context: Context, source: Source, counts: Iterable[Counted], *, by: str | None) -> int:
    """Write counts down, all or none, and judge the rules by them soon. Raises UsageTrouble. Returns how many."""
    if not kind_named(source.kind).counted:
        raise UsageTrouble(f"'{source.name}' tells its own stock; only sources that tell none are counted here.")
    store = context.store
    products = []
    with store.write():
        now = after_looks(store, source.id, context.now())
        for each in counts:
            _check(each, now)
            product = each.product_id or ledger.find_product(store, source.id, each.product)
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


def parse_counts(data: bytes) -> list[Counted]:
    """The counts of a table with a heading: a column of codes, one of quantities, perhaps one of minimums."""
    sheet = read(data)
    where = sheet.columns(COLUMNS, needed=("codigo", "cantidad"))
    mark = sheet.decimal_mark(*(place for word, place in where.items() if word != "codigo"))
    return [_counted(row, where, mark) for row in sheet.rows()]


def _counted(row: Row, where: Mapping[str, int], mark: str) -> Counted:
    if row.fault:
        raise row.fault
    told = {word: row.cells[place] for word, place in where.items()}
    if not told["codigo"] or not told["cantidad"]:
        raise UsageTrouble(f"Line {row.line} lacks a product or a quantity; mend the file and send it again.")
    try:
        least = number(told["minimo"], mark) if told.get("minimo") else None
        return Counted(told["codigo"], number(told["cantidad"], mark), least)
    except SheetFault as fault:
        raise fault.at(row.line) from None
