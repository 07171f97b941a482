"""The messages: what was said, to whom, and whether it arrived."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..store import outbox, pages_messages
from .choices import options, pairs
from .paging import links, read_cursor
from .record import record
from .room import room

pages = Blueprint("messages", __name__)


@pages.get("/messages")
def index() -> str:
    """One page of the list, newest first."""
    store = room().store
    state = request.args.get("state", "")
    state = state if state in pages_messages.STATES else ""
    channel = request.args.get("channel", "")
    slice_ = pages_messages.list_messages(store, state, channel, read_cursor(request.args, 2))
    return render_template(
        "messages.html",
        state=state,
        states=("", *pages_messages.STATES),
        channel=channel,
        channel_options=options("word.any_channel", pairs(pages_messages.channel_names(store))),
        slice=slice_,
        links=links(slice_),
        titles=room().titles(g.reader.language),
    )


@pages.get("/messages/<int:key>")
def one(key: int) -> str:
    """One message with its text, its fate and its alerts."""
    store = room().store
    message = (pages_messages.message_by_id(store, key) if key < 2**63 else None) or abort(404)
    return render_template(
        "message.html",
        message=message,
        alerts=pages_messages.alerts_in_message(store, key),
        titles=room().titles(g.reader.language),
    )


@pages.post("/messages/<int:key>/retry")
def retry(key: int) -> Response:
    """Give a message that was given up another life."""
    return _retry(key, url_for("messages.one", key=key) if key < 2**63 else url_for("messages.index"))


@pages.post("/messages/retry")
def retry_all() -> Response:
    """The same for every message that was given up and whose channel still exists."""
    return _retry(None, url_for("messages.index", state="waiting"))


def _retry(key: int | None, target: str) -> Response:
    if key is not None and key >= 2**63:
        abort(404)
    with room().store.write():
        count = outbox.retry_dead(room().store, now=g.reader.now, message_id=key)
        if count:
            record("messages.retried", str(key or ""), messages=count)
    if count:
        flash(g.reader.count("messages.retried#", count), "good")
    else:
        flash(g.reader.t("messages.not_retried"), "bad")
    return redirect(target, 303)
