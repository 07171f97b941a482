"""A table as a source: fetched, read, and its columns found; one lane, the sweep."""

from collections.abc import Container, Iterator, Mapping

from ...model import Page
from ..loose import look
from ..plain import Plain, pages
from ..setup import Setup
from .columns import NUMBERS, WORDS, Names, names_in, read_products
from .place import Place
from .sheet import Sheet, decimal_mark, read_sheet

PIN = "column."


class Table(Plain):
    """One table that a shop keeps."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._place = Place(setup)
        self._notes: list[str] = []

    @property
    def requests(self) -> int:
        """Times it was fetched."""
        return self._place.requests

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Every product of the table. The columns that were found are remembered."""
        sheet = read_sheet(self._place.read())
        options = self._setup.options
        pinned = {name.removeprefix(PIN): value for name, value in options.items() if name.startswith(PIN)}
        names = names_in(sheet.records, pinned)
        mark, sure = self._mark(sheet, names)
        found = read_products(sheet.records, names, self._setup.name, mark)
        if sheet.records:
            self._setup.remember({PIN + word: column for word, column in names.items()})
        self._notes = self._tell(sheet, names, mark, sure=sure)
        yield from pages(found.products, [*found.quarantined, *sheet.aside], known)

    def _mark(self, sheet: Sheet, names: Names) -> tuple[str, bool]:
        pinned = self._setup.options.get("decimal")
        if pinned:
            return pinned, True
        values = [look(record, names[word]) for word in NUMBERS if word in names for record in sheet.records]
        return decimal_mark((value for value in values if isinstance(value, str)), sheet.delimiter)

    def _tell(self, sheet: Sheet, names: Mapping[str, str], mark: str, *, sure: bool) -> list[str]:
        shown = ", ".join(f"{word} = {names.get(word, '(none)')}" for word in WORDS)
        word = "comma" if mark == "," else "point"
        doubt = "" if sure else "; nothing shows it for sure, 'decimal=,' or 'decimal=.' settles it"
        return [
            f"{sheet.how}, a {word} before decimals{doubt}",
            f"Columns: {shown}; 'alertd source set {self._setup.name} column.stock=...' names another",
        ]

    def notes(self) -> list[str]:
        """How the table was read, for the person who keeps it."""
        return self._notes

    def close(self) -> None:
        """Close the connections."""
        self._place.close()
