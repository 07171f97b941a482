"""What is wrong with a rule, told in the reader's words."""

import pytest
from flask import Flask, g

from alertd.rules.load import load_text
from alertd.web.reader import Reader
from alertd.web.rules_mistakes import rule_mistake

from .makers import NOW

BASE = "name: x\non: stock\nwhen: stock < 1\n"
SLIPS = (
    BASE.replace("stock <", "stok <"), BASE.replace("stock < 1", "stock"), BASE.replace("stock < 1", "stock <"),
    BASE.replace("stock < 1", "stock < 'a'"), BASE.replace("stock < 1", "stock < 1 marca"),
    BASE.replace("stock < 1", "(stock < 1"), BASE.replace("stock < 1", "stock < 1,5"),
    BASE.replace("stock < 1", "select 1"), BASE.replace("stock < 1", "1 < 2"), BASE.replace("stock < 1", ""),
    BASE.replace("stock < 1", "marca = 'x"), BASE.replace("stock < 1", "enable = 3"), BASE.replace("when", "wen"),
    BASE.replace("name: x", "name: Hola Mundo"), BASE.replace("on: stock", "on: stok"), BASE + "for: media hora\n",
    BASE + "repeat: 0\n", BASE + "severity: grave\n", BASE + "quiet: {days: [mon, tue, wed, thu, fri, sat, sun]}\n",
    BASE + 'quiet: {hours: "20:00-"}\n', BASE + "notify: []\nrepeat: 1h\n", BASE + "group_by: [precio]\n",
    BASE + "source: [nada]\n", BASE + "query: {enable: x}\n", BASE + "recover: stock < 1\n", BASE + "window: 7d\n",
    BASE + "for: 1m\nfor: 2m\n", BASE + "for: [\n", BASE + "title: 'a\n", BASE + "\tfor: 1m\n",
    BASE + "message: '{{'\n",
    BASE + "message: '{{ nada }}'\n", BASE + "enabled: si\n", BASE + "for: 2w: 3\n", BASE + "title: *a\n",
    "on: stock\n", "- a\n", BASE + "x\n", BASE + "severity: {info: true, high: true}\n", BASE + "for: 900d\n",
)  # fmt: skip


@pytest.mark.parametrize("language", ["es", "pt"])
@pytest.mark.parametrize("text", SLIPS)
def test_a_slip_that_people_make_is_told_in_their_language(app: Flask, text: str, language: str) -> None:
    """Message and hint both; only names and examples stay as they are written."""
    errors = load_text(text, "x", known_sources=frozenset({"centro"}), known_channels=frozenset()).errors
    assert errors
    with app.test_request_context():
        g.reader = Reader(language, NOW)
        for error in errors:
            said = rule_mistake(error)
            assert said.message != error.message
            assert error.hint is None or said.hint != error.hint
