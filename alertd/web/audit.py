"""The change log: who changed what, newest first."""

from flask import Blueprint, g, render_template, request

from ..store import audit as stored
from ..store import sources
from .choices import options, pairs
from .guard import needs
from .paging import links, read_cursor
from .room import room

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
        slice=slice_,
        links=links(slice_),
        who=who,
        zone=zone,
        people=options("word.all", pairs(stored.people(store))),
        told=_told,
    )


def _told(entry: stored.Entry) -> str:
    """The change in words; one that has none is told by its bare name."""
    words = str(g.reader.word("audit", entry.what))
    return words if words != entry.what else entry.what.removeprefix("page.")
