"""The values that several operations take: names of sources, moments, spans of time; checked, and described."""

from typing import Annotated

from flask import g
from msgspec import Meta

from ... import clock
from ...errors import UsageTrouble
from ...store import sources as stored
from ...store.sources import Source
from ..room import room
from .problems import Refused

# Before it no shop was read; beyond it no calendar of Python's reaches on every clock.
FIRST, LAST = clock.parse_moment("1970-01-02"), clock.parse_moment("9999-12-30")

Duration = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,3}[smhdw]([1-9][0-9]{0,3}[smhdw]){0,3}$",
        description="Such as 45s, 30m, 2h, 1d, 1w or 1h30m.",
    ),
]
When = Annotated[
    str,
    Meta(
        description="A day or a moment, such as 2025-01-31 or 2025-01-31T12:00; without a zone, on the shop's clock.",
        extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]},
    ),
]


def span(text: str) -> int:
    """The milliseconds of a duration."""
    return round(clock.parse_duration(text) * 1000)


def moment(text: str, zone: str) -> int:
    """The moment of a day or time on a shop's clock; one that no shop can mean becomes the first or last there is."""
    return min(max(clock.parse_moment(text, zone), FIRST), LAST)


def name_of_source(name: str) -> Source:
    """The source of that name. Raises Refused (404)."""
    try:
        return stored.get_source(room().store, name)
    except UsageTrouble as trouble:
        raise Refused(404, str(trouble)) from None


def the_source(name: str) -> Source:
    """The named source, or the only one there is. Raises Refused."""
    if name:
        return name_of_source(name)
    there = stored.list_sources(room().store)
    if len(there) == 1:
        return there[0]
    raise Refused(409 if there else 404, _which([each.name for each in there]))


def _which(there: list[str]) -> str:
    if not there:
        return "There is no source yet; connect one first."
    return f"There are several sources; name one with 'source': {', '.join(there)}."


def zone_of(name: str) -> str:
    """The shop's zone: of the named source, else of the first there is."""
    if name:
        return name_of_source(name).timezone
    return next((each.timezone for each in stored.list_sources(room().store)), "UTC")


def today(at: int, zone: str) -> int:
    """The shop's day, as the state of a level counts it."""
    return clock.day_number(clock.local(at, zone).date())


def now() -> int:
    """The moment of this request."""
    return int(g.reader.now)
