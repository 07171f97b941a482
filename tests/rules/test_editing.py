"""Changing a rule's text where it stands: what is changed is changed, and every other byte stays."""

from dataclasses import replace
from pathlib import Path

import pytest

from alertd.rules import editing
from alertd.rules.draft import apply, changes, merged, read_draft
from alertd.rules.load import load_text
from alertd.rules.rows import Row, Rows, expression_of, literals, rows_of, with_number
from alertd.settings import data_folder

SHIPPED = sorted(path for path in data_folder("rules").glob("*.yaml") if not path.name.endswith(".test.yaml"))
LOW = """\
# Avisa antes de que falte.
name: low
title: Poco
on: stock
query:
  enable: 1        # productos activos
when: stock <= 5   # de la caja

severity: high
"""
SEVERAL = """\
# Las de la bodega.
rules:
  # la primera
  - name: a
    on: stock   # c
    when: stock < 1  # d

  # la segunda
  - name: b
    on: stock
    when: >-
      stock <
      2
  - {name: c, on: stock, when: stock < 3}
"""


def edited(text: str, **values: object) -> str:
    before = read_draft(text)
    return apply(text, changes(before, replace(before, **values)))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_rule_survives_a_walk_through_the_form(path: Path) -> None:
    """Read, shown as rows and written back it means the same; what nobody touched is not written at all."""
    text = path.read_text()
    draft = read_draft(text)
    assert apply(text, changes(draft, draft)) == text
    rows = rows_of(draft.when, draft.on)
    assert rows is not None
    again = editing.put(text, ("when",), editing.condition(expression_of(rows, draft.on)))
    assert load_text(again, "x").rules[0].digest == load_text(text, "x").rules[0].digest
    assert rows_of(expression_of(rows, draft.on), draft.on) == rows


def test_one_number_changes_one_line() -> None:
    """The remark behind it, the blank line after it and the comment above all stay."""
    assert edited(LOW, when="stock <= 12") == LOW.replace("stock <= 5", "stock <= 12")


def test_a_new_key_takes_its_usual_place() -> None:
    """People find it where the other files have it."""
    assert edited(LOW, for_="30m") == LOW.replace("# de la caja\n", "# de la caja\nfor: 30m\n")
    assert edited(LOW, source=("centro",)) == LOW.replace("on: stock\n", "on: stock\nsource: [centro]\n")


def test_a_key_that_is_cleared_goes_with_its_remark() -> None:
    """And with the block below it; the last filter takes `query` along."""
    assert "query" not in edited(LOW, query=())
    assert "severity" not in edited(LOW, severity=())


def test_a_filter_is_added_beside_the_others() -> None:
    """Inside the block that is there, at its indentation; what YAML would misread stands in quotes."""
    found = edited(LOW, query=(("enable", "1"), ("codigo", "00123")))
    assert '  enable: 1        # productos activos\n  codigo: "00123"\n' in found


def test_every_key_can_be_written_and_read_back() -> None:
    """The whole form at once, with texts that YAML would take for something else."""
    wanted = replace(
        read_draft(LOW),
        title=(("es", "Hola: mundo"), ("pt", "Olá #1"), ("en", "true")),
        source=("centro", "norte"),
        query=(("enable", "1"), ("categoria", "ferre: x"), ("con_stock", "true")),
        for_="30m",
        recover="stock > 5 and nombre != 'a: b'",
        keep_firing_for="0",
        severity=(("critical", "stock in (0, 1)"), ("warning", "true")),
        group_by=("nombre_sucursal",),
        notify=(),
        repeat="24h",
        resolved=False,
        quiet=("20:00", "07:00", ("sun",), True),
        message="Hola\n  {{ alerts | length }}\n\nfin",
        enabled=False,
    )
    text = apply(LOW, changes(read_draft(LOW), wanted))
    assert read_draft(text) == wanted
    assert text.startswith("# Avisa antes de que falte.\n")


def test_a_long_condition_is_folded_and_means_the_same() -> None:
    """Broken before `and`, never inside of quotes."""
    when = " and ".join(f"nombre != 'uno and dos {number}'" for number in range(9))
    text = edited(LOW, when=when)
    assert "when: >-   # de la caja\n" in text
    assert read_draft(text).when == when


def unit_named(name: str) -> editing.Unit:
    return next(unit for unit in editing.units(SEVERAL) if unit.name == name)


