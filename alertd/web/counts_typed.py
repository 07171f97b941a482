"""Receipts and adjustments that the inventory system does not tell of: one by form, many by file, with a preview."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..clock import local
from ..reconcile import typed
from ..sheets import SheetFault
from ..store import knowledge, reconciliation
from ..store import sources as systems
from ..store.sources import Source
from .guard import takes_files
from .reconcile_knowledge import MARKS
from .record import record
from .room import room
from .spans import chosen_source, source_options

pages = Blueprint("typed", __name__)
Answer = str | Response | tuple[str, int]

KINDS = ("entrada", "salida", "ajuste", "traslado")
FIELDS = ("codigo", "cantidad", "fecha", "tipo", "sucursal", "nota")
SHOWN = 200


@pages.get("/count/receipts")
def index() -> str:
    """What was typed, and the forms."""
    return _page({}, None)


@pages.post("/count/receipts")
def add() -> Answer:
    """Book one line."""
    source = chosen_source() or abort(404)
    told = {name: request.form.get(name, "").strip()[:200] for name in FIELDS}
    today = local(g.reader.now, source.timezone).date()
    try:
        entry = typed.one(
            room().store, source.id, told, today, mark=MARKS[g.reader.language], now=g.reader.now
        )  # fmt: skip
    except SheetFault as fault:
        return _page(told, fault.said(g.reader.language)), 422
    with room().store.write():
        typed.book(room().store, source.id, [entry], zone=source.timezone, now=g.reader.now, by=g.user.name)
        record("receipts.typed", entry.codigo, units=entry.quantity)
    flash(g.reader.t("typed.booked_one", name=entry.nombre), "good")
    return redirect(url_for("typed.index", source=source.name), 303)


@pages.post("/count/receipts/upload")
@takes_files
def upload() -> Answer:
    """Look a file over: what can be booked and, line by line, what cannot."""
    source = chosen_source() or abort(404)
    file = request.files.get("file")
    data = file.read() if file else b""
    try:
        found = typed.preview(room().store, source.id, data, local(g.reader.now, source.timezone).date())
    except SheetFault as fault:
        return _page({}, None, wrong_file=fault.said(g.reader.language)), 422
    name = (file.filename if file else None) or "?"
    key = knowledge.keep_upload(room().store, source.id, g.user.id, name, data, g.reader.now)
    g.recorded = True  # Nothing is booked yet.
    return _preview(source, key, name, found)


def _preview(source: Source, key: int, name: str, found: typed.Preview) -> str:
    return render_template(
        "count_upload.html",
        source=source,
        key=key,
        name=name,
        entries=found.entries[:SHOWN],
        good=len(found.entries),
        errors=found.errors[:SHOWN],
        refused=len(found.errors),
        language=g.reader.language,
    )


@pages.post("/count/receipts/upload/<int:key>")
def book(key: int) -> Response:
    """Book the lines of a file that was looked over."""
    store = room().store
    kept = knowledge.upload(store, key, g.user.id) if key < 2**63 else None
    source = next((each for each in systems.list_sources(store) if kept and each.id == kept[0]), None)
    if kept is None or source is None:
        flash(g.reader.t("typed.upload_gone"), "bad")
        return redirect(url_for("typed.index"), 303)
    found = typed.preview(store, source.id, kept[2], local(g.reader.now, source.timezone).date())
    with store.write():
        new = typed.book(store, source.id, found.entries, zone=source.timezone, now=g.reader.now, by=g.user.name)
        knowledge.drop_upload(store, key)
        record("receipts.uploaded", kept[1], lines=new)
    known = len(found.entries) - new
    flash(g.reader.count("typed.booked#", new) + (f" {g.reader.count('typed.known#', known)}" if known else ""), "good")
    return redirect(url_for("typed.index", source=source.name), 303)


@pages.post("/count/receipts/<int:key>/remove")
def remove(key: int) -> Response:
    """Take a typed line back; it counts no more."""
    store = room().store
    row = knowledge.entry(store, key) if key < 2**63 else None
    source = chosen_source()
    if row is None or source is None or row["source_id"] != source.id:
        abort(404)
    with store.write():
        if knowledge.remove_entry(store, key, g.reader.now) is not None:
            reconciliation.touch(store, source.id, [(row["product_id"], row["at"])])
            record("receipts.removed", str(row["product_id"]), units=row["quantity"])
    flash(g.reader.t("typed.removed"), "good")
    return redirect(url_for("typed.index", source=source.name), 303)


def _page(told: dict[str, str], mistake: str | None, wrong_file: str | None = None) -> str:
    source = chosen_source()
    return render_template(
        "count_receipts.html",
        source=source,
        sources=source_options(),
        entries=knowledge.entry_days(room().store, source.id) if source else [],
        told={name: told.get(name, "") for name in FIELDS},
        mistake=mistake,
        wrong_file=wrong_file,
        kinds=[(name, g.reader.t(f"typed.kind.{name}")) for name in KINDS],
        today=local(g.reader.now, source.timezone).date().isoformat() if source else "",
    )
