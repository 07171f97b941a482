"""How the API says no: `application/problem+json`, one sentence that says what is wrong and what to do."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from .shapes import Problem, RuleError

PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
_SAID = {
    404: "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    405: "This address does not answer that method; the header Allow names those it does.",
    413: "The request is larger than 1 MB.",
    500: "A fault of alertd itself; what happened is in its log.",
}


class Refused(Exception):
    """An answer that is not what was asked for; ends the request."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[RuleError] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = errors or []


def wanted() -> bool:
    """Whether whoever asks is a program of the API, which no page of ours would help."""
    return request.path.startswith(PREFIX)


def answer(refused: Refused) -> Response:
    """The document of a refusal."""
    title = HTTPStatus(refused.status).phrase
    problem = Problem(title=title, status=refused.status, detail=refused.detail, errors=refused.errors)
    said = Response(msgspec.json.encode(problem), refused.status, content_type=CONTENT_TYPE)
    said.headers.update(refused.headers)
    return said


def of_fault(fault: HTTPException) -> Response:
    """The document of a fault of HTTP that arose before or outside an operation."""
    code = fault.code or 500
    said = answer(Refused(code, _SAID.get(code) or str(fault.description or "")))
    allow = dict(fault.get_headers()).get("Allow")
    if allow:
        said.headers["Allow"] = allow
    return said
