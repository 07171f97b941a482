"""Tokens of the JSON API, for the administrator: who has one, make another, take one back."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import UsageTrouble
from ..store import sources
from ..store import tokens as stored
from .fence import slug
from .guard import needs
from .record import record
from .room import room

pages = Blueprint("tokens", __name__)
Answer = str | Response | tuple[str, int]
DAY = 86_400_000
LIVES = ("90", "365", "30", "")
"""How many days a token may live; an empty word is without end. The first is offered."""


@pages.get("/tokens")
@needs("admin")
def index() -> str:
    """Every token."""
    return _page({}, {})


@pages.post("/tokens")
@needs("admin")
def add() -> Answer:
    """Make a token. It is in this answer and nowhere else: not in the cookie of a message, not in an address."""
    typed = {name: request.form.get(name, "") for name in ("name", "scope", "days")}
    name = slug(typed["name"])
    if typed["scope"] not in stored.SCOPES or typed["days"] not in LIVES:
        abort(400)
    if not name:
        return _page(typed, {"name": g.reader.t("tokens.bad_name")}), 422
    life = int(typed["days"]) * DAY if typed["days"] else None
    try:
        with room().store.write():
            made, text = stored.add(
                room().store, name, scope=typed["scope"], life=life, by=g.user.name, now=g.reader.now
            )
            record("token.added", made.name, scope=made.scope)
    except UsageTrouble:
        return _page(typed, {"name": g.reader.t("tokens.taken", name=name)}), 422
    return _page({}, {}, made=made, text=text)


@pages.post("/tokens/<int:key>/remove")
@needs("admin")
def remove(key: int) -> Response:
    """Take a token back."""
    token = stored.by_id(room().store, key) or abort(404)
    with room().store.write():
        stored.remove(room().store, token.name)
        record("token.removed", token.name)
    flash(g.reader.t("tokens.removed", name=token.name), "good")
    return redirect(url_for("tokens.index"), 303)


def _page(typed: dict[str, str], mistakes: dict[str, str], made: stored.Token | None = None, text: str = "") -> str:
    store = room().store
    return render_template(
        "tokens.html",
        tokens=stored.all_tokens(store),
        typed={"name": "", "scope": "read", "days": LIVES[0], **typed},
        mistakes=mistakes,
        made=made,
        text=text,
        lives=[(days, g.reader.span(86_400 * int(days)) if days else g.reader.t("tokens.no_end")) for days in LIVES],
        zone=next((source.timezone for source in sources.list_sources(store)), "UTC"),
    )
