"""One alert in words: what to call its state, how bad it is, its numbers, since when, how much to order."""

import re
from typing import Any

import msgspec
from babel.numbers import format_percent

from ..clock import local
from ..model import quantity
from .content import WRONG, Content, Item, in_language, severity_rank
from .speech import Speech, one_line

_MARKS = {"critical": "🔴", "high": "🟠", "warning": "🟡", "info": "🔵"}
_STATE_MARKS = {
    "negative": "🔴",
    "out": "🔴",
    "low": "🟠",
    "restless": "🔁",
    "ordered": "🛒",
    "partly": "🟡",
    "restocked": "🟢",
    "resolved": "🟢",
    "gone": "⚪",
}
STATES = ("negative", "out", "low", "other", "restless", "ordered", "partly", "restocked", "resolved", "gone")
_BARS = "▁▂▃▄▅▆▇█"
_STOCK_FIELDS = ("stock", "stock_minimo", "stock_maximo")
# Fields that a rule may test but that say nothing to the reader beside the product's own line.
_UNSPOKEN = frozenset((*_STOCK_FIELDS, "id", "enable", "precio", "costo", "costo_anterior", "costo_promedio"))
_SILENT = frozenset(("suggested_order", "p_value", "q_value", "lead_time", "sudden_drop", "unusual_sale"))
_PERCENT = frozenset(("return_rate", "explained_ratio", "phantom_probability", "cost_change", "margin", "sell_through"))
_SIGNED = frozenset(("cost_change",))
_CALL = re.compile(r"(\w+)\(([\d.]+)\)")


class Line(msgspec.Struct, frozen=True):
    """One alert in words, in the parts that a template places."""

    mark: str
    label: str
    name: str
    code: str
    place: str
    facts: str
    order: str
    since: str
    more: str = ""


def state_of(item: Item) -> str:
    """What to call an alert: by its stock where that alone is what the rule tests, else by the rule's own title."""
    if item.event in ("gone", "restless", "ordered"):
        return item.event
    stock = known(item, "stock")
    if item.event == "resolved":
        return _ended(item, stock)
    if stock is None or _told_fields(item):
        return "other"
    if stock <= 0:
        return "negative" if stock < 0 else "out"
    minimum = configured(item, "stock_minimo")
    return "low" if minimum is not None and stock <= minimum else "other"


def _ended(item: Item, stock: float | None) -> str:
    """Something on the shelf again is not enough on the shelf."""
    if stock is None or _told_fields(item):
        return "resolved"
    minimum = configured(item, "stock_minimo")
    return "partly" if minimum is not None and stock <= minimum else "restocked"


def suggested(item: Item) -> float | None:
    """How much to order: what was worked out for it, else up to the maximum where one is configured and it is low."""
    if item.buy is not None and item.event in WRONG:
        return item.buy.quantity or None
    stock, maximum = known(item, "stock"), configured(item, "stock_maximo")
    if item.event not in WRONG or stock is None or maximum is None:
        return None
    minimum = configured(item, "stock_minimo")
    if stock > (minimum or 0):
        return None
    wanted = quantity(max(maximum, minimum or 0) - stock)
    return wanted if wanted > 0 else None


