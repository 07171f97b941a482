"""Products and their levels out of SmartPyme's words. Knows nothing of HTTP; see `client` for that."""

from collections.abc import Container, Mapping
from typing import Annotated, Any

import msgspec
from xxhash import xxh3_64_intdigest, xxh3_128_digest

from ...errors import SourceTrouble
from ...model import Page, Product, Quarantined, RemembersPages, StockLevel, quantity
from ..values import LARGEST_ID, BadValueError, flag, identity, maybe_number, number, text, when
from .envelope import Envelope

RAW_KEPT = 4_000
Number = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]


class _Level(msgspec.Struct, gc=False):
    stock: Number
    stock_minimo: Number | None = None
    stock_maximo: Number | None = None
    nota: str | None = None
    nombre_bodega: str | None = None
    nombre_sucursal: str | None = None


class _Product(msgspec.Struct):
    id: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_ID)]
    nombre: str
    enable: int | str | bool
    inventarios: list[_Level]
    codigo: str | None = None
    barcode: str | None = None
    nombre_categoria: str | None = None
    marca: str | None = None
    nombre_proveedor: str | None = None
    tipo: str | None = None
    precio: Number | None = None
    costo: Number | None = None
    costo_anterior: Number | None = None
    costo_promedio: Number | None = None
    created_at: str | None = None


_products = msgspec.json.Decoder(list[msgspec.Raw])
_product = msgspec.json.Decoder(_Product, strict=False)


def read_page(
    envelope: Envelope, number_of_page: int, known: Container[int], remembers: RemembersPages | None = None
) -> Page:
    """One page, its unchanged products told apart by digest. Raises SourceTrouble when `data` is no list.

    With `remembers`, a page that stands there as a whole is not cut up.
    """
    pagination = envelope.pagination
    total, pages = (pagination.total, pagination.total_pages) if pagination else (None, None)
    # `meta` differs in every answer, so the mark is taken of the products alone.
    whole = xxh3_128_digest(envelope.data)
    if remembers is not None:
        same = remembers.page(whole)
        if same:
            return Page([], [], [], total, number_of_page, pages, whole, same)
        known = remembers.products()
    try:
        raws = _products.decode(envelope.data)
    except (msgspec.DecodeError, RecursionError):
        raise SourceTrouble("The answer holds no list of products where one belongs.", kind="answer") from None
    unchanged: list[int] = []
    changed: list[tuple[int, Product]] = []
    quarantined: list[Quarantined] = []
    for raw in raws:
        # 63 bits over a product's bytes as sent: equal means that nothing about it changed.
        digest = xxh3_64_intdigest(raw) >> 1
        if digest in known:
            unchanged.append(digest)
            continue
        product = read_product(raw)
        if isinstance(product, Quarantined):
            quarantined.append(product)
        else:
            changed.append((digest, product))
    return Page(unchanged, changed, quarantined, total, number_of_page, pages, None if quarantined else whole)


def read_product(raw: msgspec.Raw) -> Product | Quarantined:
    """A product by the fast typed way; by the patient way where that fails; quarantined where that fails too."""
    try:
        found = _product.decode(raw)
        levels = [
            _level(row.nombre_bodega, row.nombre_sucursal, row.stock, row.stock_minimo, row.stock_maximo, row.nota)
            for row in found.inventarios
        ]
        return _assemble(found, merge_levels(levels))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadValueError):
        return _read_patiently(raw)


def _assemble(found: _Product, levels: tuple[StockLevel, ...]) -> Product:
    return Product(
        id=found.id,
        name=found.nombre.strip() or (text(found.codigo) or f"#{found.id}"),
        levels=levels,
        code=text(found.codigo),
        barcode=text(found.barcode),
        category=text(found.nombre_categoria),
        brand=text(found.marca),
        supplier=text(found.nombre_proveedor),
        kind=text(found.tipo),
        enabled=flag(found.enable, "enable"),
        price=_rounded(found.precio),
        cost=_rounded(found.costo),
        previous_cost=_rounded(found.costo_anterior),
        average_cost=_rounded(found.costo_promedio),
        created_at=when(found.created_at),
    )


