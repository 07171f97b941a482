"""Replay a rule over the history that is kept, as it is and with another number: when it would have fired, how much it
would have said, how early it would have warned.
"""

from dataclasses import dataclass
from statistics import median

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response

from ..rules import editing
from ..rules.document import DocumentTrouble
from ..rules.draft import read_draft
from ..rules.rows import literals, with_number
from ..store import sources
from .record import changes_nothing
from .room import room
from .rule_actions import Replayed, Trial
from .rules_room import actions, pages, rule_in_force, title

Answer = str | Response | tuple[str, int]
DAYS = (7, 30, 60, 90)
WIDTH, HEIGHT = 600, 120
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Bar:
    """The alerts of one day, as a box of the chart."""

    x: float
    y: float
    width: float
    height: float
    at: int
    count: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The chart: bars for alerts, and where along it something ran out, warned of before or not."""

    bars: tuple[Bar, ...]
    warned: tuple[float, ...]
    missed: tuple[float, ...]
    top: int


@pages.post("/rule/<name>/trial")
@changes_nothing
def begin_trial(name: str) -> Answer:
    """Start a replay: of the rule as its file says, and of the same with another number where one was chosen."""
    found = actions().read(name)
    if found is None:
        abort(404)
    days = int(request.form.get("days", "30")) if request.form.get("days", "30") in map(str, DAYS) else 30
    variants = _variants(found.text)
    if isinstance(variants, str):
        return _answer(name, None, trouble=variants)
    key = actions().try_out(name, variants, days)
    if key is None:
        return _answer(name, None, trouble=g.reader.t("trial.busy"))
    return _answer(name, key)


@pages.get("/rule/<name>/trial/<key>")
def trial(name: str, key: str) -> Answer:
    """How far it is, or what it found."""
    return _answer(name, key)


@pages.post("/rule/<name>/trial/<key>/stop")
@changes_nothing
def stop_trial(name: str, key: str) -> Answer:
    """Somebody does not want to wait."""
    actions().stop_trial(key)
    return _answer(name, key)


def _variants(text: str) -> tuple[tuple[str, str], ...] | str:
    """The rule as it is, and with the other number; a sentence where that number is none."""
    try:
        when = read_draft(text).when
    except DocumentTrouble:
        return str(g.reader.t("trial.mend_first"))
    numbers = literals(when)
    place = request.form.get("number", "")
    chosen = numbers[int(place)] if place.isdigit() and int(place) < len(numbers) else None
    if chosen is None:
        return (("", text),)
    wanted = request.form.get(f"to-{place}", "").strip().replace(",", ".")
    if not _is_number(wanted):
        return str(g.reader.t("trial.no_number"))
    others = dict.fromkeys(each for each in (chosen.written, wanted))
    return tuple(
        (value, editing.put(text, ("when",), editing.condition(with_number(when, chosen, value)))) for value in others
    )


def _is_number(text: str) -> bool:
    return bool(text) and len(text) < 16 and text.replace(".", "", 1).isdigit()


def _answer(name: str, key: str | None, trouble: str = "") -> Answer:
    """The part of the page, or a page of its own where no script runs."""
    found = actions().trial(key) if key else None
    if key and (found is None or found.rule != name):
        abort(404)
    rule = rule_in_force(name)
    zone = next((source.timezone for source in sources.list_sources(room().store)), "UTC")
    values = {
        "name": name,
        "key": key,
        "trial": found,
        "trouble": trouble,
        "zone": zone,
        "title": title(rule) if rule else name,
        "sentence": _sentence(found) if found else "",
        "facts": _facts,
        "draw": draw,
    }
    part = request.headers.get("HX-Request")
    return render_template("parts/rule_trial.html" if part else "rule_trial.html", **values)


def _facts(found: Replayed) -> dict[str, object]:
    """The figures of one variant."""
    hours = found.hours
    return {
        "fired": len(found.fired),
        "messages": found.messages,
        "outs": len(found.outs),
        "missed": found.missed,
        "hours": median(hours) if hours else None,
    }


def _sentence(trial: Trial) -> str:
    """The comparison in one sentence: with 12 in place of 5, so many missed, so many messages more."""
    if len(trial.done) < 2 or trial.running:
        return ""
    now, other = trial.done[0], trial.done[-1]
    more = other.messages - now.messages
    said = g.reader.count("trial.more#" if more >= 0 else "trial.fewer#", abs(more))
    days = round((trial.until - trial.since) / DAY)
    missed = g.reader.count("trial.missed#", other.missed) if other.outs else ""
    head = g.reader.t("trial.instead", new=other.threshold, old=now.threshold)
    return f"{head}: {', '.join(part for part in (missed, said) if part)} {g.reader.t('trial.in_days', days=days)}"


def draw(trial: Trial, found: Replayed) -> Drawn:
    """The alerts of each day as bars, and what ran out as marks on the line below."""
    days = max(1, round((trial.until - trial.since) / DAY))
    counts = [0] * days
    for at in found.fired:
        counts[min(days - 1, max(0, (at - trial.since) // DAY))] += 1
    top = max(*counts, 1) if len(counts) > 1 else max(counts[0], 1)
    width = WIDTH / days
    bars = tuple(
        Bar(
            round(place * width + width * 0.12, 2),
            round(HEIGHT - HEIGHT * count / top, 2),
            round(width * 0.76, 2),
            round(HEIGHT * count / top, 2),
            trial.since + place * DAY,
            count,
        )
        for place, count in enumerate(counts)
        if count
    )
    span = max(1, trial.until - trial.since)
    marks = [(round((at - trial.since) / span * WIDTH, 1), hours) for at, hours in found.outs]
    return Drawn(bars, tuple(x for x, hours in marks if hours), tuple(x for x, hours in marks if not hours), top)
