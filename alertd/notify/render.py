"""Put a `Content` into words: a title that stands alone on a phone, and a body for each kind of service.

The words live beside the templates, one file per language; the templates only place them. Everything that came from
a shop is escaped for the format it goes into, so that a product called `<!channel>` pings nobody.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..clock import parse_moment
from ..settings import data_folder
from . import adding_up, buying
from .chart import legend
from .content import WRONG, Content, Item, in_language, severity_rank
from .lines import STATES, Line, item_title, line_of, mark_of, rule_title, state_of, worst_first
from .own import own_text
from .slack import HEADER_LIMIT, blocks_of, slack_parts
from .speech import Speech, clip, one_line

MOST_ITEMS = 10
MOST_SUMS = 3
SHAPES = ("html", "slack")
_MOST_TEXT = 6000
ACTIONS = ("ack", "ordered", "snooze")


class Rendered(msgspec.Struct, frozen=True):
    """A message in words. `tone` is how a service may colour it: failure, warning, success or info."""

    title: str
    text: str
    html: str
    slack_blocks: list[dict[str, Any]]
    tone: str = "info"


def render(
    content: Content,
    language: str,
    url: str,
    *,
    now: int | None = None,
    link: str | None = None,
    shapes: Collection[str] = SHAPES,
) -> Rendered:
    """Word a message. `url` is the address of the page; `now` (default: the moment of the data) says what today is.

    `shapes` are what is needed beside the text: nobody reads the HTML of a message to a program. `link` is the signed
    address behind which somebody without a password can act on the alerts of this message.
    """
    speech = Speech(language, content.zone, content.goods)
    today = content.at if now is None else now
    title = clip(title_of(content, speech, language), HEADER_LIMIT - 10)
    parts = _parts(content, speech, language, url, today, link)
    return Rendered(
        title=title,
        text=environment().get_template("message.txt.j2").render(parts).strip(),
        html=_page(title, parts) if "html" in shapes else "",
        slack_blocks=_slack(title, parts) if "slack" in shapes else [],
        tone=_tone(content),
    )


def _page(title: str, parts: dict[str, Any]) -> str:
    return environment().get_template("message.html.j2").render({**parts, "title": title}).strip()


def _slack(title: str, parts: dict[str, Any]) -> list[dict[str, Any]]:
    body = environment().get_template("message.slack.j2").render(slack_parts(parts))
    return blocks_of(title, body, parts)


_CHART = re.compile(r"<!--chart-->.*?<!--/chart-->", re.S)


def without_chart(html: str) -> str:
    """The same page without the place of the picture, for whoever cannot be sent one."""
    return _CHART.sub("", html)


def plain(content: Content, url: str) -> Rendered:
    """A message without templates or words, for when those fail: the facts, in the shop's own names."""
    title = in_language(content.title, "es") or content.rule or "alertd"
    names = [f"- {item.subject.nombre or item.subject.codigo or content.source}" for item in content.items[:MOST_ITEMS]]
    rest = [f"+{len(content.items) - MOST_ITEMS}"] if len(content.items) > MOST_ITEMS else []
    text = "\n".join([*names, *rest, url])
    return Rendered(clip(title, HEADER_LIMIT - 10), text, f"<pre>{Markup.escape(text)}</pre>", [], _tone(content))


def title_of(content: Content, speech: Speech, language: str) -> str:
    """The first line: what is wrong, how many, and whose shop it is."""
    if content.kind == "test":
        return f"✅ {speech.say('test_title')}"
    if content.kind == "trouble":
        said = _trouble(content, speech, "title") or f"⚠️ {rule_title(content, language)}"
    elif buying.is_list(content):
        said = f"🛒 {buying.headline(content, speech)}"
        said = speech.say("digest_title", title=said) if content.kind == "digest" else said
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
    if item.sum and item.event in WRONG:
        return adding_up.headline(item, content, speech)
    state = state_of(item)
    label = item_title(item, content, language) if state == "other" else speech.words[state]["label"]
    if item.event == "overdue":
        label = speech.say("overdue_title")
    name = one_line(item.subject.nombre or item.subject.codigo or "", 60)
    return f"{mark_of(item, state)} {label}: {name}" if name else f"{mark_of(item, state)} {label}"


def _counted(content: Content, speech: Speech, language: str) -> str:
    groups: dict[str, list[Item]] = {}
    for item in content.items:
        groups.setdefault(state_of(item), []).append(item)
    pieces = [_piece(content, speech, language, state, groups[state]) for state in STATES if state in groups]
    if not pieces and content.kind == "digest":
        return ""
    return " · ".join(pieces) or rule_title(content, language)


def _piece(content: Content, speech: Speech, language: str, state: str, items: list[Item]) -> str:
    worst = min(items, key=lambda item: severity_rank(item.severity))
    if state == "other":
        titles = dict.fromkeys(item_title(item, content, language) for item in items)
        title = next(iter(titles)) if len(titles) == 1 else speech.say("several_rules")
        return f"{mark_of(worst, state)} {title}: {speech.number(len(items))}"
    return f"{mark_of(worst, state)} {speech.count(state, len(items))}"


