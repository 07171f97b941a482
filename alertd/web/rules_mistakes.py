"""The mistakes of a rule in the reader's words. The rules speak English, for logs and the command line; what has no
translation here is shown as it is.
"""

import re
from dataclasses import dataclass

from flask import g

from ..rules.fault import RuleError
from .words_mistakes import HINTS, MESSAGES


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong, and what to do."""

    message: str
    hint: str | None


def rule_mistake(error: RuleError) -> Said:
    """A mistake for whoever reads this page."""
    language = g.reader.language
    return Said(_in(MESSAGES, error.message, language), _in(HINTS, error.hint, language) if error.hint else None)


_Table = tuple[tuple[re.Pattern[str], str, str], ...]


def _in(table: _Table, text: str, language: str) -> str:
    place = {"es": 1, "pt": 2}.get(language)
    if place is None:
        return text
    for entry in table:
        found = entry[0].fullmatch(text)
        if found:
            words = entry[1] if place == 1 else entry[2]
            return words.format(*(part or "" for part in found.groups()))
    return text
