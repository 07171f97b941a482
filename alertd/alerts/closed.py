"""The days on which a shop is closed: days of the week, its country's holidays, dates of its own. Pure.

On such a day nobody reads a message about stock, so what is not critical waits for the next day that is open, and a
digest is left out. The day is that of the shop's clock.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from ..clock import local
from ..errors import UsageTrouble
from ..places import country_of, has_holidays, holiday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES_COUNTRY = "auto"
MOST_DATES = 200
MOST_LOOKED_BACK = 14


class Hours(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a shop said. `weekdays` count from Monday (0); `holidays` is a country (`SV`), a part of one (`BR-SP`) or
    empty; `dates` are closed besides, and `open` are open in spite of all that (both as 2026-12-24).
    """

    weekdays: tuple[int, ...] = ()
    holidays: str = ""
    dates: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


ALWAYS_OPEN = Hours()


def why_closed(hours: Hours, day: date, language: str = "es") -> str | None:
    """`date`, `weekday` or the name of the holiday; None where the shop is open."""
    written = day.isoformat()
    if written in hours.open:
        return None
    if written in hours.dates:
        return "date"
    if day.weekday() in hours.weekdays:
        return "weekday"
    return holiday(hours.holidays, day, language) if hours.holidays else None


def is_closed(hours: Hours, zone: str, now: int) -> bool:
    """Whether the shop is closed on this day of its clock."""
    return hours != ALWAYS_OPEN and why_closed(hours, local(now, zone).date()) is not None


def closed_between(hours: Hours, after: str, until: date) -> list[str]:
    """The closed days after one day and before another, two weeks of them at most."""
    if hours == ALWAYS_OPEN:
        return []
    first = max(date.fromisoformat(after) + timedelta(days=1), until - timedelta(days=MOST_LOOKED_BACK))
    return [day.isoformat() for day in _days(first, until) if why_closed(hours, day) is not None]


def _days(first: date, until: date) -> Iterator[date]:
    for number in range((until - first).days):
        yield first + timedelta(days=number)


def next_closed(hours: Hours, today: date, *, most: int = 5, language: str = "es") -> list[tuple[date, str]]:
    """The next days that are closed for another reason than the day of the week, within a year."""
    found = []
    for day in _days(today, today + timedelta(days=366)):
        why = why_closed(hours, day, language)
        if why is not None and why != "weekday":
            found.append((day, why))
    return found[:most]


def read_hours(zone: str, **said: Any) -> Hours:
    """What somebody typed, checked. Raises UsageTrouble that says what to write instead."""
    weekdays = tuple(sorted({_weekday(word) for word in said.get("weekdays", ())}))
    if len(weekdays) == len(WEEKDAYS):
        raise UsageTrouble("A shop that is closed every day would never be told; leave at least one day open.")
    dates, opened = _dates(said.get("dates", ())), _dates(said.get("open", ()))
    return Hours(weekdays, _holidays(str(said.get("holidays", "")), zone), dates, opened)


def _weekday(word: str) -> int:
    if word.strip().lower() not in WEEKDAYS:
        raise UsageTrouble(f"'{word}' is not a day; the days are {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(word.strip().lower())


def _holidays(said: str, zone: str) -> str:
    place = said.strip()
    if place.lower() in ("", "none"):
        return ""
    if place.lower() == ZONES_COUNTRY:
        found = country_of(zone)
        if found is None or not has_holidays(found):
            raise UsageTrouble(f"The zone {zone} names no country; write it in two letters, like SV.")
        return found
    if not has_holidays(place.upper()):
        raise UsageTrouble(f"'{place}' is not a country whose holidays are known; write two letters, like SV or BR-SP.")
    return place.upper()


def _dates(words: Any) -> tuple[str, ...]:
    found = sorted({_date(str(word)) for word in words})
    if len(found) > MOST_DATES:
        raise UsageTrouble(f"{MOST_DATES} dates are the most; delete those that have passed.")
    return tuple(found)


def _date(word: str) -> str:
    try:
        return date.fromisoformat(word.strip()).isoformat()
    except ValueError:
        raise UsageTrouble(f"'{word}' is not a date; write it like 2026-12-24.") from None
