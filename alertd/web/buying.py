"""What to order today, by supplier: the list, its text and files, and marking it as ordered.

The terms of buying have their own page, in `buying_terms`.
"""

import math
from collections.abc import Iterable
from urllib.parse import quote

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ..buying.learning import learn
from ..buying.listing import Line, Purchases, Supplier
from ..clock import local
from ..model import quantity
from ..places import money_sign
from ..sheets import Cell, Column
from ..store import alerts, buying, supply
from ..store.sources import Source
from .download import TYPES, Table, send
from .record import record
from .room import room
from .spans import chosen_source, source_options

pages = Blueprint("buying", __name__)

DAY = 86_400_000
EXPECTED_DAYS = (1, 2, 3, 4, 5, 7, 10, 14, 21, 30)
LONGEST_DAYS = 365
MOST_UNITS = 1e6
SHOWN_EACH, MOST_SHOWN = 25, 500
LINE = "line-"
_COLUMNS = (
    ("supplier", "text", 24), ("code", "text", 14), ("product", "text", 36), ("branch", "text", 18),
    ("warehouse", "text", 18), ("stock", "number", 12), ("minimum", "number", 10), ("maximum", "number", 10),
    ("coming", "number", 10), ("cover", "number", 12), ("quantity", "number", 10), ("pack", "number", 12),
    ("packs", "number", 10), ("cost", "money", 12), ("amount", "money", 12), ("why", "text", 32),
)  # fmt: skip


@pages.get("/buying")
def index() -> str:
    """The list, the worst first, and what is on its way."""
    source = chosen_source()
    if source is None or source.snapshot_at is None:
        return render_template("buying.html", source=source, found=None, sources=source_options())
    store = room().store
    found = room().purchases(source)
    return render_template(
        "buying.html",
        source=source,
        found=found,
        shown=shown(found, request.args.get("supplier")),
        sources=source_options(),
        coming=supply.open_orders(store, source.id),
        learnt=learn(supply.lead_times(store, source.id)),
        expected_days=list(EXPECTED_DAYS),
        days_of=_days_of,
        field=LINE,
        cash=lambda amount: cash(amount, source),
        why=why_words,
    )


def shown(found: Purchases, supplier: str | None) -> list[tuple[Supplier, tuple[Line, ...], int]]:
    """Each supplier with the lines the page shows and how many more there are; all of them where one is asked for.

    A shop of a hundred thousand products has thousands of lines: no page is made for that, the files are.
    """
    room_left, found_so_far = MOST_SHOWN, []
    for each in _chosen(found, supplier):
        lines = each.lines[: MOST_SHOWN if supplier is not None else min(SHOWN_EACH, room_left)]
        room_left -= len(lines)
        found_so_far.append((each, lines, len(each.lines) - len(lines)))
    return found_so_far


def cash(amount: float | None, source: Source) -> str:
    """Money as it is written where the shop is."""
    if amount is None:
        return "–"
    sign = money_sign(source.timezone) or ""
    between = "\u00a0" if len(sign) > 1 else ""
    return f"{sign}{between}{g.reader.number(round(amount, 2), money=True)}"


def why_words(line: Line) -> str:
    """Why a line stands in the list."""
    said: str = g.reader.t(f"buying.why_{line.why}")
    return said.format(point=g.reader.number(line.point)) if line.why == "point" else said


def _days_of(supplier: Supplier) -> int:
    """In how many days an order of today should be there."""
    return min(LONGEST_DAYS, max(1, math.ceil(supplier.terms.lead_days)))


# The text that goes to the supplier


@pages.get("/buying/text")
def text() -> AnyResponse | str:
    """The order of one supplier, or of all, as plain text; nothing is sent by opening it."""
    source = chosen_source()
    if source is None or source.snapshot_at is None:
        return redirect(url_for("buying.index"), 303)
    found = room().purchases(source)
    chosen = _chosen(found, request.args.get("supplier"))
    written = order_text(found, chosen, source)
    return render_template(
        "buying_text.html",
        source=source,
        supplier=request.args.get("supplier"),
        written=written,
        share=f"https://wa.me/?text={quote(written, safe='')}",
    )


def _chosen(found: Purchases, supplier: str | None) -> tuple[Supplier, ...]:
    """The suppliers asked for: one by its name ('' for those without), or all."""
    if supplier is None:
        return found.suppliers
    wanted = buying.folded(supplier)
    return tuple(each for each in found.suppliers if buying.folded(each.name) == wanted)


