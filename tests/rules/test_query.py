"""The `query:` of a rule, run on real shelves."""

import pytest

from alertd.rules.rule import Predicate
from alertd.store.db import Store

from .makers import MINIMAL, mistakes, one_rule, shelf, taken


def query(text: str) -> Predicate:
    return one_rule(f"query: {{{text}}}\n").query


@pytest.fixture
def shop(store: Store) -> dict[str, int]:
    """Four levels, each with something of its own."""
    return {
        "coffee": shelf(store, 5, 5, name="Café molido", code="CAF-01", category="Bebidas", brand="Ñandú"),
        "empty": shelf(store, 0, 2, name="Té", supplier="La Unión", branch="Norte", warehouse="Trastienda"),
        "unset": shelf(store, 0, 0, name="Azúcar", kind="Materia Prima"),
        "off": shelf(store, 9, 1, name="Cafetera", kind=None, enabled=0),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nombre: CAFE", ["coffee", "off"]),
        ("codigo: caf-", ["coffee"]),
        ("categoria: bebida", ["coffee"]),
        ("marca: nandu", ["coffee"]),
        ("proveedor: union", ["empty"]),
        ("sucursal: norte", ["empty"]),
        ("bodega: tras", ["empty"]),
        ("tipo: Materia Prima", ["unset"]),
        ("tipo: Prima", []),
        ("enable: 0", ["off"]),
        ("enable: true", ["coffee", "empty", "unset"]),
        ("con_stock: true", ["coffee", "off"]),
        ("con_stock: 1, enable: 1", ["coffee"]),
        ("con_stock: false", ["coffee", "empty", "unset", "off"]),
        ("stock_minimo: true", ["coffee", "empty"]),
        ("stock_minimo: 0", ["coffee", "empty", "unset", "off"]),
        ("nombre: '%'", []),
        ('nombre: "\' or 1=1 --"', []),
        ("", ["coffee", "empty", "unset", "off"]),
    ],
)
def test_a_query_takes_what_the_inventory_api_would(store: Store, shop: dict[str, int], text: str, expected: list[str]):
    """Partial texts without case or accents, exact kinds; low is at or below a minimum that was set."""
    assert taken(store, query(text)) == [shop[name] for name in expected]


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("nombre_categoria: x", 9, "'nombre_categoria' is not a key of query", "'categoria'"),
        ("provedor: x", 9, "'provedor' is not a key of query", "'proveedor'"),
        ("stock: 5", 9, "'stock' is not a key of query", "'con_stock'"),
        ("codigo: 123", 17, "must be a text", '"123"'),
        ("codigo: [a, b]", 17, "one text", ""),
        ("nombre: ''", 17, "empty", "delete"),
        ("enable: 2", 17, "true, false, 1 or 0", ""),
        ("enable: si", 17, "true, false, 1 or 0", ""),
        ("con_stock: '1'", 20, "true, false, 1 or 0", "without quotes"),
        ("con_stock: 5", 20, "true, false, 1 or 0", ""),
        ("tipo: producto", 15, "letter by letter", "'Producto'"),
        ("tipo: true", 15, "must be a text", '"true"'),
        ("enable: 1, enable: 0", 20, "twice", "line 4"),
    ],
)
def test_a_wrong_query_is_refused_where_it_stands(text: str, column: int, message: str, hint: str):
    """A filter that would silently match nothing, or everything, is worse than a refusal."""
    ((line, at_column, said, advice),) = mistakes(f"{MINIMAL}query: {{{text}}}\n")
    assert (line, at_column) == (4, column)
    assert message in said
    assert hint in (advice or "")
