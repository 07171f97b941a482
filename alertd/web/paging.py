"""Put the place in a list into an address, and read it back. A cursor that was tampered with starts the list anew."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from ..store.pages import Cursor, Key, Slice

_LARGEST = 2**63 - 1


def read_cursor(arguments: Mapping[str, str], length: int) -> Cursor | None:
    """The cursor of an address, whose list is sorted by that many keys."""
    for name, backwards in (("after", False), ("before", True)):
        if name in arguments:
            key = decode(arguments[name])
            return Cursor(key, backwards) if key is not None and len(key) == length else None
    return None


def links(slice_: Slice[Any]) -> dict[str, str | None]:
    """What `after` and `before` of the neighbouring pages are; None where there is no neighbour."""
    return {"after": encode(slice_.after), "before": encode(slice_.before)}


def encode(key: Key | None) -> str | None:
    """A place in a list as a word that an address can carry."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(text: str) -> Key | None:
    """The place that a word stands for; None for a word that is none of ours."""
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(found, list) or not all(_usable(part) for part in found):
        return None
    return tuple(found)


def _usable(part: object) -> bool:
    if isinstance(part, bool):
        return False
    if isinstance(part, int):
        return abs(part) <= _LARGEST
    return isinstance(part, str) and part.isprintable()
