"""The products: search and pages of them, columns by choice, and the same as a file. One product is in `product`."""

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ..sheets import Column
from ..sheets.writing import Kind
from ..store import pages_overview, pages_products
from . import columns, product
from .choices import Option, options, pairs
from .download import Table, send
from .guard import needs, safe_next
from .listing import STATES, Asked, asked, every_line, lines_of
from .paging import links, read_cursor
from .record import changes_nothing
from .room import room
from .state import state_at

pages = Blueprint("products", __name__)
pages.add_url_rule("/products/<int:key>", "one", product.one)
pages.add_url_rule("/products/<int:key>/history.json", "history", product.history)


@pages.get("/products")
def index() -> str:
    """One page of the list. With `?at=` the stock is that of the moment."""
    wanted = asked(request.args)
    slice_ = pages_products.list_products(
        room().store, wanted.wanted, state_at(g.reader.now), read_cursor(request.args, 3)
    )
    shown = _shown(wanted)
    return render_template(
        "products.html",
        wanted=wanted.wanted,
        asked=wanted,
        lines=lines_of(wanted, slice_.rows, demand=any(column.name == "cover" for column in shown)),
        columns=shown,
        cells=[(column, _begin(column)) for column in shown],
        every_column=columns.COLUMNS,
        links=links(slice_),
        menus=_menus(),
        state_options=options("word.any_state", ((name, g.reader.word("level", name)) for name in STATES)),
        filtered=wanted.wanted.anything,
        total=sum(shelf.products for shelf in room().sizes().values()),
    )


def _shown(wanted: Asked) -> tuple[columns.Column, ...]:
    """The chosen columns. What stood on another day is not judged by today's sales, so there is no state then."""
    found = columns.shown(several_sources=len(pages_overview.source_names(room().store)) > 1)
    return found if wanted.at is None else tuple(each for each in found if each.name not in ("state", "cover"))


def _begin(column: columns.Column) -> Markup:
    """How every cell of a column begins: written once, not in every row."""
    css = "right figure" if column.name == "stock" else "right figure soft" if column.kind != "text" else "soft"
    if column.name in ("category", "source"):
        css += " wide-only"
    return Markup('<td class="{}" data-label="{}">').format(css, g.reader.t(column.word))


def _menus() -> dict[str, list[Option]]:
    """What the filters offer; one that offers no choice is left out."""
    known = room().facets()
    any_of = {"branch": "word.any_branch", "warehouse": "word.any_warehouse", "category": "word.any_category",
              "brand": "word.any_brand", "supplier": "word.any_supplier", "source": "word.any_source"}  # fmt: skip
    return {name: options(word, pairs(known[name])) for name, word in any_of.items() if len(known[name]) > 1}


@pages.post("/products/columns")
@needs("viewer")
@changes_nothing
def choose_columns() -> Response:
    """Remember which columns this person wants to see."""
    columns.choose(request.form.getlist("column"))
    return redirect(safe_next(request.form.get("next") or url_for("products.index")), 303)


@pages.get("/products/export.<kind>")
def export(kind: str) -> Response:
    """What is shown, all pages of it, as CSV or XLSX."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    wanted = asked(request.args)
    shown = _shown(wanted)
    if not any(column.name == "code" for column in shown):
        shown = (columns.COLUMNS[0], *shown)
    demand = any(column.name == "cover" for column in shown)
    rows = (
        (line.product.name, *(_cell(column, line) for column in shown)) for line in every_line(wanted, demand=demand)
    )
    heads = [Column(g.reader.t("word.product"), width=44), *(_head(column) for column in shown)]
    name = "-".join(part for part in (g.reader.t("products.file"), *wanted.link.values()) if part)
    return send(Table(name, heads, rows), kind)


def _head(column: columns.Column) -> Column:
    kinds: dict[str, Kind] = {"number": "number", "money": "money"}
    return Column(g.reader.t(column.word), kinds.get(column.kind, "text"), 18)


def _cell(column: columns.Column, line: columns.Line) -> columns.Value:
    found = column.of(line)
    return g.reader.word("level", str(found)) if column.kind == "state" else found
