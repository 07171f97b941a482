"""The Flask application: who may call, what is counted, and how faults and refusals leave the house.

The endpoints themselves are in `routes` and `writes`, the controls for people who test in `control`.
"""

from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from alertd.sandbox.smartpyme import answers, spoil
from alertd.sandbox.smartpyme.control import control
from alertd.sandbox.smartpyme.encode import dumps
from alertd.sandbox.smartpyme.keys import Refused
from alertd.sandbox.smartpyme.params import BadParameters
from alertd.sandbox.smartpyme.routes import reads
from alertd.sandbox.smartpyme.shop import Shop
from alertd.sandbox.smartpyme.writes import imports, writes

ROOT = "/api/external/v1/"


def create_app(shop: Shop) -> Flask:
    """An application that answers for this shop in its dialect."""
    app = Flask("alertd.sandbox.smartpyme", static_folder=None)
    app.extensions["sandbox_shop"] = shop
    # A redirect to a prettier address would be an answer the real server does not give.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(control, url_prefix="/_sandbox")
    app.register_blueprint(reads, url_prefix=ROOT.rstrip("/"))
    app.register_blueprint(imports, url_prefix=ROOT.rstrip("/"))
    if shop.dialect.writes:
        app.register_blueprint(writes, url_prefix=ROOT.rstrip("/"))
    app.before_request(lambda: _before(shop))
    app.after_request(lambda response: _after(shop, response))
    app.register_error_handler(BadParameters, lambda bad: _bad_parameters(shop, bad))
    app.register_error_handler(NotFound, lambda _: _unknown_path(shop))
    app.register_error_handler(MethodNotAllowed, lambda wrong: _wrong_method(shop, wrong))
    app.wsgi_app = spoil.Connections(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _is_control() -> bool:
    return request.path.startswith("/_sandbox")


def _before(shop: Shop) -> Response | None:
    """Faults first, since a broken server checks no keys; then the key; then the quota."""
    if _is_control():
        return None
    path = request.path.removeprefix(ROOT).removeprefix("/")
    g.faults = shop.faults.drawn(path)
    if spoiled := spoil.instead(shop, g.faults):
        return spoiled
    if request.routing_exception is not None:
        return None
    now = shop.clock()
    try:
        g.key = shop.keys.check(request.headers.get("Authorization"), now)
    except Refused as refused:
        return answers.error(shop, 401, str(refused), code=401)
    g.dated = _is_dated()
    return None if shop.quota.take(g.key, g.dated, now) else answers.over_quota(shop)


def _is_dated() -> bool:
    """Whether both dates are named at all; their values do not matter to the quota, nor does the endpoint."""
    body: Any = request.get_json(silent=True) if request.is_json else None
    names = {*request.args, *(body if isinstance(body, dict) else ())}
    return {"fecha_inicio", "fecha_fin"} <= names


def _after(shop: Shop, response: Response) -> Response:
    if _is_control():
        return response
    if shop.dialect.rate_headers and "key" in g:
        answers.rate_headers(shop, response, g.key, g.dated, shop.clock())
    spoil.body(shop, g.get("faults", {}), response)
    shop.record_call(request.method, request.full_path.rstrip("?"), response.status_code)
    return response


def _bad_parameters(shop: Shop, bad: BadParameters) -> Response:
    return answers.bad_parameters(shop, bad.details, with_code=g.get("error_has_code", False))


def _unknown_path(shop: Shop) -> Response:
    if shop.dialect.html_for_browsers and not answers.wants_json():
        return answers.html(shop, "Not Found", 404)
    return answers.respond(shop, dumps({"error": "URL Invalida.", "code": 404}), 404)


def _wrong_method(shop: Shop, wrong: MethodNotAllowed) -> Response:
    if shop.dialect.html_for_browsers and not answers.wants_json():
        response = answers.html(shop, "Method Not Allowed", 405)
        response.headers["Allow"] = ", ".join(sorted(wrong.valid_methods or ()))
        return response
    return answers.respond(shop, dumps({"error": "Peticion no valida.", "code": 405}), 405)
