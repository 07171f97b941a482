"""The Flask application: the gateway in front, the application behind it, and the controls beside both."""

import time
from collections.abc import Callable

from flask import Flask, Response, request

from alertd.sandbox.smartepi import answers
from alertd.sandbox.smartepi.control import control
from alertd.sandbox.smartepi.listing import BadRequest, page_of
from alertd.sandbox.smartepi.organisation import ENTITIES, TRANSACTIONS, Organisation
from alertd.sandbox.smartepi.webhooks import Sender

ROOT = "/v1/"


def create_app(organisation: Organisation) -> Flask:
    """An application that answers for this organisation."""
    app = Flask("alertd.sandbox.smartepi", static_folder=None)
    app.extensions["organisation"] = organisation
    app.extensions["sender"] = Sender(organisation)
    app.url_map.strict_slashes = False
    app.register_blueprint(control, url_prefix="/_sandbox")

    @app.before_request
    def gate() -> Response | None:
        return None if request.path.startswith("/_sandbox") else _gateway(organisation)

    @app.after_request
    def note(response: Response) -> Response:
        if not request.path.startswith("/_sandbox"):
            organisation.log.add(request.method, request.full_path.rstrip("?"), response.status_code)
        return response

    @app.route("/v1/<kind>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def many(kind: str) -> Response:
        if kind not in organisation.records:
            return _unknown()
        if request.method != "GET":
            return _read_only()
        try:
            return answers.page(*page_of(organisation, kind, request.args))
        except BadRequest as bad:
            return answers.problem(400, "validation_error", "Bad Request", str(bad))

    @app.route("/v1/<kind>/<identity>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def one(kind: str, identity: str) -> Response:
        if kind not in organisation.records:
            return _unknown()
        if kind in TRANSACTIONS or kind not in ENTITIES or request.method != "GET":
            return _read_only()
        found = organisation.one(kind, identity)
        return answers.record(found, organisation.versions.get(identity, 1)) if found else _unknown()

    @app.errorhandler(404)
    def nowhere(_: Exception) -> Response:
        return _unknown()

    return app


def _gateway(organisation: Organisation) -> Response | None:
    """Who comes in: the faults of the day first, then the key, then the pace."""
    struck = organisation.faults.struck(request.path.removeprefix(ROOT))
    if "slow" in struck:
        time.sleep(struck["slow"].seconds)
    for kind, answer in _FAULTS.items():
        if kind in struck:
            response = answer()
            if kind == "429_wait":
                response.headers["Retry-After"] = str(int(struck[kind].seconds))
            return response
    if request.method == "OPTIONS":
        return answers.gateway(403, message="Missing Authentication Token")
    header = request.headers.get("Authorization")
    if not header:
        return answers.gateway(401, message="Unauthorized")
    works_from = organisation.keys.get(header.removeprefix("Bearer ").strip())
    if works_from is None or organisation.clock() < works_from:
        # Two spellings of one word: this layer is not the one that answers otherwise.
        return answers.gateway(403, Message="User is not authorized to access this resource with an explicit deny")
    return (
        answers.gateway(429, message="Too Many Requests") if organisation.too_fast() else _spoiled(organisation, struck)
    )


def _spoiled(organisation: Organisation, struck: object) -> Response | None:
    assert isinstance(struck, dict)  # noqa: S101 - for the reader's sake
    if "bad_cursor" in struck and "cursor" in request.args:
        return answers.problem(400, "invalid_cursor", "Bad Request", "invalid cursor")
    if "cursor_twice" in struck:
        kind = request.path.removeprefix(ROOT)
        data, _ = page_of(organisation, kind, {"limit": "1"})
        return answers.page(data, "eyJ0aGUiOiJzYW1lIn0=")
    if "truncated" in struck:
        return Response('{"data":[{"id":"prd-1","na', 200, content_type="application/json")
    return None


_FAULTS: dict[str, Callable[[], Response]] = {
    "401": lambda: answers.gateway(401, message="Unauthorized"),
    "429": lambda: answers.gateway(429, message="Too Many Requests"),
    "429_wait": lambda: answers.gateway(429, message="Limit Exceeded"),
    "500": lambda: answers.problem(500, "internal_error", "Internal Server Error", "unexpected"),
    "502": lambda: Response("Bad Gateway", 502, content_type="text/plain"),
}


def _unknown() -> Response:
    return answers.problem(404, "not_found", "Not Found", "no such resource")


def _read_only() -> Response:
    return answers.problem(405, "method_not_allowed", "Method Not Allowed", "this resource can only be listed")
