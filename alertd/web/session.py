"""Signing in and out, the one-time set-up link, and the choice of language."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from .. import people
from ..errors import UsageTrouble
from ..store import audit, sessions, users
from ..store import sources as systems
from .guard import begin_session, client_address, needs, public, safe_next
from .record import changes_nothing
from .room import room
from .words import LANGUAGES

pages = Blueprint("session", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/login")
@public
def login() -> Answer:
    """The form, or straight on for somebody who is signed in already."""
    if g.user is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return _login_form()


@pages.post("/login")
@public
def sign_in() -> Answer:
    """Count the try, then look at the password: a throttled guess is not even compared."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    store, now, address = room().store, g.reader.now, client_address()
    wait_until = users.begin_try(store, name, address, now)
    if wait_until is not None:
        return _login_form(g.reader.t("login.wait", when=g.reader.ago(wait_until))), 429
    user = users.find_user(store, name)
    if not people.password_matches(user.password if user else None, password) or user is None:
        return _login_form(g.reader.t("login.wrong")), 401
    users.forgive_tries(store, name, address, now)
    users.seen(store, user.id, now)
    begin_session(user)
    audit.note(store, who=user.name, what="session.opened", about=user.name, now=now, facts={"address": address})
    return redirect(safe_next(request.form.get("next")), 303)


@pages.post("/logout")
@needs("viewer")
@changes_nothing
def sign_out() -> Answer:
    """End the session, also for a copy of its cookie; keep the language."""
    language = g.reader.language
    sessions.end(room().store, g.session.digest)
    session.clear()
    session["language"] = language
    return redirect(url_for("session.login"), 303)


@pages.post("/language")
@public
@changes_nothing
def choose_language() -> Answer:
    """Remember the language with the user, or with the session of somebody who has not signed in."""
    language = request.form.get("language", "")
    if language in LANGUAGES:
        session["language"] = language
        if g.user is not None:
            users.set_language(room().store, g.user.id, language)
    return redirect(safe_next(request.form.get("next")), 303)


@pages.get("/setup/<token>")
@public
def setup(token: str) -> Answer:
    """The form that makes the first administrator, for whoever holds the link."""
    return _setup_form(token) if users.setup_link_open(room().store, token, g.reader.now) else _gone()


@pages.post("/setup/<token>")
@public
def make_administrator(token: str) -> Answer:
    """Spend the link. A name or password that will not do is told, and leaves the link usable."""
    now, form = g.reader.now, request.form
    if not users.setup_link_open(room().store, token, now):
        return _gone()
    mistake = _mistake(form.get("name", ""), form.get("password", ""), form.get("again"))
    if mistake:
        return _setup_form(token, mistake), 422
    try:
        user = users.use_setup_link(room().store, token, form["name"], form["password"], now, _language())
    except UsageTrouble:
        return _setup_form(token, g.reader.t("setup.name_bad")), 422
    if user is None:
        return _gone()
    audit.note(room().store, who=user.name, what="user.added", about=user.name, now=now, facts={"role": user.role})
    users.seen(room().store, user.id, now)
    begin_session(user)
    first = room().actions.connect is not None and not systems.list_sources(room().store)
    return redirect(url_for("connect.shop" if first else "overview.show"), 303)


def _mistake(name: str, password: str, again: str | None) -> str | None:
    """What is wrong with the form, in the reader's words."""
    try:
        people.check_name(name)
    except UsageTrouble:
        return str(g.reader.t("setup.name_bad"))
    try:
        people.check_password(password)
    except UsageTrouble:
        least, most = people.SHORTEST_PASSWORD, people.LONGEST_PASSWORD
        return str(g.reader.t("setup.password_bad", least=least, most=most))
    return str(g.reader.t("setup.differ")) if again is not None and again != password else None


def _language() -> str:
    chosen = request.form.get("language", "")
    return chosen if chosen in LANGUAGES else str(g.reader.language)


def _login_form(mistake: str | None = None) -> str:
    return render_template(
        "login.html",
        mistake=mistake,
        name=request.form.get("name", ""),
        next=safe_next(request.values.get("next")),
        nobody=not users.anybody(room().store),
    )


def _setup_form(token: str, mistake: str | None = None) -> str:
    return render_template(
        "setup.html",
        token=token,
        mistake=mistake,
        name=request.form.get("name", ""),
        language=_language(),
        least=people.SHORTEST_PASSWORD,
    )


def _gone() -> tuple[str, int]:
    return render_template("fault.html", code=404, key="setup.gone"), 404
