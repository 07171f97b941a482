"""Values that no honest system sends, and honest documents that somebody bent in a few places."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ODD_TEXTS = (
    "", " ", "null", "NaN", "-0", "1e999", "0x10", "１２", "١٢", "1,5", "1.500,25", "\x00", "\u202e", "\ud7ff", "�",
    "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "{{ 7*7 }}", "{% for x in y %}", "'; DROP TABLE alert; --",
    "../../etc/passwd", "%00", "%s%n", "a" * 5000, "2025-02-30", "9999-12-31T23:59:59Z", "0000-00-00", "🛒" * 50,
    "{{ 'x' * 10 ** 9 }}", "{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "{% if 1 %}" * 99 + "{% endif %}" * 99,
)  # fmt: skip
ODD_NUMBERS = (
    0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, 0.1 + 0.2, -0.0, 1e308, -1e308, 5e-324, 1e22,
    float("inf"), float("-inf"), float("nan"),
)  # fmt: skip

scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(ODD_NUMBERS), st.sampled_from(ODD_TEXTS), st.integers(), st.floats(),
    st.text(max_size=40),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
texts = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=200))


@dataclass(frozen=True)
class Edit:
    """Something done to a document: where (a share of its places), what, and with which value."""

    where: float
    what: str
    value: Any


EDITS = ("replace", "drop", "twice", "rename", "wrap", "empty")
edits = st.lists(
    st.builds(Edit, st.floats(0, 1, exclude_max=True), st.sampled_from(EDITS), values), min_size=1, max_size=4
)


def bent(document: Any, changes: list[Edit]) -> Any:
    """A copy with every edit done to it."""
    whole = {"root": deepcopy(document)}
    for change in changes:
        places = list(_places(whole))
        holder, key = places[int(change.where * len(places))]
        _apply(holder, key, change)
    return whole.get("root")


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
    for key, value in pairs:
        yield holder, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _apply(holder: Any, key: Any, change: Edit) -> None:
    value = holder[key]
    if change.what == "replace":
        holder[key] = deepcopy(change.value)
    elif change.what == "drop" and "root" not in holder:
        del holder[key]
    elif change.what == "twice" and isinstance(holder, list):
        holder.append(deepcopy(value))
    elif change.what == "rename" and isinstance(holder, dict) and "root" not in holder:
        holder[str(change.value)[:20]] = holder.pop(key)
    elif change.what == "wrap":
        holder[key] = [value]
    elif change.what == "empty":
        holder[key] = type(value)() if isinstance(value, dict | list | str) else None


@dataclass(frozen=True)
class Damage:
    """What happens to an answer: edits of its document, then of its bytes, and another status or type."""

    edits: list[Edit]
    cut: float | None = None
    stray: tuple[float, bytes] | None = None
    status: int | None = None
    kind: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


_HEADERS = st.sampled_from(
    [
        ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Remaining", "-1"), ("X-RateLimit-Remaining", "9" * 400),
        ("X-RateLimit-Remaining", "many"), ("Retry-After", "soon"), ("Retry-After", "1e999"), ("Retry-After", "-5"),
        ("Content-Encoding", "gzip"), ("Content-Encoding", "br"), ("Content-Length", "5"), ("X-Total", "NaN"),
        ("Content-Type", "text/html; charset=latin-9"), ("Date", "yesterday"),
    ]
)  # fmt: skip
damages = st.builds(
    Damage,
    edits=edits | st.just([]),
    cut=st.none() | st.none() | st.floats(0, 1),
    stray=st.none() | st.none() | st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)),
    status=st.none()
    | st.none()
    | st.none()
    | st.sampled_from([200, 201, 204, 206, 301, 304, 400, 404, 418, 429, 500, 599]),
    kind=st.none()
    | st.none()
    | st.sampled_from(["text/html", "application/xml", "", "application/json; charset=utf-16"]),
    headers=st.lists(_HEADERS, max_size=2).map(tuple),
)


def damaged(body: bytes, damage: Damage) -> bytes:
    """The bytes of an answer after all that."""
    with suppress(ValueError):
        body = json.dumps(bent(json.loads(body), damage.edits), ensure_ascii=False).encode("utf-8", "surrogatepass")
    if damage.stray is not None:
        place = int(damage.stray[0] * len(body))
        body = body[:place] + damage.stray[1] + body[place:]
    return body if damage.cut is None else body[: int(damage.cut * len(body))]
