"""A message that is a purchase list: what to order today, supplier by supplier, with amounts, and a text to pass on.

How much to order was worked out before (see `alertd.engine.purchase`); here it is put in order and into words. What is
still low although it was ordered, and what came back, stand below the list in a line each.
"""

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from ..clock import local
from .content import WRONG, Content, Item
from .lines import (
    STATES,
    Line,
    cover_words,
    facts_words,
    item_title,
    mark_of,
    order_words,
    place_words,
    since_words,
    state_of,
    suggested,
    worst_first,
)
from .speech import Speech, one_line

LEAST = 2
MOST_LINES = 10
MOST_SUPPLIERS = 8
MOST_FOOTNOTES = 6
_MOST_PASSED_ON = 1_500
"""Letters of an encoded address; Slack takes 3,000 for all links together."""


class Section(msgspec.Struct, frozen=True):
    """What one supplier has to bring: a heading, and the lines there was room for."""

    heading: str
    lines: list[Line]


def to_order(content: Content) -> list[Item]:
    """What is wrong and has a quantity to order, the most urgent first."""
    return sorted(
        (item for item in content.items if item.buy and item.event in WRONG and item.buy.quantity > 0), key=worst_first
    )


def is_list(content: Content) -> bool:
    """Whether a message is shown as a purchase list: there are two products to order, and nothing more pressing."""
    special = content.first or content.storm or content.overflow or content.text or content.template
    return content.kind in ("alerts", "digest") and not special and len(to_order(content)) >= LEAST


def headline(content: Content, speech: Speech) -> str:
    """How many products and what they cost."""
    items = to_order(content)
    amount = total(items)
    said = speech.say("buy_title", n=speech.number(len(items)))
    return said if amount is None else f"{said}, ≈ {speech.money(amount, content.money)}"


def total(items: Iterable[Item]) -> float | None:
    """What an order costs; None where no cost is known."""
    amounts = [item.buy.amount for item in items if item.buy]
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 2) if known else None


def opening(content: Content, speech: Speech, language: str, now: int) -> str:
    """Where, which day, how bad, and what runs out before an order comes."""
    places = {place_words(item) for item in content.items}
    branches = {one_line(item.subject.nombre_sucursal or "", 60) for item in content.items}
    where = [one for one in ((*places,) if len(places) == 1 else (*branches,) if len(branches) == 1 else ()) if one]
    counts = _counts(content, speech, language)
    said = [" · ".join([", ".join([*where, speech.weekday(now)]), *counts])]
    late = sum(_too_late(item) for item in content.items if item.event in WRONG)
    if late:
        said.append(speech.say("late_one") if late == 1 else speech.say("late_many", n=speech.number(late)))
    return "\n".join(said)


def _counts(content: Content, speech: Speech, language: str) -> list[str]:
    wrong = [item for item in content.items if item.event in WRONG]
    found = {state: [each for each in wrong if state_of(each) == state] for state in STATES}
    said = [speech.count(state, len(items)) for state, items in found.items() if items and state != "other"]
    titles: dict[str, int] = {}
    for item in found["other"]:
        title = item_title(item, content, language)
        titles[title] = titles.get(title, 0) + 1
    return [*said, *(f"{title}: {speech.number(count)}" for title, count in titles.items())]


def _too_late(item: Item) -> bool:
    """Whether what is there runs out before an order placed today would come."""
    buy = item.buy
    return bool(buy and buy.cover is not None and buy.wait is not None and 0 < buy.cover <= buy.wait)


def sections(content: Content, speech: Speech, now: int) -> tuple[list[Section], int]:
    """A section for each supplier, the most urgent first, and how many products are in none of those shown."""
    by_supplier: dict[str, list[Item]] = {}
    for item in to_order(content):
        by_supplier.setdefault((item.buy and item.buy.supplier) or "", []).append(item)
    found: list[Section] = []
    room, left = MOST_LINES, 0
    for name, items in sorted(by_supplier.items(), key=lambda each: not each[0]):
        if len(found) == MOST_SUPPLIERS:
            left += len(items)
            continue
        shown = items[:room] if len(items) <= room or room >= 3 or not found else []
        room -= len(shown)
        lines = [_line(item, content, speech, now) for item in shown]
        found.append(Section(_heading(name, items, content, speech, counted=len(shown) < len(items)), lines))
    return found, left