def test_a_rule_among_others_is_edited_alone() -> None:
    """The comments of its neighbours stay where they are; it can also be taken out."""
    unit = unit_named("b")
    found = editing.splice(SEVERAL, unit, edited(unit.text, for_="30m"))
    assert found == SEVERAL.replace("      2\n", "      2\n    for: 30m\n")
    assert "name: b" not in editing.without(SEVERAL, unit)
    assert "- {name: c" in editing.without(SEVERAL, unit)
    for each in editing.units(SEVERAL):
        assert editing.splice(SEVERAL, each, each.text) == SEVERAL


def test_a_rule_in_braces_can_be_edited_too() -> None:
    """On one line, as some write them."""
    unit = unit_named("c")
    assert edited(unit.text, for_="1h") == "{name: c, on: stock, when: stock < 3, for: 1h}\n"
    assert edited(unit.text, when="stock in (1, 2)") == '{name: c, on: stock, when: "stock in (1, 2)"}\n'


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("stock <= stock_minimo * 1.2", [Row("stock", sign="<=", value="stock_minimo * 1.2")]),
        ("sold(30) = 0", [Row("sold", "30", "=", "0")]),
        ("contains(nombre, 'o''b')", [Row("nombre", sign="contains", value="o'b")]),
        ("not contains(marca, 'x')", [Row("marca", sign="not contains", value="x")]),
        ("marca in ('A', 'B')", [Row("marca", sign="in", value="A, B")]),
        ("stock between 1 and 5", [Row("stock", sign="between", value="1", until="5")]),
        ("stock_minimo is null", [Row("stock_minimo", sign="is null")]),
        ("id = 7", [Row("id", sign="=", value="7")]),
        ("stock - change < 3", [Row(text="stock - change < 3")]),
        ("5 < stock", [Row(text="5 < stock")]),
        ("marca = nombre", [Row(text="marca = nombre")]),
        ("not (stock > 1 or stock < 0)", [Row(text="not (stock > 1 or stock < 0)")]),
    ],
)
def test_a_comparison_is_a_row(expression: str, rows: list[Row]) -> None:
    """What a row cannot say stays as text; either way it is written back as it was."""
    assert rows_of(expression, "stock") == Rows("and", tuple(rows))
    assert expression_of(Rows("and", tuple(rows)), "stock") == expression


def test_brackets_of_the_other_join_stay_together() -> None:
    """All of these, one of which is any of those."""
    found = rows_of("stock > 0 and (marca = 'A' or marca is null)", "stock")
    assert found == Rows("and", (Row("stock", sign=">", value="0"), Row(text="marca = 'A' or marca is null")))
    assert expression_of(found, "stock") == "stock > 0 and (marca = 'A' or marca is null)"


def test_a_row_that_says_nothing_yet_is_not_written() -> None:
    """Somebody pressed the button and is still thinking."""
    rows = Rows("and", (Row("stock", sign="<=", value="5"), Row("marca", sign="="), Row()))
    assert expression_of(rows, "stock") == "stock <= 5"


def test_a_condition_that_cannot_be_read_has_no_rows() -> None:
    """The form shows it as text."""
    assert rows_of("stock <=", "stock") is None
    assert literals("stock <=") == ()


def test_every_number_can_be_tried_otherwise() -> None:
    """Each with the comparison it belongs to; a number in a name or a text is none."""
    when = "stock <= 5 and sold(30) > 2.5 and nombre != 'caja 7'"
    found = literals(when)
    assert [(each.written, each.within) for each in found] == [
        ("5", "stock <= 5"),
        ("30", "sold(30) > 2.5"),
        ("2.5", "sold(30) > 2.5"),
    ]
    assert with_number(when, found[0], "12") == when.replace("<= 5", "<= 12")


def test_two_changes_of_one_rule_are_put_together() -> None:
    """Mine on top of theirs; where both touched the same key it is said."""
    mine = edited(LOW, for_="30m", when="stock <= 3")
    theirs = edited(LOW, when="stock <= 9", repeat="24h").replace("# de la caja", "# de la caja grande")
    text, both = merged(LOW, mine, theirs)
    assert both == ("when",)
    assert text == theirs.replace("stock <= 9", "stock <= 3").replace("grande\n", "grande\nfor: 30m\n")
