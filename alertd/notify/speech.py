"""The words, numbers and times of one language on the clock of one shop. The words lie beside the templates."""

import tomllib
from functools import lru_cache
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_decimal

from ..clock import local
from ..model import quantity
from ..settings import data_folder

DAY = 86_400_000


class Speech:
    """The words, numbers and times of one language on the clock of one shop.

    `goods` says what a product of that shop is called, where it is no product of a shop: `epi` or `reward`.
    """

    def __init__(self, language: str, zone: str, goods: str = "") -> None:
        self.words = _words(language, goods)
        self.locale: str = self.words["locale"]
        self.zone = zone

    def say(self, key: str, **values: object) -> str:
        """The phrase under a key, filled in."""
        return str(self.words[key]).format(**values)

    def count(self, state: str, number: int) -> str:
        """So many of a state, singular or plural."""
        return str(self.words[state]["one" if number == 1 else "other"]).format(n=self.number(number))

    def number(self, number: float) -> str:
        """A quantity as the country writes it, without zeros that say nothing."""
        return format_decimal(quantity(number), format="#,##0.###", locale=self.locale)

    def money(self, amount: float, sign: str | None) -> str:
        """An amount with the sign of the shop's money, which Brazil writes apart."""
        said = format_decimal(abs(amount), format="#,##0.00", locale=self.locale)
        gap = "\u00a0" if sign and self.words["money_gap"] else ""
        return f"{'-' if round(amount, 2) < 0 else ''}{sign or ''}{gap}{said}"

    def weekday(self, at: int) -> str:
        """The day with its name: `jue 20 nov`."""
        return self._format(at, self.words["weekday"]).replace(".", "")

    def time(self, at: int) -> str:
        """The time of day."""
        return self._format(at, self.words["clock"])

    def day(self, at: int) -> str:
        """The day of the month."""
        return self._format(at, self.words["day"])

    def moment(self, at: int) -> str:
        """Day and time."""
        return f"{self.day(at)}, {self.time(at)}"

    def since(self, at: int, now: int) -> str:
        """Since when, from the reader's day."""
        days = (local(now, self.zone).date() - local(at, self.zone).date()).days
        key = "today" if days <= 0 else "yesterday" if days == 1 else "earlier"
        return self.say(key, time=self.time(at), day=self.day(at))

    def data(self, at: int, now: int) -> str:
        """How old the data is; the hour of one is singular in Spanish and Portuguese."""
        here = local(at, self.zone)
        key = "data_on" if here.date() != local(now, self.zone).date() else "data_at"
        if key == "data_at" and here.hour == 1:
            key = "data_at_one"
        return self.say(key, time=self.time(at), day=self.day(at))

    def _format(self, at: int, pattern: str) -> str:
        # Some locales put a narrow no-break space before AM; an SMS or an old mail reader shows it as a box.
        return format_datetime(local(at, self.zone), pattern, locale=self.locale).replace("\u202f", " ")


def one_line(text: str, limit: int) -> str:
    """Text from a shop on one line, without control characters, clipped."""
    return clip(" ".join("".join(sign if sign.isprintable() else " " for sign in text).split()), limit)


def clip(text: str, limit: int) -> str:
    """No longer than `limit`, with a sign where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=16)
def _words(language: str, goods: str) -> dict[str, Any]:
    """The words of a language, with those of the goods laid over them."""
    words = _read(f"words.{language}.toml")
    # A message may wait in the outbox for a version that has never heard of its goods: the plain words do as well.
    apart = _read(f"goods.{language}.toml").get(goods, {}) if goods else {}
    return words | {name: words[name] | said if isinstance(said, dict) else said for name, said in apart.items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((data_folder("templates") / "messages" / name).read_text(encoding="utf-8"))
