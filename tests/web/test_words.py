"""Nothing is left untranslated, and every word a template asks for exists."""

import re
import string
from datetime import timedelta
from pathlib import Path

import pytest
from babel.dates import format_timedelta

from alertd.settings import data_folder
from alertd.store.pages_products import Change
from alertd.web.chart import step_chart
from alertd.web.reader import Reader
from alertd.web.words import CATALOGUE, LANGUAGES

from .makers import DAY, NOW

TEMPLATES = sorted((data_folder("templates") / "web").rglob("*.html"))
CODE = sorted((Path(__file__).parents[2] / "alertd" / "web").glob("*.py"))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing_in_any_language(language: str) -> None:
    """Every key has words, the same blanks to fill in, and both numbers where it counts."""
    for key, spanish in CATALOGUE["es"].items():
        words = CATALOGUE[language][key]
        assert words.strip(), key
        assert _fields(words) == _fields(spanish), key
        assert words.count("|") == (1 if key.endswith("#") else 0), key


def test_every_word_that_is_asked_for_exists() -> None:
    """Keys written out in templates and code are in the catalogue."""
    asked = set()
    for path in (*TEMPLATES, *CODE):
        text = path.read_text()
        asked |= set(re.findall(r"""\b(?:t|count|options)\(["']([a-z_.]+#?)["'][,)]""", text))
    assert len(asked) > 100
    assert asked - set(CATALOGUE["es"]) == set()


def test_no_template_speaks_a_language_of_its_own() -> None:
    """Text between tags comes from the catalogue; what is left is signs and names."""
    for path in TEMPLATES:
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(), flags=re.S)
        bare = re.sub(r"<pre>.*?</pre>|<code>.*?</code>|<[^>]*>", " ", bare, flags=re.S)
        words = set(re.findall(r"[A-Za-zÀ-ÿ]{3,}", bare)) - {"alertd"}
        assert words == set(), path.name


@pytest.mark.parametrize(
    ("language", "number", "ago", "moment"),
    [
        ("es", "1,234.5", "hace 3 min", "20 nov, 10:17"),
        ("pt", "1.234,5", "há 3 min.", "20 nov., 10:17"),
        ("en", "1,234.5", "3 min. ago", "Nov 20, 10:17"),
    ],
)
def test_numbers_and_moments_follow_the_reader(language: str, number: str, ago: str, moment: str) -> None:
    """Separators, order and words of each language, on the shop's clock."""
    reader = Reader(language, NOW)
    assert reader.number(1234.5) == number
    assert reader.ago(NOW - 180_000) == ago
    assert reader.moment(NOW - 180_000, "America/El_Salvador") == moment


def test_quantities_show_no_more_decimals_than_they_have() -> None:
    """Twelve is 12, twelve and three quarters is 12.75, nothing known is a dash."""
    reader = Reader("es", NOW)
    assert [reader.number(found) for found in (12.0, 12.75, 0.000001, -3.0, None)] == [
        "12",
        "12.75",
        "0.000001",
        "-3",
        "–",
    ]
    assert reader.value(3.14159) == "3.142"
    assert reader.value(True) == "Sí"


def test_a_moment_of_another_year_says_so() -> None:
    """In January, "20 nov" could be read as the coming one."""
    assert Reader("es", NOW + 90 * DAY).moment(NOW, "UTC") == "20 nov 2026, 16:20"


@pytest.mark.parametrize("stock", [0.0, -3.0, 0.000001, 7.0, 123_456.0])
def test_a_chart_of_any_stock_has_even_ticks_around_it(stock: float) -> None:
    """The axis holds zero and every value, in round steps."""
    drawn = step_chart([Change(NOW - DAY, stock, 5.0, None)], NOW - 9 * DAY, NOW)
    assert drawn is not None
    assert drawn.ticks[-1] <= min(0, stock)
    assert drawn.ticks[0] >= max(5, stock)
    steps = {round(high - low, 6) for high, low in zip(drawn.ticks, drawn.ticks[1:], strict=False)}
    assert len(steps) == 1


def test_a_level_nobody_knows_has_no_chart() -> None:
    """Nothing to draw is no chart, not an empty frame."""
    assert step_chart([], NOW - DAY, NOW) is None
    assert step_chart([Change(NOW - DAY, None, None, None)], NOW - 9 * DAY, NOW) is None


def test_how_far_a_moment_lies_is_said_as_babel_says_it() -> None:
    """The words are kept for the next row, and must be those that would be found anew: at every edge between units."""
    for language in LANGUAGES:
        reader = Reader(language, NOW)
        for seconds in (11, 50, 51, 3_059, 3_060, 73_439, 73_440, 514_079, 514_080, 2_203_199, 2_203_200, 27_000_000):
            for away in (seconds * 1000, -seconds * 1000):
                span = timedelta(milliseconds=away)
                fresh = format_timedelta(span, add_direction=True, format="short", locale=reader.locale)
                assert reader.ago(NOW + away) == fresh
