"""The one table of words: it is complete, it says something in every language, and its columns exist."""

import re
from pathlib import Path

import pytest

from alertd.rules.keys import KEYS
from alertd.rules.load import load_text
from alertd.rules.rule import Rule
from alertd.rules.vocabulary import ON_TYPES, QUERY, VOCABULARY, column_of, field, function, names
from alertd.store import evaluation
from alertd.store.db import Store
from alertd.store.measures import Moment

from .makers import NOW, TODAY, shelf

MOMENT = Moment(NOW, TODAY, 0, True, True, 0, None)
DOCS = Path(__file__).parents[2] / "docs" / "rules.md"

PROMISED = {
    "stock": (
        "stock stock_minimo stock_maximo nota nombre_bodega nombre_sucursal id nombre codigo barcode nombre_categoria "
        "marca nombre_proveedor tipo enable precio costo costo_anterior costo_promedio previous_stock change "
        "stock_ago() days_since_change sold() returned() daily_sales days_of_cover suggested_order stock_value "
        "days_since_sale days_known abc_class expected_sales demand_pattern safety_stock reorder_point lead_time "
        "on_order lost_units lost_sales "
        "lost_margin days_without_sale phantom_probability tied_capital excess_units excess_value cost_change margin "
        "sell_through()"
    ),
    "product": (
        "stock stock_minimo stock_maximo bodegas bodegas_bajas id nombre codigo barcode nombre_categoria "
        "marca nombre_proveedor tipo enable precio costo costo_anterior costo_promedio previous_stock change "
        "stock_ago() days_since_change sold() returned() daily_sales days_of_cover suggested_order stock_value "
        "days_since_sale days_known abc_class expected_sales demand_pattern safety_stock reorder_point lead_time "
        "on_order lost_units lost_sales "
        "lost_margin days_without_sale phantom_probability tied_capital excess_units excess_value cost_change margin "
        "sell_through()"
    ),
    "returns": (
        "units amount documents previous_units previous_amount previous_documents sold_units return_rate "
        "expected_units p_value q_value"
    ),
    "sales": (
        "units amount documents previous_units previous_amount previous_documents expected_units p_value q_value"
    ),
    "reconciliation": (
        "opening sold returned expected actual unexplained unexplained_value explained_ratio "
        "undocumented undocumented_value sudden_drop unusual_sale leak_units"
    ),
    "source": "minutes_since_success consecutive_failures quota_remaining products products_ago() hours_since_change",
}


@pytest.mark.parametrize("on", ON_TYPES)
def test_every_word_is_known_where_it_belongs(on: str):
    """No word missing, none too many."""
    known = {*names(on), *(f"{name}()" for name in names(on, functions=True))}
    assert known == {*PROMISED[on].split(), "contains()"}


def test_no_word_is_there_twice():
    """Neither as a field nor as a function of the same kind of subject."""
    seen = [(word.name, word.argument is None, on) for word in VOCABULARY for on in word.on]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("word", VOCABULARY, ids=lambda word: word.name)
def test_every_word_explains_itself_in_three_languages(word):
    """One sentence each; nothing is left to be translated later."""
    for language in ("es", "pt", "en"):
        assert word.help(language).endswith(".")
    assert word.help("en") != word.help("es")


@pytest.mark.parametrize("on", ["stock", "product"])
def test_every_available_word_has_a_column_that_exists(store: Store, on: str):
    """The database itself says so, for every field, every function and every filter."""
    words = [*names(on), *(f"{name}(7)" for name in names(on, functions=True) if name != "contains")]
    columns = [(word, column) for word in words if (column := column_of(word, on))]
    assert len(columns) == len(words)
    filters = " AND ".join(key.sql.replace("?", "1") for key in QUERY if on in key.on)
    shelf(store, 1)
    evaluation.matching(
        store, on, 1, MOMENT, condition=filters, severity="'info'", columns=columns, parameters=(), demand=True
    )


@pytest.mark.parametrize("on", ["returns", "sales", "reconciliation", "source"])
def test_what_is_put_together_has_every_word(store: Store, on: str):
    """The same for the few rows that are not read from the catalogue."""
    words = [*names(on), *(f"{name}(7)" for name in names(on, functions=True) if name != "contains")]
    columns = [(word, column) for word in words if (column := column_of(word, on))]
    assert len(columns) == len(words)
    found = evaluation.judged(
        store, 1, MOMENT, [{}], condition="TRUE", severity="'info'", clear="TRUE", columns=columns, parameters=()
    )
    assert found == [(0, "holds", "info", dict.fromkeys(words))]


def test_a_word_of_another_subject_is_not_found():
    """Fields and functions of one name live apart."""
    assert field("sold", "stock") is None
    assert function("sold", "stock") is not None
    assert field("sold", "reconciliation") is not None


def examples() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_docs_are_rules_that_load():
    """What people copy must work."""
    found = [load_text(example, f"docs example {number}") for number, example in enumerate(examples(), 1)]
    assert len(found) >= 5
    assert not [str(error) for one in found for error in one.errors]
    assert all(isinstance(rule, Rule) for one in found for rule in one.rules)


def test_the_docs_name_every_key_and_every_word():
    """Undocumented is a failing test."""
    text = DOCS.read_text(encoding="utf-8")
    words = {*KEYS, *(word.name for word in VOCABULARY), *(key.name for key in QUERY)}
    assert not [word for word in words if f"`{word}`" not in text and f"`{word}(" not in text]
