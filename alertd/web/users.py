"""Who may sign in and what they may do, for the administrator."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .. import people
from ..errors import UsageTrouble
from ..store import sessions
from ..store import users as stored
from ..store.users import User
from .guard import needs
from .record import record
from .room import room

pages = Blueprint("users", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/users")
@needs("admin")
def index() -> str:
    """Everybody who may sign in."""
    return _page({}, {})


@pages.post("/users")
@needs("admin")
def add() -> Answer:
    """Let a person in."""
    form = request.form
    name, password, role = form.get("name", ""), form.get("password", ""), form.get("role", "viewer")
    mistakes = _mistakes(name, password)
    if role not in people.ROLES:
        abort(400)
    if not mistakes:
        try:
            with room().store.write():
                user = stored.add_user(room().store, name, password, role, g.reader.now)
                record("user.added", user.name, role=role)
        except UsageTrouble:
            mistakes = {"name": g.reader.t("setup.name_bad")}
    if mistakes:
        return _page({"name": name, "role": role}, mistakes), 422
    flash(g.reader.t("users.added", name=user.name), "good")
    return redirect(url_for("users.index"), 303)


@pages.post("/users/<int:key>/role")
@needs("admin")
def change_role(key: int) -> Response:
    """Let a person do more, or less."""
    user, role = _user_or_404(key), request.form.get("role", "")
    if role not in people.ROLES:
        abort(400)
    try:
        with room().store.write():
            stored.set_role(room().store, user.name, role)
            record("user.role", user.name, was=user.role, role=role)
    except UsageTrouble:
        flash(g.reader.t("users.last_admin"), "bad")
    else:
        flash(g.reader.t("users.role_changed", name=user.name), "good")
    return redirect(url_for("users.index"), 303)


@pages.post("/users/<int:key>/password")
@needs("admin")
def change_password(key: int) -> Response:
    """A new password for somebody who forgot theirs; it ends their sessions."""
    user, password = _user_or_404(key), request.form.get("password", "")
    mistakes = _mistakes(user.name, password)
    if mistakes:
        flash(mistakes["password"], "bad")
        return redirect(url_for("users.index"), 303)
    with room().store.write():
        stored.set_password(room().store, user.name, password, g.reader.now)
        sessions.end_all(room().store, user.id)
        record("user.password", user.name)
    flash(g.reader.t("users.password_changed", name=user.name), "good")
    return redirect(url_for("users.index"), 303)


@pages.post("/users/<int:key>/remove")
@needs("admin")
def remove(key: int) -> Response:
    """Take a person's access away."""
    user = _user_or_404(key)
    try:
        with room().store.write():
            stored.remove_user(room().store, user.name)
            record("user.removed", user.name, role=user.role)
    except UsageTrouble:
        flash(g.reader.t("users.last_admin"), "bad")
    else:
        flash(g.reader.t("users.removed", name=user.name), "good")
    return redirect(url_for("users.index"), 303)


def _mistakes(name: str, password: str) -> dict[str, str]:
    try:
        people.check_name(name)
    except UsageTrouble:
        return {"name": g.reader.t("setup.name_bad")}
    try:
        people.check_password(password)
    except UsageTrouble:
        least, most = people.SHORTEST_PASSWORD, people.LONGEST_PASSWORD
        return {"password": g.reader.t("setup.password_bad", least=least, most=most)}
    return {}


def _user_or_404(key: int) -> User:
    return (stored.user_by_id(room().store, key) if key < 2**63 else None) or abort(404)


def _page(typed: dict[str, str], mistakes: dict[str, str]) -> str:
    return render_template(
        "users.html",
        users=stored.list_users(room().store),
        roles=people.ROLES,
        typed={"name": "", "role": "viewer", **typed},
        mistakes=mistakes,
        least=people.SHORTEST_PASSWORD,
    )
