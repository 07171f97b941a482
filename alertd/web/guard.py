"""The door of the page: who is asking, in which language, and the headers that every answer carries.

Every page needs a session unless its function is marked `@public`. Sessions live in a signed cookie that names the user
and the generation of their password; a new password makes every older cookie worthless.
"""

import secrets
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from ..store import users
from .reader import Reader
from .room import room
from .words import LANGUAGES

View = TypeVar("View", bound=Callable[..., object])

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
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


def meet() -> None:
    """Set the reader up before anything can fail, so that even a fault is told in their language."""
    g.user = None
    g.reader = Reader(_language(), room().clock())
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def ask_for_session() -> AnyResponse | None:
    """Let the signed-in pass, and everybody to public pages; send the others to sign in and back."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    g.user = _signed_in()
    if g.user is not None and g.user.language:
        g.reader = Reader(g.user.language, g.reader.now)
    view = current_app.view_functions[request.endpoint]
    if g.user is not None or getattr(view, "is_public", False):
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.login", next=None if wanted in (None, "/") else wanted), 303)


def begin_session(user: users.User) -> None:
    """Start afresh for this person: nothing of the session before the sign-in survives it."""
    session.clear()
    session.permanent = True
    session["id"] = secrets.token_hex(8)
    session["user"] = user.id
    session["generation"] = user.generation


def add_headers(response: Response) -> Response:
    """Strict headers on every answer; nothing but static files is kept by a browser or a proxy."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if room().settings.url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
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
    key = session.get("user")
    user = users.user_by_id(room().store, key) if isinstance(key, int) else None
    return user if user is not None and user.generation == session.get("generation") else None


def _language() -> str:
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "es")
