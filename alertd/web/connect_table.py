"""Connect a table that a shop keeps: send the file or give its address, say which column is what, and see it read."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import UsageTrouble
from ..sources.registry import KINDS
from ..sources.tabular import WORDS
from ..store import sources as stored
from .connect import STEPS, ZONES
from .fence import leads_inside, slug
from .guard import needs, takes_files
from .record import record
from .room import room
from .system_actions import TableFault, TableLook, TableWish
from .there import source_or_404, systems_or_404

pages = Blueprint("tables", __name__)
Answer = str | Response | tuple[str, int]
KIND = "csv"
MARKS = ("", ",", ".")


@pages.get("/connect/table")
@needs("admin")
def begin() -> str:
    """A file, or an address."""
    return _begin_form({}, {})


@pages.post("/connect/table")
@needs("admin")
@takes_files
def fetch() -> Answer:
    """Take the table in, and go on to its columns."""
    form = request.form
    file = request.files.get("file")
    data = file.read() if file else b""
    wish = TableWish(
        name=slug(form.get("name", "")), zone=form.get("timezone", ""), url=form.get("base_url", "").strip() or None,
        key=form.get("api_key", "").strip() or None, data=data,
    )  # fmt: skip
    mistakes = _mistakes(wish) or _try_to_begin(wish)
    if mistakes:
        return _begin_form(form, mistakes), 422
    g.recorded = True  # Nothing is connected yet.
    return redirect(url_for("tables.columns", name=wish.name), 303)


def _mistakes(wish: TableWish) -> dict[str, str]:
    t = g.reader.t
    if not wish.name:
        return {"name": t("connect.no_name")}
    if any(source.name == wish.name for source in stored.list_sources(room().store)):
        return {"name": t("connect.taken", name=wish.name)}
    if wish.zone not in ZONES:
        return {"timezone": t("connect.bad_zone")}
    if bool(wish.data) == bool(wish.url):
        return {"file": t("table.one_of_both" if wish.url else "table.neither")}
    return _address_mistake(wish.url) if wish.url else {}


def _address_mistake(url: str) -> dict[str, str]:
    t = g.reader.t
    if not url.startswith(("http://", "https://")):
        return {"base_url": t("connect.bad_address")}
    if leads_inside(url, room().settings.private_networks):
        return {"base_url": t("channel.inside")}
    return {}


def _try_to_begin(wish: TableWish) -> dict[str, str]:
    try:
        systems_or_404().begin_table(wish)
    except TableFault as fault:
        return {"base_url" if wish.url else "file": _said(fault)}
    except UsageTrouble:
        return {"base_url": g.reader.t("connect.bad_address")}
    return {}


def _said(fault: TableFault) -> str:
    """A fault in the reader's words: its own sentence, else that of its kind."""
    if g.reader.language in fault.said:
        return fault.said[g.reader.language]
    words = g.reader.word("table.fault", fault.kind)
    return str(words if words != fault.kind else g.reader.t("table.fault.other"))


def _begin_form(typed: Mapping[str, str], mistakes: dict[str, str]) -> str:
    return render_template(
        "connect_table.html",
        typed={name: typed.get(name, "") for name in ("name", "base_url", "timezone")},
        mistakes=mistakes,
        zones=ZONES,
        zone=KINDS[KIND].zone,
        steps=STEPS,
        step="shop",
    )


@pages.get("/connect/table/<name>")
@needs("admin")
def columns(name: str) -> Answer:
    """Which column is what, and the first rows as they would be read."""
    return _columns_page(name, {}, "")


@pages.post("/connect/table/<name>")
@needs("admin")
def settle(name: str) -> Answer:
    """Look again with other columns, or connect with these."""
    chosen = {word: request.form.get(f"column-{word}", "") for word in WORDS}
    mark = request.form.get("decimal", "")
    mark = mark if mark in MARKS else ""
    if request.form.get("do") != "connect":
        g.recorded = True  # Only a look.
        return _columns_page(name, chosen, mark)
    try:
        done = systems_or_404().connect_table(name, chosen, mark)
    except TableFault as fault:
        return _columns_page(name, chosen, mark, _said(fault), 422)
    except UsageTrouble:
        return _columns_page(name, chosen, mark, g.reader.t("connect.taken", name=name), 422)
    if done is None:
        return _gone()
    known = any(source.name == name and source.snapshot_at is not None for source in stored.list_sources(room().store))
    record("source.columns" if known else "source.added", name, kind=KIND)
    room().checks.pop(name, None)
    if known:
        flash(g.reader.t("table.settled"), "good")
        return redirect(url_for("sources.one", name=name), 303)
    return redirect(url_for("connect.found", name=name), 303)


def _columns_page(name: str, chosen: Mapping[str, str], mark: str, mistake: str = "", status: int = 200) -> Answer:
    look: TableLook | None
    try:
        look = systems_or_404().look_at_table(name, chosen, mark)
    except TableFault as fault:
        flash(_said(fault), "bad")
        return redirect(url_for("tables.begin"), 303)
    if look is None:
        return _gone()
    if chosen and look.missing and not mistake:
        mistake, status = g.reader.t(f"table.missing.{look.missing}"), 422
    return render_template(
        "connect_columns.html", look=look, words=tuple(WORDS), mark=mark, marks=MARKS, mistake=mistake, steps=STEPS,
        step="shop",
    ), status  # fmt: skip


def _gone() -> Response:
    flash(g.reader.t("table.gone"), "bad")
    return redirect(url_for("tables.begin"), 303)


@pages.post("/sources/<name>/columns")
@needs("admin")
def reopen(name: str) -> Response:
    """Change the columns of a table that is connected."""
    source = source_or_404(name, KIND)
    g.recorded = True  # Only a look.
    try:
        systems_or_404().open_table(source.name)
    except TableFault as fault:
        flash(_said(fault), "bad")
        return redirect(url_for("sources.one", name=name), 303)
    return redirect(url_for("tables.columns", name=name), 303)


@pages.post("/sources/<name>/table")
@takes_files
def replace(name: str) -> Response:
    """A newer file in the place of the one that was sent before."""
    source = source_or_404(name, KIND)
    file = request.files.get("file")
    try:
        count = systems_or_404().replace_table(source.name, file.read() if file else b"")
    except TableFault as fault:
        flash(_said(fault), "bad")
    else:
        record("source.table", name, products=count)
        flash(g.reader.count("table.replaced#", count), "good")
    return redirect(url_for("sources.one", name=name), 303)
