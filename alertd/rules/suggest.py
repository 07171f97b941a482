"""Did you mean …? The nearest word of a list, whatever the case and the accents."""

from collections.abc import Iterable
from difflib import get_close_matches

from ..folding import fold


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option most like `word`, or None when none is near enough to be meant."""
    by_fold = {str(fold(option)): option for option in options}
    found = get_close_matches(str(fold(word)), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, options: Iterable[str]) -> str | None:
    """The hint that names the nearest option, or None."""
    option = nearest(word, options)
    return f"Did you mean '{option}'?" if option else None


def one_of(options: Iterable[str]) -> str:
    """The options as a list to read: "a, b or c"."""
    words = list(options)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
