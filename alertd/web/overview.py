"""The first page: what needs a person now, the worst first."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, jsonify, render_template, request

from ..store import pages_alerts, pages_overview, pages_trend
from ..store import sources as stored
from ..store.pages_overview import Lane, Shelf, SourceNow
from .budget import Spent, spent
from .room import open_counts, room

pages = Blueprint("overview", __name__)

SHOWN = 8
TREND_DAYS = (14, 90, 365)
DAY = 86_400_000
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
    shelves = room().shelves()
    firing = pages_alerts.firing_by_source(store)
    cards = [
        card(source, shelves.get(source.id, Shelf()), firing.get(source.name, 0), now)
        for source in pages_overview.sources_now(store)
    ]
    rules = room().rules()
    return render_template(
        "overview.html",
        cards=cards,
        spent=_spent(),
        severities=_firing(open_counts()),
        alerts=pages_alerts.list_alerts(store, pages_alerts.AlertFilter(), size=SHOWN).rows,
        titles=room().titles(g.reader.language),
        states=_total(shelves),
        levels=sum(shelf.levels for shelf in shelves.values()),
        outbox=pages_overview.outbox(store, now),
        channels=pages_overview.channel_count(store),
        rule_errors=len(rules.errors),
        can_connect=room().actions.connect is not None,
    )


@pages.get("/trend.json")
def trend() -> Response:
    """How many levels were out and how many low, for the chart: columns of moments and counts, ending with now."""
    asked = request.args.get("days", type=int)
    days = asked if asked in TREND_DAYS else TREND_DAYS[0]
    now = g.reader.now
    points = pages_trend.points(room().store, now - days * DAY, now)
    states = _total(room().shelves())
    zone = next((source.timezone for source in stored.list_sources(room().store)), "UTC")
    return jsonify(
        zone=zone,
        at=[*(point.at / 1000 for point in points), now / 1000],
        out=[*(point.out for point in points), states.get("out", 0) + states.get("negative", 0)],
        low=[*(point.low for point in points), states.get("low", 0)],
    )


def _spent() -> dict[int, Spent]:
    found = {source.id: spent(source) for source in stored.list_sources(room().store)}
    return {key: each for key, each in found.items() if each is not None}


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
