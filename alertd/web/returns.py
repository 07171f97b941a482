"""Returns: how many, of what, where and why; what comes back too often; money without goods; voids at the till."""

from collections.abc import Iterator
from typing import Any, get_args

from flask import Blueprint, Response, abort, g, render_template, request

from ..reconcile import words
from ..reconcile.returns import BYS, By, Rate, Returns, returns
from ..sheets import Cell, Column
from ..store import reconciliation, reconciliation_returns
from .download import TYPES, Table, send
from .room import room
from .spans import Span, source_options, span

pages = Blueprint("returns", __name__)

USUAL_DAYS = 30
SHOWN = 50


@pages.get("/returns")
def index() -> str:
    """The figures of a span; `by` chooses the groups."""
    asked = span(USUAL_DAYS)
    if asked is None:
        return render_template("returns.html", asked=None)
    by = _by()
    found = _found(asked, by)
    groups = found.groups[by]
    page = max(0, request.args.get("page", 0, type=int))
    return render_template(
        "returns.html",
        asked=asked,
        sources=source_options(),
        found=found,
        by=by,
        bys=BYS,
        groups=groups[page * SHOWN : (page + 1) * SHOWN],
        page=page,
        more=len(groups) > (page + 1) * SHOWN,
        voids=reconciliation_returns.voids_by_user(room().store, asked.source.id, found.since, found.until),
        share=_share,
        chance=_chance,
        cash=lambda amount: words.money(amount, g.reader.language),
    )


def _found(asked: Span, by: By) -> Returns:
    moments = (asked.begin, asked.end)
    return returns(room().store, asked.source.id, asked.since, asked.until, moments=moments, bys=(by,))


def _by() -> By:
    wanted = request.args.get("by", "")
    return next((each for each in get_args(By) if each == wanted), "product")


def _chance(p_value: float | None) -> str:
    """How likely it is by chance, as a person reads it: 1 in so many."""
    if p_value is None or p_value <= 0:
        return "–"
    return str(g.reader.t("returns.one_in", count=g.reader.number(round(1 / p_value)))) if p_value < 0.5 else "–"


@pages.get("/returns/product/<int:key>")
def one(key: int) -> str:
    """The documents that brought a product back, and what people wrote on them."""
    asked = span(USUAL_DAYS)
    row = next(iter(reconciliation.facts(room().store, [key])), None) if key < 2**63 else None
    if asked is None or row is None or reconciliation.source_of(room().store, key) != asked.source.id:
        abort(404)
    dates = (asked.since.isoformat(), asked.until.isoformat())
    store = room().store
    return render_template(
        "returns_product.html",
        asked=asked,
        product=row,
        documents=reconciliation_returns.returned_documents(store, asked.source.id, *dates, key),
        reasons=reconciliation_returns.reasons(store, asked.source.id, *dates, key),
        cash=lambda amount: words.money(amount, g.reader.language),
    )


@pages.get("/returns/download.<kind>")
def download(kind: str) -> Response:
    """The groups of the list as a table."""
    asked = span(USUAL_DAYS)
    if kind not in TYPES or asked is None:
        abort(404)
    by = _by()
    rows = list(_rows(_found(asked, by).groups[by]))
    name = f"{asked.source.name}-{g.reader.t('returns.file')}-{asked.since}-{asked.until}"
    return send(Table(name, _columns(by), rows, by), kind)


def _columns(by: str) -> list[Column]:
    t = g.reader.t
    kinds: list[tuple[str, Any, int]] = [
        ("returns.code", "text", 16), (f"returns.by.{by}", "text", 40), ("returns.sold", "number", 12),
        ("returns.returned", "number", 12), ("returns.documents", "whole", 12), ("returns.amount", "money", 12),
        ("returns.rate", "percent", 12), ("returns.low", "percent", 12), ("returns.high", "percent", 12),
        ("returns.expected", "number", 12), ("returns.p_value", "number", 12), ("returns.spike", "text", 12),
        ("returns.voided", "number", 12),
    ]  # fmt: skip
    return [Column(t(key), kind, width) for key, kind, width in kinds]


def _rows(groups: tuple[Rate, ...]) -> Iterator[list[Cell]]:
    for rate in groups:
        yield [
            rate.codigo, rate.name, rate.sold, rate.returned, rate.documents, rate.amount, rate.rate, rate.low,
            rate.high, rate.expected, rate.p_value, g.reader.t(f"severity.{rate.spike}") if rate.spike else "",
            rate.voided,
        ]  # fmt: skip


def _share(value: float | None) -> str:
    """A share as percent with one decimal."""
    return "–" if value is None else f"{words.number(round(value * 100, 1), g.reader.language)} %"
