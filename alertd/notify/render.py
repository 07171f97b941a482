"""Put a `Content` into words: a title that stands alone on a phone, and a body for each kind of service.

The words live beside the templates, one file per language; the templates only place them. Everything that came from
a shop is escaped for the format it goes into, so that a product called `<!channel>` pings nobody.
"""

import re
import tomllib
from functools import lru_cache
from typing import Any

import msgspec
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..clock import local
from ..model import quantity
from ..settings import data_folder
from .content import WRONG, Content, Item, in_language, severity_rank
from .own import own_text

MOST_ITEMS = 10
_MOST_TEXT = 6000
_HEADER_LIMIT = 150
_SECTION_LIMIT = 2900

_MARKS = {"critical": "🔴", "high": "🟠", "warning": "🟡", "info": "🔵"}
_STATE_MARKS = {
    "negative": "🔴",
    "out": "🔴",
    "low": "🟠",
    "restless": "🔁",
    "partly": "🟡",
    "restocked": "🟢",
    "resolved": "🟢",
    "gone": "⚪",
}
_STATES = ("negative", "out", "low", "other", "restless", "partly", "restocked", "resolved", "gone")
_BARS = "▁▂▃▄▅▆▇█"
ACTIONS = ("ack", "ordered", "snooze")
DAY = 86_400_000
_STOCK_FIELDS = ("stock", "stock_minimo", "stock_maximo")
# Fields that a rule may test but that say nothing to the reader beside the product's own line.
_UNSPOKEN = frozenset((*_STOCK_FIELDS, "id", "enable", "precio", "costo", "costo_anterior", "costo_promedio"))
_SILENT = frozenset(("suggested_order", "p_value"))
_PERCENT = frozenset(("return_rate", "explained_ratio"))
_CALL = re.compile(r"(\w+)\(([\d.]+)\)")


class Rendered(msgspec.Struct, frozen=True):
    """A message in words. `tone` is how a service may colour it: failure, warning, success or info."""

    title: str
    text: str
    html: str
    slack_blocks: list[dict[str, Any]]
    tone: str = "info"


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


class Speech:
    """The words, numbers and times of one language on the clock of one shop."""

    def __init__(self, language: str, zone: str) -> None:
        self.words = _words(language)
        self.locale: str = self.words["locale"]
        self.zone = zone

    def say(self, key: str, **values: object) -> str:
        """The phrase under a key, filled in."""
        return str(self.words[key]).format(**values)

    def count(self, state: str, number: int) -> str:
        """So many of a state, singular or plural."""
        return str(self.words[state]["one" if number == 1 else "other"]).format(n=self.number(number))

    def number(self, number: float) -> str:
        """A quantity as the country writes it, without zeros that say nothing."""
        return format_decimal(quantity(number), format="#,##0.###", locale=self.locale)

    def time(self, at: int) -> str:
        """The time of day."""
        return self._format(at, self.words["clock"])

    def day(self, at: int) -> str:
        """The day of the month."""
        return self._format(at, self.words["day"])

    def moment(self, at: int) -> str:
        """Day and time."""
        return f"{self.day(at)}, {self.time(at)}"

    def since(self, at: int, now: int) -> str:
        """Since when, from the reader's day."""
        days = (local(now, self.zone).date() - local(at, self.zone).date()).days
        key = "today" if days <= 0 else "yesterday" if days == 1 else "earlier"
        return self.say(key, time=self.time(at), day=self.day(at))

    def data(self, at: int, now: int) -> str:
        """How old the data is; the hour of one is singular in Spanish and Portuguese."""
        here = local(at, self.zone)
        key = "data_on" if here.date() != local(now, self.zone).date() else "data_at"
        if key == "data_at" and here.hour == 1:
            key = "data_at_one"
        return self.say(key, time=self.time(at), day=self.day(at))

    def _format(self, at: int, pattern: str) -> str:
        # Some locales put a narrow no-break space before AM; an SMS or an old mail reader shows it as a box.
        return format_datetime(local(at, self.zone), pattern, locale=self.locale).replace("\u202f", " ")


def render(content: Content, language: str, url: str, *, now: int | None = None, link: str | None = None) -> Rendered:
    """Word a message. `url` is the address of the page; `now` (default: the moment of the data) says what today is.

    `link` is the signed address behind which somebody without a password can act on the alerts of this message.
    """
    speech = Speech(language, content.zone)
    today = content.at if now is None else now
    title = clip(title_of(content, speech, language), _HEADER_LIMIT - 10)
    parts = _parts(content, speech, language, url, today, link)
    slack = _environment().get_template("message.slack.j2").render(_slack_parts(parts))
    return Rendered(
        title=title,
        text=_environment().get_template("message.txt.j2").render(parts).strip(),
        html=_environment().get_template("message.html.j2").render({**parts, "title": title}).strip(),
        slack_blocks=_blocks(title, slack, parts),
        tone=_tone(content),
    )


