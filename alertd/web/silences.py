"""Silences: hold back messages by matcher for a while. What is silenced still fires and shows."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..alerts.silence import FIELDS
from ..clock import parse_moment
from ..errors import UsageTrouble
from ..model import SEVERITIES
from ..rules.matchers import check_matchers
from ..rules.suggest import nearest
from ..store import pages_overview
from ..store import silences as stored
from .choices import Option
from .record import record
from .room import room
from .spans import chosen_source

pages = Blueprint("silences", __name__)
Answer = str | Response | tuple[str, int]

HOURS = (1, 4, 8, 24, 72, 168)
HOUR_MS = 3_600_000


@pages.get("/silences")
def index() -> str:
    """What is held back now or will be, what was, and a form for another."""
    typed = {name: request.args.get(name, "")[:200] for name in FIELDS}
    return _page(typed, {})


@pages.post("/silences")
def add() -> Answer:
    """Keep a silence; what was typed stays in the form when something is wrong with it."""
    form, now = request.form, g.reader.now
    typed = {name: form.get(name, "").strip()[:200] for name in (*FIELDS, "comment", "hours", "from", "until")}
    matchers = {name: typed[name] for name in FIELDS if typed[name]}
    mistakes = {}
    if not matchers:
        mistakes["matchers"] = g.reader.t("silences.no_matcher")
    elif unknown := _unknown(matchers):
        mistakes["matchers"] = unknown
    if not typed["comment"]:
        mistakes["comment"] = g.reader.t("silences.no_comment")
    begin, end = _window(typed, mistakes)
    if not mistakes and end <= max(begin, now):
        mistakes["until"] = g.reader.t("silences.over")
    if mistakes:
        return _page(typed, mistakes), 422
    with room().store.write():
        made = stored.add(
            room().store, matchers, comment=typed["comment"], now=now, starts_at=begin, ends_at=end, by=g.user.name
        )
        record("silence.added", f"#{made.id}", **matchers)
    flash(g.reader.t("silences.added"), "good")
    return redirect(url_for("silences.index"), 303)


def _unknown(matchers: dict[str, str]) -> str | None:
    """What is wrong with a matcher that names nothing there is, in the reader's language; None when all of them do."""
    rules, sources = room().rules().rules, pages_overview.source_names(room().store)
    try:
        check_matchers(matchers.items(), rules, sources)
    except UsageTrouble:
        known = {"rule": [rule.name for rule in rules], "source": list(sources), "severity": list(SEVERITIES)}
        key = next(name for name, there in known.items() if name in matchers and matchers[name] not in there)
        near = nearest(matchers[key], known[key])
        hint = g.reader.t("silences.meant", name=near) if near else g.reader.t("silences.choose")
        said = g.reader.t("silences.unknown", field=g.reader.t(f"silences.field.{key}"), name=matchers[key])
        return f"{said} {hint}"
    return None


def _window(typed: dict[str, str], mistakes: dict[str, str]) -> tuple[int, int]:
    """From now or a moment on, for so many hours or until another moment, on the shop's clock."""
    now, zone = g.reader.now, _zone()
    begin = end = now
    try:
        begin = parse_moment(typed["from"], zone) if typed["from"] else now
    except UsageTrouble:
        mistakes["from"] = g.reader.t("silences.bad_moment")
    try:
        hours = int(typed["hours"]) if typed["hours"].isdigit() else 0
        end = parse_moment(typed["until"], zone) if typed["until"] else begin + min(hours, 24 * 366) * HOUR_MS
    except UsageTrouble:
        mistakes["until"] = g.reader.t("silences.bad_moment")
    return begin, end


def _zone() -> str:
    source = chosen_source()
    return source.timezone if source else "UTC"


@pages.post("/silences/<int:key>/end")
def end(key: int) -> Response:
    """Let a silence end now; what it held back and still is true is told."""
    try:
        with room().store.write():
            found = stored.end(room().store, key, g.reader.now)
            record("silence.ended", f"#{key}", **found.matchers)
    except UsageTrouble:
        flash(g.reader.t("silences.gone"), "bad")
    else:
        flash(g.reader.t("silences.ended"), "good")
    return redirect(url_for("silences.index"), 303)


def _page(typed: dict[str, str], mistakes: dict[str, str]) -> str:
    store, now = room().store, g.reader.now
    found = stored.recent(store)
    titles = room().titles(g.reader.language)
    return render_template(
        "silences.html",
        current=[each for each in found if each.state(now) != "expired"],
        over=[each for each in found if each.state(now) == "expired"][:30],
        typed={name: typed.get(name, "") for name in (*FIELDS, "comment", "hours", "from", "until")},
        mistakes=mistakes,
        titles=titles,
        rule_options=_any(sorted(titles.items(), key=lambda pair: pair[1])),
        source_options=_any([(name, name) for name in pages_overview.source_names(store)]),
        severity_options=_any([(name, g.reader.word("severity", name)) for name in SEVERITIES]),
        hours=[(str(each), g.reader.span(each * 3600)) for each in HOURS],
        zone=_zone(),
    )


def _any(found: list[Option]) -> list[Option]:
    return [("", g.reader.t("silences.any")), *found]
