"""The connected systems: how fresh each is, what its lanes did, what it costs, and what is wrong with its data."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import Trouble
from ..store import documents, pages_alerts, pages_overview, pages_sources, staging
from ..store import sources as stored
from ..store.pages_overview import Shelf
from ..store.sources import Source
from .actions import PlanNumbers
from .budget import Spent, spent
from .guard import needs
from .overview import SourceCard, card
from .record import changes_nothing, record
from .room import room
from .there import source_or_404

pages = Blueprint("sources", __name__)

FINDINGS = ("minimum_above_maximum", "equal_codes", "missing_codes", "disabled_with_stock", "no_minimum")


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as these pages show it."""

    source: Source
    card: SourceCard
    spent: Spent | None
    plan: PlanNumbers | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the data, how often, and where to begin."""

    name: str
    count: int
    examples: list[pages_sources.Example]


@pages.get("/sources")
def index() -> str:
    """Every connected system."""
    return render_template("sources.html", shown=_all_shown(), kinds=room().actions.kinds())


@pages.get("/sources/<name>")
def one(name: str) -> str:
    """One of them, with everything that is known about its health."""
    source = source_or_404(name)
    store = room().store
    shown = next(each for each in _all_shown() if each.source.id == source.id)
    count, records = pages_sources.quarantined(store, source.id)
    gone, missing, last_gone = pages_sources.gone_products(store, source.id)
    return render_template(
        "source.html",
        shown=shown,
        source=source,
        card=shown.card,
        held=staging.held(store, source.id),
        check=room().checks.get(name),
        lanes=pages_sources.lanes(store, source.id),
        findings=_findings(source),
        quarantined=count,
        records=records,
        unmatched=documents.unmatched_lines(store, source.id, limit=20),
        unknown=documents.unknown_states(store, source.id),
        hidden=pages_sources.hidden_warehouses(store, source.id),
        gone=gone,
        missing=missing,
        last_gone=last_gone,
        actions=room().actions,
    )


@pages.post("/sources/<name>/test")
@changes_nothing
def test(name: str) -> Response:
    """Ask the system a few questions; the answer stands on its page."""
    source = source_or_404(name)
    check = room().actions.check or abort(404)
    try:
        room().checks[name] = check(source.name)
    except Trouble as trouble:
        flash(str(trouble), "bad")
    return redirect(url_for("sources.one", name=name) + "#check", 303)


@pages.post("/sources/<name>/poll")
def poll(name: str) -> Response:
    """Read everything as soon as the worker looks, which is at once."""
    source = source_or_404(name)
    with room().store.write():
        pages_sources.ask_now(room().store, source.id, g.reader.now)
        record("source.polled", name)
    flash(g.reader.t("source.asked"), "good")
    return redirect(url_for("sources.one", name=name), 303)


@pages.post("/sources/<name>/held")
def judge(name: str) -> Response:
    """Take the sweep that was held back, or throw it away. A person judges what they saw, not what came since."""
    source = source_or_404(name)
    held = staging.held(room().store, source.id)
    if held is None or str(held["at"]) != request.form.get("at"):
        flash(g.reader.t("source.held_other"), "bad")
    elif request.form.get("decision") == "accept":
        _accept(source, held["reason"])
    elif request.form.get("decision") == "refuse":
        with room().store.write():
            staging.drop_held(room().store, source.id)
            record("source.refused", name, reason=held["reason"])
        flash(g.reader.t("source.refused"), "good")
    else:
        abort(400)
    return redirect(url_for("sources.one", name=name), 303)


def _accept(source: Source, reason: str) -> None:
    accept = room().actions.accept or abort(404)
    try:
        taken = accept(source.name)
    except Trouble as trouble:
        flash(str(trouble), "bad")
        return
    if taken:
        record("source.accepted", source.name, reason=reason)
    flash(g.reader.t("source.accepted" if taken else "source.held_other"), "good" if taken else "bad")


@pages.post("/sources/<name>/remove")
@needs("admin")
def remove(name: str) -> Response | tuple[str, int]:
    """Disconnect, for whoever wrote the name once more: stock, history and alerts of it are forgotten."""
    source = source_or_404(name)
    if request.form.get("confirm", "").strip() != source.name:
        flash(g.reader.t("source.remove_unsure", name=source.name), "bad")
        return redirect(url_for("sources.one", name=name) + "#remove", 303)
    with room().store.write():
        stored.remove_source(room().store, source.name)
        record("source.removed", name, kind=source.kind)
    room().checks.pop(name, None)
    flash(g.reader.t("source.removed", name=name), "good")
    return redirect(url_for("sources.index"), 303)


def _all_shown() -> list[Shown]:
    store, now = room().store, g.reader.now
    sizes = room().sizes()
    firing = pages_alerts.firing_by_source(store)
    cards = {
        each.id: card(each, sizes.get(each.id, Shelf()), firing.get(each.name, 0), now)
        for each in pages_overview.sources_now(store)
    }
    return [
        Shown(source, cards[source.id], spent(source), room().actions.plan(source.name))
        for source in stored.list_sources(store)
        if source.id in cards
    ]


def _findings(source: Source) -> list[Finding]:
    if source.snapshot_at is None:
        return []
    counts: dict[str, Any] = room().findings(source.id)
    return [
        Finding(name, counts[name], pages_sources.examples(room().store, source.id, name))
        for name in FINDINGS
        if counts.get(name)
    ]
