"""Lists by cursor: `limit` and `cursor` in, `next` out. A cursor is the keys of the last row, never an offset."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from ...store.pages import Key
from ..paging import decode, encode
from .problems import Refused

MOST = 500
USUAL = 100


class Paged(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every list understands."""

    limit: Annotated[int, Meta(ge=1, le=MOST, description="How many at most.")] = USUAL
    cursor: Annotated[str, Meta(description="`next` of the page before; leave it out for the first.")] = ""


def read(cursor: str, *kinds: type) -> Key | None:
    """The keys in a cursor, or None for the first page. Raises Refused (404) for a cursor of another list."""
    if not cursor:
        return None
    key = decode(cursor)
    if key is None or len(key) != len(kinds) or not all(map(isinstance, key, kinds)):
        raise Refused(404, "This cursor leads nowhere; read the list from the beginning.")
    return key


def cut(rows: list[Any], limit: int, *names: str) -> tuple[list[Any], str | None]:
    """A page from rows of which one more was asked for than fits, and the cursor of the next page."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode(tuple(last[name] for name in names))
