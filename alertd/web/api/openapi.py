"""The description of the API, OpenAPI 3.1, made from the declarations of the operations and the types they name."""

import re
from functools import cache
from typing import Any

import msgspec
from flask import Response

from ... import __version__
from .door import JSON, OPERATIONS, Operation, pages
from .problems import CONTENT_TYPE
from .shapes import Problem

# What is wrong in a text of rules is told line by line, not by a schema: a half-written one has its own answer.
_TEXT = {"description": "Rules, as a file of them holds them."}
ALWAYS = (401, 403, 406, 422, 429, 503)
_WHY = {
    400: "The body is not what its type says.",
    401: "No token, or one that is unknown or has run out.",
    403: "The token may only read.",
    404: "There is nothing of that name.",
    406: "The answer is JSON, and that is not accepted.",
    409: "It cannot be done as things stand.",
    412: "It was changed since it was read.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "A value cannot be.",
    428: "Say with If-Match which version is meant.",
    429: "Too many calls; Retry-After says when to come again.",
    503: "The database is busy; Retry-After says when to come again.",
}
_ABOUT = (
    "What alertd knows, for programs. Lists are read with `limit` and `cursor`; every answer to a GET carries an ETag, "
    "and a question with If-None-Match is answered 304 while it still holds. Moments are RFC 3339 in UTC, quantities "
    "and money are numbers. What goes wrong is told as problem+json."
)


@pages.get("/openapi.json")
def openapi() -> Response:
    """This description; it needs no token and holds nothing secret."""
    return Response(_document(), content_type=JSON)


openapi.door = "open"  # type: ignore[attr-defined]


@cache
def _document() -> bytes:
    return msgspec.json.encode(describe())


def describe() -> dict[str, Any]:
    """The whole description."""
    shapes = [each.answer for each in OPERATIONS if each.answer] + [each.body for each in OPERATIONS if _is_shape(each)]
    queries = [each.query for each in OPERATIONS if each.query]
    _, schemas = msgspec.json.schema_components(
        [*shapes, *queries, Problem], ref_template="#/components/schemas/{name}"
    )
    parameters = {query.__name__: schemas.pop(query.__name__)["properties"] for query in set(queries)}
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(_path(each), {})[each.method.lower()] = _operation(each, parameters)
    return {
        "openapi": "3.1.0",
        "info": {"title": "alertd", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made by `alertd token add` or the page."}
            },
        },
    }


def _is_shape(each: Operation) -> bool:
    return each.body is not None and each.body is not str


def _path(each: Operation) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path)


def _operation(each: Operation, parameters: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "description": f"Needs a token with the scope {each.scope}.",
        "tags": [each.path.split("/")[1]],
        "parameters": [*_path_parts(each), *_query(each, parameters), *_headers(each)],
        "responses": _responses(each),
    }
    if each.body is not None:
        schema = _TEXT if each.body is str else {"$ref": f"#/components/schemas/{each.body.__name__}"}
        found["requestBody"] = {"required": True, "content": {each.takes: {"schema": schema}}}
    return found


def _path_parts(each: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": each.about.get(name, ""),
            "schema": {"type": "integer", "minimum": 0} if kind == "int:" else {"type": "string", "minLength": 1},
        }
        for kind, name in re.findall(r"<(\w+:)?(\w+)>", each.path)
    ]


def _query(each: Operation, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    if each.query is None:
        return []
    needed = {field.encode_name for field in msgspec.structs.fields(each.query) if field.required}
    found = []
    for name, schema in parameters[each.query.__name__].items():
        kept = _of_a_word(schema)
        said = {"description": kept.pop("description")} if "description" in kept else {}
        found.append({"name": name, "in": "query", "required": name in needed, **said, "schema": kept})
    return found


def _of_a_word(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: leaving it out is how one says nothing, so neither null nor an empty word is said."""
    kept = {key: value for key, value in schema.items() if key != "default" or value not in (None, "")}
    kinds = [kind for kind in kept.get("anyOf", ()) if kind != {"type": "null"}]
    if (len(kinds) == 1 and "type" in kinds[0]) or (kinds and "enum" in kinds[0]):
        kept = {**{key: value for key, value in kept.items() if key != "anyOf"}, **kinds[0]}
    return kept


def _headers(each: Operation) -> list[dict[str, Any]]:
    if not each.conditional:
        return []
    about = "The ETag of what is to be changed, as GET gave it; left out, or *, for what is not there yet."
    return [{"name": "If-Match", "in": "header", "required": False, "description": about, "schema": {"type": "string"}}]


def _responses(each: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done." if each.method != "GET" else "What was asked for."}
    if each.answer is not None:
        good["content"] = {JSON: {"schema": {"$ref": f"#/components/schemas/{each.answer.__name__}"}}}
    found = {str(each.status): good}
    if each.method == "GET":
        found["304"] = {"description": "What If-None-Match names still holds."}
    with_body = (400, 413, 415) if each.body is not None else ()
    for status in sorted({*ALWAYS, *with_body, *each.refusals}):
        found[str(status)] = {
            "description": _WHY[status],
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found
