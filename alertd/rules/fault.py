"""A mistake in a rule file, as people and programs read it."""

import msgspec


class RuleError(msgspec.Struct, frozen=True):
    """What is wrong, where (line and column count from 1), in which rule if that is known, and what to do about it."""

    file: str
    line: int
    column: int
    rule: str | None
    message: str
    hint: str | None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        about = f" rule '{self.rule}':" if self.rule else ""
        return f"{place}:{about} {self.message}{f' {self.hint}' if self.hint else ''}"
