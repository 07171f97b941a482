"""The first page: what needs a person now, the worst first."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template

from ..store import pages_alerts, pages_overview
from ..store.pages_overview import Lane, Shelf, SourceNow
from .room import room

pages = Blueprint("overview", __name__)

SHOWN = 8
STALE_AFTER = 15 * 60_000
KNOWN_FAULTS = ("key", "quota", "unreachable", "answer", "server", "request")


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source as its card shows it: `mark` is its condition in one word, `fault` why, `lane` the lane to blame."""

    source: SourceNow
    shelf: Shelf
    firing: int
    mark: str
    fault: str | None
    lane: Lane | None


@pages.get("/")
def show() -> str:
    """Counts are cheap: open alerts and waiting messages by partial index, levels kept until the next poll."""
    store, now = room().store, g.reader.now
    shelves = room().shelves(now)
    firing = pages_alerts.firing_by_source(store)
    cards = [
        card(source, shelves.get(source.id, Shelf()), firing.get(source.name, 0), now)
        for source in pages_overview.sources_now(store)
    ]
    rules = room().rules()
    return render_template(
        "overview.html",
        cards=cards,
        severities=_firing(pages_alerts.alert_counts(store)),
        alerts=pages_alerts.list_alerts(store, pages_alerts.AlertFilter(), size=SHOWN).rows,
        titles=room().titles(g.reader.language),
        states=_total(shelves),
        levels=sum(shelf.levels for shelf in shelves.values()),
        outbox=pages_overview.outbox(store, now),
        channels=pages_overview.channel_count(store),
        rule_errors=len(rules.errors),
        can_connect=room().actions.connect is not None,
    )


def card(source: SourceNow, shelf: Shelf, firing: int, now: int) -> SourceCard:
    """The card of a source. What a person must do something about comes before what mends itself."""
    lane = source.trouble
    mark, fault = _condition(source, lane, now)
    return SourceCard(source, shelf, firing, mark, fault, lane)


def _condition(source: SourceNow, lane: Lane | None, now: int) -> tuple[str, str | None]:
    if source.held_because is not None:
        return "held", "held"
    if lane is not None:
        kind = lane.error_kind if lane.error_kind in KNOWN_FAULTS else "other"
        return ("stopped" if lane.stopped else "failing"), kind
    if source.seen_at is None:
        return "new", None
    late = now - source.seen_at > max(STALE_AFTER, 3000 * source.every_seconds)
    return ("late" if late else "fresh"), None


def _firing(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    return {severity: count for (state, severity), count in counts.items() if state == "firing"}


def _total(shelves: dict[int, Shelf]) -> dict[str, int]:
    total: dict[str, int] = {}
    for shelf in shelves.values():
        for state, count in shelf.states.items():
            total[state] = total.get(state, 0) + count
    return total
