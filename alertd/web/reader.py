"""How one reader sees things: words, numbers and moments in their language. It knows no request and no database."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup

from .. import clock
from .words import CATALOGUE

# Central America writes 1,234.50; a bare "es" would write 1.234,50.
_LOCALES = {"es": "es_SV", "pt": "pt_BR", "en": "en"}
_DAY = {"es": "d MMM", "pt": "d MMM", "en": "MMM d"}
JUST_NOW = 10_000
_Unit = Literal["year", "month", "week", "day", "hour", "minute", "second"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A language and the present moment. `t` and `count` give words, the others write values down."""

    language: str
    now: int

    @property
    def locale(self) -> str:
        """The name Babel knows the reader's habits by."""
        return _LOCALES[self.language]

    def t(self, key: str, **values: object) -> str:
        """The words of a key. A key that does not exist is our mistake and raises KeyError."""
        return CATALOGUE[self.language][key].format(**values) if values else CATALOGUE[self.language][key]

    def word(self, prefix: str, name: str) -> str:
        """The word for a name that comes from data, such as a state; the bare name when it is not known."""
        return CATALOGUE[self.language].get(f"{prefix}.{name}", name)

    def count(self, key: str, number: int) -> str:
        """The sentence of a `#` key that agrees with the number."""
        one, _, many = CATALOGUE[self.language][key].partition("|")
        return (one if number == 1 else many).format(count=self.number(number))

    def number(self, value: float | None, *, money: bool = False) -> str:
        """A quantity with no more decimals than it has; an en dash where there is none."""
        if value is None:
            return "–"
        return _decimal(value, "#,##0.00##" if money else "#,##0.######", self.locale)

    def value(self, value: object) -> str:
        """A value of a rule's field: numbers to three places, yes and no, texts as they are."""
        if isinstance(value, bool):
            return self.t("word.yes" if value else "word.no")
        if value is None or isinstance(value, int):
            return self.number(value)
        if isinstance(value, float):
            return _decimal(value, "#,##0.###", self.locale)
        return str(value)

    def ago(self, at: int) -> str:
        """How far a moment lies from now: "hace 3 min", "dentro de 2 h"."""
        if abs(at - self.now) < JUST_NOW:
            return self.t("word.now")
        seconds = (at - self.now) // 1000
        unit, size = next((each for each in _UNITS if abs(seconds) / each[1] >= _ENOUGH), _UNITS[-1])
        return _ago(unit, round(seconds / size) * size, self.locale)

    def span(self, seconds: float) -> str:
        """A duration in its largest whole unit: "5 minutos", "1 hora"."""
        for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
            if seconds >= size and seconds % size == 0:
                return _span(int(seconds // size), unit, self.locale)
        return _span(round(seconds, 1), "second", self.locale)

    def moment(self, at: int, zone: str | None) -> str:
        """A moment on the shop's clock: "20 nov, 16:20", with the year when it is not this one."""
        this_year = _year(self.now // 60_000, zone or "UTC")
        return _moment(at // 60_000, zone or "UTC", this_year, self.language)

    def when(self, at: int, zone: str | None) -> Markup:
        """A moment as people say it, with the exact time beneath it for those who ask."""
        return _time(at, title=self.moment(at, zone), text=self.ago(at))

    def exactly(self, at: int, zone: str | None) -> Markup:
        """The exact time, with what people say beneath it."""
        return _time(at, title=self.ago(at), text=self.moment(at, zone))

    def day(self, at: int, zone: str | None) -> str:
        """A day on the shop's calendar: "20 nov"."""
        return format_datetime(clock.local(at, zone or "UTC"), _DAY[self.language], locale=self.locale)


# Babel's own units and its threshold, so that only the count has to be put into words.
_UNITS: tuple[tuple[_Unit, int], ...] = (
    ("year", 31_536_000),
    ("month", 2_592_000),
    ("week", 604_800),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)
_ENOUGH = 0.85


_JOINED, _BEGIN, _TITLE = Markup(""), Markup('<time datetime="'), Markup('" title="')
_TEXT, _END = Markup('">'), Markup("</time>")


def _time(at: int, *, title: str, text: str) -> Markup:
    # To join escapes as to format does, in a third of the time: a list has fifty of these.
    return _JOINED.join((_BEGIN, clock.rfc3339(at) or "", _TITLE, title, _TEXT, text, _END))


@lru_cache(maxsize=64)
def _year(minute: int, zone: str) -> int:
    return clock.local(minute * 60_000, zone).year


@lru_cache(maxsize=4096)
def _ago(unit: _Unit, seconds: int, locale: str) -> str:
    """So many units ago or ahead; a list says the same few again and again."""
    span = timedelta(seconds=seconds)
    return format_timedelta(span, granularity=unit, threshold=1e9, add_direction=True, format="short", locale=locale)


@lru_cache(maxsize=1024)
def _span(count: float, unit: str, locale: str) -> str:
    return format_unit(count, f"duration-{unit}", locale=locale)


@lru_cache(maxsize=16_384)
def _moment(minute: int, zone: str, this_year: int, language: str) -> str:
    local = clock.local(minute * 60_000, zone)
    day = _DAY[language] + ("" if local.year == this_year else " y")
    return format_datetime(local, f"{day}, HH:mm", locale=_LOCALES[language])


@lru_cache(maxsize=4096)
def _decimal(value: float, pattern: str, locale: str) -> str:
    """A list says the same few numbers again and again, and Babel is thorough rather than quick."""
    return format_decimal(value, format=pattern, locale=locale)
