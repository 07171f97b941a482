"""The state of a level: the table of cases, once against the shared CASE and once against the rules that ship."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from alertd.engine.ruletest import run_files
from alertd.model import quantity
from alertd.rules.load import load_rules
from alertd.rules.low import is_low, low_sql
from alertd.rules.schema import schema
from alertd.rules.state import state_sql
from alertd.store.db import Store

from .makers import NOW, TODAY, shelf, sold, taken

SHIPPED = Path(__file__).parents[2] / "rules"


class Case(NamedTuple):
    name: str
    stock: float
    minimum: float
    maximum: float
    state: str
    rule: str | None
    sold_days_ago: int | None = None
    absent: bool = False


CASES = [
    Case("A1 at its minimum", 5, 5, 20, "low", "low-stock"),
    Case("A2 a hair above", 5.000001, 5, 20, "ok", None),
    Case("A3 rounds to its minimum", quantity(4.9999996), 5, 20, "low", "low-stock"),
    Case("A4 above", 6, 5, 20, "ok", None),
    Case("A5 nobody set it up", 0, 0, 0, "ok", None),
    Case("A6 not set up, but it sells", 0, 0, 0, "out", None, sold_days_ago=13),
    Case("A6b sold a while ago", 0, 0, 0, "out", None, sold_days_ago=14),
    Case("A6c sold long ago", 0, 0, 0, "ok", None, sold_days_ago=90),
    Case("A6d a minimum and no sale", 0, 5, 20, "out", "out-of-stock"),
    Case("A7 less than nothing", -2, 5, 20, "negative", "negative-stock"),
    Case("A8 not set up, some left", 7, 0, 0, "ok", None),
    Case("A9 at its maximum", 20, 5, 20, "ok", None),
    Case("A10 above its maximum", 20.5, 5, 20, "over", None),
    Case("A11 minimum above maximum", 3, 10, 5, "low", "low-stock"),
    Case("A12 missing from the snapshot", 8, 5, 20, "unknown", None, absent=True),
]


def stand(store: Store, case: Case) -> int:
    level = shelf(store, case.stock, case.minimum, case.maximum, absent_at=NOW if case.absent else None)
    if case.sold_days_ago is not None:
        sold(store, level, 3, days_ago=case.sold_days_ago)
    return level


def state_of(store: Store, level: int, fresh_since: int | None = None) -> str:
    sql = f"SELECT {state_sql()} FROM stock_row r WHERE r.level_id = :level"
    return str(store.value(sql, {"today": TODAY, "fresh_since": fresh_since, "level": level}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_level_has_one_state(store: Store, case: Case):
    """The first that holds, from the gravest down."""
    assert state_of(store, stand(store, case)) == case.state


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_shipped_rules_tell_each_level_once(store: Store, case: Case):
    """Low, out and negative never speak of the same level together, and of a healthy one never at all."""
    level = stand(store, case)
    rules = [shipped()[name] for name in SHELF_RULES]
    firing = [rule.name for rule in rules if level in taken(store, rule.query, rule.when)]
    assert firing == ([case.rule] if case.rule else [])


def shipped():
    found = load_rules([SHIPPED], known_sources=frozenset(), known_channels=frozenset())
    assert not found.errors, [str(error) for error in found.errors]
    return {rule.name: rule for rule in found.rules}


SHELF_RULES = ("low-stock", "negative-stock", "out-of-stock")
FLOODING = {"overstock", "dead-stock", "restocked", "no-minimum"}


def test_the_shipped_rules_load_clean_in_three_languages():
    """A new shop starts with them, whichever language its owner reads; what would flood it comes switched off."""
    rules = shipped()
    assert len(rules) == 15
    for rule in rules.values():
        assert len(set(rule.title.values())) == 3
        assert rule.enabled == (rule.name not in FLOODING)
        assert rule.text.startswith("# yaml-language-server: $schema=./rule.schema.json\n# Avisa ")


def test_every_shipped_rule_is_tried_by_the_cases_beside_it():
    """No rule ships untested, and no test is left behind."""
    report = run_files([SHIPPED])
    assert not report.errors
    assert [verdict.problem for verdict in report.verdicts if verdict.problem] == []
    tested = {path.name.removesuffix(".test.yaml") for path in SHIPPED.glob("*.test.yaml")}
    assert tested == set(shipped())


def test_the_shipped_schema_is_the_one_that_is_made():
    """Whoever adds a word writes it anew: alertd rules schema > rules/rule.schema.json."""
    assert json.loads((SHIPPED / "rule.schema.json").read_text()) == schema()


@pytest.mark.parametrize(
    ("product", "told"),
    [({"kind": None}, True), ({"kind": "Compuesto"}, True), ({"kind": "Materia Prima"}, True),
     ({"kind": "Servicio"}, False), ({"enabled": 0}, False)],
)  # fmt: skip
def test_services_and_switched_off_products_are_left_alone(store: Store, product: dict[str, object], told: bool):
    """Everything else counts, and so does a product whose kind nobody wrote down."""
    level = shelf(store, 1, 5, **product)
    low = shipped()["low-stock"]
    assert taken(store, low.query, low.when) == ([level] if told else [])
    assert state_of(store, level) == ("low" if told else "unknown")


@pytest.mark.parametrize(
    ("stock", "minimum", "recovered"),
    [(6, 5, ["low-stock", "out-of-stock", "negative-stock"]), (5, 5, ["out-of-stock", "negative-stock"]),
     (0, 5, ["negative-stock"]), (-1, 5, []), (0, 0, ["low-stock", "out-of-stock", "negative-stock"]),
     (0, None, ["low-stock", "out-of-stock", "negative-stock"])],
)  # fmt: skip
def test_a_level_recovers_by_steps(store: Store, stock: float, minimum: float | None, recovered: list[str]):
    """From low to nothing, low is not over; with its minimum taken away, nothing is left to tell."""
    level = shelf(store, stock, minimum)
    rules = [rule for name in ("low-stock", "out-of-stock", "negative-stock") if (rule := shipped()[name])]
    assert [rule.name for rule in rules if rule.recover and taken(store, rule.recover) == [level]] == recovered


def test_an_old_reading_is_not_believed(store: Store):
    """Last week's numbers say nothing about today."""
    level = shelf(store, 1, 5)
    assert state_of(store, level, fresh_since=NOW) == "low"
    assert state_of(store, level, fresh_since=NOW + 1) == "unknown"


@pytest.mark.parametrize("product", [{"gone_at": NOW}, {"absent_at": NOW}])
def test_what_is_gone_is_unknown(store: Store, product: dict[str, int]):
    """It is not out of stock: nobody knows."""
    assert state_of(store, shelf(store, 0, 5, **product)) == "unknown"


@pytest.mark.parametrize("stock", [-1, 0, 4.999999, 5, 5.000001])
@pytest.mark.parametrize("minimum", [None, 0, 5])
def test_low_means_the_same_in_sql_and_in_python(store: Store, stock: float, minimum: float | None):
    """One meaning of low, for pages and messages alike."""
    level = shelf(store, stock, minimum)
    answer = store.value(f"SELECT {low_sql()} FROM stock_row r WHERE r.level_id = ?", (level,))
    assert bool(answer) == is_low(stock, minimum)


def test_low_is_answered_by_its_index(store: Store):
    """The wording of the SQL is what lets the database use the partial index."""
    plan = store.rows(f"EXPLAIN QUERY PLAN SELECT product_id FROM level r WHERE {low_sql()}")
    assert any("level_low" in row["detail"] for row in plan)
