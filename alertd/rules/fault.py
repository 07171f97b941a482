"""A mistake in a rule file, as people and programs read it."""

import msgspec
from msgspec.structs import force_setattr


class RuleError(msgspec.Struct, frozen=True):
    """What is wrong, where (line and column count from 1), in which rule if that is known, and what to do about it."""

    file: str
    line: int
    column: int
    rule: str | None
    message: str
    hint: str | None

    def __post_init__(self) -> None:
        """What a file holds may stand in the sentence, so it stays a line, and tells a terminal nothing."""
        force_setattr(self, "message", _line(self.message))
        force_setattr(self, "hint", None if self.hint is None else _line(self.hint))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        about = f" rule '{self.rule}':" if self.rule else ""
        return f"{place}:{about} {self.message}{f' {self.hint}' if self.hint else ''}"


def _line(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))
