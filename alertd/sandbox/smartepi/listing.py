"""A page of a list: filters, order, limit and cursor, each refused as the real API refuses it."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alertd.sandbox.smartepi.organisation import TRANSACTIONS, Organisation, Record

RELATIONS = {
    "employees": ("sectorId", "costCenterId", "jobRoleId", "groupId"),
    **dict.fromkeys(TRANSACTIONS, ("employeeId", "productId", "costCenterId", "sectorId")),
}
WINDOW = ("createdSince", "createdUntil")
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100


class BadRequest(Exception):
    """What the client asked cannot be; the text is the problem's detail."""


def page_of(organisation: Organisation, kind: str, asked: Mapping[str, str]) -> tuple[list[Record], str | None]:
    """The records of a page and the cursor of the next. Raises BadRequest."""
    limit = _limit(asked.get("limit"))
    relation = _relation(kind, asked)
    with organisation.lock:
        found = [
            each for each in organisation.records[kind] if relation is None or each.get(relation) == asked[relation]
        ]
        found = _in_window(organisation, kind, found, asked)
        found, by_name = _ordered(found, asked)
        begin = _after(found, asked.get("cursor"), by_name)
        organisation.pages += 1
        if organisation.empty_every and organisation.pages % organisation.empty_every == 0 and begin < len(found):
            # The real one reads before it filters: it has moved on, and so its cursor is another one.
            key = _key(found[begin - 1], by_name) if begin else {"start": True}
            return [], _encode({**key, "read": organisation.pages})
        chosen = found[begin : begin + limit]
        more = begin + limit < len(found)
        return [dict(each) for each in chosen], _encode(_key(chosen[-1], by_name)) if more else None


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_LIMIT:
        raise BadRequest(f"limit must be a whole number from 1 to {LARGEST_LIMIT}")
    return int(text)


def _relation(kind: str, asked: Mapping[str, str]) -> str | None:
    named = [name for name in RELATIONS.get(kind, ()) if name in asked]
    if len(named) > 1:
        raise BadRequest(f"only one relationship filter per request, got {', '.join(named)}")
    if named and any(name in asked for name in WINDOW):
        raise BadRequest("a relationship filter cannot be combined with a time window")
    return named[0] if named else None


def _in_window(organisation: Organisation, kind: str, found: list[Record], asked: Mapping[str, str]) -> list[Record]:
    bounds = {name: asked[name] for name in WINDOW if name in asked}
    if not bounds:
        return found
    if kind not in TRANSACTIONS:
        raise BadRequest(f"{next(iter(bounds))} is not a filter of this list")
    since, until = (_moment(organisation, name, bounds[name]) if name in bounds else None for name in WINDOW)
    return [
        each
        for each in found
        if (since is None or _seconds(each["createdAt"]) >= since)
        and (until is None or _seconds(each["createdAt"]) <= until)
    ]


def _moment(organisation: Organisation, name: str, text: str) -> float:
    try:
        if organisation.window == "unix":
            return int(text)
        if organisation.window == "iso" and not text.isdecimal():
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        pass
    raise BadRequest(f"{name} is not a valid time")


def _seconds(written: Any) -> float:
    """A moment of a record, however this organisation writes it; to the second, as the filters know it."""
    if isinstance(written, str):
        return datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp()
    return float(written // 1000 if written >= 10**12 else written)


def _ordered(found: list[Record], asked: Mapping[str, str]) -> tuple[list[Record], bool]:
    """Newest first; with a filter by the beginning of a name, by that name."""
    for name in ("name", "code"):
        wanted = asked.get(name)
        if wanted:
            folded = wanted.casefold()
            kept = [each for each in found if str(each.get(name, "")).casefold().startswith(folded)]
            return sorted(kept, key=lambda each: (str(each.get(name, "")), str(each["id"]))), True
    return sorted(found, key=_newest_first, reverse=True), False


def _newest_first(record: Record) -> tuple[float, int, str]:
    identity = str(record["id"])
    digits = identity.rpartition("-")[2]
    return _seconds(record["createdAt"]), int(digits) if digits.isdecimal() else 0, identity


def _key(record: Record, by_name: bool) -> dict[str, Any]:
    """Points at a record, not at a place in the list: what is added in front shifts nothing."""
    return {"id": record["id"], "createdAt": record["createdAt"], "byName": by_name}


def _encode(key: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(key).encode()).decode()


def _after(found: list[Record], cursor: str | None, by_name: bool) -> int:
    if cursor is None:
        return 0
    try:
        key = json.loads(base64.b64decode(cursor, validate=True))
        if key.get("start"):
            return 0
        if bool(key["byName"]) != by_name:
            raise BadRequest("the cursor belongs to another list")
        return next(place for place, each in enumerate(found) if each["id"] == key["id"]) + 1
    except (ValueError, KeyError, AttributeError, StopIteration, TypeError):
        raise BadRequest("invalid cursor") from None