def order_text(found: Purchases, chosen: Iterable[Supplier], source: Source) -> str:
    """A line a product, by supplier: how much of what, in how many packs, and where to if there are several places."""
    t = g.reader.t
    shop = source.company or source.name
    parts = [t("buying.text_head", shop=shop, day=g.reader.day(found.at, source.timezone))]
    for supplier in chosen:
        lines = [_passed_on(line, several=found.several_places) for line in supplier.lines]
        parts.append("\n".join([f"*{_plain(supplier.name or t('buying.no_supplier'))}*", *lines]))
    return "\n\n".join(parts)


def _passed_on(line: Line, *, several: bool) -> str:
    number = g.reader.number
    code = f" ({_plain(line.code)})" if line.code else ""
    packs = f" = {g.reader.t('buying.packs', packs=number(line.packs), size=number(line.pack))}" if line.packs else ""
    place = f" · {_plain(line.branch)}" if several and line.branch else ""
    return f"- {number(line.quantity)} {_plain(line.name)}{code}{packs}{place}"


def _plain(words: str) -> str:
    """A name on one line, without the signs that WhatsApp takes for bold, italics and code."""
    return " ".join(words.translate(str.maketrans("*_~`", "    ")).split())


# Files


@pages.get("/buying/list.<kind>")
def file(kind: str) -> AnyResponse:
    """The list as CSV or a workbook."""
    source = chosen_source()
    if source is None or source.snapshot_at is None or kind not in TYPES:
        return redirect(url_for("buying.index"), 303)
    found = room().purchases(source)
    columns = [Column(g.reader.t(f"buying.col_{name}"), shape, width) for name, shape, width in _COLUMNS]  # type: ignore[arg-type]
    rows = [_cells(line) for line in found.lines]
    title, day = g.reader.t("buying.file"), local(g.reader.now, source.timezone).date().isoformat()
    return send(Table(f"{title}-{source.name}-{day}", columns, rows, title), kind)


def _cells(line: Line) -> list[Cell]:
    return [
        line.supplier, line.code, line.name, line.branch, line.warehouse, line.stock, line.minimum, line.maximum,
        line.on_order or None, line.cover, line.quantity, line.pack, line.packs, line.cost, line.amount,
        why_words(line),
    ]  # fmt: skip


# Marking as ordered


@pages.post("/buying/ordered")
def ordered() -> AnyResponse:
    """Note the chosen lines as on their way, and quieten their alerts until the day they are expected."""
    source = chosen_source()
    if source is None:
        return redirect(url_for("buying.index"), 303)
    lines = _lines()
    days = request.form.get("days", 7, type=int)
    if not lines or not 1 <= days <= LONGEST_DAYS:
        flash(g.reader.t("buying.bad_order"), "bad")
        return redirect(url_for("buying.index", source=source.name), 303)
    store, now, by = room().store, g.reader.now, g.user.name
    until = _end_of_day(now, source.timezone) + days * DAY
    with store.write():
        known = supply.shelves(store, source.id, [level for level, _ in lines])
        placed = [supply.Placed(known[level], level, units) for level, units in lines if level in known]
        supply.place(store, source.id, placed, expected_at=until, by=by, now=now)
        about = supply.open_stock_alerts(store, source.id, [(each.product_id, each.level_id) for each in placed])
        alerts.order(store, about, until=until, by=by, now=now, noted=True)
        record("buying.ordered", source.name, lines=len(placed))
    flash(g.reader.count("buying.ordered#", len(placed)), "good")
    return redirect(url_for("buying.index", source=source.name), 303)


def _lines() -> list[tuple[int, float]]:
    """The level and the units of each chosen line; none when one of them cannot be read: nothing is half done."""
    found = []
    for name in request.form.getlist("chosen"):
        text = request.form.get(f"{LINE}{name}", "").strip().replace(",", ".")
        try:
            units = quantity(float(text))
        except ValueError:
            return []
        if not name.isascii() or not name.isdigit() or len(name) > 18 or not 0 < units <= MOST_UNITS:
            return []
        found.append((int(name), units))
    return found


def _end_of_day(now: int, zone: str) -> int:
    here = local(now, zone)
    return now + DAY - ((here.hour * 60 + here.minute) * 60 + here.second) * 1000


@pages.post("/buying/orders/<int:key>/cancel")
def cancel(key: int) -> AnyResponse:
    """It was not ordered after all."""
    if supply.cancel(room().store, key, g.reader.now):
        record("buying.cancelled", str(key))
        flash(g.reader.t("buying.cancelled"), "good")
    return redirect(url_for("buying.index", source=request.form.get("source") or None), 303)
