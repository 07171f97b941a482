"""Short-lived tokens: one exchange at a time, kept in memory only, renewed before they run out.

The cache outlives a reader, because a reader lives for one cycle; it never leaves the process.
"""

import base64
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ...errors import SourceTrouble
from ..loose import keys_seen, look, time_of

RENEW_AT = 0.8
DEFAULT_SECONDS = 3_600.0
REFUSED_REST_MS = 3_600_000
PLACES = ("access_token", "data.access_token", "token", "data.token")
LIFETIMES = ("expires_in", "data.expires_in")
ENDS = ("expires_at", "expiration", "data.expires_at", "data.expiration")


@dataclass(slots=True)
class Purse:
    """What one pair of credentials holds. `refused` is the trouble of the last exchange that was refused."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str | None = None
    renew_at: int = 0
    refused: SourceTrouble | None = None


_purses: dict[str, Purse] = {}
_guard = threading.Lock()


def purse_of(base_url: str, secrets: Mapping[str, str]) -> Purse:
    """The one purse of these credentials in this process."""
    text = "\x1f".join((base_url, secrets.get("api_key", ""), secrets.get("api_secret", "")))
    name = hashlib.sha256(text.encode()).hexdigest()
    with _guard:
        return _purses.setdefault(name, Purse())


def token(purse: Purse, exchange: Callable[[], bytes], now: int) -> str:
    """A token that is good for a while. Raises SourceTrouble, for an hour the same one when it was the credentials."""
    with purse.lock:
        if purse.token is not None and now < purse.renew_at:
            return purse.token
        if purse.refused is not None and now < (purse.refused.retry_at or 0):
            raise SourceTrouble(str(purse.refused), kind="key", retry_at=purse.refused.retry_at)
        try:
            body = exchange()
        except SourceTrouble as fault:
            if fault.kind == "key":
                fault.retry_at = now + REFUSED_REST_MS
                purse.refused = fault
            raise
        purse.token, seconds = read_token(body, now)
        purse.renew_at = now + int(1000 * RENEW_AT * seconds)
        purse.refused = None
        return purse.token


def drop(purse: Purse, refused: str) -> None:
    """A token was refused before its time. One that was renewed meanwhile stays."""
    with purse.lock:
        if purse.token == refused:
            purse.token = None


def read_token(body: bytes, now: int) -> tuple[str, float]:
    """The token of an answer and how many seconds it lives. Raises SourceTrouble."""
    try:
        document: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SourceTrouble(
            "The answer to the credentials is not JSON; check the base address.", kind="answer"
        ) from None
    if isinstance(document, Mapping):
        for place in PLACES:
            found = look(document, place)
            if isinstance(found, str) and found.strip():
                return found.strip(), _lifetime(document, found, now)
    raise SourceTrouble(
        f"The answer to the credentials holds no token where one is known to be; it has {keys_seen(document)}.",
        kind="answer",
    )


def _lifetime(document: Mapping[str, Any], found: str, now: int) -> float:
    for name in LIFETIMES:
        seconds = look(document, name)
        if isinstance(seconds, str) and seconds.isdecimal():
            seconds = int(seconds)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0:
            return float(seconds)
    ends = [time_of(look(document, name)) for name in ENDS] + [_end_of_jwt(found)]
    for end in ends:
        if end is not None and end > now:
            return (end - now) / 1000
    return DEFAULT_SECONDS


def _end_of_jwt(found: str) -> int | None:
    """The `exp` of a token that is a JWT; it is only read, not trusted."""
    parts = found.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, msgspec.DecodeError):
        return None
    return time_of(claims.get("exp")) if isinstance(claims, Mapping) else None
