"""The alerts: a list with filters, and the whole story of one."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from ..model import SEVERITIES
from ..store import pages_alerts, pages_messages, pages_overview, pages_products
from ..store.pages_alerts import AlertFilter, AlertRow, Transition
from ..store.pages_messages import MessageRow
from . import why
from .acting import SNOOZES, tomorrow
from .chart import Chart, step_chart
from .choices import Option, options, pairs
from .paging import links, read_cursor
from .product import RANGES
from .room import open_counts, room
from .state import state_at

pages = Blueprint("alerts", __name__)

DAY = 86_400_000
CHART_BEFORE = 14 * DAY


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an alert's story: a change of state, or a message about it."""

    at: int
    transition: Transition | None = None
    message: MessageRow | None = None


@pages.get("/alerts")
def index() -> str:
    """The list. Filters are words in the address, so that a view can be bookmarked and sent."""
    wanted = _filter(request.args)
    store = room().store
    slice_ = pages_alerts.list_alerts(store, wanted, read_cursor(request.args, 2 if wanted.state == "resolved" else 3))
    titles = room().titles(g.reader.language)
    counts = open_counts()
    return render_template(
        "alerts.html",
        wanted=wanted,
        slice=slice_,
        links=links(slice_),
        titles=titles,
        menus=_menus(titles),
        tabs={state: _open(counts, state) for state in pages_alerts.STATES},
        filtered=wanted.anything,
        snoozes=SNOOZES,
        tomorrow=tomorrow(slice_.rows[0].timezone if slice_.rows else "UTC"),
    )


def _menus(titles: dict[str, str]) -> dict[str, list[Option]]:
    """What the filters offer; a shop or branch only where there are several."""
    store, word = room().store, g.reader.word
    by_title = sorted(titles.items(), key=lambda pair: pair[1])
    found = {
        "severity": options("word.any_severity", ((name, word("severity", name)) for name in SEVERITIES)),
        "rule": options("word.any_rule", by_title),
        "source": options("word.any_source", pairs(pages_overview.source_names(store))),
        "branch": options("word.any_branch", pairs(pages_alerts.branches(store))),
    }
    return {name: offer for name, offer in found.items() if name in ("severity", "rule") or len(offer) > 2}


@pages.get("/alerts/<fingerprint>")
def one(fingerprint: str) -> str:
    """One alert: what is wrong, by which numbers, since when, and who was told."""
    store = room().store
    alert = pages_alerts.alert_by_fingerprint(store, fingerprint) or abort(404)
    level = pages_products.level_by_id(store, alert.level_id, state_at(g.reader.now)) if alert.level_id else None
    rule = next((each for each in room().rules().rules if each.name == alert.rule), None)
    return render_template(
        "alert.html",
        alert=alert,
        title=room().titles(g.reader.language).get(alert.rule, alert.rule),
        rule=rule,
        why=why.why(alert),
        ends=why.ends(alert, rule),
        written=why.written(rule),
        explained=room().actions.explain(alert.fingerprint, g.reader.language),
        heard=room().actions.heard(alert.fingerprint),
        snoozes=SNOOZES,
        tomorrow=tomorrow(alert.timezone),
        days=_days_of_chart(alert),
        level=level,
        chart=_chart(alert),
        events=_story(alert),
    )


def _filter(arguments: Any) -> AlertFilter:
    state = arguments.get("state", "firing")
    severity = arguments.get("severity", "")
    return AlertFilter(
        state=state if state in pages_alerts.STATES else "firing",
        severity=severity if severity in SEVERITIES else "",
        rule=arguments.get("rule", ""),
        source=arguments.get("source", ""),
        branch=arguments.get("branch", ""),
        text=arguments.get("q", "").strip()[:100],
    )


def _open(counts: dict[tuple[str, str], int], state: str) -> int | None:
    """How many alerts a tab holds; resolved ones are not counted, their number only grows."""
    if state == "resolved":
        return None
    return sum(count for (found, _), count in counts.items() if found == state)


def _days_of_chart(alert: AlertRow) -> int:
    """The least of the stretches a chart can show that reaches back before it fired."""
    age = (g.reader.now - alert.since) / DAY
    return next((days for days in RANGES if age < days - 7), RANGES[-1])


def _chart(alert: AlertRow) -> Chart | None:
    if alert.level_id is None:
        return None
    start = alert.since - CHART_BEFORE
    return step_chart(pages_products.changes(room().store, alert.level_id, start), start, g.reader.now)


def _story(alert: AlertRow) -> list[Event]:
    """Changes and messages in one line of time, the newest first."""
    store = room().store
    events = [Event(change.at, transition=change) for change in pages_alerts.transitions(store, alert.id)]
    events += [
        Event(message.sent_at or message.created_at, message=message)
        for message in pages_messages.messages_about(store, alert.id)
    ]
    return sorted(events, key=lambda event: (-event.at, event.message is None))
