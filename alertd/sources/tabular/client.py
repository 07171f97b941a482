"""A table as a source: fetched, read, and its columns found; one lane, the sweep."""

from collections.abc import Container, Iterator

from ...model import Page
from ..plain import Plain, pages
from ..setup import Setup
from .columns import WORDS
from .place import Place
from .reading import Look, look_at

PIN = "column."


class Table(Plain):
    """One table that a shop keeps."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._place = Place(setup)
        self._look: Look | None = None

    @property
    def requests(self) -> int:
        """Times it was fetched."""
        return self._place.requests

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Every product of the table. The columns that were found are remembered."""
        options = self._setup.options
        pinned = {name.removeprefix(PIN): value for name, value in options.items() if name.startswith(PIN)}
        found = self._look = look_at(self._place.read(), pinned, self._setup.name, options.get("decimal", ""))
        if found.rows:
            self._setup.remember({PIN + word: column for word, column in found.names.items()})
        yield from pages(found.products, found.quarantined, known)

    def mapping(self) -> dict[str, str | None]:
        """Under which heading each column was found."""
        return {word: self._look.names.get(word) for word in WORDS} if self._look else {}

    def notes(self) -> list[str]:
        """How the table was read, for the person who keeps it."""
        if self._look is None:
            return []
        shown = ", ".join(f"{word} = {self._look.names.get(word, '(none)')}" for word in WORDS)
        return [
            f"{self._look.how}, {_MARKS[self._look.mark]}",
            f"Columns: {shown}; 'alertd source set {self._setup.name} column.stock=...' names another",
        ]

    def close(self) -> None:
        """Close the connections."""
        self._place.close()


_MARKS = {
    ",": "a comma before decimals",
    ".": "a point before decimals",
    "": "nothing shows what stands before decimals; 'decimal=,' or 'decimal=.' settles it where it matters",
}
