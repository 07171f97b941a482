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
from .content import Content, Item, in_language, severity_rank

MOST_ITEMS = 10
_MOST_TEXT = 6000
_HEADER_LIMIT = 150
_SECTION_LIMIT = 2900

_MARKS = {"critical": "🔴", "high": "🟠", "warning": "🟡", "info": "🔵"}
_STATE_MARKS = {"negative": "🔴", "out": "🔴", "low": "🟠", "restocked": "🟢", "resolved": "🟢", "gone": "⚪"}
_STATES = ("negative", "out", "low", "other", "restocked", "resolved", "gone")
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


def render(content: Content, language: str, url: str, *, now: int | None = None) -> Rendered:
    """Word a message. `url` is the address of the page; `now` (default: the moment of the data) says what today is."""
    speech = Speech(language, content.zone)
    today = content.at if now is None else now
    title = clip(title_of(content, speech, language), _HEADER_LIMIT - 10)
    parts = _parts(content, speech, language, url, today)
    slack = _environment().get_template("message.slack.j2").render(_slack_parts(parts))
    return Rendered(
        title=title,
        text=_environment().get_template("message.txt.j2").render(parts).strip(),
        html=_environment().get_template("message.html.j2").render(parts).strip(),
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
    said = _single(content, speech, language) or _counted(content, speech, language)
    if content.kind == "trouble":
        said = f"⚠️ {_rule_title(content, language)}"
    if content.first and content.kind == "alerts":
        said = speech.say("first_title", title=said)
    owner = one_line(content.company or content.source or "", 60)
    return f"{said} — {owner}" if owner else said


def _single(content: Content, speech: Speech, language: str) -> str | None:
    """One alert alone is called by its name, so that the phone need not be unlocked."""
    if len(content.items) != 1:
        return None
    item = content.items[0]
    state = state_of(item)
    label = _rule_title(content, language) if state == "other" else speech.words[state]["label"]
    name = one_line(item.subject.nombre or item.subject.codigo or "", 60)
    return f"{_mark(item, state)} {label}: {name}" if name else f"{_mark(item, state)} {label}"


def _counted(content: Content, speech: Speech, language: str) -> str:
    groups: dict[str, list[Item]] = {}
    for item in content.items:
        groups.setdefault(state_of(item), []).append(item)
    pieces = [_piece(content, speech, language, state, groups[state]) for state in _STATES if state in groups]
    return " · ".join(pieces) or _rule_title(content, language)


def _piece(content: Content, speech: Speech, language: str, state: str, items: list[Item]) -> str:
    worst = min(items, key=lambda item: severity_rank(item.severity))
    if state == "other":
        return f"{_mark(worst, state)} {_rule_title(content, language)}: {speech.number(len(items))}"
    return f"{_mark(worst, state)} {speech.count(state, len(items))}"


def state_of(item: Item) -> str:
    """What to call an alert: by its stock where that alone is what the rule tests, else by the rule's own title."""
    if item.event == "gone":
        return "gone"
    stock = _quantity(item, "stock")
    if item.event == "resolved":
        return "resolved" if stock is None else "restocked"
    if stock is None or _told_fields(item):
        return "other"
    if stock <= 0:
        return "negative" if stock < 0 else "out"
    minimum = _configured(item, "stock_minimo")
    return "low" if minimum is not None and stock <= minimum else "other"


def suggested(item: Item) -> float | None:
    """How much to order: up to the maximum, only where one is configured and the stock is at or below its minimum."""
    stock, maximum = _quantity(item, "stock"), _configured(item, "stock_maximo")
    if item.event not in ("firing", "worse") or stock is None or maximum is None:
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


def _parts(content: Content, speech: Speech, language: str, url: str, now: int) -> dict[str, Any]:
    """What the templates place."""
    shown = sorted(content.items, key=_worst_first)[:MOST_ITEMS]
    custom = in_language(content.text or {}, language)
    lines = [] if custom else [_line(item, content, speech, now) for item in shown]
    rest = 0 if custom else len(content.items) - len(shown)
    return {
        "intro": _intro(content, speech, custom),
        "lines": lines,
        "more": speech.say("more", n=speech.number(rest)) if rest > 0 else "",
        "see": speech.say("see" if content.items else "open"),
        "link": f"{url}/alerts" if content.items else f"{url}/",
        "closing": _closing(content, speech, language, now, formula=any(line.order for line in lines)),
    }


def _intro(content: Content, speech: Speech, custom: str) -> str:
    if content.kind == "test":
        return speech.say("test_text")
    if custom:
        return clip(custom.strip(), _MOST_TEXT)
    return speech.say("first_intro") if content.first else ""


def _closing(content: Content, speech: Speech, language: str, now: int, *, formula: bool) -> str:
    """How old the data is and why this was sent, so that nobody has to wonder."""
    if content.kind != "alerts":
        return speech.say("sent_at", day=speech.day(content.at), time=speech.time(content.at)) + "."
    sentences = [speech.data(content.at, now)]
    if content.rule:
        sentences.append(speech.say("why", title=_rule_title(content, language)))
    if formula:
        sentences.append(speech.say("formula"))
    return ". ".join(sentences) + "."


def _rule_title(content: Content, language: str) -> str:
    return one_line(in_language(content.title, language) or content.rule or "alertd", 80).rstrip(".")


def _worst_first(item: Item) -> tuple[Any, ...]:
    state = state_of(item)
    wrong = item.event in ("firing", "worse")
    stock, minimum = _quantity(item, "stock") or 0.0, _configured(item, "stock_minimo") or 1.0
    rank = severity_rank(item.severity) if wrong else 0
    return (not wrong, rank, _STATES.index(state), stock / minimum, item.subject.nombre or "")


def _line(item: Item, content: Content, speech: Speech, now: int) -> Line:
    state, order = state_of(item), suggested(item)
    wrong = item.event in ("firing", "worse")
    known_since = wrong and item.since < content.at
    return Line(
        mark=_mark(item, state),
        label="" if wrong else speech.words[state]["label"],
        name=one_line(item.subject.nombre or item.subject.codigo or content.source or "?", 120),
        code=one_line(item.subject.codigo or "", 40) if item.subject.nombre else "",
        place=_place(item),
        facts=_facts(item, speech),
        order="" if order is None else speech.say("order", n=speech.number(order)),
        since=speech.since(item.since, now) if known_since else "",
    )


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
        return "warning"
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

    return {**parts, "intro": slack_escape(parts["intro"]), "lines": [safe(line) for line in parts["lines"]]}


def _blocks(title: str, body: str, parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Slack's Block Kit: a heading, the lines in sections that stay under its limit, the link, and the closing line."""
    link = f"<{slack_escape(parts['link'])}|{slack_escape(parts['see'])}>"
    return [
        {"type": "header", "text": {"type": "plain_text", "text": _control_escape(title), "emoji": True}},
        *({"type": "section", "text": _mrkdwn(piece)} for piece in split_lines(body, _SECTION_LIMIT)),
        {"type": "section", "text": _mrkdwn(link)},
        {"type": "context", "elements": [_mrkdwn(slack_escape(parts["closing"]))]},
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
