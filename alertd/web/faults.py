"""Designed pages for what goes wrong, in the reader's language; never a traceback."""

from flask import Flask, g, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from .api import problems

KNOWN = (400, 403, 404, 405, 413, 500)


def install(app: Flask) -> None:
    """Answer every fault of HTTP, and every fault of ours, with a page."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(InternalServerError, _ours)


def _answer(fault: HTTPException) -> Response | tuple[str, int]:
    code = fault.code or 500
    if code < 400:
        return fault.get_response(request.environ)
    if problems.wanted():
        return problems.of_fault(fault)
    known = code if code in KNOWN else (500 if code >= 500 else 400)
    return render_template("fault.html", code=code, key=f"fault.{known}"), code


def _ours(fault: HTTPException) -> Response | tuple[str, int]:
    if problems.wanted():
        return problems.of_fault(fault)
    # The database may be what broke: show the page of somebody who is not signed in, which reads nothing.
    g.user = None
    return render_template("fault.html", code=500, key="fault.500"), 500
