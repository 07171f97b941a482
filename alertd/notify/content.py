"""What a message says, as facts and not as words. It waits in the outbox in this form; words are found when it is sent.

So a message that waited for an hour is worded in the language its channel has now, and a better wording needs no
change to what is stored.
"""

from typing import Any, Literal

import msgspec

from ..model import SEVERITIES, Subject, Values

Words = dict[str, str]
Event = Literal["firing", "worse", "still", "overdue", "ordered", "restless", "resolved", "gone"]
WRONG = frozenset(("firing", "worse", "still", "overdue"))
"""The events that say that something is wrong now."""


class Buy(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an order of one product comes to. `quantity` 0: there is nothing to order now.

    `pack` is how many come together, `cost` what one costs, `cover` how many days the stock lasts, `wait` how many days
    an order takes, `cut_off` until when the supplier takes orders today.
    """

    quantity: float
    supplier: str | None = None
    pack: float | None = None
    cost: float | None = None
    cover: float | None = None
    wait: float | None = None
    cut_off: str | None = None

    @property
    def amount(self) -> float | None:
        """What it costs, where that is known."""
        return None if self.cost is None else self.quantity * self.cost


class Sum(msgspec.Struct, frozen=True):
    """What should be there and what is. `terms` stand between the opening and the expected, each a word and a number.

    `units` are without a document (negative: missing), worth `value`, and appeared between the readings of `since` and
    `until` at `place`. `elsewhere`: whether as many came or went at another place then; None where there is no other.
    """

    opening: float
    terms: list[tuple[str, float]]
    expected: float
    actual: float
    units: float
    value: float | None = None
    since: int | None = None
    until: int | None = None
    place: str = ""
    elsewhere: bool | None = None


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alert and what became of it. `values` holds the rule's fields: stock, stock_minimo, stock_maximo …

    `rule` and `title` are set where a message speaks for several rules; `also` names further rules that found the same
    subject at the same time. `falls` and `band` belong to a restless one: how often it fell in a day, and the stock
    above which it would have stayed. `trend` is the stock of the last days, oldest first. `buy` is what to order, `sum`
    the arithmetic behind units without a document, `ordered_at` when somebody said that it was ordered, `reason` what
    people wrote most often on its returns.
    """

    event: Event
    severity: str
    subject: Subject
    values: Values
    since: int
    alert_id: int | None = None
    rule: str | None = None
    title: Words = {}
    also: list[Words] = []
    falls: int = 0
    band: float | None = None
    trend: list[float] = []
    buy: Buy | None = None
    sum: Sum | None = None
    ordered_at: int | None = None
    reason: str | None = None


class Chart(msgspec.Struct, frozen=True):
    """The stock of one product over the last weeks: each change with its moment, its limits, when the alert fired."""

    name: str
    points: list[tuple[int, float]]
    minimum: float | None = None
    maximum: float | None = None
    fired_at: int | None = None


class Alive(msgspec.Struct, frozen=True):
    """The line of a digest that says that alertd is at work: what it watches, and when it last could read it."""

    products: int
    firing: int
    read_at: int | None


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message: what one rule found in one source in one cycle, or a summary over several rules.

    `at` is the moment of the data. `first` marks what already stood so when alertd or the channel was new, `storm` a
    summary of very many at once, `overflow` one of more messages than a channel takes in an hour; `missed` counts
    alerts that came and went while the channel could not be reached. `template` is the rule's own message, `text` takes
    the place of the built-in lines; `title` and `text` are keyed by language. `trouble` names what is wrong with alertd
    or its sources (see the words), `facts` fill its sentences. `money` is the sign of the shop's money, `closed` are
    the days since the last digest on which the shop was closed, `goods` is what a product is called there (see
    `Speech`), `chart` is what a mail draws, `week` the figures
    of a weekly summary (see `engine.weekly`).
    """

    kind: Literal["alerts", "digest", "weekly", "test", "trouble"]
    at: int
    zone: str = "UTC"
    rule: str | None = None
    title: Words = {}
    source: str | None = None
    company: str | None = None
    items: list[Item] = []
    first: bool = False
    storm: bool = False
    overflow: bool = False
    missed: int = 0
    group: Words = {}
    labels: Words = {}
    template: str | None = None
    text: Words | None = None
    alive: Alive | None = None
    trouble: str | None = None
    facts: Words = {}
    week: dict[str, Any] = {}
    money: str | None = None
    closed: list[str] = []
    chart: Chart | None = None
    goods: str = ""

    def worst(self) -> str | None:
        """The worst severity among what is wrong, or None when nothing is."""
        wrong = [item.severity for item in self.items if item.event in WRONG]
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