def plain(content: Content, url: str) -> Rendered:
    """A message without templates or words, for when those fail: the facts, in the shop's own names."""
    title = in_language(content.title, "es") or content.rule or "alertd"
    names = [f"- {item.subject.nombre or item.subject.codigo or content.source}" for item in content.items[:MOST_ITEMS]]
    rest = [f"+{len(content.items) - MOST_ITEMS}"] if len(content.items) > MOST_ITEMS else []
    text = "\n".join([*names, *rest, url])
    return Rendered(clip(title, _HEADER_LIMIT - 10), text, f"<pre>{Markup.escape(text)}</pre>", [], _tone(content))


def title_of(content: Content, speech: Speech, language: str) -> str:
    """The first line: what is wrong, how many, and whose shop it is."""
    if content.kind == "test":
        return f"✅ {speech.say('test_title')}"
    if content.kind == "trouble":
        said = _trouble(content, speech, "title") or f"⚠️ {_rule_title(content, language)}"
    elif content.kind == "digest":
        said = speech.say("digest_title", title=_counted(content, speech, language) or speech.say("digest_calm"))
    else:
        said = _single(content, speech, language) or _counted(content, speech, language)
    if content.first:
        said = speech.say("first_title", title=said)
    groups = [one_line(value, 40) for value in content.group.values() if value]
    owner = one_line(content.company or content.source or "", 60)
    return " — ".join((said, *groups, owner) if owner else (said, *groups))


def _trouble(content: Content, speech: Speech, part: str) -> str:
    """What is wrong with alertd itself or with a source, in words; empty for a kind that has none."""
    words = speech.words["trouble"].get(content.trouble or "", {})
    facts = {name: one_line(value, 300) for name, value in content.facts.items()}
    return str(words.get(part, "")).format_map(_Facts(facts))


class _Facts(dict[str, str]):
    """Facts for a sentence; one that is missing leaves a gap and not a fault."""

    def __missing__(self, name: str) -> str:
        return "?"


def _single(content: Content, speech: Speech, language: str) -> str | None:
    """One alert alone is called by its name, so that the phone need not be unlocked."""
    if len(content.items) != 1:
        return None
    item = content.items[0]
    state = state_of(item)
    label = _item_title(item, content, language) if state == "other" else speech.words[state]["label"]
    if item.event == "overdue":
        label = speech.say("overdue_title")
    name = one_line(item.subject.nombre or item.subject.codigo or "", 60)
    return f"{_mark(item, state)} {label}: {name}" if name else f"{_mark(item, state)} {label}"


def _counted(content: Content, speech: Speech, language: str) -> str:
    groups: dict[str, list[Item]] = {}
    for item in content.items:
        groups.setdefault(state_of(item), []).append(item)
    pieces = [_piece(content, speech, language, state, groups[state]) for state in _STATES if state in groups]
    if not pieces and content.kind == "digest":
        return ""
    return " · ".join(pieces) or _rule_title(content, language)


def _item_title(item: Item, content: Content, language: str) -> str:
    """The title of the rule that found it."""
    own = in_language(item.title, language) or item.rule
    return one_line(own, 80).rstrip(".") if own else _rule_title(content, language)


def _piece(content: Content, speech: Speech, language: str, state: str, items: list[Item]) -> str:
    worst = min(items, key=lambda item: severity_rank(item.severity))
    if state == "other":
        titles = dict.fromkeys(_item_title(item, content, language) for item in items)
        title = next(iter(titles)) if len(titles) == 1 else speech.say("several_rules")
        return f"{_mark(worst, state)} {title}: {speech.number(len(items))}"
    return f"{_mark(worst, state)} {speech.count(state, len(items))}"


def state_of(item: Item) -> str:
    """What to call an alert: by its stock where that alone is what the rule tests, else by the rule's own title."""
    if item.event in ("gone", "restless"):
        return item.event
    stock = _quantity(item, "stock")
    if item.event == "resolved":
        return _ended(item, stock)
    if stock is None or _told_fields(item):
        return "other"
    if stock <= 0:
        return "negative" if stock < 0 else "out"
    minimum = _configured(item, "stock_minimo")
    return "low" if minimum is not None and stock <= minimum else "other"


def _ended(item: Item, stock: float | None) -> str:
    """Something on the shelf again is not enough on the shelf."""
    if stock is None or _told_fields(item):
        return "resolved"
    minimum = _configured(item, "stock_minimo")
    return "partly" if minimum is not None and stock <= minimum else "restocked"


