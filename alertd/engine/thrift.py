"""Give memory back after a large piece of work, so that the next one does not pile up on what the last left free."""

import ctypes
from collections.abc import Callable
from functools import cache


def give_memory_back() -> None:
    """Hand freed memory to the system, where its C library keeps it and can be asked to. Harmless elsewhere."""
    trim = _trimmer()
    if trim:
        trim(0)


@cache
def _trimmer() -> Callable[[int], int] | None:
    """What glibc offers for it; other libraries have no such call, and some systems no library to ask."""
    try:
        found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):
        return None
    return found
