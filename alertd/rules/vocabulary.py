"""The words of the rule language, in one table: what people write, its column, type, unit and sentence of help.

The compiler, `rules check`, the menus of the web form and the docs all read this table, which is put together here from
one file a subject. Columns are those of the rows under the alias `r`; what is worked out is in `measures`.
"""

import re

from . import words_buying, words_catalogue, words_counted, words_measures
from .query_keys import KINDS, QUERY, QueryKey
from .word import BY, ON_TYPES, WINDOWED, Kind, Need, Word

__all__ = [
    "BY", "KINDS", "ON_TYPES", "QUERY", "SYNONYMS", "VOCABULARY", "WINDOWED", "Kind", "Need", "QueryKey", "Word",
    "column_of", "field", "function", "homes", "names", "needs_of",
]  # fmt: skip

VOCABULARY: tuple[Word, ...] = (
    *words_catalogue.WORDS,
    *words_measures.WORDS,
    *words_buying.WORDS,
    *words_counted.WORDS,
    Word(
        "contains", "condition", None, tuple(ON_TYPES),
        "Si un texto contiene otro, sin importar mayúsculas ni tildes: contains(nombre, 'aceite').",
        "Se um texto contém outro, sem diferença de maiúsculas e acentos: contains(nombre, 'oleo').",
        "Whether a text contains another, whatever the case and the accents: contains(nombre, 'oil').",
        argument="field, 'text'",
    ),
)  # fmt: skip

SYNONYMS = {
    "categoria": "nombre_categoria", "category": "nombre_categoria", "bodega": "nombre_bodega",
    "warehouse": "nombre_bodega", "deposito": "nombre_bodega", "sucursal": "nombre_sucursal",
    "branch": "nombre_sucursal", "loja": "nombre_sucursal", "proveedor": "nombre_proveedor",
    "supplier": "nombre_proveedor", "fornecedor": "nombre_proveedor", "brand": "marca", "sku": "codigo",
    "code": "codigo", "nome": "nombre", "name": "nombre", "nombre_producto": "nombre", "preco": "precio",
    "price": "precio", "cost": "costo", "custo": "costo", "minimo": "stock_minimo", "minimum": "stock_minimo",
    "min": "stock_minimo", "maximo": "stock_maximo", "maximum": "stock_maximo", "max": "stock_maximo",
    "existencias": "stock", "estoque": "stock", "quantity": "stock", "cantidad": "stock", "enabled": "enable",
    "activo": "enable", "note": "nota", "kind": "tipo", "type": "tipo",
}  # fmt: skip
"""Words people try, and the word of the table they mean. Only ever a hint; none of them is accepted."""

_FIELDS = {(word.name, on): word for word in VOCABULARY if word.argument is None for on in word.on}
_FUNCTIONS = {(word.name, on): word for word in VOCABULARY if word.argument is not None for on in word.on}


def field(name: str, on: str) -> Word | None:
    """The field of that name on an `on:` type, available or not; None when there is none."""
    return _FIELDS.get((name, on))


def function(name: str, on: str) -> Word | None:
    """The function of that name on an `on:` type, available or not; None when there is none."""
    return _FUNCTIONS.get((name, on))


def names(on: str, *, functions: bool = False) -> tuple[str, ...]:
    """The names that may be written on an `on:` type, in the order of the table."""
    return tuple(name for name, type_ in (_FUNCTIONS if functions else _FIELDS) if type_ == on)


def homes(name: str) -> tuple[str, ...]:
    """The `on:` types that know a word of this name, as a field or as a function."""
    return tuple(on for on in ON_TYPES if (name, on) in _FIELDS or (name, on) in _FUNCTIONS)


_CALLED = re.compile(r"(\w+)\((\d+)\)")


def column_of(word: str, on: str) -> str | None:
    """The SQL of a field, or of a function as it is written with its days: `sold(30)`."""
    called = _CALLED.fullmatch(word)
    found = function(called[1], on) if called else field(word, on)
    return None if found is None else found.column(on, int(called[2]) if called else 0)


def needs_of(word: str, on: str) -> tuple[Need, ...]:
    """What a word depends on besides its own row."""
    called = _CALLED.fullmatch(word)
    found = function(called[1], on) if called else field(word, on)
    return () if found is None else found.needs
