"""What stands around every answer of SmartPyme, and what a refusal means. Nothing here knows products or sales."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from ...errors import SourceTrouble


class Pagination(msgspec.Struct):
    """Where a page stands. `per_page` may come as text; nothing here needs it."""

    current_page: int = 1
    total: int | None = None
    total_pages: int | None = None
    has_next: bool | None = None


class Envelope(msgspec.Struct):
    """What stands around every answer; `data` is left undecoded."""

    success: bool | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    pagination: Pagination | None = None
    meta: Any = None
    error: Any = None
    code: Any = None
    details: Any = None

    @property
    def company(self) -> str | None:
        """Whose key this is, where the answer says so. `meta` is left loose: parts of it change their type."""
        name = self.meta.get("empresa") if isinstance(self.meta, dict) else None
        return name.strip() or None if isinstance(name, str) else None


BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_envelope = msgspec.json.Decoder(Envelope, strict=False)


def judge(
    status: int, body: bytes, host: str, refused: Callable[[int, Envelope], None] = lambda _status, _envelope: None
) -> Envelope:
    """The envelope of a good answer, judged by the body rather than by status or content type.

    Behind some PHP settings every answer, errors too, is a 200 with the JSON inside; line feeds may stand before it.
    `refused` sees a refusal before it is raised as SourceTrouble.
    """
    try:
        envelope = _envelope.decode(body.removeprefix(BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_json(status, body, host) from None
    if 200 <= status < 300 and envelope.success is True:
        return envelope
    code = int(envelope.code) if str(envelope.code).isdecimal() else None
    meant = code if code and status < 300 else status
    refused(meant, envelope)
    raise _refusal(meant, envelope, host)


def _not_json(status: int, body: bytes, host: str) -> SourceTrouble:
    if status == 403:
        # The server itself never answers so; this comes from something that stands before it.
        return SourceTrouble(
            f"Something before {host} refused the call (403); try from another network.", kind="request"
        )
    if status >= 400:
        return _refusal(status, Envelope(), host)
    if body.lstrip()[:1] == b"<":
        return SourceTrouble(
            f"{host} answered with a web page instead of JSON; check the base address "
            "(it ends in /api/external/v1/) or wait until its maintenance is over.",
            kind="answer",
        )
    return SourceTrouble(f"{host} sent an answer that is cut off or is not JSON ({len(body)} bytes).", kind="answer")


def _key_refused(host: str) -> SourceTrouble:
    return SourceTrouble(
        f"{host} refused the key (or the company is inactive); copy the API key again from "
        "Settings > My account > Integrations and add the source anew.",
        kind="key",
    )


def _refusal(status: int, envelope: Envelope, host: str) -> SourceTrouble:
    said = _said(envelope)
    if status in (401, 403):
        return _key_refused(host)
    if status == 429:
        return SourceTrouble(f"{host}: the hourly quota of this key is used up.", kind="quota")
    if status >= 500:
        return SourceTrouble(f"{host} has a fault of its own ({status}{said}).", kind="server")
    if status == 404:
        return SourceTrouble(f"{host} does not know this address (404{said}); check the base address.", kind="missing")
    if status < 300:
        return SourceTrouble(f"{host} answered without 'success: true'{said}.", kind="answer")
    return SourceTrouble(f"{host} refused the request ({status}{said}).", kind="request")


def _said(envelope: Envelope) -> str:
    """The server's own words, for the person who has to mend it."""
    words = envelope.details if isinstance(envelope.details, dict) and envelope.details else envelope.error
    if isinstance(words, dict):
        words = "; ".join(f"{field}: {reason}" for field, reason in words.items())
    elif isinstance(words, list):
        words = "; ".join(str(word) for word in words)
    return f": {str(words)[:200]}" if words else ""


def refuses_as_unified(status: int, envelope: Envelope) -> bool:
    """Whether this refusal is written the way only the newer server writes it: a 422 whose error is a list."""
    return status == 422 and isinstance(envelope.error, list)


def has_next(envelope: Envelope, page: int) -> bool:
    """Whether another page follows. An empty page ends the walk whatever the server claims; the total will tell."""
    pagination = envelope.pagination
    if pagination is None or _is_empty(envelope.data):
        return False
    if pagination.total_pages is not None:
        return page < pagination.total_pages
    return bool(pagination.has_next)


def _is_empty(data: msgspec.Raw) -> bool:
    rows = memoryview(data)
    # Hundreds of kilobytes need not be copied to find that they are something.
    return rows.nbytes < 100 and "".join(bytes(rows).decode().split()) in ("[]", "null")


def last_page(envelope: Envelope) -> int:
    """The number of the last page as the server claims it; 0 where it does not, or where nothing follows."""
    pagination = envelope.pagination
    return (pagination.total_pages or 0) if pagination and has_next(envelope, pagination.current_page) else 0


_ENABLE = re.compile(rb'"enable"\s*:\s*("?)')
_ENABLE_AS_TEXT = re.compile(rb'"enable"\s*:\s*"')


def dialect_of(envelope: Envelope) -> str | None:
    """`documented` or `deployed`, told by how the products of a page are written; None where there is no product.

    Which of the two deployed servers it is shows only on the sales side.
    """
    rows = memoryview(envelope.data)
    first = _ENABLE.search(rows)
    if first is None:
        return None
    return "deployed" if first[1] or _ENABLE_AS_TEXT.search(rows) else "documented"
