"""One's own account: password, language, and where one is signed in. And the rest of the menu, for phones."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from .. import people
from ..store import sessions, users
from .guard import begin_session, client_address, needs
from .record import record
from .room import room

pages = Blueprint("account", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/more")
def more() -> str:
    """What the foot of a phone has no room for."""
    return render_template("more.html")


@pages.get("/account")
def show() -> str:
    """The forms of one's own account."""
    return _page()


@pages.post("/account/password")
@needs("viewer")
def change_password() -> Answer:
    """A new password, for whoever knows the old one; every other browser is signed out."""
    form, store, now = request.form, room().store, g.reader.now
    mistakes = _mistakes(form.get("password", ""), form.get("again", ""))
    if mistakes:
        return _page(mistakes), 422
    # The old password is throttled as a sign-in is: a browser left open is no place to guess it.
    wait_until = users.begin_try(store, g.user.name, client_address(), now)
    if wait_until is not None:
        return _page({"current": g.reader.t("login.wait", when=g.reader.ago(wait_until))}), 429
    if not people.password_matches(g.user.password, form.get("current", "")):
        return _page({"current": g.reader.t("account.wrong_password")}), 422
    users.forgive_tries(store, g.user.name, client_address(), now)
    with store.write():
        users.set_password(store, g.user.name, form["password"], now)
        sessions.end_all(store, g.user.id)
        record("user.password", g.user.name)
    _stay_signed_in()
    flash(g.reader.t("account.password_changed"), "good")
    return redirect(url_for("account.show"), 303)


@pages.post("/account/sign-out-everywhere")
@needs("viewer")
def sign_out_everywhere() -> Response:
    """End every other session of this person: a lost phone is locked out."""
    with room().store.write():
        ended = sessions.end_all(room().store, g.user.id, besides=g.session.digest)
        record("user.signed_out_everywhere", g.user.name, sessions=ended)
    flash(g.reader.t("account.signed_out"), "good")
    return redirect(url_for("account.show"), 303)


def _mistakes(password: str, again: str) -> dict[str, str]:
    """What is wrong with the new password, by field."""
    if not people.SHORTEST_PASSWORD <= len(password) <= people.LONGEST_PASSWORD:
        least, most = people.SHORTEST_PASSWORD, people.LONGEST_PASSWORD
        return {"password": g.reader.t("setup.password_bad", least=least, most=most)}
    if again != password:
        return {"again": g.reader.t("setup.differ")}
    return {}


def _stay_signed_in() -> None:
    user = users.user_by_id(room().store, g.user.id)
    if user is not None:
        language = session.get("language")
        begin_session(user)
        if language:
            session["language"] = language


def _page(mistakes: dict[str, str] | None = None) -> str:
    return render_template(
        "account.html",
        mistakes=mistakes or {},
        sessions=sessions.of_user(room().store, g.user.id, g.reader.now),
        least=people.SHORTEST_PASSWORD,
    )
