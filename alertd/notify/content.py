"""What a message says, as facts and not as words. It waits in the outbox in this form; words are found when it is sent.

So a message that waited for an hour is worded in the language its channel has now, and a better wording needs no
change to what is stored.
"""

from typing import Literal

import msgspec

from ..model import SEVERITIES, Subject, Values

Words = dict[str, str]
Event = Literal["firing", "worse", "resolved", "gone"]


class Item(msgspec.Struct, frozen=True):
    """One alert and what became of it. `values` holds the rule's fields: stock, stock_minimo, stock_maximo …"""

    event: Event
    severity: str
    subject: Subject
    values: Values
    since: int
    alert_id: int | None = None


class Content(msgspec.Struct, frozen=True):
    """One message: what one rule found in one source in one cycle.

    `at` is the moment of the data. `first` marks the first poll ever, which is told as one summary. `text` replaces
    the built-in lines where the rule brings its own words; both `title` and `text` are keyed by language.
    """

    kind: Literal["alerts", "test", "trouble"]
    at: int
    zone: str = "UTC"
    rule: str | None = None
    title: Words = {}
    source: str | None = None
    company: str | None = None
    items: list[Item] = []
    first: bool = False
    text: Words | None = None

    def worst(self) -> str | None:
        """The worst severity among what is wrong, or None when nothing is."""
        wrong = [item.severity for item in self.items if item.event in ("firing", "worse")]
        return min(wrong, key=severity_rank, default=None)


def severity_rank(severity: str) -> int:
    """0 for the worst; a word that nobody knows comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def in_language(words: Words, language: str) -> str:
    """The words of a language, or of the next best one."""
    for each in (language, "es", "en", "pt"):
        if words.get(each):
            return words[each]
    return next(iter(words.values()), "")


def encode(content: Content) -> bytes:
    """The form that waits in the outbox."""
    return msgspec.json.encode(content)


def decode(data: bytes | str) -> Content:
    """Read it back. Raises msgspec.DecodeError (a ValueError) when it is something else."""
    return msgspec.json.decode(data, type=Content)
