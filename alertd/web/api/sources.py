"""The connected systems by the API: how fresh each is, and what is wrong with it."""

from dataclasses import dataclass

from ... import clock
from ...store import pages_overview, pages_sources
from ...store import sources as stored
from ...store.pages_overview import SourceNow
from ...store.sources import Source
from ..room import room
from . import paging, shapes
from .door import operation
from .names import name_of_source, now
from .paging import Paged


class SourceQuery(Paged):
    """Every source."""


@dataclass(frozen=True, slots=True)
class _Both:
    """A source as it was connected, and as it fares."""

    source: Source
    fares: SourceNow


@operation("GET", "/sources", "The connected systems and their health", query=SourceQuery, answer=shapes.Sources,
           refusals=(404,))  # fmt: skip
def list_sources(query: SourceQuery) -> shapes.Sources:
    """A page of sources."""
    key = paging.read(query.cursor, str)
    rows = [{"name": name} for name in sorted(_all()) if key is None or name > key[0]]
    page, following = paging.cut(rows, query.limit, "name")
    there = _all()
    return shapes.Sources([_shape(there[row["name"]]) for row in page], following)


@operation("GET", "/sources/<name>", "One connected system and its health", answer=shapes.Source, refusals=(404,),
           about={"name": "The name it was connected by."})  # fmt: skip
def get_source(name: str) -> shapes.Source:
    """One source."""
    return _shape(_all()[name_of_source(name).name])


def _all() -> dict[str, _Both]:
    store = room().store
    fares = {each.name: each for each in pages_overview.sources_now(store)}
    return {each.name: _Both(each, fares[each.name]) for each in stored.list_sources(store) if each.name in fares}


def _shape(both: _Both) -> shapes.Source:
    source, fares, store = both.source, both.fares, room().store
    facts = pages_sources.facts_of(store, source.id)
    calls, blocked = pages_sources.calls_this_hour(store, source.budget_key, now())
    return shapes.Source(
        name=source.name,
        kind=source.kind,
        base_url=source.base_url,
        company=source.company,
        dialect=source.dialect,
        timezone=source.timezone,
        every_seconds=source.every,
        sweep_every_seconds=source.sweep_every,
        last_snapshot_at=clock.rfc3339(source.snapshot_at),
        healthy=source.snapshot_at is not None and fares.trouble is None and fares.held_because is None,
        held=fares.held_because,
        products=facts["products"],
        levels=facts["levels"],
        calls_this_hour=calls,
        blocked_until=clock.rfc3339(blocked),
        lanes=[_lane(lane) for lane in fares.lanes],
    )


def _lane(lane: pages_overview.Lane) -> shapes.Lane:
    return shapes.Lane(
        name=lane.name,
        last_success_at=clock.rfc3339(lane.last_success_at),
        next_due_at=clock.rfc3339(lane.next_due_at) if lane.next_due_at else None,
        failures=lane.failures,
        stopped=lane.stopped,
        error=lane.error if lane.failures or lane.stopped else None,
    )
