"""Expressions: what is refused, where and with which hint; what is accepted, and how it looks in SQL."""

import sqlite3
from itertools import product

import pytest

from alertd.rules.compiling import compile_condition
from alertd.rules.rule import Predicate

from .makers import faults, predicate

REFUSED = [
    # a value alone is not a condition
    ("stock", 1, "Compare it: stock > 0."),
    ("5", 1, "Compare it"),
    ("'x'", 1, "Compare it"),
    ("enable", 1, "enable = 1"),
    ("not stock", 5, "stock > 0"),
    ("true", 1, "enable = 1"),
    # comparisons that say nothing
    ("1 < stock < 5", 11, "1 < stock and stock < 5"),
    ("stock < 5 = true", 11, "chained"),
    ("(stock < 5) = 1", 8, "without = true"),
    ("stock = null", 9, "stock is null"),
    ("stock_minimo != null", 17, "stock_minimo is not null"),
    ("stock in (1, null)", 14, "is null"),
    ("stock in ()", 7, "at least one value"),
    ("5 is null", 1, "is null"),
    ("stock between 5 and 1", 15, "smaller number first"),
    ("stock not between 1 and 5", 11, "not (stock between"),
    # types
    ("stock < 'abc'", 9, None),
    ("stock < '12'", 9, "without quotes: 12"),
    ("codigo = 5", 10, "in quotes: '5'"),
    ("stock > codigo", 9, None),
    ("nombre + 1 > 2", 1, None),
    ("-nombre = 1", 2, None),
    ("enable = 2", 10, "enable = 1"),
    ("enable > 0", 1, "enable = 1"),
    ("id < 5", 1, "=, != or in"),
    ("id = 5.5", 6, "id = 123"),
    ("stock + (stock > 1) > 1", 16, "'and' and 'or'"),
    # names
    ("stok < 5", 1, "'stock'"),
    ("Stock < 5", 1, "'stock'"),
    ("stock < minimo", 9, "'stock_minimo'"),
    ("contains(categoria, 'x')", 10, "'nombre_categoria'"),
    ("estoque < 5", 1, "'stock'"),
    ("contain(nombre, 'x')", 1, "'contains'"),
    ("stock(7) > 1", 1, "without brackets"),
    ("units > 1", 1, "returns or sales"),
    ("load_extension('x')", 1, "contains"),
    ("randomblob(1000000000) > 1", 1, "contains"),
    ("contains(nombre)", 1, "contains(nombre, 'text')"),
    ("contains(nombre, ' ')", 18, "contains(nombre, 'text')"),
    ("contains(nombre, codigo)", 18, "contains(nombre, 'text')"),
    ("contains(stock, 'a')", 10, "contains(nombre, 'text')"),
    # numbers
    ("stock < 1e999", 9, "largest"),
    ("stock < 99999999999999999999", 9, "largest"),
    ("1_000 < stock", 2, "underscores"),
    ("stock < 1,5", 10, "point"),
    # statements, comments, placeholders
    ("stock < 5; drop table product", 10, "one condition"),
    ("stock < 5 or 1=1; --", 17, "one condition"),
    ("select 1", 1, "stock <= stock_minimo"),
    ("stock = (select max(stock) from level)", 10, "stock <= stock_minimo"),
    ("exists (select 1)", 9, "stock <= stock_minimo"),
    ("stock < 5 union all", 11, "stock <= stock_minimo"),
    ("stock < 5 -- nothing", 11, "Comments"),
    ("stock < 5 # nothing", 11, "Comments"),
    ("stock /* nothing */ < 5", 7, "Comments"),
    ("stock --5 > 1", 7, "Comments"),
    ("stock < ?", 9, "value itself"),
    ("stock < :p", 9, "value itself"),
    ("stock < 5 and \x00", 15, "anew"),
    # other languages
    ('"stock" < 5', 1, "single quotes"),
    ("`stock` < 5", 1, "without quotes"),
    ("nombre = ‘x’", 10, "straight quotes"),
    ("nombre like 'a%'", 8, "contains("),
    ("stock <> 5", 7, "!="),
    ("stock => 5", 7, ">="),
    ("stock ≤ 5", 7, "<="),
    ("stock > 1 && stock < 5", 11, "'and'"),
    ("stock > 1 y stock < 5", 11, "'and'"),
    ("stock > 1 ou stock < 5", 11, "'or'"),
    ("nombre || 'a' = 'b'", 8, "'or'"),
    ("stock % 2 = 0", 7, "0.2"),
    ("stock ** 2 > 1", 7, "+ - * and /"),
    ("r.stock < 5", 2, "alone"),
    ("case when 1 then 2 end", 6, None),
    ("cast(stock as text) = '1'", 12, None),
    # halves
    ("", 1, "stock <= stock_minimo"),
    ("stock <", 8, "missing at the end"),
    ("(stock < 5", 11, "closing bracket"),
    ("stock < 5)", 10, "bracket too many"),
    ("stock < 5 and", 14, "missing at the end"),
    ("stock 5", 7, "'and' or 'or'"),
    ("nombre = 'abierto", 10, "Close it"),
]


