"""Which shop and which days a page of figures is about, as its address says; what makes no sense is the usual."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import g, request

from ..clock import local, parse_moment
from ..store import sources
from ..store.sources import Source
from .choices import Option
from .room import room

LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Span:
    """A source, and whole days of its calendar, both included; `begin` and `end` are the same as moments."""

    source: Source
    since: date
    until: date
    begin: int
    end: int

    @property
    def address(self) -> dict[str, str]:
        """The part of an address that leads back here."""
        return {"source": self.source.name, "since": self.since.isoformat(), "until": self.until.isoformat()}


def sources_there() -> list[Source]:
    """The systems, those with whole snapshots first."""
    return sorted(sources.list_sources(room().store), key=lambda each: (each.snapshot_at is None, each.name))


def chosen_source() -> Source | None:
    """The source that the address or form names, else the first; None where there is none."""
    there = sources_there()
    wanted = request.values.get("source", "")
    return next((each for each in there if each.name == wanted), there[0] if there else None)


def span(usual_days: int) -> Span | None:
    """The source and days of this request; None where nothing is connected."""
    source = chosen_source()
    if source is None:
        return None
    today = local(g.reader.now, source.timezone).date()
    until = min(_day(request.values.get("until"), today), today)
    since = _day(request.values.get("since"), until - timedelta(days=usual_days - 1))
    since = min(max(since, until - timedelta(days=LONGEST_DAYS)), until)
    end = parse_moment((until + timedelta(days=1)).isoformat(), source.timezone) - 1
    return Span(source, since, until, parse_moment(since.isoformat(), source.timezone), min(end, g.reader.now))


def _day(text: str | None, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2200 else otherwise


def source_options() -> list[Option]:
    """The systems, for a menu."""
    return [(each.name, each.company or each.name) for each in sources_there()]
