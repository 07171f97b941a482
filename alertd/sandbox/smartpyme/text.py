"""How the database compares text: without letter case and without accents, with `%` and `_` as wildcards.

Only comparison lives here; nothing in this module changes what is shown.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=131_072)
def folded(text: str) -> str:
    """The text as the usual collation sees it."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def contains(wanted: str) -> Callable[[str | None], bool]:
    """A test for `LIKE '%wanted%'`. Null never matches."""
    needle = folded(wanted)
    if "%" not in needle and "_" not in needle:
        return lambda text: text is not None and needle in folded(text)
    pattern = re.compile("".join(_wildcard(letter) for letter in needle), re.DOTALL)
    return lambda text: text is not None and pattern.search(folded(text)) is not None


def _wildcard(letter: str) -> str:
    return {"%": ".*", "_": "."}.get(letter) or re.escape(letter)


def leading_number(text: str) -> int | None:
    """The number a text begins with, the way the database compares a text with an integer column: `12abc` is 12."""
    found = re.match(r"\s*(\d{1,18})", text)
    return int(found.group(1)) if found else None
