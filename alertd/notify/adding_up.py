"""Units without a document, shown as the sum that does not come out, with what was looked at and what to do next.

The words say what is known: stock changed and no document explains it. Nobody is accused.
"""

import msgspec

from ..clock import local
from .content import Content, Item, Sum
from .lines import mark_of, state_of
from .speech import Speech, one_line


class Shown(msgspec.Struct, frozen=True):
    """A sum in words: where and when, rows of a word and a number (the last one with its difference), and remarks."""

    name: str
    about: str
    rows: list[tuple[str, str]]
    difference: str
    remarks: list[str]
    next_step: str

    @property
    def table(self) -> str:
        """The rows under each other, for a place where all letters are as wide."""
        wide = max(len(word) for word, _ in self.rows)
        far = max(len(number) for _, number in self.rows)
        lines = [f"{word:<{wide}}  {number:>{far}}" for word, number in self.rows]
        return "\n".join([*lines[:-1], f"{lines[-1]}  {self.difference}"])


def headline(item: Item, content: Content, speech: Speech) -> str:
    """The first line: how many, of what, worth how much."""
    total = item.sum
    assert total is not None  # noqa: S101 - only asked of items that have one
    name = one_line(item.subject.nombre or item.subject.codigo or "", 60)
    key = "missing_title" if total.units < 0 else "extra_title"
    said = speech.say(key, n=speech.number(abs(total.units)), name=name)
    worth = "" if total.value is None else f" ({speech.money(abs(total.value), content.money)})"
    return f"{mark_of(item, state_of(item))} {said}{worth}"


def shown(item: Item, content: Content, speech: Speech) -> Shown:
    """The sum of one product."""
    total = item.sum
    assert total is not None  # noqa: S101 - only asked of items that have one
    rows = [(speech.say("sum_opening"), speech.number(total.opening))]
    rows += [
        (f"{'-' if number < 0 else '+'} {speech.words['terms'][word]}", speech.number(abs(number)))
        for word, number in total.terms
    ]
    rows.append((f"= {speech.say('sum_expected')}", speech.number(total.expected)))
    rows.append((speech.say("sum_actual"), speech.number(total.actual)))
    difference = speech.say("difference", n=_signed(total.actual - total.expected, speech))
    name = f"{mark_of(item, state_of(item))} {one_line(item.subject.nombre or item.subject.codigo or '', 80)}"
    return Shown(
        name,
        _about(total, content, speech),
        rows,
        difference,
        _remarks(total, speech),
        speech.say("next_step"),
    )


def _about(total: Sum, content: Content, speech: Speech) -> str:
    parts = [one_line(total.place, 80)] if total.place else []
    if total.since is not None and total.until is not None:
        same = local(total.since, content.zone).date() == local(total.until, content.zone).date()
        begin = speech.time(total.since) if same else speech.moment(total.since)
        end = speech.time(total.until) if same else speech.moment(total.until)
        when = speech.say("between", begin=begin, end=end)
        parts.append(f"{speech.weekday(total.until)}, {when}" if same else when)
    return " · ".join(parts)


def _remarks(total: Sum, speech: Speech) -> list[str]:
    number = speech.number(abs(total.units))
    said = [speech.say("valued_at_cost")] if total.value is not None else []
    if total.elsewhere is not None:
        said.append(speech.say("elsewhere" if total.elsewhere else "nowhere_else", n=number))
    return [*said, speech.say("common_causes" if total.units < 0 else "common_causes_extra")]


def _signed(number: float, speech: Speech) -> str:
    return f"{'-' if number < 0 else '+'}{speech.number(abs(number))}"
