"""No phrase of a message is kept that nothing says, and the languages have the same ones."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates" / "messages"
SPEAKERS = [
    *(path for room in ("notify", "engine", "store") for path in sorted((ROOT / "alertd" / room).glob("*.py"))),
    ROOT / "alertd" / "web" / "links.py",
    ROOT / "alertd" / "alerts" / "silence.py",
    ROOT / "alertd" / "rules" / "vocabulary.py",
    ROOT / "alertd" / "sources" / "registry.py",
]
TEMPLATES = [*sorted(FOLDER.glob("*.j2")), *sorted((ROOT / "templates" / "web").glob("link*.html"))]
FILES = sorted({path.name.rsplit(".", 2)[0] for path in FOLDER.glob("*.es.toml")})
# A phrase by a composed name, `f"file_{name}"`: enough letters on one side to mean something.
FAMILY = re.compile(r"[a-z_]*[a-z]_\.\+|\.\+_[a-z_]{2,}")


def _composed() -> Iterator[str]:
    for path in SPEAKERS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values)
    for path in TEMPLATES:
        text = path.read_text()
        yield from re.findall(r"""["']([a-z_0-9]+)["']""", text)
        yield from re.findall(r"\bwords\.([a-z_]+)", text)
        yield from (f"{begun}.+" for begun in re.findall(r"""["']([a-z]+_)["'] ~""", text))
        yield from (f".+{ended}" for ended in re.findall(r"""~ ["'](_[a-z]+)["']""", text))


SAID = set(_composed())
FAMILIES = re.compile("|".join(sorted(one for one in SAID if FAMILY.fullmatch(one))))


def phrases(said: dict[str, Any], *, deep: bool = True) -> Iterator[str]:
    """Every name, those of tables with them; figures of rules have a test of their own."""
    for key, value in said.items():
        yield key
        if deep and isinstance(value, dict) and key != "fields":
            yield from value


def read(name: str, language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.{language}.toml").read_text(encoding="utf-8"))


def is_said(key: str) -> bool:
    """By its name, or without the number behind it (`_one`, `_many`, `d7`), or by a family."""
    return key in SAID or re.sub(r"_(one|many)$|\d+$", "", key) in SAID or bool(FAMILIES.fullmatch(key))


@pytest.mark.parametrize("name", FILES)
def test_every_phrase_is_said_by_somebody(name: str) -> None:
    """A phrase that outlived its message is translated for nobody."""
    assert {key for key in phrases(read(name, "es")) if not is_said(key)} == set()


def test_a_phrase_that_nobody_says_would_be_seen() -> None:
    """The test above can fail."""
    assert [is_said(key) for key in ("sent_at", "do_ack", "nobody_says", "nobody_says_one")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize("name", FILES)
def test_the_languages_have_the_same_phrases(name: str, language: str) -> None:
    """Down to the last name in a table."""
    spanish, other = read(name, "es"), read(name, language)
    assert spanish.keys() == other.keys()
    assert {key: value.keys() for key, value in spanish.items() if isinstance(value, dict)} == {
        key: value.keys() for key, value in other.items() if isinstance(value, dict)
    }