@pytest.mark.parametrize(("text", "column", "hint"), REFUSED)
def test_what_is_no_condition_is_refused_where_it_goes_wrong(text: str, column: int, hint: str | None):
    """Each has a place and a sentence, and those people are likely to write say what to write instead."""
    fault = faults(text)[0]
    assert fault.index + 1 == column
    assert fault.message.endswith(".")
    assert hint is None or (fault.hint is not None and hint in f"{fault.message} {fault.hint}")


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("sold > 1", 1, "sold(days)"),
        ("sold() > 1", 1, "sold(30)"),
        ("sold(1, 2) > 1", 1, "sold(30)"),
        ("sold(stock) > 1", 6, "sold(30)"),
        ("sold(0) > 1", 6, "from 1 to 366"),
        ("sold(-7) > 1", 6, "from 1 to 366"),
        ("sold(1.5) > 1", 6, "whole days"),
        ("sold(1e9) > 1", 6, "from 1 to 366"),
        ("stock_ago('7') > 1", 11, "stock_ago(30)"),
        ("sold(30)", 1, "sold(30) > 0"),
        ("products_ago(1) > 1", 1, "on: source"),
        ("abc_class > 1", 13, "text"),
    ],
)
def test_a_function_of_days_takes_a_number_written_out(text: str, column: int, hint: str):
    """A window that hangs on the row could not be kept by day."""
    fault = faults(text)[0]
    assert fault.index + 1 == column
    assert hint in f"{fault.message} {fault.hint}"


def test_a_function_is_shown_with_its_days():
    """Two windows of one function are two values."""
    compiled = predicate("sold(7) > sold(30) / 4")
    assert compiled.words == ("sold(7)", "sold(30)")
    assert compiled.parameters == (4.0,)


def test_every_fault_of_an_expression_is_told_at_once():
    """Mending one and being shown the next is how patience is lost."""
    assert [fault.index for fault in faults("stok > 1 and enable and codigo = 5 and foo(1) > 2")] == [0, 13, 33, 39]


def test_literals_travel_as_parameters_in_order():
    """No value somebody wrote is ever part of the SQL text."""
    compiled = predicate("stock < 5 and (tipo is null or tipo != 'Servi''cio') and marca in ('A', 'B') or -2 > change")
    assert compiled.parameters == (5.0, "Servi'cio", "A", "B", -2.0)
    assert compiled.sql.count("?") == 5
    assert "Servi" not in compiled.sql
    assert compiled.words == ("stock", "tipo", "marca", "change")


