"""Every figure that a rule may test has words in a message, in every language."""

import tomllib
from pathlib import Path

import pytest

from alertd.notify import lines
from alertd.rules.vocabulary import VOCABULARY

FOLDER = Path(__file__).parents[2] / "templates" / "messages"


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_no_figure_goes_by_its_bare_name(language: str):
    """An owner does not read words with underlines; what is left unsaid is left unsaid on purpose."""
    fields = tomllib.loads((FOLDER / f"words.{language}.toml").read_text(encoding="utf-8"))["fields"]
    numbers = {word.name for word in VOCABULARY if word.kind in ("number", "flag")}
    assert numbers - fields.keys() - lines._UNSPOKEN - lines._SILENT == set()
    assert all("{n}" in phrase for phrase in fields.values())
