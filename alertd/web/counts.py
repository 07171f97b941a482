"""Counting: the list of the week, on paper and on the phone, what was counted, and how good the books are over time."""

from datetime import timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..clock import moment, utc
from ..errors import UsageTrouble
from ..reconcile import counts, words
from ..sheets import SheetFault, number
from ..store import counts as stored
from ..store import knowledge, reconciliation
from .reconcile_knowledge import MARKS
from .record import record
from .room import MOST_TO_COUNT, room
from .spans import chosen_source, source_options

pages = Blueprint("count", __name__)

SIZES = (10, 15, 25, 50, 100)
MONTHS = 6
DAY_MS = 86_400_000
FIELD = "counted-"


@pages.get("/count")
def index() -> str:
    """The products worth counting, the most promising first, with a field for each."""
    return _page({}, {})


@pages.get("/count/sheet")
def sheet() -> str:
    """The same list to be printed: one line a place, by section, with room to write."""
    source = chosen_source()
    size = _size()
    lines = room().to_count(source.id)[:size] if source else []
    places: dict[int, list[object]] = {}
    for row in stored.warehouses_of(room().store, [line.product_id for line in lines]) if lines else ():
        places.setdefault(row["product_id"], []).append(row)
    by_section = sorted(lines, key=lambda line: (line.categoria or "~", line.nombre))
    return render_template("count_sheet.html", source=source, lines=by_section, places=places, size=size)


@pages.post("/count")
def enter() -> Response | tuple[str, int]:
    """Book what was counted; equal is a result too. What cannot be read stays in its field."""
    source = chosen_source()
    if source is None:
        return redirect(url_for("count.index"), 303)
    typed = {
        int(name.removeprefix(FIELD)): text.strip()
        for name, text in request.form.items()
        if name.startswith(FIELD) and name.removeprefix(FIELD).isdigit() and text.strip()
    }
    mistakes: dict[int | str, str] = {}
    code = request.form.get("codigo", "").strip()
    if code:
        _by_code(source.id, code, request.form.get("counted", "").strip(), typed, mistakes)
    booked = _book(source.id, typed, mistakes)
    if booked:
        flash(g.reader.count("count.booked#", booked), "good")
    if mistakes:
        return _page(typed, mistakes), 422
    if not booked:
        flash(g.reader.t("count.nothing"), "bad")
    return redirect(url_for("count.index", source=source.name, size=_size()), 303)


def _by_code(source_id: int, code: str, counted: str, typed: dict[int, str], mistakes: dict[int | str, str]) -> None:
    """A product that is not on the list, named by its code."""
    found = knowledge.products_by_code(room().store, source_id, [code]).get(code, [])
    if len(found) != 1:
        mistakes["codigo"] = g.reader.t("count.no_code" if not found else "count.codes")
    elif not counted:
        mistakes["counted"] = g.reader.t("count.no_number")
    else:
        typed[found[0][0]] = counted


def _book(source_id: int, typed: dict[int, str], mistakes: dict[int | str, str]) -> int:
    booked = 0
    for product, text in list(typed.items()):
        try:
            with room().store.write():
                done = counts.enter(
                    room().store, source_id, product, number(text, MARKS[g.reader.language]), g.reader.now,
                    by=g.user.name, note=request.form.get("note", "").strip()[:200] or None,
                )  # fmt: skip
                record("count.entered", _called(product), counted=done.counted, book=done.book)
        except SheetFault as fault:
            mistakes[product] = fault.said(g.reader.language)
        except UsageTrouble:
            mistakes[product] = g.reader.t("count.impossible")
        else:
            booked += 1
            del typed[product]
    return booked


def _called(product: int) -> str:
    row = next(iter(reconciliation.facts(room().store, [product])), None)
    return str(row["code"] or row["name"]) if row else "?"


def _size() -> int:
    size = request.values.get("size", SIZES[0], type=int)
    return min(max(1, size), MOST_TO_COUNT)


def _page(typed: dict[int, str], mistakes: dict[int | str, str]) -> str:
    source = chosen_source()
    store, now = room().store, g.reader.now
    lines = room().to_count(source.id)[: _size()] if source else []
    since = now - counts.LOOK_BACK_DAYS * DAY_MS
    first = (utc(now).replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1, hour=0, minute=0, second=0)
    return render_template(
        "count.html",
        source=source,
        sources=source_options(),
        lines=lines,
        size=_size(),
        sizes=SIZES,
        field=FIELD,
        typed=typed,
        mistakes=mistakes,
        standing=counts.standing(store, source.id, now) if source else None,
        months=stored.by_month(store, source.id, moment(first)) if source else [],
        history=stored.counts(store, source.id, since)[:50] if source else [],
        share=lambda value: "–" if value is None else f"{words.number(round(value * 100, 1), g.reader.language)} %",
        cash=lambda amount: words.money(amount, g.reader.language),
    )
