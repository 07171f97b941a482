"""What only some systems have: webhooks, withdrawals by sector and cost centre, and stock that a person counts."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..clock import day_number, local
from ..errors import UsageTrouble
from ..folding import fold
from ..sheets import SheetFault, number
from ..sources.registry import KINDS
from ..store import deliveries, knowledge, ledger, transactions
from ..store.sources import Source
from .guard import needs, takes_files
from .record import record
from .room import room
from .system_actions import CountLine, Webhooks
from .there import source_or_404, systems_or_404

pages = Blueprint("systems", __name__)
Answer = str | Response | tuple[str, int]

SHOWN = 20
WEEKS = 8
MOST_PLACES = 200
MOST_COUNTED = 200
LARGEST = 1e9
DAY_MS = 86_400_000
BY = ("sector", "cost_center")


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What the page of a source shows because of its kind; what does not apply is None or empty."""

    webhooks: Webhooks | None = None
    came: Any = None
    refused: Any = None
    transacts: bool = False
    incomplete: int = 0
    counted: bool = False
    table: bool = False
    sent: bool = False


@pages.app_context_processor
def _teach() -> dict[str, Any]:
    return {"facts_of": facts_of, "why_words": why_words}


def facts_of(source: Source) -> KindFacts:
    """For the page of a source."""
    kind, store = KINDS[source.kind], room().store
    if source.kind == "csv":
        home = (room().settings.home / "tables").resolve().as_uri()
        return KindFacts(table=True, sent=source.base_url.startswith(f"{home}/"))
    if source.kind != "smartepi":
        return KindFacts(transacts="transactions" in kind.lanes)
    systems = room().actions.systems
    return KindFacts(
        webhooks=systems.webhooks(source.name) if systems else None,
        came=next(iter(deliveries.latest(store, source.id, 1)), None),
        refused=next(iter(deliveries.latest_refused(store, source.id, 1)), None),
        transacts=True,
        incomplete=transactions.not_completed_count(store, source.id, g.reader.now - 30 * DAY_MS),
        counted=kind.counted,
    )


@pages.get("/sources/<name>/webhooks")
def webhooks(name: str) -> str:
    """The last deliveries and refusals, and how they are believed."""
    return _webhooks_page(source_or_404(name, "smartepi"), None)


def _webhooks_page(source: Source, mistake: str | None) -> str:
    store = room().store
    return render_template(
        "system_webhooks.html",
        source=source,
        believed=systems_or_404().webhooks(source.name),
        address=f"{room().settings.url}/hooks/smartepi/{source.name}",
        came=deliveries.latest(store, source.id, SHOWN),
        refused=deliveries.latest_refused(store, source.id, SHOWN),
        mistake=mistake,
    )


@pages.post("/sources/<name>/webhooks/secret")
@needs("admin")
def change_secret(name: str) -> Answer:
    """Take a new secret in; the one before is good for a week more."""
    source = source_or_404(name, "smartepi")
    secret = request.form.get("webhook_secret", "").strip()
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        return _webhooks_page(source, g.reader.t("connect.bad_key")), 422
    systems_or_404().change_secret(source.name, secret)
    record("source.secret", name)
    flash(g.reader.t("hooks.secret_changed"), "good")
    return redirect(url_for("systems.webhooks", name=name), 303)


@pages.post("/sources/<name>/webhooks/scheme")
@needs("admin")
def pin_scheme(name: str) -> Response:
    """Settle how signatures are read, as the last refused delivery showed."""
    source = source_or_404(name, "smartepi")
    scheme = request.form.get("scheme", "")
    try:
        systems_or_404().pin_scheme(source.name, scheme)
    except UsageTrouble:
        abort(400)
    record("source.scheme", name, scheme=scheme)
    flash(g.reader.t("hooks.scheme_pinned"), "good")
    return redirect(url_for("systems.webhooks", name=name), 303)


@dataclass(frozen=True, slots=True)
class PlaceWeeks:
    """A sector or cost centre over the last weeks, oldest first; `change` against the weeks before, as a share."""

    name: str
    weeks: list[float]
    given: float
    taken_back: float
    change: float | None


@pages.get("/sources/<name>/consumption")
def consumption(name: str) -> str:
    """What each sector or cost centre took, week by week, and what of."""
    source = source_or_404(name, "smartepi")
    by = request.args.get("by", BY[0]) if request.args.get("by") in BY else BY[0]
    today = day_number(local(g.reader.now, source.timezone).date())
    found = place_weeks(transactions.by_weeks(room().store, source.id, by=by, until=today, weeks=WEEKS))
    place = request.args.get("place")
    goods = transactions.consumption(room().store, source.id, by=by, since=today - 27, until=today)
    return render_template(
        "system_consumption.html",
        source=source,
        by=by,
        choices=BY,
        places=found[:MOST_PLACES],
        top=max((week for each in found for week in each.weeks), default=0.0),
        place=place,
        goods=[row for row in goods if row["place"] == place] if place is not None else [],
        weeks=WEEKS,
    )


def place_weeks(rows: list[Any]) -> list[PlaceWeeks]:
    """The rows of `by_weeks` by place, the largest of the last four weeks first."""
    given: dict[str, list[float]] = {}
    back: dict[str, float] = {}
    for row in rows:
        given.setdefault(row["place"], [0.0] * WEEKS)[row["week"]] = row["given"]
        if row["week"] >= WEEKS - 4:
            back[row["place"]] = round(back.get(row["place"], 0.0) + row["taken_back"], 6)
    found = []
    for place, weeks in given.items():
        late, early = round(sum(weeks[-4:]), 6), round(sum(weeks[:-4]), 6)
        change = (late - early) / early if early else None
        found.append(PlaceWeeks(place, weeks, late, back.get(place, 0.0), change))
    return sorted(found, key=lambda each: (-each.given, each.name))


