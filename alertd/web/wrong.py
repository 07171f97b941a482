"""What is wrong in alertd itself, for the red banner on every page. A few look-ups of partial indexes a page."""

from dataclasses import dataclass

from flask import g, url_for

from ..store import pages_overview, pages_sources, upkeep
from .guard import may
from .room import room

SHOWN = 4
AILMENTS = ("full", "readonly", "damaged")
OLD_BACKUP = 3 * 86_400_000
# A worker that is late by this much is not busy; it is not there.
LATE = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """One sentence, and the page where it is mended."""

    text: str
    href: str


def wrong() -> list[Wrong]:
    """Everything that a person must mend in alertd itself, the gravest first."""
    return [*_threads(), *_sources(), *_messages(), *_rules(), *_backups()]


def _threads() -> list[Wrong]:
    t, store, now = g.reader.t, room().store, g.reader.now
    health = room().health()
    if health.get("writing") in AILMENTS:
        return [Wrong(t(f"wrong.{health['writing']}"), url_for("sources.index"))]
    if not health.get("ok", True):
        return [Wrong(t("wrong.thread"), url_for("sources.index"))]
    late = pages_sources.overdue_since(store, now, LATE)
    return [Wrong(t("wrong.late", when=g.reader.ago(late)), url_for("sources.index"))] if late else []


def _sources() -> list[Wrong]:
    t, store = g.reader.t, room().store
    found = [
        Wrong(t("wrong.held", name=row["name"]), url_for("sources.one", name=row["name"]))
        for row in pages_sources.held_sources(store)
    ]
    return found + [
        Wrong(t("wrong.stopped", name=row["name"]), url_for("sources.one", name=row["name"]))
        for row in pages_sources.stopped_lanes(store)
    ]


def _messages() -> list[Wrong]:
    store = room().store
    found = [
        Wrong(g.reader.t("wrong.channel", name=row["name"]), url_for("messages.index", channel=row["name"]))
        for row in pages_sources.mute_channels(store)
    ]
    dead = pages_overview.dead_letters(store, g.reader.now)
    if dead:
        found.append(Wrong(g.reader.count("overview.dead#", dead), url_for("messages.index", state="dead")))
    return found


def _rules() -> list[Wrong]:
    errors = len(room().rules().errors)
    return [Wrong(g.reader.count("overview.rule_errors#", errors), url_for("rules.index"))] if errors else []


def _backups() -> list[Wrong]:
    """Only who can do something about it is told."""
    t, store, now = g.reader.t, room().store, g.reader.now
    if not room().settings.backups or not may("admin"):
        return []
    if upkeep.failure(store, "backup", now) is not None:
        return [Wrong(t("wrong.backup_failed"), url_for("sources.index"))]
    made = upkeep.done_at(store, "backup")
    old = made is not None and now - made > OLD_BACKUP
    return [Wrong(t("wrong.backup", when=g.reader.ago(made)), url_for("sources.index"))] if old else []