def _heading(name: str, items: list[Item], content: Content, speech: Speech, *, counted: bool) -> str:
    amount = total(items)
    said = one_line(name, 60) or speech.say("no_supplier")
    if amount is not None:
        said += f" ≈ {speech.money(amount, content.money)}"
    if counted:
        said += f" · {speech.say('products_one') if len(items) == 1 else speech.say('products_many', n=len(items))}"
    cut_off = next((item.buy.cut_off for item in items if item.buy and item.buy.cut_off), None)
    return f"{said} ({speech.say('cut_off', time=cut_off)})" if cut_off else said


def _line(item: Item, content: Content, speech: Speech, now: int) -> Line:
    """Name and quantities first; where, since when and how long it lasts below."""
    places = {place_words(each) for each in content.items}
    below = [
        place_words(item) if len(places) > 1 else "",
        since_words(item, content, speech, now),
        cover_words(item, speech),
    ]
    return Line(
        mark=mark_of(item, state_of(item)),
        label=speech.say("overdue") if item.event == "overdue" else "",
        name=one_line(item.subject.nombre or item.subject.codigo or "?", 120),
        code=one_line(item.subject.codigo or "", 40) if item.subject.nombre else "",
        place="",
        facts=facts_words(item, speech),
        order=order_words(item, speech),
        since="",
        more=" · ".join(part for part in below if part),
    )


def footnotes(content: Content, speech: Speech, now: int) -> list[str]:
    """What is low with nothing to order, what was ordered before, what came back: a line each, a few of them."""
    listed = {id(item) for item in to_order(content)}
    rest = sorted((item for item in content.items if id(item) not in listed), key=worst_first)
    said = [_footnote(item, content, speech, now) for item in rest[:MOST_FOOTNOTES]]
    more = len(rest) - len(said)
    return [*said, speech.say("more", n=speech.number(more))] if more > 0 else said


def _footnote(item: Item, content: Content, speech: Speech, now: int) -> str:
    name = one_line(item.subject.nombre or item.subject.codigo or "?", 80)
    if item.event == "ordered":
        days = (local(now, content.zone).date() - local(item.since, content.zone).date()).days + 1
        day = speech.weekday(item.ordered_at) if item.ordered_at else ""
        return speech.say("still_low", name=name, n=speech.number(days), day=day).strip()
    state = state_of(item)
    label = speech.words[state]["label"] if state != "other" else ""
    facts = ", ".join(part for part in (facts_words(item, speech), place_words(item)) if part)
    return ": ".join(part for part in (f"{mark_of(item, state)} {label}".strip(), name, facts) if part)


def pass_on(content: Content, speech: Speech) -> str:
    """An address that opens WhatsApp with the list as text, to choose there who gets it; nothing is sent by opening."""
    lines: list[str] = []
    supplier: str | None = None
    for item in sorted(to_order(content), key=_by_supplier):
        name = _by_supplier(item)[1] or speech.say("no_supplier")
        if name != supplier:
            supplier = name
            lines.append(f"*{one_line(name, 60)}*")
        lines.append(_passed_on(item, speech))
    kept, length = [], 0
    for line in (quote(line, safe="").replace("~", "%7E") for line in lines):
        length += len(line) + 3
        if length > _MOST_PASSED_ON:
            kept.append(quote("…"))
            break
        kept.append(line)
    return "https://wa.me/?text=" + "%0A".join(kept)


def _by_supplier(item: Item) -> tuple[bool, str]:
    """Products without a supplier come last."""
    name = (item.buy and item.buy.supplier) or ""
    return not name, name


def _passed_on(item: Item, speech: Speech) -> str:
    subject = item.subject
    code = f" ({one_line(subject.codigo, 30)})" if subject.codigo and subject.nombre else ""
    return f"- {speech.number(suggested(item) or 0)} × {one_line(subject.nombre or subject.codigo or '?', 60)}{code}"
