"""What moved without a document: the report by source, days and branch, one line opened, and what a person answers."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..errors import Trouble, UsageTrouble
from ..reconcile import export, typed, words
from ..reconcile.behind import Behind, behind, matched
from ..reconcile.report import TERMS, Line, Part, Report, reconcile
from ..store import pages_overview, reconciliation
from ..store.db import Row
from .download import TYPES
from .record import record
from .room import room
from .spans import Span, source_options, span

pages = Blueprint("reconcile", __name__)

USUAL_DAYS = 7
SHOWN = 60
KEPT_REPORTS = 4
VIEWS = ("undocumented", "guessed", "unmatched", "unknown")
ANSWERS = ("receipt", "adjustment", "transfer", "factor", "recipe", "loss")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the list: a gap, or a whole line where no gap is to be told apart. `kept` is what can be answered."""

    line: Line
    part: Part | None
    kept: Row | None

    @property
    def cause(self) -> str:
        """The guess, or what a person said."""
        return (self.part.cause if self.part else self.line.cause) or ""

    @property
    def units(self) -> float | None:
        """How much it is about."""
        return self.part.units if self.part else self.line.unexplained

    @property
    def value(self) -> float | None:
        """What that is worth at cost."""
        return self.part.value if self.part else self.line.unexplained_value

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches it is in."""
        places = (self.part.facts if self.part else self.line.facts).get("places", ())
        return tuple(dict.fromkeys(place["branch"] for place in places if place["branch"]))


@pages.get("/reconcile")
def index() -> str:
    """The report: what is left over first, ranked by value; what is probably explained behind its causes."""
    asked = span(USUAL_DAYS)
    if asked is None:
        return render_template("reconcile.html", asked=None, report=None, why="")
    report, why = _report(asked)
    if report is None:
        return render_template("reconcile.html", asked=asked, report=None, why=why, sources=source_options())
    entries = {view: _entries(report, asked, view) for view in VIEWS}
    view = request.args.get("view", VIEWS[0])
    view = view if view in VIEWS else VIEWS[0]
    branch, cause = request.args.get("branch", ""), request.args.get("cause", "")
    chosen = [
        each for each in entries[view] if (not branch or branch in each.branches) and (not cause or each.cause == cause)
    ]
    page = max(0, request.args.get("page", 0, type=int))
    branches = sorted({name for found in entries.values() for each in found for name in each.branches})
    return render_template(
        "reconcile.html",
        asked=asked,
        report=report,
        why="",
        sources=source_options(),
        branches=branches,
        branch_options=[("", g.reader.t("counting.every_branch")), *((name, name) for name in branches)],
        counts={name: len(found) for name, found in entries.items()},
        causes=Counter(each.cause for each in entries["guessed"]).most_common(),
        view=view,
        branch=branch,
        cause=cause,
        entries=chosen[page * SHOWN : (page + 1) * SHOWN],
        found=len(chosen),
        page=page,
        more=len(chosen) > (page + 1) * SHOWN,
        limit=reconciliation.value_limit(room().store, asked.source.id),
        **_says(),
    )


def _says() -> dict[str, object]:
    """The sentences of the reconciliation, in the reader's language."""
    language = g.reader.language
    return {
        "equation": lambda line: words.equation(line, language),
        "sum_of": lambda part: words.sum_of(part.facts, language),
        "cause_words": lambda name: words.cause(name, language),
        "part_evidence": lambda part: words.part_evidence(part, language),
        "evidence": lambda line: words.evidence(line, language),
        "signed": lambda amount: words.number(amount, language) if amount < 0 else f"+{words.number(amount, language)}",
        "cash": lambda amount: words.money(amount, language),
        "terms": TERMS,
        "answers": ANSWERS,
    }


def _entries(report: Report, asked: Span, view: str) -> list[Entry]:
    """The rows of one list, the dearest first."""
    if view == "unmatched":
        return [Entry(line, None, None) for line in report.lines if line.cause == "unmatched"]
    if view == "unknown":
        lines = [line for line in report.lines if line.unexplained is None and line.cause != "unmatched"]
        return [Entry(line, None, None) for line in lines]
    kept: dict[int, list[Row]] = {}
    for row in reconciliation.variances(room().store, asked.source.id, report.since, report.until):
        kept.setdefault(row["product_id"], []).append(row)
    found = []
    for line in report.lines:
        if line.unexplained is None:
            continue
        for gap in line.parts:
            part, answerable = matched(gap, kept.get(line.product_id or 0, ()))
            if part.reported == (view == "undocumented"):
                found.append(Entry(line, part, answerable))
    return sorted(found, key=lambda each: (-abs(each.value or 0), -abs(each.units or 0), each.line.nombre or ""))


