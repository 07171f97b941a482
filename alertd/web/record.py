"""Write down who changed what. What a view forgets is written down by its address, so that nothing is missing."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, g, request, session

from ..store import audit
from .room import room

View = TypeVar("View", bound=Callable[..., object])
_SAFE = ("GET", "HEAD", "OPTIONS")


def record(what: str, about: str = "", **facts: Any) -> None:
    """Note a change by who is signed in; joins a transaction that the view has begun. No secrets in facts."""
    g.recorded = True
    who = g.user.name if g.user is not None else "–"
    audit.note(room().store, who=who, what=what, about=about, now=g.reader.now, facts=facts)


def changes_nothing(view: View) -> View:
    """Mark a view that posts and changes nothing worth a line, such as a trial or a choice of language."""
    view.changes_nothing = True  # type: ignore[attr-defined]
    return view


def note_the_rest(response: Response) -> Response:
    """After a post that worked and that nobody wrote down: its address is better than silence."""
    if request.method in _SAFE or response.status_code >= 400 or g.get("user") is None or g.get("recorded"):
        return response
    if any(kind == "bad" for kind, _ in session.get("_flashes", ())):
        # The view told the person that it could not be done.
        return response
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and not getattr(view, "changes_nothing", False):
        record(f"page.{request.endpoint}", request.path)
    return response
