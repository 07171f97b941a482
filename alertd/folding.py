"""One idea of "the same letters": without case and accents. The database connection and the rules both use this one."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def fold(text: str | None) -> str | None:
    """Text without case and accents, so that 'Electrónicos' contains 'electronico'. None stays None."""
    if text is None:
        return None
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
