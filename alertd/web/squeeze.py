"""Make answers smaller for whoever takes them so, and leave alone what must not be.

Squeezed are pages that somebody signed in asked for by GET, and static files. An answer that repeats words of its
address beside a secret tells by its length, over many tries, what the secret is. So no secret stands in a squeezed
page: answers to posts (a new token shows there), the pages behind one-time and signed links, and sign-in go out as they
are; and the token of the forms, which stands on every page, is written in another disguise each time.
"""

import gzip
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf

_TYPES = ("text/html", "application/json", "text/css", "text/javascript", "image/svg+xml")
LEAST = 1_000
LEVEL = 3
_SPLIT = "."


def squeeze(response: Response) -> Response:
    """Compress an answer in place, where that is allowed and worth it."""
    if response.mimetype not in _TYPES or response.status_code != 200 or "Content-Encoding" in response.headers:
        return response
    static = request.endpoint == "static"
    if not static and not _may(response):
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
        return response
    return _static(response) if static else _page(response)


def _may(response: Response) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    is_open = view is None or getattr(view, "is_public", False)
    return request.method == "GET" and g.get("user") is not None and not is_open and not response.is_streamed


def _page(response: Response) -> Response:
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _static(response: Response) -> Response:
    """A file of ours, compressed once; its mark stays apart from that of the plain one."""
    path = Path(current_app.static_folder or "") / (request.view_args or {}).get("filename", "")
    response.direct_passthrough = False
    response.set_data(_packed(str(path), path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    mark, weak = response.get_etag()
    if mark and not weak:
        response.set_etag(mark, weak=True)
    return response


@lru_cache(maxsize=64)
def _packed(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


class Disguised(CSRFProtect):  # type: ignore[misc] # it comes without types
    """The protection of the forms, with a token that looks different on every page and is the same underneath."""

    def init_app(self, app: Flask) -> None:
        """Give the templates the disguised token."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = disguised_token
        app.context_processor(lambda: {"csrf_token": disguised_token})

    def _get_csrf_token(self) -> str | None:
        found = super()._get_csrf_token()
        return None if found is None else _revealed(str(found))


def disguised_token() -> str:
    """The form token, mixed with noise that is sent along; one disguise a page."""
    if "disguised" not in g:
        token = generate_csrf().encode()
        noise = secrets.token_bytes(len(token))
        g.disguised = noise.hex() + _SPLIT + bytes(a ^ b for a, b in zip(token, noise, strict=True)).hex()
    return str(g.disguised)


def _revealed(text: str) -> str:
    """The token beneath the noise; what was never disguised is returned as it is, and judged as it is."""
    noise, split, mixed = text.partition(_SPLIT)
    try:
        pair = bytes.fromhex(noise), bytes.fromhex(mixed)
    except ValueError:
        return text
    if not split or len(pair[0]) != len(pair[1]):
        return text
    return bytes(a ^ b for a, b in zip(*pair, strict=True)).decode(errors="replace")
