"""The door of the API: who calls, may they, what do they say, and how an answer leaves.

An operation is a function of checked values to a shape, declared once with `operation`; the description at
`/api/v1/openapi.json` is made of the same declarations, so that the two cannot differ. A session of the page opens
nothing here, and a token opens nothing there.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import ClientDisconnected

from ...errors import Trouble, UsageTrouble
from ...store import audit, tokens
from ...store.tokens import Token
from ..limit import Limiter
from ..room import room
from . import problems
from .problems import Refused

pages = Blueprint("api", __name__, url_prefix="/api/v1")
Do = TypeVar("Do", bound=Callable[..., Any])
JSON = "application/json"
LIMITER = "alertd.api.limiter"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does. `takes` is the media type of its body, where it has one."""

    method: str
    path: str
    name: str
    summary: str
    do: Callable[..., Any]
    answer: type | None
    query: type[msgspec.Struct] | None = None
    body: Any = None
    takes: str = JSON
    scope: str = "read"
    status: int = 200
    refusals: tuple[int, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    summary: str,
    *,
    answer: type | None,
    query: type[msgspec.Struct] | None = None,
    body: Any = None,
    takes: str = JSON,
    scope: str = "read",
    status: int = 200,
    refusals: tuple[int, ...] = (),
    about: Mapping[str, str] | None = None,
    conditional: bool = False,
) -> Callable[[Do], Do]:
    """Declare an operation: where it is, what it takes and gives, and how it may say no.

    `path` is Flask's; `about` says what the parts of the path are; `conditional` means that it heeds If-Match.
    """

    def declare(do: Do) -> Do:
        found = Operation(
            method, path, do.__name__, summary, do, answer, query, body, takes, scope, status, refusals, about or {},
            conditional,
        )  # fmt: skip
        OPERATIONS.append(found)

        def view(**path_parts: Any) -> Response:
            return _serve(found, path_parts)

        view.door = "token"  # type: ignore[attr-defined]
        pages.add_url_rule(path, do.__name__, view, methods=[method])
        return do

    return declare


def _serve(found: Operation, path_parts: dict[str, Any]) -> Response:
    try:
        return _answered(found, path_parts)
    except Refused as refused:
        return problems.answer(refused)
    except UsageTrouble as trouble:
        return problems.answer(Refused(422, str(trouble)))
    except Trouble as trouble:
        return problems.answer(Refused(409, str(trouble)))
    except sqlite3.OperationalError as fault:
        if "locked" not in str(fault):
            raise
        return problems.answer(Refused(503, "The database is busy; come again.", headers={"Retry-After": "5"}))


def _answered(found: Operation, path_parts: dict[str, Any]) -> Response:
    _speaks_json()
    g.token = _holder()
    _let_through(g.token, found)
    given = dict(path_parts)
    if found.query is not None:
        given["query"] = _query(found.query)
    elif request.args:
        raise Refused(422, f"There is no parameter '{next(iter(request.args))}' here; leave it out.")
    if found.body is not None:
        given["body"] = _body(found)
    shape = found.do(**given)
    if found.answer is None:
        return Response(status=204)
    return _leaving(Response(msgspec.json.encode(shape), found.status, content_type=JSON))


def _speaks_json() -> None:
    asked = request.accept_mimetypes
    if asked and not (asked.best_match([JSON]) or asked.best_match([problems.CONTENT_TYPE])):
        raise Refused(406, "The API answers in application/json; ask for that, or leave Accept out.")


def _holder() -> Token:
    """Whose call it is. Raises Refused (401)."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    found = tokens.holder(room().store, text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise _unknown("Give a token: 'Authorization: Bearer TOKEN'; 'alertd token add NAME' makes one.")
    if found.over(g.reader.now):
        raise _unknown(f"The token '{found.name}' has run out; make another one.")
    return found


def _unknown(detail: str) -> Refused:
    return Refused(401, detail, headers={"WWW-Authenticate": 'Bearer realm="alertd"'})


def _let_through(token: Token, found: Operation) -> None:
    wait = limiter().take(token.id, g.reader.now)
    if wait is not None:
        raise Refused(
            429, f"Too many calls with this token; come again in {wait} s.", headers={"Retry-After": str(wait)}
        )
    tokens.used(room().store, token, g.reader.now)
    if found.scope == "write" and token.scope != "write":
        raise Refused(403, f"The token '{token.name}' may only read; this needs one with the scope write.")


def limiter() -> Limiter:
    """The buckets of this application."""
    found = current_app.extensions.setdefault(LIMITER, Limiter())
    assert isinstance(found, Limiter)  # noqa: S101
    return found


def _query(wanted: type[msgspec.Struct]) -> msgspec.Struct:
    """The parameters of the address. A misspelt one is refused: left unread it would answer another question."""
    known = {each.encode_name: each for each in msgspec.structs.fields(wanted)}
    for name, values in request.args.lists():
        if name not in known:
            raise Refused(422, f"There is no parameter '{name}' here; there is {', '.join(known)}.")
        if len(values) > 1:
            raise Refused(422, f"The parameter '{name}' is given twice.")
    try:
        return msgspec.convert(request.args.to_dict(), wanted, strict=False)
    except msgspec.ValidationError as fault:
        raise Refused(422, _said(fault)) from None


def _body(found: Operation) -> Any:
    if request.mimetype != found.takes:
        raise Refused(415, f"Send the body as {found.takes}.")
    try:
        raw = request.get_data(cache=False)
    except ClientDisconnected:
        raise Refused(400, "The body broke off.") from None
    if found.takes != JSON:
        return _text(raw)
    try:
        return msgspec.json.decode(raw, type=found.body)
    except msgspec.ValidationError as fault:
        raise Refused(422, _said(fault)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "The body is not JSON.") from None


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Refused(422, "The text is not UTF-8.") from None


def _said(fault: msgspec.ValidationError) -> str:
    """msgspec's own words, which name the place, as a sentence."""
    return str(fault).replace("`", "'").replace("$.", "").rstrip(".") + "."


def _leaving(answer: Response) -> Response:
    """With a mark of its contents, so that whoever has them already is told just that."""
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization"
    if request.method in ("GET", "HEAD"):
        answer.set_etag(mark_of(answer.get_data()))
        answer.make_conditional(request)
    return answer


def mark_of(body: bytes) -> str:
    """The mark of a document's contents, as ETag and If-Match carry it."""
    return hashlib.sha256(body).hexdigest()[:32]


def note(what: str, about: str = "", **facts: Any) -> None:
    """Write a change down as this token's; joins the transaction of the change."""
    g.recorded = True
    audit.note(room().store, who=g.token.who, what=what, about=about, now=g.reader.now, facts=facts)