def _read_patiently(raw: msgspec.Raw) -> Product | Quarantined:
    try:
        fields: Any = msgspec.json.decode(raw)
        if not isinstance(fields, Mapping):
            raise BadValueError("a product is no object")
        return _product_from(fields)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Quarantined(key="", reason="it is no JSON object", raw=shown(raw))
    except BadValueError as fault:
        return Quarantined(key=key_of(fields), reason=str(fault), raw=shown(raw))


def _product_from(fields: Mapping[str, Any]) -> Product:
    key = identity(fields.get("id"), "id")
    rows = fields.get("inventarios")
    if rows is not None and not isinstance(rows, list):
        raise BadValueError("'inventarios' is no list")
    code = text(fields.get("codigo"))
    return Product(
        id=key,
        name=text(fields.get("nombre")) or code or f"#{key}",
        levels=merge_levels([_level_from(row) for row in rows or ()]),
        code=code,
        barcode=text(fields.get("barcode")),
        category=text(fields.get("nombre_categoria")),
        brand=text(fields.get("marca")),
        supplier=text(fields.get("nombre_proveedor")),
        kind=text(fields.get("tipo")),
        enabled=flag(fields.get("enable", 1), "enable"),
        price=maybe_number(fields.get("precio"), "precio"),
        cost=maybe_number(fields.get("costo"), "costo"),
        previous_cost=maybe_number(fields.get("costo_anterior"), "costo_anterior"),
        average_cost=maybe_number(fields.get("costo_promedio"), "costo_promedio"),
        created_at=when(fields.get("created_at")),
    )


def _level_from(row: Any) -> StockLevel:
    if not isinstance(row, Mapping):
        raise BadValueError("a row of 'inventarios' is no object")
    return _level(
        text(row.get("nombre_bodega")),
        text(row.get("nombre_sucursal")),
        number(row.get("stock"), "stock"),
        maybe_number(row.get("stock_minimo"), "stock_minimo"),
        maybe_number(row.get("stock_maximo"), "stock_maximo"),
        text(row.get("nota")),
    )


def _level(
    warehouse: str | None,
    branch: str | None,
    stock: float,
    minimum: float | None,
    maximum: float | None,
    note: str | None,
) -> StockLevel:
    return StockLevel(
        warehouse=(warehouse or "").strip(),
        branch=(branch or "").strip(),
        stock=quantity(stock),
        minimum=_rounded(minimum),
        maximum=_rounded(maximum),
        note=text(note),
    )


def merge_levels(levels: list[StockLevel]) -> tuple[StockLevel, ...]:
    """Levels with one row a warehouse. Names are the only key there is: rows that share them are added up."""
    by_place: dict[tuple[str, str], StockLevel] = {}
    for level in levels:
        place = (level.branch, level.warehouse)
        by_place[place] = _sum(by_place[place], level) if place in by_place else level
    return tuple(by_place.values())


def _sum(one: StockLevel, other: StockLevel) -> StockLevel:
    return StockLevel(
        warehouse=one.warehouse,
        branch=one.branch,
        stock=quantity(one.stock + other.stock),
        minimum=_sum_configured(one.minimum, other.minimum),
        maximum=_sum_configured(one.maximum, other.maximum),
        note=one.note or other.note,
    )


def _sum_configured(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else quantity(one + other)


def _rounded(value: float | None) -> float | None:
    return None if value is None else quantity(value)


def key_of(fields: Any) -> str:
    """The id of a record that could not be read; empty where it has none that could be told from another's."""
    try:
        return str(identity(fields.get("id") if isinstance(fields, Mapping) else None, "id"))
    except BadValueError:
        return ""


def shown(raw: msgspec.Raw) -> str:
    """The text of a record, cut to what is worth keeping."""
    return bytes(raw)[:RAW_KEPT].decode("utf-8", "replace")