def known(item: Item, field: str) -> float | None:
    value = item.values.get(field)
    return quantity(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def configured(item: Item, field: str) -> float | None:
    value = known(item, field)
    return value if value is not None and value > 0 else None


def _told_fields(item: Item) -> list[str]:
    """The numbers that the rule tests beside the stock, which its line must tell."""
    numbers = (name for name in item.values if known(item, name) is not None)
    return [name for name in numbers if name not in _UNSPOKEN and name not in _SILENT]


def worst_first(item: Item) -> tuple[Any, ...]:
    state = state_of(item)
    wrong = item.event in WRONG
    stock, minimum = known(item, "stock") or 0.0, configured(item, "stock_minimo") or 1.0
    rank = severity_rank(item.severity) if wrong else 0
    return (not wrong, rank, STATES.index(state), stock / minimum, item.subject.nombre or "")


def line_of(item: Item, content: Content, speech: Speech, language: str, now: int) -> Line:
    state = state_of(item)
    wrong = item.event in WRONG
    known_since = wrong and item.since < content.at
    return Line(
        mark=mark_of(item, state),
        label=_label(item, content, speech, language, state),
        name=one_line(item.subject.nombre or item.subject.codigo or content.source or "?", 120),
        code=one_line(item.subject.codigo or "", 40) if item.subject.nombre else "",
        place=place_words(item),
        facts=facts_words(item, speech),
        order=order_words(item, speech),
        since=since_words(item, content, speech, now) if known_since else "",
        more=_more(item, speech, language),
    )


def order_words(item: Item, speech: Speech) -> str:
    """How much to order, and in how many packs; empty where nothing is to be ordered."""
    order = suggested(item)
    if order is None:
        return ""
    said = speech.say("order", n=speech.number(order))
    pack = item.buy.pack if item.buy else None
    if not pack or pack <= 1 or order < pack:
        return said
    return f"{said} ({speech.say('packs', packs=speech.number(order / pack), each=speech.number(pack))})"


def cover_words(item: Item, speech: Speech) -> str:
    """How long it lasts, beside how long an order takes where that is longer."""
    buy = item.buy
    if buy is None or buy.cover is None or buy.cover <= 0:
        return ""
    if buy.wait is not None and buy.cover <= buy.wait:
        return speech.say("cover_short", n=speech.number(round(buy.cover, 1)), wait=speech.number(round(buy.wait, 1)))
    return speech.say("cover", n=speech.number(round(buy.cover, 1)))


def _label(item: Item, content: Content, speech: Speech, language: str, state: str) -> str:
    if item.event == "overdue":
        return speech.say("overdue")
    if item.event in WRONG:
        return item_title(item, content, language) if state == "other" and item.rule else ""
    return str(speech.words[state]["label"])


def since_words(item: Item, content: Content, speech: Speech, now: int) -> str:
    """Since when it is so; what was told before counts its days."""
    days = (local(now, content.zone).date() - local(item.since, content.zone).date()).days
    if item.event in ("still", "overdue") and days > 0:
        return speech.say("still_day", n=speech.number(days + 1))
    return (
        speech.say("still", since=speech.since(item.since, now))
        if item.event == "still"
        else speech.since(item.since, now)
    )


def _more(item: Item, speech: Speech, language: str) -> str:
    """What else is known: other rules that say the same, how restless it is, and its last days as little bars."""
    said = [one_line(in_language(words, language), 60).rstrip(".") for words in item.also]
    parts = [cover] if (cover := cover_words(item, speech)) and "days_of_cover" not in item.values else []
    parts += [speech.say("also", titles=", ".join(said))] if said else []
    if item.reason:
        parts.append(speech.say("reason", said=one_line(item.reason, 80)))
    if item.falls:
        parts.append(speech.say("restless_falls", n=speech.number(item.falls)))
    if item.band is not None:
        parts.append(speech.say("restless_band", n=speech.number(item.band)))
    if item.trend:
        parts.append(speech.say("trend", bars=sparkline(item.trend), n=len(item.trend)))
    return " · ".join(parts)


def sparkline(numbers: list[float]) -> str:
    """Numbers as bars from zero (or the least, where that is below) to the most."""
    low, high = min(0.0, *numbers), max(numbers)
    span = high - low
    steps = len(_BARS) - 1
    return "".join(_BARS[round((number - low) / span * steps) if span else 0] for number in numbers)


def place_words(item: Item) -> str:
    names = (one_line(name or "", 60) for name in (item.subject.nombre_sucursal, item.subject.nombre_bodega))
    return " · ".join(dict.fromkeys(name for name in names if name))


def facts_words(item: Item, speech: Speech) -> str:
    if item.event == "gone":
        return ""
    said = [speech.say("worse")] if item.event == "worse" else []
    stock, minimum, maximum = known(item, "stock"), *(configured(item, name) for name in _STOCK_FIELDS[1:])
    if stock is not None:
        said.append(speech.say("stock", n=speech.number(stock)))
    if minimum is not None:
        said.append(speech.say("minimum", n=speech.number(minimum)))
    if maximum is not None and stock is not None and stock > maximum:
        said.append(speech.say("maximum", n=speech.number(maximum)))
    return ", ".join([*said, *(_field(name, item, speech) for name in _told_fields(item)[:4])])


def _field(name: str, item: Item, speech: Speech) -> str:
    """A rule's field in words; one without words goes by its own name, which the owner wrote in the rule."""
    call = _CALL.fullmatch(name)
    bare, argument = (call[1], call[2]) if call else (name, "")
    value = item.values[name]
    shape = "+#,##0.#%;-#,##0.#%" if bare in _SIGNED else "#,##0.#%"
    number = format_percent(value, shape, locale=speech.locale) if bare in _PERCENT else speech.number(value)
    phrase: str = speech.words["fields"].get(bare, "{name} {n}")
    return phrase.format(n=number, arg=argument, name=name)


def mark_of(item: Item, state: str) -> str:
    return _STATE_MARKS.get(state) or _MARKS.get(item.severity, "🔵")


def item_title(item: Item, content: Content, language: str) -> str:
    """The title of the rule that found it."""
    own = in_language(item.title, language) or item.rule
    return one_line(own, 80).rstrip(".") if own else rule_title(content, language)


def rule_title(content: Content, language: str) -> str:
    return one_line(in_language(content.title, language) or content.rule or "alertd", 80).rstrip(".")
