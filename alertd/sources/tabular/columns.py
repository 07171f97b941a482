"""Products out of a table: which column is what, and rows of one product in several warehouses put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import SourceTrouble
from ...model import Product, Quarantined, StockLevel, quantity
from ...sheets import SheetFault, heading_key, number
from ..loose import Record, has, identity, is_text, look, says_yes, set_aside
from ..values import BadValueError, maybe_number, text

WORDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "codigo": ("codigo", "sku", "code", "cod", "clave", "referencia", "reference", "ean"),
    "nombre": ("nombre", "producto", "nome", "produto", "name", "product", "articulo", "descripcion", "descricao"),
    "stock": ("stock", "existencias", "existencia", "estoque", "cantidad", "quantidade", "qty", "quantity", "saldo"),
    "stock_minimo": ("stock_minimo", "minimo", "estoque_minimo", "min", "minimum"),
    "stock_maximo": ("stock_maximo", "maximo", "estoque_maximo", "max", "maximum"),
    "bodega": ("bodega", "nombre_bodega", "deposito", "almacen", "warehouse"),
    "sucursal": ("sucursal", "nombre_sucursal", "loja", "tienda", "filial", "branch"),
    "categoria": ("categoria", "nombre_categoria", "category"),
    "marca": ("marca", "brand"),
    "proveedor": ("proveedor", "nombre_proveedor", "fornecedor", "supplier"),
    "precio": ("precio", "preco", "price"),
    "costo": ("costo", "custo", "cost"),
    "enable": ("enable", "activo", "ativo", "enabled", "active"),
}
NUMBERS = ("stock", "stock_minimo", "stock_maximo", "precio", "costo")
KIND = "Producto"
Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What a table came to."""

    products: list[Product]
    quarantined: list[Quarantined]


def names_in(records: Sequence[Record], pinned: Mapping[str, str]) -> Names:
    """The column of each word: the one a person named, else the one whose heading is known. Raises SourceTrouble."""
    if not records:
        return dict(pinned)
    headings = {str(heading) for record in records[:50] for heading in record}
    for word, column in pinned.items():
        if column and not any(has(record, column) for record in records):
            raise _missing(word, column, headings)
    found = found_in(records, pinned)
    missing = lacking(found)
    if missing is not None:
        raise _missing("stock" if missing == "stock" else "codigo or nombre", None, headings)
    return found


def found_in(records: Sequence[Record], pinned: Mapping[str, str]) -> Names:
    """The column of each word as far as it is there. A word that is pinned to nothing is not looked for."""
    headings = {heading_key(str(heading)): str(heading) for record in records[:50] for heading in record}
    found: Names = {}
    for word, known in WORDS.items():
        if word in pinned:
            if pinned[word] and any(has(record, pinned[word]) for record in records):
                found[word] = pinned[word]
        elif column := next((headings[name] for name in known if name in headings), None):
            found[word] = column
    return found


def lacking(names: Mapping[str, str]) -> str | None:
    """The word without which a table cannot be read; None where it can."""
    if "stock" not in names:
        return "stock"
    return None if {"id", "codigo", "nombre"} & names.keys() else "codigo"


def _missing(word: str, column: str | None, headings: Iterable[str]) -> SourceTrouble:
    there = ", ".join(sorted(headings))[:400]
    what = f"The column '{column}' for {word} is gone" if column else f"No column is known to be the {word}"
    return SourceTrouble(
        f"{what}; there are: {there}. Nothing was changed. Say which it is with 'alertd source set', column.{word}=...",
        kind="answer",
    )


def read_products(records: Sequence[Record], names: Names, place: str, mark: str) -> Read:
    """Every product of a table; a row that cannot be read sets its product aside."""
    rows: dict[int | str, list[Record]] = {}
    aside: list[Quarantined] = []
    for line, record in enumerate(records, start=1):
        try:
            rows.setdefault(_key(record, names), []).append(record)
        except BadValueError as fault:
            aside.append(set_aside("", f"row {line}: {fault}", {}))
    products = []
    for key, group in rows.items():
        try:
            products.append(_product(key, group, names, place, mark))
        except BadValueError as fault:
            aside.append(Quarantined(key=str(key)[:80], reason=str(fault), raw=""))
    return Read(products, aside)


def _key(record: Record, names: Names) -> int | str:
    for word in ("id", "codigo", "nombre"):
        value = look(record, names[word]) if word in names else None
        if is_text(value) and str(value).strip():
            return identity(value)
    raise BadValueError("it has neither a code nor a name")


def _product(key: int | str, rows: list[Record], names: Names, place: str, mark: str) -> Product:
    first = rows[0]
    code = _text(first, names, "codigo")
    enable = look(first, names["enable"]) if "enable" in names else None
    return Product(
        id=key,
        name=_text(first, names, "nombre") or code or str(key),
        levels=_levels(rows, names, place, mark),
        code=code,
        category=_text(first, names, "categoria"),
        brand=_text(first, names, "marca"),
        supplier=_text(first, names, "proveedor"),
        kind=KIND,
        enabled=enable is None or enable == "" or says_yes(enable),
        price=_number(first, names, "precio", mark),
        cost=_number(first, names, "costo", mark),
    )


def _levels(rows: list[Record], names: Names, place: str, mark: str) -> tuple[StockLevel, ...]:
    """A level a warehouse; rows of the same one are added up. An empty cell is unknown, not zero."""
    found: dict[tuple[str, str], StockLevel] = {}
    for row in rows:
        stock = _number(row, names, "stock", mark)
        if stock is None:
            continue
        where = (_text(row, names, "sucursal") or "", _text(row, names, "bodega") or place)
        before = found.get(where)
        found[where] = StockLevel(
            warehouse=where[1],
            branch=where[0],
            stock=quantity(stock + (before.stock if before else 0.0)),
            minimum=_number(row, names, "stock_minimo", mark),
            maximum=_number(row, names, "stock_maximo", mark),
        )
    return tuple(found.values())


def _number(record: Record, names: Names, word: str, mark: str) -> float | None:
    if word not in names:
        return None
    value: Any = look(record, names[word])
    if not isinstance(value, str):
        return maybe_number(value, names[word])
    if not value.strip():
        return None
    try:
        return number(value, mark)
    except SheetFault as fault:
        raise BadValueError(f"'{names[word]}': {fault}") from None


def _text(record: Record, names: Names, word: str) -> str | None:
    value = look(record, names[word]) if word in names else None
    return text(value) if is_text(value) else None
