"""The door of the page: who is asking, in which language, and the headers that every answer carries.

Every page needs a session unless its function is marked `@public`. The signed cookie carries the token of a session
that the store knows, and the generation of the password; signing out and a new password make it worthless.

Whoever is signed in may look; a post needs an editor unless its function is marked `@needs` another role.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from ..sheets import MOST_BYTES
from ..store import sessions, users
from .reader import Reader
from .room import room
from .words import LANGUAGES

View = TypeVar("View", bound=Callable[..., object])
# A table, and room for the fields of its form.
LARGEST_FILE = MOST_BYTES + 64 * 1024
_RANK = {"viewer": 0, "editor": 1, "admin": 2}

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def public(view: View) -> View:
    """Mark a page that answers without a session."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def needs(role: str) -> Callable[[View], View]:
    """Mark a page that only people of this role, or a higher one, may use."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(view: View) -> View:
    """Mark a page that people who are signed in send a table to, which may be larger than any form."""
    view.largest = LARGEST_FILE  # type: ignore[attr-defined]
    return view


def keeps_typing(hand_back: Callable[[], object]) -> Callable[[View], View]:
    """Mark a form that takes long to fill in: without a session, what was typed is handed back and not lost."""

    def mark(view: View) -> View:
        view.hand_back = hand_back  # type: ignore[attr-defined]
        return view

    return mark


def may(role: str) -> bool:
    """Whether the person who is signed in may do what this role may."""
    return g.user is not None and _RANK[g.user.role] >= _RANK[role]


def meet() -> None:
    """Set the reader up before anything can fail, so that even a fault is told in their language."""
    g.user = g.session = None
    g.reader = Reader(_language(), room().clock())
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", limit)
    if largest > limit and _signed_in() is not None:
        request.max_content_length = limit = largest
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def ask_for_session() -> AnyResponse | None:
    """Let the signed-in pass where their role allows, and everybody to public pages; send the others to sign in.

    A part of a page that asks for news of itself is told to load the whole page instead: it leads to the sign-in form.
    """
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "door", None):
        # It asks for a token, or is open to all; a cookie that another site made the browser send opens nothing.
        return None
    g.user = _signed_in()
    if g.user is not None and g.user.language:
        g.reader = Reader(g.user.language, g.reader.now)
    if getattr(view, "is_public", False):
        return None
    if g.user is None:
        return _sent_away(view)
    if not may(getattr(view, "needs", "viewer" if request.method in ("GET", "HEAD", "OPTIONS") else "editor")):
        raise Forbidden
    return None


def _sent_away(view: object) -> AnyResponse:
    """To the sign-in form; what was typed comes back first where the page keeps it."""
    if hasattr(view, "hand_back"):
        return current_app.make_response(view.hand_back())
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Refresh": "true"})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.login", next=None if wanted in (None, "/") else wanted), 303)


def begin_session(user: users.User) -> None:
    """Start afresh for this person: nothing of the session before the sign-in survives it."""
    agent = request.headers.get("User-Agent", "")
    token = sessions.begin(room().store, user.id, address=client_address(), agent=agent, now=g.reader.now)
    session.clear()
    session.permanent = True
    session["id"] = token
    session["user"] = user.id
    session["generation"] = user.generation


def add_headers(response: Response) -> Response:
    """Strict headers on every answer; nothing but static files is kept by a browser or a proxy."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if room().settings.url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this page, never another host."""
    if not target or not target.startswith("/") or not target.isprintable():
        return "/"
    if target.startswith("//") or "\\" in target:
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def client_address() -> str:
    """Who is asking: who holds the connection, or what a proxy on this machine that ends TLS says."""
    peer = request.remote_addr or "unknown"
    behind_proxy = room().settings.url.startswith("https://") and peer in ("127.0.0.1", "::1")
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:64] if behind_proxy and forwarded else peer


def _signed_in() -> users.User | None:
    """Who holds the cookie. Its session must be one that the store knows, and of the password of today."""
    token, store = session.get("id"), room().store
    found = sessions.find(store, token, g.reader.now) if isinstance(token, str) else None
    user = users.user_by_id(store, found.user_id) if found is not None else None
    if found is None or user is None or user.generation != session.get("generation"):
        return None
    if sessions.seen(store, found, g.reader.now):
        session.modified = True
    g.session = found
    return user


def _language() -> str:
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "es")
