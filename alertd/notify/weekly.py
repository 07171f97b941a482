"""The weekly summary in words: nine short sections, as text, for Slack, and as mail in HTML with its lists as files.

The figures come from `engine.weekly`; nothing is worked out here. A section that has nothing to say says so in a line,
so that nobody wonders whether it was forgotten.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from babel.dates import format_date, format_skeleton

from ..settings import data_folder
from ..sheets import Column, csv_bytes
from .content import Content
from .render import Rendered, environment
from .speech import Speech, clip, one_line
from .weekly_blocks import Section, slack_blocks

SHOWN = 5
_TITLE = 140
_FILES = ("buy", "reconcile", "empty", "count")


class _Writer:
    """The words of one language, and how it writes money and shares."""

    def __init__(self, content: Content, language: str, url: str = "") -> None:
        self.language, self.words = language, _words(language)
        self.speech = Speech(language, content.zone)
        self.money_sign = content.money
        self.week: dict[str, Any] = content.week
        self._url, self._source = url, content.source or ""

    def say(self, key: str, **values: object) -> str:
        return str(self.words[key]).format(**values)

    def page(self, path: str) -> str:
        """The address of a page that shows this source."""
        return f"{self._url}{path}?source={quote(self._source)}"

    def number(self, amount: float) -> str:
        return self.speech.number(amount)

    def money(self, amount: float | None) -> str:
        return "–" if amount is None else self.speech.money(amount, self.money_sign)

    def share(self, part: float | None, *, signed: bool = False) -> str:
        if part is None:
            return "–"
        return f"{'+' if signed and part > 0 else ''}{self.number(round(part * 100, 1))} %"

    def day(self, text: str) -> str:
        return format_date(date.fromisoformat(text), self.speech.words["weekday"], self.speech.locale).replace(".", "")

    def count(self, key: str, number: float) -> str:
        return self.say("day" if key == "days" and number == 1 else key, n=self.number(number))


def render(content: Content, language: str, url: str) -> Rendered:
    """Word one summary. `url` is the address of the page."""
    writer = _Writer(content, language, url)
    sections = [section(writer) for section in _SECTIONS]
    title = clip(_title(writer), _TITLE)
    parts: dict[str, Any] = {
        "title": title,
        "hello": writer.say("hello", shop=_shop(content, writer), when=writer.speech.moment(_read_at(content))),
        "sections": sections,
        "closing": writer.say(
            "readings", right=writer.number(writer.week["right"]), all=writer.number(writer.week["readings"]),
            next=writer.day(writer.week["next"]),
        ),
        "open": writer.say("open"),
        "link": f"{url}/",
        "preferences": writer.say("preferences"),
        "preferences_link": f"{url}/weekly",
    }  # fmt: skip
    text = environment().get_template("weekly.txt.j2").render(parts).strip()
    tone = (
        "warning" if writer.week["empty"]["places"] or (writer.week["reconcile"] or {}).get("undocumented") else "info"
    )
    links = [(parts["open"], parts["link"]), (parts["preferences"], parts["preferences_link"])]
    blocks = slack_blocks(title, parts["hello"], sections, links, parts["closing"])
    return Rendered(title, text, environment().get_template("weekly.html.j2").render(parts).strip(), blocks, tone)


def files(content: Content, language: str) -> list[tuple[str, bytes]]:
    """The lists behind the sections, as CSV files with names in the reader's language."""
    writer = _Writer(content, language)
    week, mark = writer.week, "," if language == "pt" else "."
    rows: dict[str, Sequence[Sequence[Any]]] = {
        "buy": week["buy"]["rows"],
        "reconcile": [
            [each["code"], each["name"], each["place"], each["units"], each["value"], each["times"], each["sum"]]
            for each in (week["reconcile"] or {"lines": []})["lines"]
        ],
        "empty": [
            [each[key] for key in ("name", "place", "days", "units", "money")] for each in week["empty"]["lines"]
        ],
        "count": week["count"]["rows"],
    }
    return [
        (writer.say(f"file_{name}"), csv_bytes([Column(one) for one in writer.words[f"columns_{name}"]], rows[name],
                                               mark=mark))
        for name in _FILES
        if rows[name]
    ]  # fmt: skip


def _read_at(content: Content) -> int:
    return int(content.week["read_at"] or content.at)


def _shop(content: Content, writer: _Writer) -> str:
    name = one_line(content.company or content.source or "", 60)
    branches = [one_line(each, 30) for each in writer.week["branches"][:4]]
    return f"{name} ({', '.join(branches)})" if len(branches) > 1 else name


def _title(writer: _Writer) -> str:
    """What stands alone on a phone: how much ran out, what it cost, what has no document."""
    week, said = writer.week, []
    out = week["empty"]["products"]
    if out:
        said.append(writer.say("out_title_one") if out == 1 else writer.say("out_title", n=writer.number(out)))
    if week["empty"]["money"]:
        said.append(writer.say("lost_title", money=writer.money(week["empty"]["money"])))
    if week["reconcile"] and week["reconcile"]["undocumented"]:
        said.append(writer.say("net_title", money=writer.money(week["reconcile"]["net"])))
    return writer.say("title", span=_span(writer), rest=", ".join(said) or writer.say("calm"))


