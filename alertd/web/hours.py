"""On a source's page: the days its shop is closed, and the address that is called while all is well."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ..alerts.closed import WEEKDAYS, Hours, next_closed, read_hours
from ..clock import local
from ..errors import Trouble, UsageTrouble
from ..places import country_of, has_holidays
from ..store import hours as stored
from ..store.sources import Source
from .guard import needs
from .record import record
from .room import room
from .there import source_or_404

pages = Blueprint("hours", __name__)
COUNTRIES = ("SV", "GT", "HN", "NI", "CR", "PA", "BZ", "MX", "DO", "CO", "BR", "US")


@dataclass(frozen=True, slots=True)
class HoursCard:
    """What the form shows."""

    hours: Hours
    weekdays: tuple[str, ...]
    countries: tuple[str, ...]
    next: list[tuple[date, str]]
    beat_host: str | None
    can_beat: bool


def hours_card(source: Source) -> HoursCard:
    """When a source's shop is closed, for the part of its page that shows it."""
    store = room().store
    now = stored.of(store, source.id)
    own = country_of(source.timezone)
    offered = [own] if own and has_holidays(own) else []
    offered += [each for each in (now.holidays, *COUNTRIES) if each and each not in offered]
    today = local(g.reader.now, source.timezone).date()
    return HoursCard(
        hours=now,
        weekdays=WEEKDAYS,
        countries=tuple(dict.fromkeys(offered)),
        next=next_closed(now, today, language=g.reader.language),
        beat_host=stored.beat_host(store, source.id),
        can_beat=room().actions.set_heartbeat is not None,
    )


@pages.post("/sources/<name>/hours")
def put(name: str) -> Response:
    """Keep what the form says."""
    source = source_or_404(name)
    try:
        said = read_hours(
            source.timezone,
            weekdays=request.form.getlist("weekday"),
            holidays=request.form.get("holidays", ""),
            dates=request.form.get("dates", "").split(),
            open=request.form.get("open", "").split(),
        )
    except UsageTrouble:
        flash(g.reader.t("hours.bad"), "bad")
        return _back(name)
    with room().store.write():
        stored.put(room().store, source.id, said)
        record("source.hours", name, weekdays=list(said.weekdays), holidays=said.holidays, dates=list(said.dates))
    flash(g.reader.t("hours.kept"), "good")
    return _back(name)


@pages.post("/sources/<name>/heartbeat")
@needs("admin")
def beat(name: str) -> Response:
    """Keep the address to call, or forget it where the field was emptied."""
    source = source_or_404(name)
    set_heartbeat = room().actions.set_heartbeat or abort(404)
    url = request.form.get("url", "").strip()
    try:
        set_heartbeat(source.name, url or None)
    except Trouble:
        flash(g.reader.t("hours.beat_bad"), "bad")
        return _back(name)
    record("source.heartbeat", name, set=bool(url))
    flash(g.reader.t("hours.beat_kept" if url else "hours.beat_gone"), "good")
    return _back(name)


def _back(name: str) -> Response:
    return redirect(url_for("sources.one", name=name) + "#hours", 303)
