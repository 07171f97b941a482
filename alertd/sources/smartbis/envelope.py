"""What stands around a list of rewards, and where its next page is. Every shape but a known one is an error.

Nothing of this is published; the order in which shapes are tried is that of docs/sources/smartbis.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from ...errors import SourceTrouble
from ..http import Parameters, Reply
from ..loose import Record, keys_seen, look

LISTS = ("data", "data.data", "data.items", "data.coupons", "data.rewards", "coupons", "rewards", "items", "results")
IDS = ("id", "coupon_id", "reward_id", "uuid", "code")
TOTALS = ("total", "total_count", "total_items")
LARGEST_PAGE = 100
_PLACES = ("", "meta.", "pagination.", "meta.pagination.", "data.")


def judge(reply: Reply, host: str) -> None:
    """Whether an answer is one. Raises SourceTrouble; its words are ours, for theirs might quote a person's data."""
    if reply.status in (401, 403):
        raise SourceTrouble(f"{host} refused the token or its rights ({reply.status}).", kind="key")
    if reply.status >= 500:
        raise SourceTrouble(f"{host} has a fault of its own ({reply.status}).", kind="server")
    if reply.status == 404:
        raise SourceTrouble(f"{host} does not know this address (404); check the base address.", kind="missing")
    if reply.status >= 400:
        raise SourceTrouble(f"{host} refused the request ({reply.status}).", kind="request")
    body = decode(reply, host)
    if isinstance(body, Mapping) and body.get("success") is False:
        raise SourceTrouble(f"{host} answered with 'success: false'.", kind="answer")


def decode(reply: Reply, host: str) -> Any:
    """The JSON of a body. Raises SourceTrouble."""
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    what = "a web page" if reply.body.lstrip()[:1] == b"<" else "something cut off or no JSON"
    raise SourceTrouble(f"{host} sent {what} where JSON belongs; check the base address.", kind="answer")


def rows_of(body: Any, path: str = "coupons") -> list[Record]:
    """The records of an answer. Raises SourceTrouble that shows the keys it saw: unknown is never 'none'."""
    found = body if isinstance(body, list) else _inside(body, path) if isinstance(body, Mapping) else None
    if found is None or not all(isinstance(row, Mapping) for row in found):
        raise SourceTrouble(
            f"Shape not recognised: the answer of /{path} has {keys_seen(body, 3)}, and none of the known lists. "
            "Nothing was changed; please report these names.",
            kind="answer",
        )
    return found


def _inside(body: Record, own: str) -> list[Any] | None:
    for place in (*LISTS, own, f"data.{own}"):
        found = look(body, place)
        if isinstance(found, list):
            return found
    for single in (look(body, "data"), body):
        if isinstance(single, Mapping) and any(name in single for name in IDS):
            return [single]
    return None


@dataclass(frozen=True, slots=True)
class Next:
    """Where to go on: an address with its parameters. `numbered` says that pages are asked for by number."""

    path: str
    parameters: Parameters
    numbered: bool = False


def next_page(body: Any, page: int, base_url: str, path: str) -> Next | None:
    """The page after this one by the marks in the answer; None at the end. Raises SourceTrouble for a foreign link."""
    if not isinstance(body, Mapping):
        return None
    link = _first(body, ("next_page_url", "next", "links.next"), str)
    if link:
        return same_host(link, base_url)
    cursor = _first(body, ("next_cursor", "cursor"), str)
    if cursor:
        return Next(path, {"cursor": cursor, "limit": LARGEST_PAGE})
    return Next(path, numbered(page + 1), True) if _more_pages(body, page) else None


def numbered(page: int) -> Parameters:
    """The parameters of a page by its number."""
    return {"page": page, "per_page": LARGEST_PAGE, "limit": LARGEST_PAGE}


def _more_pages(body: Record, page: int) -> bool:
    last = _first(body, ("last_page", "total_pages"), int)
    if last is not None:
        current = _first(body, ("current_page",), int)
        return bool((page if current is None else current) < last)
    return bool(_first(body, ("has_next", "has_more"), bool))


def total_of(body: Any) -> int | None:
    """How many records the answer says there are."""
    found = _first(body, TOTALS, int) if isinstance(body, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _first(body: Record, names: tuple[str, ...], wanted: type) -> Any:
    for place in _PLACES:
        for name in names:
            found = look(body, place + name)
            if isinstance(found, str) and wanted is int and found.isdecimal():
                return int(found)
            if isinstance(found, wanted) and not (wanted is int and isinstance(found, bool)):
                return found
    return None


def same_host(link: str, base_url: str) -> Next:
    """Where a link leads, which must be where the token belongs. Raises SourceTrouble."""
    there, here = urlsplit(link), urlsplit(base_url)
    if there.netloc and (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise SourceTrouble(
            f"The next page is said to be on another host ({there.netloc[:60]}); it was not asked, for it would be"
            " given the token.",
            kind="answer",
        )
    path = there.path if there.path.startswith("/") else here.path + (there.path or "coupons")
    return Next(f"{here.scheme}://{here.netloc}{path}", dict(parse_qsl(there.query)))
