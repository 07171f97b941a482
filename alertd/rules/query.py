"""The `query:` of a rule, by the inventory API's own filter names, becomes one predicate. See `vocabulary.QUERY`.

As in that API, `con_stock: false` and `stock_minimo: false` filter nothing. Unlike there, `stock_minimo: true` takes
levels that stand exactly at their minimum: it is the house's one meaning of "low".
"""

from ..folding import fold
from . import vocabulary
from .document import Node
from .reader import Reader
from .rule import Predicate
from .suggest import one_of

_SYNONYMS = {"nombre_categoria": "categoria", "nombre_bodega": "bodega", "nombre_sucursal": "sucursal"}
_SYNONYMS |= {
    "nombre_proveedor": "proveedor",
    "sku": "codigo",
    "id": "codigo",
    "stock": "con_stock",
    "enabled": "enable",
}
_KEYS = {key.name: key for key in vocabulary.QUERY}

EVERYTHING = Predicate("TRUE", (), ())


def read_query(reader: Reader, node: Node, on: str) -> Predicate:
    """The predicate of a `query:`; what is wrong with it is written down in `reader`."""
    entries = reader.entries(node, "query", tuple(_KEYS), _SYNONYMS)
    for name in [name for name in entries if on not in _KEYS[name].on]:
        key, _ = entries.pop(name)
        hint = f"It belongs to on: {one_of(_KEYS[name].on)}. Delete it."
        reader.wrong(key.place, f"'query: {name}' says nothing on: {on}.", hint)
    parts = [part for name, (_, value) in entries.items() for part in (_condition(reader, _KEYS[name], value),) if part]
    if not parts:
        return EVERYTHING
    sql = f"({' AND '.join(part.sql for part in parts)})"
    return Predicate(sql, tuple(value for part in parts for value in part.parameters), ())


def _condition(reader: Reader, key: vocabulary.QueryKey, node: Node) -> Predicate | None:
    if key.kind == "filter":
        return Predicate(key.sql, (), ()) if reader.flag(node, key.name, digits=True) else None
    if key.kind == "flag":
        flag = reader.flag(node, key.name, digits=True)
        return None if flag is None else Predicate(f"({key.sql})", (int(flag),), ())
    text = reader.text(node, key.name)
    if text is None:
        return None
    if key.kind == "part":
        return _part(reader, key, node, text)
    return _exact(reader, key, node, text)


def _part(reader: Reader, key: vocabulary.QueryKey, node: Node, text: str) -> Predicate | None:
    folded = fold(text.strip())
    if not folded:
        reader.wrong(node.place, f"'{key.name}' has no letter to look for.", "Write a part of the text.")
        return None
    return Predicate(f"({key.sql})", (folded,), ())


def _exact(reader: Reader, key: vocabulary.QueryKey, node: Node, text: str) -> Predicate | None:
    """A kind that differs from a known one only in case or accents would silently match nothing."""
    meant = next((kind for kind in vocabulary.KINDS if fold(kind) == fold(text.strip())), None)
    if meant is not None and meant != text:
        reader.wrong(node.place, f"'{key.name}' is compared letter by letter.", f"Did you mean '{meant}'?")
        return None
    return Predicate(f"({key.sql})", (text,), ())
