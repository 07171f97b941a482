"""Envelopes and refusals: from a record or a fault to an HTTP response in the shop's dialect.

Says nothing about which call gets which answer; `routes` and `app` do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, request

from alertd.sandbox.smartpyme.dialect import Dialect
from alertd.sandbox.smartpyme.encode import dumps, moment
from alertd.sandbox.smartpyme.listing import Page
from alertd.sandbox.smartpyme.params import Params
from alertd.sandbox.smartpyme.quota import next_hour
from alertd.sandbox.smartpyme.shop import Shop

_HTML = '<!DOCTYPE html>\n<html lang="en"><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n'
_SERVER_FAULT = "Error interno del servidor"


def wants_json() -> bool:
    """Whether the first of the accepted types is JSON. `*/*`, most libraries' default, is not."""
    accepted = request.accept_mimetypes
    first = str(accepted[0][0]).lower() if accepted else ""
    return "/json" in first or "+json" in first


def respond(shop: Shop, body: bytes, status: int = 200) -> Response:
    """A JSON body, behind the line feeds of this dialect."""
    response = Response(b"\n" * shop.dialect.line_feeds + body, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache, private"
    return response


def html(shop: Shop, title: str, status: int, charset: str = "UTF-8") -> Response:
    """A page for people."""
    response = respond(shop, _HTML.format(title).encode(), status)
    response.headers["Content-Type"] = f"text/html; charset={charset}"
    return response


def error(shop: Shop, status: int, text: str, **more: Any) -> Response:
    """The usual refusal."""
    return respond(shop, dumps({"success": False, "error": text, **more}), status)


def server_fault(shop: Shop) -> Response:
    """A 500 that gives no cause."""
    return error(shop, 500, _SERVER_FAULT, code=500)


def over_quota(shop: Shop) -> Response:
    """The 429: no time to come back is told, neither here nor in a header."""
    standard, dated = shop.quota.standard, shop.quota.with_date_filters
    text = f"Rate limit excedido. Máximo {standard} requests por hora ({dated} con filtros de fecha)"
    details = {
        "standard_limit": standard,
        "with_date_filters_limit": dated,
        "window": "60 minutos",
        "reset_info": "El límite se resetea cada hora",
    }
    return error(shop, 429, text, code=429, details=details)


def bad_parameters(shop: Shop, details: dict[str, list[str]], *, with_code: bool) -> Response:
    """400 with texts by field; on the unified server a 422 with bare texts, or a redirect for a browser."""
    if not shop.dialect.errors_as_array:
        more = {"code": 400} if with_code else {}
        return error(shop, 400, "Parámetros inválidos", details=details, **more)
    if wants_json():
        texts = [text for field in details.values() for text in field]
        return respond(shop, dumps({"error": texts, "code": 422}), 422)
    response = html(shop, "Redirecting", 302, charset="utf-8")
    response.headers["Location"] = request.host_url.rstrip("/")
    return response


def meta(shop: Shop, values: Params | None = None, shown: Sequence[str] = ()) -> dict[str, Any]:
    """Company, time and, for a list or a summary, the filters sent: PHP writes an empty map as `[]`."""
    about: dict[str, Any] = {"empresa": shop.empresa, "timestamp": moment(shop.clock(), shop.dialect)}
    if values is not None:
        applied = {name: _echoed(name, values[name], shop.dialect) for name in shown if name in values}
        about["filters_applied"] = applied or ([] if shop.dialect.raw_columns else {})
    return about


def _echoed(name: str, value: str | None, dialect: Dialect) -> str | bool | None:
    if dialect.booleans_as_words and name in ("con_stock", "stock_minimo") and value is not None:
        return value.lower() in ("1", "true")
    return value


def listed(shop: Shop, rows: Sequence[bytes], page: Page, about: dict[str, Any] | None) -> Response:
    """A list, its rows encoded already."""
    tail = {"pagination": page.pagination, **({"meta": about} if about else {})}
    body = b'{"success":true,"data":[' + b",".join(rows) + b"]," + dumps(tail)[1:]
    return respond(shop, body)


def single(shop: Shop, record: bytes, about: dict[str, Any] | None, status: int = 200) -> Response:
    """One record under `data`."""
    tail = b',"meta":' + dumps(about) if about else b""
    return respond(shop, b'{"success":true,"data":' + record + tail + b"}", status)


def rate_headers(shop: Shop, response: Response, key: str, dated: bool, now: datetime) -> None:
    """The three headers the documentation promises and the servers do not send."""
    limit, used = shop.quota.limit(dated), shop.quota.used(key, now)
    response.headers["X-RateLimit-Limit"] = str(limit)
    response.headers["X-RateLimit-Remaining"] = str(max(0, limit - used))
    response.headers["X-RateLimit-Reset"] = reset_time(shop, now)


def reset_time(shop: Shop, now: datetime) -> str:
    """The hour's end as it is told: a second after the counter really turns."""
    off = timedelta(microseconds=999_999) if shop.dialect.raw_columns else timedelta(seconds=1)
    return moment(next_hour(now) + off, shop.dialect) or ""
