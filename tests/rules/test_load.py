"""Files and folders of rules: good rules go on beside bad ones, and every mistake is told at once."""

import json
from pathlib import Path

import msgspec
import pytest

from alertd.rules.load import load_rules, load_text

from .makers import MINIMAL, load


def rule(name: str, when: str = "stock < 1") -> str:
    return f"name: {name}\non: stock\nwhen: {when}\n"


def test_a_folder_is_read_in_order_without_what_is_hidden(tmp_path: Path):
    """An editor's backup and a mounted folder's machinery are nobody's rules."""
    for file, name in (("b.yaml", "b"), ("a.yml", "a"), (".c.yaml", "c"), ("d.txt", "d"), ("e.yaml~", "e")):
        (tmp_path / file).write_text(rule(name))
    (tmp_path / "norte").mkdir()
    (tmp_path / "norte" / "f.yaml").write_text(rule("f"))
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "g.yaml").write_text(rule("g"))
    (tmp_path / "h.yaml").symlink_to(tmp_path / "..data" / "g.yaml")
    found = load_rules([tmp_path, tmp_path / "b.yaml"])
    assert [one.name for one in found.rules] == ["a", "b", "g", "f"]
    assert not found.errors


def test_what_is_not_there_is_said(tmp_path: Path):
    """A slip in a path is a mistake like any other."""
    (error,) = load_rules([tmp_path / "nada.yaml"]).errors
    assert (error.line, error.column, error.rule) == (1, 1, None)
    assert "cannot be read" in error.message


def test_all_mistakes_of_all_files_come_at_once_and_good_rules_go_on(tmp_path: Path):
    """Two bad files and one good one, in one reading."""
    (tmp_path / "a.yaml").write_text(rule("a", "stok < 1") + "fro: 1h\n")
    (tmp_path / "b.yaml").write_text(rule("b"))
    (tmp_path / "c.yaml").write_text("\t")
    found = load_rules([tmp_path])
    assert [one.name for one in found.rules] == ["b"]
    places = [(Path(error.file).name, error.line, error.column, error.rule) for error in found.errors]
    assert places == [("a.yaml", 3, 7, "a"), ("a.yaml", 4, 1, "a"), ("c.yaml", 1, 1, None)]


def test_a_file_keeps_its_good_rules():
    """Each rule under `rules:` stands for itself, with its own text and line."""
    text = (
        "rules:\n"
        "  - name: uno\n    on: stock\n    # por qué\n    when: stock < 1\n"
        "  - name: dos\n    on: stock\n    when: stok < 1\n"
        "  - tres\n"
        "  - name: cuatro\n    on: stock\n    when: stock < 4\n"
    )
    found = load(text)
    assert [(one.name, one.line) for one in found.rules] == [("uno", 2), ("cuatro", 10)]
    assert found.rules[0].text.splitlines()[:4] == ["name: uno", "on: stock", "# por qué", "when: stock < 1"]
    assert [(error.line, error.column, error.rule) for error in found.errors] == [(8, 11, "dos"), (9, 5, None)]


def test_the_text_of_a_rule_in_a_list_can_be_read_again():
    """What is kept as the last good version must mean the same when it is read alone."""
    text = (
        "rules:\n"
        "- name: uno\n  on: stock\n  when: >\n    stock <\n      1\n  severity: {high: true}\n"
        "- name: dos\n  on: stock\n  when: stock<2\n"
    )
    for one in load(text).rules:
        assert load(one.text).rules[0].digest == one.digest


def test_a_name_belongs_to_one_rule(tmp_path: Path):
    """The first keeps it, over all files, even while it cannot work."""
    (tmp_path / "a.yaml").write_text(rule("bajo", "stok < 1"))
    (tmp_path / "b.yaml").write_text("rules:\n  - {name: bajo, on: stock, when: stock < 2}\n")
    found = load_rules([tmp_path])
    assert not found.rules
    taken = found.errors[1]
    assert (Path(taken.file).name, taken.line, taken.column, taken.rule) == ("b.yaml", 2, 12, "bajo")
    assert f"{tmp_path / 'a.yaml'}, line 1" in taken.message


def test_keys_beside_rules_are_refused():
    """A file is one rule or a list of them."""
    found = load("name: x\nrules:\n  - {name: a, on: stock, when: stock < 1}\n")
    assert [one.name for one in found.rules] == ["a"]
    assert [(error.line, error.column) for error in found.errors] == [(1, 1)]


def test_a_slip_in_the_word_rules_is_one_mistake():
    """Not a rule in which everything is missing."""
    (error,) = load("rule:\n  - {name: a, on: stock, when: stock < 1}\n").errors
    assert (error.line, error.hint) == (1, "Did you mean 'rules'?")


def test_a_mistake_as_json_has_exactly_the_promised_keys():
    """Programs hold on to these names."""
    (error,) = load(MINIMAL + "x: 1\n").errors
    assert list(json.loads(msgspec.json.encode(error))) == ["file", "line", "column", "rule", "message", "hint"]
    assert str(error).startswith("tienda.yaml:4:1: rule 'low-stock': 'x' is not a key")


def test_a_thousand_rules_are_read_in_a_moment():
    """A chain of shops keeps them in one file."""
    items = "".join(f"  - {{name: r{i}, on: stock, when: stock < {i}}}\n" for i in range(1000))
    assert len(load(f"rules:\n{items}").rules) == 1000


@pytest.mark.parametrize("key", ["\\n", "a\\nb", "\\e[31mred", "\\u202e"])
def test_a_mistake_is_one_line_whatever_the_file_holds(key: str) -> None:
    """A key with a line feed, or with what would colour a terminal, is quoted and does no more."""
    found = load_text(f'name: x\n"{key}": 1\n', "odd.yaml").errors
    assert found
    assert all(str(error).isprintable() for error in found)
