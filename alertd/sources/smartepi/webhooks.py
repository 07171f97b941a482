"""Signed webhooks: whether one is genuine, told from the very bytes that came, and what it says. Knows no HTTP.

The documentation of the signature breaks off in the middle. The scheme is the usual one for such a header; which of
the likely readings of the key is right is settled once for a source and never tried at run time.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ...model import Quarantined, Transaction
from .transactions import EVENTS, read_transaction

TOLERANCE_SECONDS = 300
TEST = "webhook.test"
SCHEMES = ("text", "after", "base64", "body")
DEFAULT_SCHEME = "text"
# Without a time in it a signature can be replayed for ever: this one is used only where a person asks for it.
NEVER_PINNED = "body"
PREFIX = "whsec_"
ID_LENGTH = 200


class Refused(Exception):
    """A delivery that is not believed or cannot be read; `status` is the answer, the text is shown on the page."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a webhook says. `found` is None where it says nothing that alertd counts."""

    id: str
    type: str
    created_at: int | None
    found: Transaction | Quarantined | None = None


class _Event(msgspec.Struct):
    id: str
    type: str
    createdAt: Any = None  # noqa: N815 - the name on the wire
    data: Any = None


def verify(header: str | None, body: bytes, secrets: Iterable[str], now: int, scheme: str = DEFAULT_SCHEME) -> None:
    """Raises Refused (401) unless one of the signatures in the header was made with one of the secrets, just now."""
    time, signatures = _parts(header)
    if abs(now / 1000 - time) > TOLERANCE_SECONDS:
        raise Refused(401, "its signature is older than five minutes, or from the future")
    expected = [signature(secret, time, body, scheme) for secret in secrets]
    # Every pair is compared, so that the time it takes tells nothing.
    fits = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures]
    if not any(fits):
        raise Refused(401, "its signature does not fit the webhook secret")


def _parts(header: str | None) -> tuple[int, list[bytes]]:
    """The time and every `v1` of a header; schemes that nobody knows are passed over. Raises Refused."""
    if not header:
        raise Refused(401, "it carries no signature")
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value.strip() for name, _, value in pairs if name.strip() == "t"]
    signatures = [value.strip().encode() for name, _, value in pairs if name.strip() == "v1"]
    if not times or not (times[0].isascii() and times[0].isdecimal()) or len(times[0]) > 12:
        raise Refused(401, "the time in its signature cannot be read")
    return int(times[0]), signatures


def signature(secret: str, time: int, body: bytes, scheme: str) -> bytes:
    """The signature of a body, in small hexadecimal letters."""
    message = body if scheme == "body" else str(time).encode() + b"." + body
    return hmac.new(_key(secret, scheme), message, hashlib.sha256).hexdigest().encode()


def _key(secret: str, scheme: str) -> bytes:
    bare = secret.removeprefix(PREFIX)
    if scheme == "after":
        return bare.encode()
    if scheme == "base64":
        try:
            return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        except (binascii.Error, ValueError):
            return secret.encode() + b"\x00 is no base64"
    return secret.encode()


def fitting_scheme(header: str | None, body: bytes, secrets: Iterable[str], now: int) -> str | None:
    """Which reading of the scheme a refused delivery would fit: for whoever settles it, never for letting it in."""
    known = list(secrets)
    for scheme in SCHEMES:
        try:
            verify(header, body, known, now, scheme)
        except Refused:
            continue
        return scheme
    return None


def read_delivery(body: bytes) -> Delivery:
    """What a genuine body says. Raises Refused (400) for what is no event. Types that nobody knows say nothing."""
    try:
        event = msgspec.json.decode(body, type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "its body is no event in JSON") from None
    if not event.id or len(event.id) > ID_LENGTH or len(event.type) > ID_LENGTH:
        raise Refused(400, "its body has no usable id and type")
    kind = EVENTS.get(event.type)
    found = None if kind is None else read_transaction(kind, event.data)
    created_at = event.createdAt
    seconds = isinstance(created_at, int) and not isinstance(created_at, bool) and 0 <= created_at < 10**12
    return Delivery(event.id, event.type, created_at * 1000 if seconds else None, found)
