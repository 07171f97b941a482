"""The door for webhooks: no session, no form token; the bytes as they came are handed to the desk that knows them."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, current_app, g, jsonify, request

from .guard import client_address, public
from .limit import Limiter

pages = Blueprint("hooks", __name__)
EXTENSION = "alertd.hooks"
SIGNATURE = "X-SmartEPI-Signature"
RETRY_SECONDS = "30"
REFUSALS = "alertd.hooks.refusals"
# Whoever is refused so often at once, and then so often a second, is not heard for a while: each look costs.
MOST_REFUSALS, REFUSALS_A_SECOND = 300, 2.0

Receive = Callable[[str, str | None, bytes], tuple[int, str]]
"""From the name of a source, the signature and the body to the status and a word."""


@pages.post("/hooks/smartepi/<name>")
@public
def smartepi(name: str) -> Response:
    """A delivery of a SmartEPI source."""
    receive = cast("Receive | None", current_app.extensions.get(EXTENSION))
    refusals = current_app.extensions.setdefault(REFUSALS, Limiter(MOST_REFUSALS, REFUSALS_A_SECOND))
    wait = refusals.wait(client_address(), g.reader.now)
    if wait is not None:
        return _answer(429, "too many refusals", str(wait))
    body = request.get_data(cache=False, parse_form_data=False)
    status, word = receive(name, request.headers.get(SIGNATURE), body) if receive else (503, "busy")
    if status in (400, 401, 403, 404):
        refusals.take(client_address(), g.reader.now)
    return _answer(status, word, RETRY_SECONDS if status == 503 else None)


def _answer(status: int, word: str, wait: str | None) -> Response:
    answer = jsonify(outcome=word)
    answer.status_code = status
    if wait is not None:
        answer.headers["Retry-After"] = wait
    return answer
