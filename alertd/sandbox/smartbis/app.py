"""The Flask application: tokens in front, rewards behind, and the endpoints that a reader of stock must leave alone.

Sales, customers and vouchers answer as well, so that a call that should never have been made shows in the log.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

from alertd.sandbox.smartbis.programme import Programme

ROOT = "/v2/"


def create_app(programme: Programme) -> Flask:
    """An application that answers for this programme."""
    app = Flask("alertd.sandbox.smartbis", static_folder=None)
    app.url_map.strict_slashes = False
    # Two slashes in an address are another address.
    app.url_map.merge_slashes = False

    @app.before_request
    def gate() -> Response | None:
        if request.path.startswith("/_sandbox") or request.routing_exception is not None:
            return None
        return _gate(programme)

    @app.after_request
    def note(response: Response) -> Response:
        if not request.path.startswith("/_sandbox"):
            programme.log.add(request.method, request.full_path.rstrip("?"), response.status_code)
        return response

    _tokens(app, programme)
    _reads(app, programme)
    _writes(app, programme)
    _controls(app, programme)

    @app.errorhandler(404)
    def nowhere(_: Exception) -> Response:
        return _answer({"message": "Not Found"}, 404)

    @app.errorhandler(405)
    def wrong_method(_: Exception) -> Response:
        return _answer({"message": "Method Not Allowed"}, 405)

    return app


def _gate(programme: Programme) -> Response | None:
    path = request.path.removeprefix(ROOT)
    struck = programme.faults.struck(path)
    if "slow" in struck:
        time.sleep(struck["slow"].seconds)
    for kind, answer in _FAULTS.items():
        if kind in struck:
            return answer()
    if path == "auth/token":
        return None
    if "expire" in struck:
        programme.forget_tokens()
    if not programme.lets_in(request.headers.get("Authorization")):
        return _answer({"message": "Unauthenticated."}, 401)
    if "foreign_next" in struck:
        return _answer({"data": programme.shown()[:1], "next_page_url": "http://127.0.0.2:9/v2/coupons?page=2"})
    return None


_FAULTS: dict[str, Callable[[], Response]] = {
    "429": lambda: _answer({"message": "Too Many Attempts."}, 429),
    "500": lambda: _answer({"message": "Server Error"}, 500),
    "502": lambda: Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, content_type="text/html"),
    "success_false": lambda: _answer({"success": False, "message": "Conta temporariamente indisponível"}),
    "shape": lambda: _answer({"payload": {"rewardsList": [{"rewardId": 1}]}, "status": "ok"}),
    "truncated": lambda: Response('{"data":[{"id":501,"na', 200, content_type="application/json"),
}


def _tokens(app: Flask, programme: Programme) -> None:
    @app.post("/v2/auth/token")
    def token() -> Response:
        body: Any = request.get_json(silent=True)
        if not isinstance(body, dict):
            return _answer({"message": "The given data was invalid."}, 422)
        found = programme.exchange(body.get("api_key"), body.get("api_secret"))
        if found is not None:
            return _answer(found)
        if programme.refusal == 422:
            return _answer({"message": "The given data was invalid.", "errors": {"api_key": ["invalid"]}}, 422)
        return _answer({"message": "Invalid credentials."}, programme.refusal)


def _reads(app: Flask, programme: Programme) -> None:
    @app.get("/v2/coupons")
    def coupons() -> Response:
        return _list(programme, programme.shown(), programme.envelope)

    @app.get("/v2/vouchers")
    def vouchers() -> Response:
        if programme.no_vouchers:
            return _answer({"message": "Not Found"}, 404)
        return _list(programme, programme.vouchers, "paged")

    @app.get("/v2/categories")
    def categories() -> Response:
        return _answer({"data": [{"id": 1, "name": "Prêmios"}]})

    @app.get("/v2/customers")
    def customers() -> Response:
        return _list(programme, programme.customers, "paged")


def _writes(app: Flask, programme: Programme) -> None:
    @app.post("/v2/sales")
    def sell() -> Response:
        programme.sales.append(request.get_json(silent=True) or {})
        return _answer({"success": True, "id": len(programme.sales)}, 201)

    @app.post("/v2/customers")
    def join() -> Response:
        return _answer({"success": True, "id": 99}, 201)

    @app.post("/v2/vouchers/<code>/validate")
    def validate(code: str) -> Response:
        programme.vouchers = [each for each in programme.vouchers if each["code"] != code]
        return _answer({"success": True})

    @app.patch("/v2/coupons/<int:identity>/stock")
    def set_stock(identity: int) -> Response:
        programme.set(identity, stock=(request.get_json(silent=True) or {}).get("stock"))
        return _answer({"success": True})


def _controls(app: Flask, programme: Programme) -> None:
    @app.get("/_sandbox/log")
    def log() -> Response:
        return jsonify(programme.log.document())

    @app.get("/_sandbox/faults")
    def faults() -> Response:
        return jsonify(faults=programme.faults.listed(), kinds=programme.faults.kinds)

    @app.post("/_sandbox/faults")
    def change_faults() -> Response | tuple[Response, int]:
        body: dict[str, Any] = request.get_json(force=True)
        try:
            if body.pop("clear", False):
                programme.faults.clear()
            if body:
                programme.faults.add(body.pop("kind"), **body)
        except (KeyError, TypeError, ValueError) as mistake:
            return jsonify(error=str(mistake)), 400
        return jsonify(faults=programme.faults.listed())

    @app.post("/_sandbox/coupons")
    def change() -> Response | tuple[Response, int]:
        body: dict[str, Any] = request.get_json(force=True)
        try:
            if "id" not in body:
                return jsonify(id=programme.add(**body))
            identity = int(body.pop("id"))
            if body.pop("remove", False):
                programme.remove(identity)
            else:
                programme.set(identity, **body)
        except (KeyError, TypeError, ValueError) as mistake:
            return jsonify(error=str(mistake)), 400
        return jsonify(id=identity)

    @app.post("/_sandbox/settings")
    def settings() -> Response:
        body: dict[str, Any] = request.get_json(force=True)
        for name in ("envelope", "refusal", "text_numbers", "ignore_pages", "names", "token_seconds", "no_vouchers"):
            if name in body:
                setattr(programme, name, body[name])
        return jsonify(envelope=programme.envelope)


def _list(programme: Programme, rows: list[Any], envelope: str) -> Response:
    if envelope == "bare":
        return _answer(rows)
    if envelope == "data":
        return _answer({"success": True, "data": rows})
    page = max(1, request.args.get("page", 1, type=int))
    size = min(100, request.args.get("per_page", programme.per_page, type=int))
    begin = 0 if programme.ignore_pages else (page - 1) * size
    last = max(1, -(-len(rows) // size))
    body = {"data": rows[begin : begin + size], "current_page": page, "last_page": last, "total": len(rows)}
    return _answer(body)


def _answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
