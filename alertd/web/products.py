"""The products: search and pages of them, and one product with its levels, their history and its alerts."""

from dataclasses import dataclass

from flask import Blueprint, abort, g, render_template, request

from ..store import pages_alerts, pages_overview, pages_products
from ..store.pages_products import LevelRow, ProductFilter, ProductRow
from .chart import Chart, step_chart
from .choices import options, pairs
from .paging import links, read_cursor
from .room import room
from .state import WORST_FIRST, state_at, worst

pages = Blueprint("products", __name__)

FILTERS = ("negative", "out", "low", "over")
CHART_DAYS = 90
CHANGES_SHOWN = 30
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product in the list, with its levels summed up."""

    product: ProductRow
    stock: float | None
    minimum: float | None
    places: int
    in_worst: int
    state: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level on a product's page, with the little chart beside it."""

    level: LevelRow
    chart: Chart | None


@pages.get("/products")
def index() -> str:
    """One page of the list."""
    store, wanted = room().store, _filter()
    slice_ = pages_products.list_products(store, wanted, state_at(g.reader.now), read_cursor(request.args, 3))
    levels = pages_products.levels_of(store, [product.id for product in slice_.rows], state_at(g.reader.now))
    return render_template(
        "products.html",
        wanted=wanted,
        lines=[product_line(product, [at for at in levels if at.product_id == product.id]) for product in slice_.rows],
        links=links(slice_),
        source_options=options("word.any_source", pairs(pages_overview.source_names(store))),
        state_options=options("word.any_state", ((name, g.reader.word("level", name)) for name in FILTERS)),
        filtered=bool(wanted.text or wanted.source or wanted.state),
    )


@pages.get("/products/<int:key>")
def one(key: int) -> str:
    """One product. `?level=` chooses the level whose history is drawn; the worst one speaks first."""
    store = room().store
    product = (pages_products.product_by_id(store, key) if key < 2**63 else None) or abort(404)
    levels = pages_products.levels_of(store, [key], state_at(g.reader.now))
    chosen = _chosen(levels)
    start = g.reader.now - CHART_DAYS * _DAY
    lines = [LevelLine(level, _chart(level, start)) for level in levels]
    changes = pages_products.changes(store, chosen.id, start) if chosen else []
    return render_template(
        "product.html",
        product=product,
        lines=lines,
        chosen=chosen,
        chart=next((line.chart for line in lines if chosen is not None and line.level.id == chosen.id), None),
        changes=list(zip(changes, [None, *changes], strict=False))[::-1][:CHANGES_SHOWN],
        days=CHART_DAYS,
        alerts=pages_alerts.alerts_of_product(store, key),
        titles=room().titles(g.reader.language),
    )


def product_line(product: ProductRow, levels: list[LevelRow]) -> ProductLine:
    """Sum a product's levels up: how much there is, how much there should be, and the worst state of them."""
    minimums = [level.minimum for level in levels if level.minimum]
    state = worst([level.state for level in levels])
    return ProductLine(
        product,
        stock=round(sum(level.stock for level in levels), 6) if levels else None,
        minimum=round(sum(minimums), 6) if minimums else None,
        places=len(levels),
        in_worst=sum(level.state == state for level in levels),
        state=state,
    )


def _filter() -> ProductFilter:
    state = request.args.get("state", "")
    return ProductFilter(
        text=request.args.get("q", "").strip()[:100],
        source=request.args.get("source", ""),
        state=state if state in FILTERS else "",
    )


def _chosen(levels: list[LevelRow]) -> LevelRow | None:
    asked = request.args.get("level", type=int)
    worst_first = sorted(levels, key=lambda level: WORST_FIRST.index(level.state))
    return next((level for level in levels if level.id == asked), worst_first[0] if worst_first else None)


def _chart(level: LevelRow, start: int) -> Chart | None:
    return step_chart(pages_products.changes(room().store, level.id, start), start, g.reader.now)