def _parts(content: Content, speech: Speech, language: str, url: str, now: int, link: str | None) -> dict[str, Any]:
    """What the templates place."""
    custom, broken = _own_words(content, language, url)
    listed = not custom and not broken and buying.is_list(content)
    if listed:
        sections, rest = buying.sections(content, speech, now)
    else:
        sections, rest = _plain_section(content, speech, language, now, custom=bool(custom))
    lines = [line for section in sections for line in section.lines]
    closing = _closing(content, speech, language, now, formula=_formula(content, lines))
    return {
        "intro": _intro(content, speech, custom, buying.opening(content, speech, language, now) if listed else ""),
        "sections": sections,
        "listed": listed,
        "more": speech.say("more", n=speech.number(rest)) if rest > 0 else "",
        "footnotes": buying.footnotes(content, speech, now) if listed else [],
        "sums": [] if custom else [adding_up.shown(item, content, speech) for item in _with_sums(content)],
        "alive": _alive(content, speech, now),
        "chart_alt": speech.say("chart_alt", name=one_line(content.chart.name, 60)) if content.chart else "",
        "chart_legend": legend(content.chart, speech) if content.chart else [],
        "see": speech.say("see" if content.items else "open"),
        "link": f"{url}/alerts" if content.items else f"{url}/",
        "act": speech.say("act"),
        "act_link": link or "",
        "actions": [(speech.words["link"][f"do_{name}"], f"{link}?do={name}") for name in ACTIONS] if link else [],
        "further": _further(content, speech, url),
        "pass_on": [(speech.say("pass_on"), buying.pass_on(content, speech))] if listed else [],
        "closing": f"{closing} {speech.say('own_broken')}" if broken else closing,
    }


def _plain_section(
    content: Content, speech: Speech, language: str, now: int, *, custom: bool
) -> tuple[list[buying.Section], int]:
    """The worst ten, and how many there are besides; nothing where the rule has words of its own."""
    if custom:
        return [], 0
    apart = {id(item) for item in _with_sums(content)}
    listed = sorted((item for item in content.items if id(item) not in apart), key=worst_first)
    lines = [line_of(item, content, speech, language, now) for item in listed[:MOST_ITEMS]]
    return [buying.Section("", lines)], len(listed) - len(lines)


def _formula(content: Content, lines: list[Line]) -> str:
    """Which sentence says where the suggested quantities come from; empty where none is suggested."""
    if not any(line.order for line in lines):
        return ""
    return "formula_buy" if any(item.buy for item in content.items) else "formula"


def _with_sums(content: Content) -> list[Item]:
    """What has a sum to show: the worst few."""
    return [item for item in sorted(content.items, key=worst_first) if item.sum][:MOST_SUMS]


def _further(content: Content, speech: Speech, url: str) -> list[tuple[str, str]]:
    """Where the reader can go on, beside the list."""
    if any(item.sum for item in content.items):
        return [(speech.say("see_reconciliation"), f"{url}/reconcile")]
    return []


def _own_words(content: Content, language: str, url: str) -> tuple[str, bool]:
    """The rule's own message, and whether it failed: then the built-in one goes out, with a note."""
    if content.text:
        return in_language(content.text, language), False
    if not content.template or content.first or content.overflow or content.kind != "alerts":
        return "", False
    said = own_text(content, language, url)
    return said or "", said is None


def _intro(content: Content, speech: Speech, custom: str, opening: str) -> str:
    if content.kind == "test":
        return speech.say("test_text")
    if content.kind == "trouble" and content.trouble:
        return clip(_trouble(content, speech, "text"), _MOST_TEXT)
    if custom:
        return clip(custom.strip(), _MOST_TEXT)
    return "\n".join(part for part in (opening, " ".join(_remarks(content, speech))) if part)


def _remarks(content: Content, speech: Speech) -> list[str]:
    """Why this message is not like the others."""
    said = [
        speech.say(f"{name}_intro", n=speech.number(len(content.items)))
        for name in ("first", "storm", "overflow")
        if getattr(content, name)
    ]
    if content.closed:
        days = ", ".join(speech.weekday(parse_moment(f"{day}T12:00", content.zone)) for day in content.closed)
        said.append(speech.say("closed_one" if len(content.closed) == 1 else "closed_many", days=days))
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


def _closing(content: Content, speech: Speech, language: str, now: int, *, formula: str) -> str:
    """How old the data is and why this was sent, so that nobody has to wonder."""
    if content.kind not in ("alerts", "digest"):
        return speech.say("sent_at", day=speech.day(content.at), time=speech.time(content.at)) + "."
    sentences = [] if content.alive else [speech.data(content.at, now)]
    if content.rule:
        sentences.append(speech.say("why", title=rule_title(content, language)))
    if formula:
        sentences.append(speech.say(formula))
    return ". ".join(sentences) + "." if sentences else ""


def _tone(content: Content) -> str:
    if content.kind == "trouble":
        return "success" if (content.trouble or "").endswith("_over") else "warning"
    worst = content.worst()
    if worst is None:
        return "success"
    return {"critical": "failure", "info": "info"}.get(worst, "warning")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of messages; the weekly summary has its own among them."""
    return Environment(  # nosec B701
        loader=FileSystemLoader(data_folder("templates") / "messages"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),  # noqa: S701 - the others are not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=False,
    )
