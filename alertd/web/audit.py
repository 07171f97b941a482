"""The change log: who changed what, newest first."""

from flask import Blueprint, g, render_template, request

from ..store import audit as stored
from ..store import sources
from .choices import options, pairs
from .guard import needs
from .paging import links, read_cursor
from .room import room
from .saying import held_words

pages = Blueprint("audit", __name__)


@pages.get("/audit")
@needs("admin")
def index() -> str:
    """One page of it."""
    store, who = room().store, request.args.get("who", "")
    slice_ = stored.list_entries(store, who, "", read_cursor(request.args, 2))
    zone = next((source.timezone for source in sources.list_sources(store)), "UTC")
    return render_template(
        "audit.html",
        entries=[(entry, _told(entry), _facts(entry)) for entry in slice_.rows],
        links=links(slice_),
        who=who,
        zone=zone,
        people=options("word.all", pairs(stored.people(store))),
    )


def _told(entry: stored.Entry) -> str:
    """The change in words; one that has none is told by its bare name."""
    words = str(g.reader.word("audit", entry.what))
    return words if words != entry.what else entry.what.removeprefix("page.")


# Whose words tell a value, where they are not kept under the name of the fact.
_VALUES = {"was": "role", "answer": "reconcile.answer", "day": "weekly.day", "weekdays": "weekly.day"}


def _facts(entry: stored.Entry) -> str:
    """What belongs to the change, in a line; names and values that have words are told by them."""
    return " · ".join(f"{_name(name)}: {_value(name, found)}" for name, found in entry.facts.items() if found != [])


def _name(name: str) -> str:
    word = g.reader.word
    said = (word("fact", name), word("term", name), word("silences.field", name))
    return next((str(words) for words in said if words != name), name)


def _value(name: str, found: object) -> str:
    if isinstance(found, list):
        return ", ".join(_value(name, each) for each in found)
    if name == "reason":
        return held_words(str(found))
    words = str(g.reader.word(_VALUES.get(name, name), str(found)))
    return str(g.reader.value(found)) if words == str(found) else words