class _Shelf:
    """The last few reports, for a list and its next page are the same sum. Anything that may change it makes it new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[object, Report] = {}

    def report(self, asked: Span) -> Report:
        store, source = room().store, asked.source
        key = (
            store.path, source.id, asked.begin, reconciliation.snapshot_before(store, source.id, asked.end),
            pages_overview.newest_poll(store), reconciliation.changes_by_people(store),
            reconciliation.value_limit(store, source.id),
        )  # fmt: skip
        with self._lock:
            if key in self._kept:
                return self._kept[key]
        report = reconcile(store, source, asked.begin, asked.end)
        with self._lock:
            self._kept = dict([*self._kept.items(), (key, report)][-KEPT_REPORTS:])
        return report


_shelf = _Shelf()


def _report(asked: Span) -> tuple[Report | None, str]:
    try:
        return _shelf.report(asked), ""
    except Trouble:
        return None, g.reader.t("reconcile.no_snapshot")


@pages.get("/reconcile/download.<kind>")
def download(kind: str) -> Response:
    """The report as a table."""
    asked = span(USUAL_DAYS)
    if kind not in TYPES or asked is None:
        abort(404)
    report, why = _report(asked)
    if report is None:
        abort(404, why)
    name = f"{asked.source.name}-{asked.since}-{asked.until}.{kind}"
    return Response(
        export.download(report, kind, g.reader.language),
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.get("/reconcile/product/<int:key>")
def one(key: int) -> str:
    """One line opened: every figure with the documents behind it, every gap with its guess and its buttons."""
    asked = span(USUAL_DAYS)
    found = _behind(asked, key) if asked is not None and key < 2**63 else None
    if asked is None or found is None:
        abort(404)
    return render_template("reconcile_product.html", asked=asked, found=found, **_says())


def _behind(asked: Span, key: int) -> Behind | None:
    row = next(iter(reconciliation.facts(room().store, [key])), None)
    if row is None or reconciliation.source_of(room().store, key) != asked.source.id:
        return None
    return behind(room().store, asked.source, key, asked.begin, asked.end)


@pages.post("/reconcile/answer/<int:key>")
def answer(key: int) -> AnyResponse:
    """Keep what a person says a gap was, and use it from now on."""
    store, said = room().store, request.form.get("answer", "")
    row = reconciliation.variance(store, key) if key < 2**63 else None
    asked = span(USUAL_DAYS)
    if row is None or asked is None or row["source_id"] != asked.source.id:
        flash(g.reader.t("reconcile.gone"), "bad")
        return redirect(_back(asked), 303)
    size = _whole(request.form.get("factor", ""))
    try:
        with store.write():
            typed.confirm(
                store, asked.source.id, key, said, now=g.reader.now, by=g.user.name,
                note=request.form.get("note", "").strip()[:200] or None, factor=size,
            )  # fmt: skip
            record("reconcile.answered", row["codigo"] or row["nombre"], answer=said, units=row["units"])
    except UsageTrouble:
        flash(g.reader.t("reconcile.needs_box" if said == "factor" else "reconcile.cannot"), "bad")
    else:
        flash(g.reader.t(f"reconcile.kept.{said}", name=row["nombre"]), "good")
    return redirect(_back(asked), 303)


def _whole(text: str) -> int | None:
    found = int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 6 else None
    return found if found and found >= 2 else None


def _back(asked: Span | None) -> str:
    """To the list or line that the button stood in."""
    key = request.form.get("line", type=int)
    address: dict[str, Any] = dict(asked.address) if asked is not None else {}
    if key:
        return url_for("reconcile.one", key=key, **address)
    address |= {name: request.form[name] for name in ("view", "branch", "cause", "page") if request.form.get(name)}
    return url_for("reconcile.index", **address)
