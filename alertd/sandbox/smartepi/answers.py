"""The two layers that answer: the gateway with a bare message, the application with a problem document."""

import json
import secrets
from typing import Any

from flask import Response


def page(data: list[Any], cursor: str | None) -> Response:
    """A page of a list."""
    return _json({"data": data, "cursor": cursor}, 200)


def record(data: Any, version: int) -> Response:
    """One record, with the strong mark of its version."""
    response = _json({"data": data}, 200)
    response.headers["ETag"] = f'"{version}"'
    return response


def problem(status: int, token: str, title: str, detail: str) -> Response:
    """An error of the application."""
    body = {"type": f"urn:smartepi:error:{token}", "title": title, "status": status, "detail": detail}
    response = _json(body, status, "application/problem+json")
    response.headers["X-Request-Id"] = f"req-{secrets.token_hex(6)}"
    return response


def gateway(status: int, **body: str) -> Response:
    """An error of the gateway: no type, no request id, and not always the same capital letters."""
    return _json(body, status)


def _json(body: Any, status: int, kind: str = "application/json") -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type=kind)
