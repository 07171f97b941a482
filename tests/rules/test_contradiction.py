"""A rule that can never fire is a silent mistake: it is found where it is written out, and nowhere else."""

import pytest

from alertd.rules.contradiction import Clash, clash
from alertd.rules.syntax import parse

from .makers import load

NEVER = [
    ("stock > 10 and stock < 5", "stock", 15),
    ("stock > 5 and stock <= 5", "stock", 14),
    ("10 < stock and 5 > stock", "stock", 15),
    ("stock = 3 and marca = 'X' and stock = 4", "stock", 30),
    ("stock between 1 and 3 and stock > 3", "stock", 26),
    ("marca = 'X' and marca in ('Y', 'Z')", "marca", 16),
    ("marca in ('X') and marca != 'X'", "marca", 19),
    ("marca is null and marca = 'X'", "marca", 18),
    ("stock is not null and stock is null", "stock", 22),
    ("sold(7) > 3 and sold(7) = 0", "sold(7)", 16),
    ("stock < 1 or precio > 5 and precio < 4", "precio", 28),
    ("stock > 5 and (marca = 'X' or stock < 2)", "stock", 30),
    ("enable = 1 and enable = 0", "enable", 15),
    ("stock < -1 and stock > 0", "stock", 15),
]
PERHAPS = [
    "stock > 5 and stock < 10",
    "stock > 5 or stock < 2",
    "stock >= 5 and stock <= 5",
    "sold(7) > 3 and sold(30) < 3",
    "stock > stock_minimo and stock < stock_minimo",
    "marca != 'X' and marca != 'Y'",
    "not stock > 5 and stock < 9",
    "id = 7 and id = '7'",
    "marca in ('X', 'Y') and marca != 'X'",
]


@pytest.mark.parametrize(("text", "word", "at"), NEVER)
def test_a_part_that_leaves_nothing_is_found_where_it_stands(text: str, word: str, at: int):
    """The later of the two is pointed at."""
    assert clash(parse(text)) == Clash(word, at)


@pytest.mark.parametrize("text", PERHAPS)
def test_what_may_hold_is_left_alone(text: str):
    """A rule is refused only where it is certain that it could never fire."""
    assert clash(parse(text)) is None


@pytest.mark.parametrize(
    ("query", "when", "word"),
    [
        ("con_stock: true", "stock <= 0", "stock"),
        ("enable: 1", "enable = 0", "enable"),
        ("tipo: Producto", "tipo = 'Servicio' and stock < 3", "tipo"),
    ],
)
def test_a_condition_against_its_own_query_is_told_with_its_place(query: str, when: str, word: str):
    """The query has left out already what the condition asks for."""
    found = load(f"name: a\non: stock\nquery: {{{query}}}\nwhen: {when}\n")
    (error,) = found.errors
    assert (error.line, f"'{word}' contradicts the 'query'" in error.message, found.rules) == (4, True, ())


def test_a_query_that_filters_nothing_contradicts_nothing():
    """`con_stock: false` is no filter, as in the inventory's own API."""
    assert load("name: a\non: stock\nquery: {con_stock: false}\nwhen: stock <= 0\n").errors == ()
