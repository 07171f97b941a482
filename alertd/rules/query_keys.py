"""The filters that `query:` may name: those of the inventory API. See `query` for what becomes of them."""

from dataclasses import dataclass
from typing import Literal

from .low import low_sql
from .word import CATALOGUE, FILTERED, LEVEL


@dataclass(frozen=True, slots=True)
class QueryKey:
    """One key of `query:`.

    `kind` is `part` (a part of a text), `exact` (the whole text), `flag` (0 or 1) or `filter` (true narrows). The
    `sql` of a `filter` stands as it is; the others take their value as the one parameter. `on` are the subjects it
    filters; where products are counted together, it says which of them count.
    """

    name: str
    kind: Literal["part", "exact", "flag", "filter"]
    sql: str
    es: str
    pt: str
    en: str
    on: tuple[str, ...] = FILTERED


def _part(name: str, column: str, es: str, pt: str, en: str, on: tuple[str, ...] = FILTERED) -> QueryKey:
    return QueryKey(name, "part", f"instr(fold({column}), ?) > 0", es, pt, en, on)


QUERY: tuple[QueryKey, ...] = (
    QueryKey("tipo", "exact", "r.kind = ?", "Solo este tipo.", "Só este tipo.", "Only this kind."),
    QueryKey(
        "enable", "flag", "r.enabled = ?",
        "1: solo productos activos.", "1: só produtos ativos.", "1: active products only.",
    ),
    QueryKey(
        "con_stock", "filter", "r.stock > 0",
        "true: solo donde hay existencias.", "true: só onde há estoque.", "true: only where there is stock.",
        CATALOGUE,
    ),
    QueryKey(
        "stock_minimo", "filter", low_sql(),
        "true: solo en o por debajo del mínimo.", "true: só no mínimo ou abaixo.",
        "true: only at or below the minimum.", CATALOGUE,
    ),
    _part("codigo", "r.code", "Parte del código.", "Parte do código.", "Part of the code."),
    _part("nombre", "r.name", "Parte del nombre.", "Parte do nome.", "Part of the name."),
    _part("categoria", "r.category", "Parte de la categoría.", "Parte da categoria.", "Part of the category."),
    _part("marca", "r.brand", "Parte de la marca.", "Parte da marca.", "Part of the brand."),
    _part("proveedor", "r.supplier", "Parte del proveedor.", "Parte do fornecedor.", "Part of the supplier."),
    _part("bodega", "r.warehouse", "Parte de la bodega.", "Parte do depósito.", "Part of the warehouse.", LEVEL),
    _part("sucursal", "r.branch", "Parte de la sucursal.", "Parte da loja.", "Part of the branch.", LEVEL),
)  # fmt: skip

KINDS = ("Producto", "Servicio", "Compuesto", "Materia Prima")
"""The kinds of product the inventory API knows, spelt as it spells them."""