def _span(writer: _Writer) -> str:
    """`10–16 nov`, or both months where the week crosses into the next."""
    since, until = (date.fromisoformat(writer.week[name]) for name in ("since", "until"))
    last = format_skeleton("MMMd", until, locale=writer.speech.locale).replace(".", "")
    if since.month == until.month:
        return last.replace(str(until.day), f"{since.day}–{until.day}", 1)
    return f"{format_skeleton('MMMd', since, locale=writer.speech.locale).replace('.', '')} – {last}"


def _in_one_line(writer: _Writer) -> Section:
    week, said = writer.week, []
    if week["value"] is not None:
        change = week.get("value_change")
        after = f" ({writer.share(change, signed=True)})" if change is not None else ""
        said.append(writer.say("value", money=writer.money(week["value"])) + after)
    if week["available"] is not None:
        said.append(writer.say("available", share=writer.share(week["available"])))
    said.append(writer.say("alerts", n=writer.number(week["alerts"]), attended=writer.number(week["attended"])))
    return Section(writer.say("line"), notes=[" · ".join(said)])


def _to_buy(writer: _Writer) -> Section:
    buy = writer.week["buy"]
    if not buy["products"]:
        return Section(writer.say("buy"), notes=[writer.say("buy_none")])
    rows = [
        (
            one_line(each["name"] or "", 40) or writer.say("no_supplier"),
            writer.number(each["products"]),
            writer.money(each["amount"]),
            _urgent(writer, each),
        )
        for each in buy["suppliers"][:SHOWN]
    ]
    more = len(buy["suppliers"]) - SHOWN
    notes = [writer.say("more", n=writer.number(more))] if more > 0 else []
    aside = writer.say(
        "buy_sum_one" if buy["products"] == 1 else "buy_sum",
        n=writer.number(buy["products"]),
        money=writer.money(buy["amount"]),
    )
    headings = tuple(writer.say(key) for key in ("supplier", "products", "amount", "urgent"))
    attached = writer.say("attached", file=writer.say("file_buy"))
    return Section(
        writer.say("buy"), aside, headings, rows, frozenset((1, 2)), notes, attached,
        writer.page("/buying"), writer.say("whole_list"),
    )  # fmt: skip


def _urgent(writer: _Writer, supplier: Mapping[str, Any]) -> str:
    """The product of a supplier that cannot wait, and why; without a supplier, what to do about that."""
    if not supplier["name"]:
        return writer.say("no_supplier_hint")
    why = writer.say(f"why_{supplier['why']}")
    if supplier["why"] in ("soon", "low", "point") and supplier["cover"] is not None:
        why = writer.say("covers", days=writer.number(round(supplier["cover"], 1)))
    return f"{one_line(supplier['urgent'], 40)} ({why})"


def _ran_out(writer: _Writer) -> Section:
    lines = writer.week["empty"]["lines"]
    rows = [
        (
            ", ".join(part for part in (one_line(each["name"], 40), one_line(each["place"], 24)) if part),
            writer.count("days", round(each["days"], 1)),
            "–" if each["units"] is None else writer.count("units", round(each["units"], 1)),
            writer.money(each["money"]),
        )
        for each in lines[:SHOWN]
    ]
    notes = [] if rows else [writer.say("empty_none")]
    attached = ""
    if len(lines) > SHOWN:
        notes.append(writer.say("more", n=writer.number(len(lines) - SHOWN)))
        attached = writer.say("attached", file=writer.say("file_empty"))
    aside = writer.say("empty_how") if rows else ""
    return Section(writer.say("empty"), aside, rows=rows, right=frozenset((1, 2, 3)), notes=notes, attached=attached)


def _reconciliation(writer: _Writer) -> Section:
    found = writer.week["reconcile"]
    if not found:
        return Section(writer.say("reconcile"), notes=[writer.say("reconcile_none")])
    named = ", ".join(f"{words[writer.language]} {writer.number(many)}" for words, many in found["causes"])
    rows = [
        (
            writer.say("short" if each["units"] < 0 else "over"),
            _which(writer, each),
            f"{'+' if each['units'] > 0 else ''}{writer.count('units', each['units'])}",
            writer.money(each["value"]),
        )
        for each in found["lines"][:SHOWN]
    ]
    said = writer.say(
        "balanced", balanced=writer.number(found["balanced"]), explained=writer.number(found["explained"]),
        causes=f" ({named})" if named else "", n=writer.number(found["undocumented"]), net=writer.money(found["net"]),
    )  # fmt: skip
    attached = writer.say("attached", file=writer.say("file_reconcile")) if found["undocumented"] > SHOWN else ""
    return Section(
        writer.say("reconcile"), writer.say("reconcile_how"), (), rows, frozenset((2, 3)), [said], attached,
        writer.page("/reconcile"), writer.say("whole_list"),
    )  # fmt: skip