@pages.get("/sources/<name>/incomplete")
def incomplete(name: str) -> str:
    """What was asked for and not handed out; it never moved stock."""
    source = source_or_404(name, "smartepi", "smartbis")
    rows = transactions.not_completed(room().store, source.id, limit=100)
    return render_template("system_incomplete.html", source=source, rows=rows)


@pages.get("/sources/<name>/stock-count")
def counts(name: str) -> str:
    """Every product whose stock a person counts, with a field beside it."""
    return _counts_page(source_or_404(name, "smartepi"), {}, {})


def _counts_page(source: Source, typed: dict[str, str], mistakes: dict[str, str], wrong_file: str = "") -> str:
    text = request.args.get("q", "").strip()[:100]
    return render_template(
        "system_counts.html",
        source=source,
        rows=ledger.to_count(room().store, source.id, fold(text) or "", MOST_COUNTED),
        most=MOST_COUNTED,
        text=text,
        typed=typed,
        mistakes=mistakes,
        wrong_file=wrong_file,
    )


@pages.post("/sources/<name>/stock-count")
def take_counts(name: str) -> Answer:
    """Take every field that was filled in: all of them, or none."""
    source = source_or_404(name, "smartepi")
    typed = {key: value.strip() for key, value in request.form.items() if value.strip()}
    lines, mistakes = _typed_counts(source, typed)
    if mistakes:
        return _counts_page(source, typed, mistakes), 422
    return _take(source, lines)


def _typed_counts(source: Source, typed: dict[str, str]) -> tuple[list[CountLine], dict[str, str]]:
    rows = {str(row["key"]): row for row in ledger.to_count(room().store, source.id, "", 100_000)}
    lines: list[CountLine] = []
    mistakes: dict[str, str] = {}
    for key, row in rows.items():
        counted, minimum = (_typed(typed, f"{what}-{key}", mistakes) for what in ("count", "minimum"))
        if counted is None and minimum is not None and f"count-{key}" not in typed and row["stock"] is None:
            mistakes[f"count-{key}"] = g.reader.t("counts.lacks")
        kept = counted if counted is not None else row["stock"]
        if (counted is not None or minimum is not None) and kept is not None:
            lines.append(CountLine(0, row["key"], row["code"], row["name"], kept, minimum, row["stock"]))
    return lines, mistakes


def _typed(typed: dict[str, str], name: str, mistakes: dict[str, str]) -> float | None:
    """The number of a field; None where it is empty or wrong, which is then in `mistakes`."""
    if name not in typed:
        return None
    try:
        found = number(typed[name])
    except SheetFault as fault:
        mistakes[name] = fault.said(g.reader.language)
        return None
    if not 0 <= found <= LARGEST:
        mistakes[name] = g.reader.t("counts.negative")
        return None
    return found


def _take(source: Source, lines: list[CountLine]) -> Response:
    target = redirect(url_for("systems.counts", name=source.name), 303)
    if not lines:
        flash(g.reader.t("counts.nothing"), "bad")
        return target
    try:
        taken = systems_or_404().take_counts(source.name, lines, g.user.name)
    except UsageTrouble:
        # Between the form and now the system began to tell that stock, or the product went away.
        flash(g.reader.t("counts.moved_on"), "bad")
        return target
    record("counts.taken", source.name, products=taken)
    flash(g.reader.count("counts.taken#", taken), "good")
    return target


@pages.post("/sources/<name>/stock-count/upload")
@takes_files
def upload_counts(name: str) -> Answer:
    """Look a file of counts over: what can be taken and, line by line, what cannot."""
    source = source_or_404(name, "smartepi")
    file = request.files.get("file")
    data = file.read() if file else b""
    try:
        lines, bad = systems_or_404().read_counts(source.name, data)
    except SheetFault as fault:
        return _counts_page(source, {}, {}, fault.said(g.reader.language)), 422
    key = knowledge.keep_upload(
        room().store, source.id, g.user.id, (file.filename if file else None) or "?", data, g.reader.now
    )
    g.recorded = True  # Nothing is taken yet.
    return render_template(
        "system_count_upload.html", source=source, key=key, lines=lines[:MOST_COUNTED], good_count=len(lines),
        bad=bad[:MOST_COUNTED], bad_count=len(bad),
    )  # fmt: skip


@pages.post("/sources/<name>/stock-count/upload/<int:key>")
def book_counts(name: str, key: int) -> Response:
    """Take the lines of a file that was looked over."""
    source, store = source_or_404(name, "smartepi"), room().store
    kept = knowledge.upload(store, key, g.user.id) if key < 2**63 else None
    if kept is None or kept[0] != source.id:
        flash(g.reader.t("counts.upload_gone"), "bad")
        return redirect(url_for("systems.counts", name=name), 303)
    lines, _ = systems_or_404().read_counts(source.name, kept[2])
    knowledge.drop_upload(store, key)
    return _take(source, lines)


_WHY = {
    "it carries no signature": "unsigned",
    "the time in its signature cannot be read": "unreadable",
    "its signature is older than five minutes, or from the future": "old",
    "its signature does not fit the webhook secret": "unfit",
    "no webhook secret is known for this source; give it with 'alertd source secret'": "no_secret",
    "its body is no event in JSON": "body",
    "its body has no usable id and type": "ids",
}


def why_words(reason: str) -> str:
    """Why a delivery was refused, for the reader; a reason that is not known is shown as it is."""
    return str(g.reader.t(f"hooks.why.{_WHY[reason]}") if reason in _WHY else reason)