def suggested(item: Item) -> float | None:
    """How much to order: up to the maximum, only where one is configured and the stock is at or below its minimum."""
    stock, maximum = _quantity(item, "stock"), _configured(item, "stock_maximo")
    if item.event not in WRONG or stock is None or maximum is None:
        return None
    minimum = _configured(item, "stock_minimo")
    if stock > (minimum or 0):
        return None
    wanted = quantity(max(maximum, minimum or 0) - stock)
    return wanted if wanted > 0 else None


def _quantity(item: Item, field: str) -> float | None:
    value = item.values.get(field)
    return quantity(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _configured(item: Item, field: str) -> float | None:
    value = _quantity(item, field)
    return value if value is not None and value > 0 else None


def _told_fields(item: Item) -> list[str]:
    """The numbers that the rule tests beside the stock, which its line must tell."""
    numbers = (name for name in item.values if _quantity(item, name) is not None)
    return [name for name in numbers if name not in _UNSPOKEN and name not in _SILENT]


def _parts(content: Content, speech: Speech, language: str, url: str, now: int, link: str | None) -> dict[str, Any]:
    """What the templates place."""
    shown = sorted(content.items, key=_worst_first)[:MOST_ITEMS]
    custom, broken = _own_words(content, language, url)
    lines = [] if custom else [_line(item, content, speech, language, now) for item in shown]
    rest = 0 if custom else len(content.items) - len(shown)
    closing = _closing(content, speech, language, now, formula=any(line.order for line in lines))
    return {
        "intro": _intro(content, speech, custom),
        "lines": lines,
        "more": speech.say("more", n=speech.number(rest)) if rest > 0 else "",
        "alive": _alive(content, speech, now),
        "see": speech.say("see" if content.items else "open"),
        "link": f"{url}/alerts" if content.items else f"{url}/",
        "act": speech.say("act"),
        "act_link": link or "",
        "actions": [(speech.words["link"][f"do_{name}"], f"{link}?do={name}") for name in ACTIONS] if link else [],
        "closing": f"{closing} {speech.say('own_broken')}" if broken else closing,
    }


def _own_words(content: Content, language: str, url: str) -> tuple[str, bool]:
    """The rule's own message, and whether it failed: then the built-in one goes out, with a note."""
    if content.text:
        return in_language(content.text, language), False
    if not content.template or content.first or content.overflow or content.kind != "alerts":
        return "", False
    said = own_text(content, language, url)
    return said or "", said is None


def _intro(content: Content, speech: Speech, custom: str) -> str:
    if content.kind == "test":
        return speech.say("test_text")
    if content.kind == "trouble" and content.trouble:
        return clip(_trouble(content, speech, "text"), _MOST_TEXT)
    if custom:
        return clip(custom.strip(), _MOST_TEXT)
    return " ".join(_remarks(content, speech))


def _remarks(content: Content, speech: Speech) -> list[str]:
    """Why this message is not like the others."""
    said = [
        speech.say(f"{name}_intro", n=speech.number(len(content.items)))
        for name in ("first", "storm", "overflow")
        if getattr(content, name)
    ]
    if content.missed:
        key = "missed_one" if content.missed == 1 else "missed_intro"
        said.append(speech.say(key, n=speech.number(content.missed)))
    return said


def _alive(content: Content, speech: Speech, now: int) -> str:
    """The sign of life at the end of a digest."""
    alive = content.alive
    if alive is None:
        return ""
    read = speech.data(alive.read_at, now) if alive.read_at is not None else speech.say("never_read")
    firing = speech.say("alive_one") if alive.firing == 1 else speech.say("alive_many", n=speech.number(alive.firing))
    return speech.say("alive", products=speech.number(alive.products), firing=firing, read=read)


def _closing(content: Content, speech: Speech, language: str, now: int, *, formula: bool) -> str:
    """How old the data is and why this was sent, so that nobody has to wonder."""
    if content.kind not in ("alerts", "digest"):
        return speech.say("sent_at", day=speech.day(content.at), time=speech.time(content.at)) + "."
    sentences = [] if content.alive else [speech.data(content.at, now)]
    if content.rule:
        sentences.append(speech.say("why", title=_rule_title(content, language)))
    if formula:
        sentences.append(speech.say("formula"))
    return ". ".join(sentences) + "." if sentences else ""


def _rule_title(content: Content, language: str) -> str:
    return one_line(in_language(content.title, language) or content.rule or "alertd", 80).rstrip(".")


def _worst_first(item: Item) -> tuple[Any, ...]:
    state = state_of(item)
    wrong = item.event in WRONG
    stock, minimum = _quantity(item, "stock") or 0.0, _configured(item, "stock_minimo") or 1.0
    rank = severity_rank(item.severity) if wrong else 0
    return (not wrong, rank, _STATES.index(state), stock / minimum, item.subject.nombre or "")


def _line(item: Item, content: Content, speech: Speech, language: str, now: int) -> Line:
    state, order = state_of(item), suggested(item)
    wrong = item.event in WRONG
    known_since = wrong and item.since < content.at
    return Line(
        mark=_mark(item, state),
        label=_label(item, content, speech, language, state),
        name=one_line(item.subject.nombre or item.subject.codigo or content.source or "?", 120),
        code=one_line(item.subject.codigo or "", 40) if item.subject.nombre else "",
        place=_place(item),
        facts=_facts(item, speech),
        order="" if order is None else speech.say("order", n=speech.number(order)),
        since=_since(item, content, speech, now) if known_since else "",
        more=_more(item, speech, language),
    )


def _label(item: Item, content: Content, speech: Speech, language: str, state: str) -> str:
    if item.event == "overdue":
        return speech.say("overdue")
    if item.event in WRONG:
        return _item_title(item, content, language) if state == "other" and item.rule else ""
    return str(speech.words[state]["label"])


def _since(item: Item, content: Content, speech: Speech, now: int) -> str:
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
    parts = [speech.say("also", titles=", ".join(said))] if said else []
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


def _place(item: Item) -> str:
    names = (one_line(name or "", 60) for name in (item.subject.nombre_sucursal, item.subject.nombre_bodega))
    return " · ".join(dict.fromkeys(name for name in names if name))


def _facts(item: Item, speech: Speech) -> str:
    if item.event == "gone":
        return ""
    said = [speech.say("worse")] if item.event == "worse" else []
    stock, minimum, maximum = _quantity(item, "stock"), *(_configured(item, name) for name in _STOCK_FIELDS[1:])
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
    number = format_percent(value, "#,##0.#%", locale=speech.locale) if bare in _PERCENT else speech.number(value)
    phrase: str = speech.words["fields"].get(bare, "{name} {n}")
    return phrase.format(n=number, arg=argument, name=name)


def _mark(item: Item, state: str) -> str:
    return _STATE_MARKS.get(state) or _MARKS.get(item.severity, "🔵")


def _tone(content: Content) -> str:
    if content.kind == "trouble":
        return "success" if (content.trouble or "").endswith("_over") else "warning"
    worst = content.worst()
    if worst is None:
        return "success"
    return {"critical": "failure", "info": "info"}.get(worst, "warning")


def one_line(text: str, limit: int) -> str:
    """Text from a shop on one line, without control characters, clipped."""
    return clip(" ".join("".join(sign if sign.isprintable() else " " for sign in text).split()), limit)


def clip(text: str, limit: int) -> str:
    """No longer than `limit`, with a sign where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def slack_escape(text: str) -> str:
    """Text that Slack shows as it is: no link, no mention, no bold."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("*", "∗").replace("`", "'").replace("~", "∼")


def _slack_parts(parts: dict[str, Any]) -> dict[str, Any]:
    def safe(line: Line) -> Line:
        return Line(**{name: slack_escape(getattr(line, name)) for name in Line.__struct_fields__})

    words = {name: slack_escape(parts[name]) for name in ("intro", "alive")}
    return {**parts, **words, "lines": [safe(line) for line in parts["lines"]]}


def _blocks(title: str, body: str, parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Slack's Block Kit: a heading, the lines in sections under its limit, the links, and the closing line."""
    links = [(parts["see"], parts["link"]), *parts["actions"]]
    said = " · ".join(f"<{slack_escape(link)}|{slack_escape(word)}>" for word, link in links)
    closing = [slack_escape(parts["closing"])] if parts["closing"] else []
    return [
        {"type": "header", "text": {"type": "plain_text", "text": _control_escape(title), "emoji": True}},
        *({"type": "section", "text": _mrkdwn(piece)} for piece in split_lines(body, _SECTION_LIMIT)),
        {"type": "section", "text": _mrkdwn(said)},
        *({"type": "context", "elements": [_mrkdwn(text)]} for text in closing),
    ]


def _control_escape(text: str) -> str:
    return clip(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), _HEADER_LIMIT)


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def split_lines(text: str, limit: int) -> list[str]:
    """Cut text between lines into pieces of at most `limit` characters; a single longer line is clipped."""
    pieces: list[str] = []
    for line in (clip(line, limit) for line in text.rstrip().splitlines()):
        if pieces and len(pieces[-1]) + 1 + len(line) <= limit:
            pieces[-1] += "\n" + line
        else:
            pieces.append(line)
    return [piece for piece in pieces if piece.strip()]


@lru_cache(maxsize=8)
def _words(language: str) -> dict[str, Any]:
    path = data_folder("templates") / "messages" / f"words.{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(data_folder("templates") / "messages"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),  # noqa: S701 - the others are not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=False,
    )
