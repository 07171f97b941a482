"""Files that are not what a rule file should be: each is refused once, at its place, and never with a traceback."""

from pathlib import Path

import pytest

from alertd.rules.document import LARGEST, Mapping, Scalar, parse_document
from alertd.rules.load import load_rules

from .makers import MINIMAL, load, mistakes

HOSTILE = [
    ("a: &x 1\nb: *x\n", 1, 4, "Anchors"),
    ("a: 1\nb: *x\n", 2, 4, "aliases"),
    ("a: !!binary aGVsbG8=\n", 1, 4, "tag"),
    ("a: !!python/object:os.system x\n", 1, 4, "tag"),
    ("name: a\n\ton: stock\n", 2, 1, "tab"),
    ("query:\n  \t tipo: x\n", 2, 3, "tab"),
    ("%YAML 1.1\n---\nname: a\n", 1, 1, "directives"),
    ("name: a\n---\nname: b\n", 2, 1, "more than one document"),
    ("title: Stock: bajo\n", 1, 13, "':'"),
    ("when: 'a' = codigo\n", 1, 11, "key is expected"),
    ("title: 'abierto\nname: a\n", 1, 8, "quote"),
    ("severity: {critical: tipo in ('a', 'b')}\n", 1, 39, "bracket"),
    ("when: @stock\n", 1, 7, "cannot begin"),
    ("name: a\n  on: stock\n", 2, 5, "':'"),
    ("[" * 5000, 1, 13, "nested"),
    ("{a: " * 5000, 1, 46, "nested"),
    ("? [a]\n: b\n", 1, 3, "one word"),
    ("name: \x01\n", 1, 7, "U+0001"),
    ("- a\n- b\n", 1, 1, "no rule"),
    ("solo texto\n", 1, 1, "no rule"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), HOSTILE)
def test_yaml_that_hides_what_it_says_is_refused(text: str, line: int, column: int, words: str):
    """One mistake for the file, at the place to look at, in words that are not the parser's."""
    ((at_line, at_column, message, hint),) = mistakes(text)
    assert (at_line, at_column) == (line, column)
    assert words in message
    assert hint


def test_a_billion_laughs_are_not_even_begun():
    """Aliases are refused where the first one stands, before anything is unfolded."""
    laughs = "a: &a [x, x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50))
    ((line, _, message, _),) = mistakes(laughs)
    assert line == 1
    assert "Anchors" in message


@pytest.mark.parametrize(
    ("raw", "line", "column", "words"),
    [
        (b"name: a\x00b\n", 1, 8, "not a text file"),
        ("name: a\ntitle: mínimo\n".encode("latin-1"), 2, 9, "0xED is not UTF-8"),
        (MINIMAL.encode("utf-16"), 1, 1, "UTF-16"),
        (b"#" * (LARGEST + 1), 1, 1, "larger than 1 MB"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 3, 1, "not a text file"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, raw: bytes, line: int, column: int, words: str):
    """A picture, a spreadsheet's export in an old encoding, a log by mistake."""
    file = tmp_path / "regla.yaml"
    file.write_bytes(raw)
    (error,) = load_rules([file]).errors
    assert (error.file, error.line, error.column) == (str(file), line, column)
    assert words in error.message
    assert error.rule is None


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path):
    """Notepad writes both."""
    file = tmp_path / "regla.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert [rule.name for rule in load_rules([file]).rules] == ["low-stock"]


@pytest.mark.parametrize("text", ["", "# nada\n", "---\n", "rules: []\n", "rules:\n"])
def test_an_empty_file_is_no_mistake(text: str):
    """A rule that is commented out leaves one."""
    assert load(text) == load("")
    assert not load(text).errors


def test_yaml_means_what_it_looks_like():
    """In YAML 1.2 a country called NO is no `false`, `on` is a word and 0123 is nothing octal."""
    root = parse_document("on: NO\nb: yes\nc: 0123\nd: 'x'\n").root
    assert isinstance(root, Mapping)
    assert [key.value for key, _ in root.entries] == ["on", "b", "c", "d"]
    kinds = [(value.value, value.kind) for _, value in root.entries if isinstance(value, Scalar)]
    assert kinds == [("NO", "text"), ("yes", "text"), ("0123", "number"), ("x", "text")]


SCALARS = [
    "when: stok > 1",
    "when: stock > 1\n  and\n    stok < 5",
    "when: 'nombre = ''it''''s'' and stok < 5'",
    'when: "nombre = \'\\u00e1\\"\' and stok < 5"',
    "when: |\n  stock > 1\n    and nota is null\n  and stok < 5",
    "when: >-\n  stock > 1\n\n  and\n  stok < 5",
    "when:   >\n     stok < 5",
    "when: # por qué\n  stok < 5",
    "severity: {high: stok > 1, warning: true}",
]


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_fault_in_an_expression_points_into_the_file(scalar: str):
    """However the text is quoted or folded, the place is where the eye finds the wrong word."""
    text = f"name: a\non: stock\n{scalar}\n" + ("" if scalar.startswith("when") else "when: stock > 1\n")
    lines = text.splitlines()
    ((line, column, message, _),) = mistakes(text)
    assert message == "There is no field 'stok'."
    assert lines[line - 1][column - 1 :].startswith("stok")


def test_a_fault_at_the_end_of_an_expression_points_behind_it():
    """There is nothing to point at but the place where something is missing."""
    assert mistakes("name: a\non: stock\nwhen: stock >\n")[0][:2] == (3, 14)