def _which(writer: _Writer, each: Mapping[str, Any]) -> str:
    """The product and its place, and how often it was short lately."""
    name, place = one_line(each["name"] or each["code"] or "?", 40), one_line(each["place"] or "", 24)
    said = f"{name}, {place}" if place else name
    return f"{said} ({writer.say('times', n=each['times'])})" if each["units"] < 0 and each["times"] > 1 else said


def _returned(writer: _Writer) -> Section:
    found = writer.week["returns"]
    if not found["units"]:
        return Section(writer.say("returns"), notes=[writer.say("returns_none")])
    aside = writer.say(
        "returned", units=writer.number(found["units"]), rate=writer.share(found["rate"]),
        before=writer.share(found["before"]),
    )  # fmt: skip
    notes = [
        writer.say("spike", name=one_line(each["name"], 60), units=writer.number(each["units"]),
                   sold=writer.number(each["sold"]), expected=writer.number(round(each["expected"] or 0, 1)))
        for each in found["spikes"]
    ]  # fmt: skip
    if found["reason"]:
        notes.append(writer.say("reason", reason=one_line(found["reason"], 80)))
    if found["unrestocked"]:
        notes.append(writer.say("unrestocked", n=writer.number(found["unrestocked"])))
    return Section(writer.say("returns"), aside, notes=notes)


def _cost(writer: _Writer) -> Section:
    notes = [_one_cost(writer, each) for each in writer.week["costs"][:SHOWN]]
    if len(writer.week["costs"]) > SHOWN:
        notes.append(writer.say("more", n=writer.number(len(writer.week["costs"]) - SHOWN)))
    return Section(writer.say("costs"), notes=notes or [writer.say("costs_none")])


def _one_cost(writer: _Writer, each: Mapping[str, Any]) -> str:
    said = [
        writer.say(
            "cost", name=one_line(each["name"], 60), before=writer.money(each["before"]),
            now=writer.money(each["now"]), share=writer.share(each["share"], signed=True),
        )
    ]  # fmt: skip
    if each["mistake"]:
        said.append(writer.say("mistake"))
    elif each["price_stayed"]:
        said.append(writer.say("price_stayed"))
        if each["margin"] is not None and each["margin_before"] is not None:
            said.append(
                writer.say("margin", before=writer.share(each["margin_before"]), now=writer.share(each["margin"]))
            )
    return ", ".join(said)


def _asleep(writer: _Writer) -> Section:
    dead = writer.week["dead"]
    moves = [_move(writer, each) for each in dead.get("moves", ())]
    if not dead["products"]:
        return Section(writer.say("dead"), notes=[writer.say("dead_none"), *moves])
    said = writer.say(
        "asleep_one" if dead["products"] == 1 else "asleep",
        n=writer.number(dead["products"]),
        money=writer.money(dead["value"]),
    )
    rows = [(one_line(name, 60), writer.money(value)) for name, value in dead["worst"]]
    return Section(writer.say("dead"), rows=rows, right=frozenset((1,)), notes=[said, *moves])


def _move(writer: _Writer, each: Mapping[str, Any]) -> str:
    """What lies idle in one branch while another has none: the purchase that a trip between them spares."""
    said = writer.say(
        "move", name=one_line(each["name"], 40), units=writer.count("units", each["units"]),
        giver=one_line(each["giver"], 24), taker=one_line(each["taker"], 24),
    )  # fmt: skip
    return said + (writer.say("move_saves", money=writer.money(each["saved"])) if each["saved"] else "") + "."


def _to_count(writer: _Writer) -> Section:
    count = writer.week["count"]
    if not count["products"]:
        return Section(writer.say("count"), notes=[writer.say("count_none")])
    said = writer.say("to_count", n=writer.number(count["products"]), minutes=count["minutes"])
    names = ", ".join(one_line(row[2], 40) for row in count["rows"][:SHOWN])
    return Section(
        writer.say("count"), notes=[said, f"{names} …"], attached=writer.say("attached", file=writer.say("file_count")),
        link=writer.page("/count/sheet"), link_words=writer.say("print_sheet"),
    )  # fmt: skip


def _data(writer: _Writer) -> Section:
    found = [
        (name, number) for name, number in writer.week["quality"].items() if number and f"q_{name}" in writer.words
    ]
    said = " · ".join(writer.say(f"q_{name}", n=writer.number(number)) for name, number in found)
    return Section(writer.say("quality"), notes=[said or writer.say("quality_none")])


_SECTIONS = (
    _in_one_line, _to_buy, _ran_out, _reconciliation, _returned, _cost, _asleep, _to_count, _data,
)  # fmt: skip


@lru_cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((data_folder("templates") / "messages" / f"weekly.{language}.toml").read_text("utf-8"))
