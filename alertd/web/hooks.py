"""The door for webhooks: no session, no form token; the bytes as they came are handed to the desk that knows them."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request

from .guard import public

pages = Blueprint("hooks", __name__)
EXTENSION = "alertd.hooks"
SIGNATURE = "X-SmartEPI-Signature"
RETRY_SECONDS = "30"

Receive = Callable[[str, str | None, bytes], tuple[int, str]]
"""From the name of a source, the signature and the body to the status and a word."""


@pages.post("/hooks/smartepi/<name>")
@public
def smartepi(name: str) -> Response:
    """A delivery of a SmartEPI source."""
    receive = cast("Receive | None", current_app.extensions.get(EXTENSION))
    body = request.get_data(cache=False, parse_form_data=False)
    status, word = receive(name, request.headers.get(SIGNATURE), body) if receive else (503, "busy")
    answer = jsonify(outcome=word)
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = RETRY_SECONDS
    return answer
