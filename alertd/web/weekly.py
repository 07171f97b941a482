"""The summary of the week: which channels get it, on which day and at which hour of the shop's clock."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import UsageTrouble
from ..store import channels as stored
from ..store import weekly
from .record import record
from .room import room

pages = Blueprint("weekly", __name__)

DAYS = 7


@pages.get("/weekly")
def index() -> str:
    """Every channel with its day and hour, or none."""
    return render_template(
        "weekly.html",
        channels=stored.all_channels(room().store),
        asked=weekly.every(room().store),
        days=[(str(number), g.reader.t(f"weekly.day.{number}")) for number in range(DAYS)],
    )


@pages.post("/weekly/<name>")
def change(name: str) -> Response:
    """Set a channel's day and hour, or switch its summary off."""
    store, form = room().store, request.form
    channel = stored.find(store, name) or abort(404)
    if form.get("off"):
        with store.write():
            weekly.remove(store, channel.id)
            record("weekly.off", name)
        flash(g.reader.t("weekly.is_off", name=name), "good")
        return redirect(url_for("weekly.index"), 303)
    try:
        with store.write():
            weekly.put(store, channel.id, form.get("weekday", -1, type=int), form.get("time", "")[:5], g.reader.now)
            record("weekly.set", name, day=form.get("weekday"), time=form.get("time"))
    except UsageTrouble:
        flash(g.reader.t("weekly.bad_time"), "bad")
    else:
        flash(g.reader.t("weekly.is_set", name=name), "good")
    return redirect(url_for("weekly.index"), 303)
