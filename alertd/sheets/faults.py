"""What can be wrong with an upload: a sentence in each language, and the line it is about."""

from ..errors import UsageTrouble

LANGUAGES = ("es", "pt", "en")
_LINE = {"es": "Línea", "pt": "Linha", "en": "Line"}


class SheetFault(UsageTrouble):
    """One thing wrong. `str()` is the English sentence; `said(language)` the reader's. `line` is None for the whole."""

    def __init__(self, es: str, pt: str, en: str, *, line: int | None = None) -> None:
        self.line = line
        self._said = {"es": es, "pt": pt, "en": en}
        super().__init__(self.said("en"))

    def said(self, language: str, *, numbered: bool = True) -> str:
        """The sentence; with the line before it unless the page shows lines in a column of their own."""
        text = self._said.get(language, self._said["en"])
        return f"{_LINE.get(language, 'Line')} {self.line}: {text}" if self.line and numbered else text

    def at(self, line: int) -> "SheetFault":
        """The same fault, on a line."""
        return SheetFault(*(self._said[language] for language in LANGUAGES), line=line)