def test_a_computed_comparison_rounds_both_sides():
    """0.1 + 0.2 is 0.3 to a shop."""
    assert "round((r.stock * ?), 6) <= round(r.minimum, 6)" in predicate("stock * 2 <= stock_minimo").sql
    assert predicate("stock <= stock_minimo").sql == "(r.stock <= r.minimum)"
    assert predicate("stock between 1 and stock_minimo * 2").sql == (
        "(round(r.stock, 6) BETWEEN round(?, 6) AND round((r.minimum * ?), 6))"
    )


def test_division_by_zero_is_null():
    """A minimum of zero makes the share unknown, and unknown does not fire."""
    assert "round((r.stock / NULLIF(r.minimum, 0)), 6) < round(?, 6)" in predicate("stock / stock_minimo < 0.5").sql


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=", "!="])
def test_what_is_looked_at_before_rounding_never_decides_otherwise(sign: str):
    """Around the last place, on both sides of it and far away: the same answer as rounding alone gives."""
    compiled = predicate(f"stock * 1 {sign} stock_minimo")
    plain = f"round(r.stock * 1, 6) {'<>' if sign == '!=' else sign} round(r.minimum, 6)"
    steps = [0, 1e-7, 4e-7, 5e-7, 6e-7, 1e-6, 1.4e-6, 1.6e-6, 2e-6, 2.1e-6, 3e-6, 1, 1e9]
    values = [base + side * step for base in (0.0, 5.0, -3.3) for step in steps for side in (1, -1)] + [None]
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE r (stock REAL, minimum REAL)")
    database.executemany("INSERT INTO r VALUES (?, ?)", list(product(values, values)))
    assert compiled.parameters == (1.0, 1.0)
    wrong = database.execute(f"SELECT * FROM r WHERE ({compiled.sql}) IS NOT ({plain})", compiled.parameters).fetchall()
    assert wrong == []


def test_contains_looks_without_case_and_accents():
    """The sought text is folded once, when the rule is read."""
    compiled = predicate("contains(nombre_categoria, 'ELECTRÓNICOS')")
    assert (compiled.sql, compiled.parameters) == ("(instr(fold(r.category), ?) > 0)", ("electronicos",))


@pytest.mark.parametrize(
    ("text", "parameters"), [("id = 7", ("7",)), ("id in (7, 'AB-1')", ("7", "AB-1")), ("'AB-1' != id", ("AB-1",))]
)
def test_an_identifier_compares_with_numbers_and_texts(text: str, parameters: tuple[str, ...]):
    """One system numbers its products, another names them; both are looked at as text."""
    compiled = predicate(text)
    assert "CAST(r.external_id AS TEXT)" in compiled.sql
    assert compiled.parameters == parameters


@pytest.mark.parametrize("text", ["STOCK_MINIMO IS NULL", "stock IS NOT NULL AND NOT stock IN (1)"])
def test_keywords_may_shout_but_fields_may_not(text: str):
    """`AND` is `and`; a field is spelt as the inventory API spells it."""
    assert isinstance(compile_condition(text, "stock"), Predicate) == ("stock" in text)


def test_words_that_begin_like_keywords_are_words():
    """`orden` is no `or`, and `nota` no `not`."""
    assert predicate("nota = 'x'").words == ("nota",)
    assert faults("orden > 1")[0].message == "There is no field 'orden'."


def test_an_expression_has_an_end():
    """500 characters and 40 levels are plenty for people and little for a machine that writes rules."""
    assert faults("stock < 5 " + " " * 491)[0].index == 500
    assert predicate("(" * 35 + "stock < 5" + ")" * 35)
    for endless in ("(" * 200 + "stock" + ")" * 200 + " > 1", "not " * 120 + "stock > 1", "- " * 200 + "stock > 1"):
        assert "levels deep" in faults(endless)[0].message


def test_a_long_chain_of_conditions_is_not_deep():
    """Forty alternatives are one level, not forty."""
    assert predicate(" or ".join(["stock=1"] * 45))
