"""One product: what each branch and warehouse holds, how that went over time, what moved it, and who watches it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, abort, g, jsonify, render_template, request

from ..rules.vocabulary import column_of
from ..store import hearing, measures, pages_alerts, pages_product, pages_products
from ..store import sources as stored
from ..store.pages_products import LevelRow
from .acting import SNOOZES, tomorrow
from .chart import step_chart
from .listing import moment_of, zone_of
from .room import room
from .state import WORST_FIRST, state_at

RANGES = (30, 90, 365)
USUAL_DAYS = 90
CHANGES_SHOWN = 30
POINTS = 1_500
MARKS = 60
_DAY = 86_400_000
_FIGURES = ("days_of_cover", "suggested_order")


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level on a product's page, and what was worked out of it."""

    level: LevelRow
    figures: dict[str, object]


def one(key: int) -> str:
    """One product. `?level=` chooses the level whose history is drawn, the worst one speaks first; `?at=` a moment."""
    store = room().store
    product = (pages_products.product_by_id(store, key) if key < 2**63 else None) or abort(404)
    levels = pages_products.levels_of(store, key, state_at(g.reader.now))
    chosen, days = _chosen(levels), _days()
    start = g.reader.now - days * _DAY
    figures = _figures(product.source, key)
    lines = [LevelLine(level, figures.get(level.id, {})) for level in levels]
    changes = pages_products.changes(store, chosen.id, start) if chosen else []
    at = moment_of(request.args.get("at", ""), zone_of(product.source))
    looked = room().actions.looked(key)
    return render_template(
        "product.html",
        product=product,
        lines=lines,
        chosen=chosen,
        chart=step_chart(changes, start, g.reader.now),
        changes=list(zip(changes, [None, *changes], strict=False))[::-1][:CHANGES_SHOWN],
        days=days,
        ranges=RANGES,
        figure_names=_FIGURES,
        movements=pages_product.movements(store, key),
        alerts=pages_alerts.alerts_of_product(store, key),
        titles=room().titles(g.reader.language),
        looked=looked,
        quiet=[each for each in looked if each.word in ("off", "elsewhere")],
        snoozes=SNOOZES,
        tomorrow=tomorrow(product.timezone),
        at=at,
        typed_at=request.args.get("at", "")[:40],
        then=pages_products.levels_then(store, [key], at) if at is not None else [],
    )


def history(key: int) -> Response:
    """The history of one of its levels, for the chart: columns of moments and figures, thinned where there are many."""
    store = room().store
    level = request.args.get("level", type=int) or 0
    found = pages_products.level_by_id(store, level, state_at(g.reader.now)) if 0 < level < 2**63 else None
    if found is None or found.product_id != key:
        abort(404)
    product = pages_products.product_by_id(store, key) or abort(404)
    start = g.reader.now - _days() * _DAY
    changes = pages_product.thinned(pages_product.history(store, level, start, g.reader.now), POINTS)
    return jsonify(
        zone=product.timezone,
        since=start // 1000,
        until=g.reader.now // 1000,
        at=[max(change.at, start) / 1000 for change in changes],
        stock=[change.stock for change in changes],
        minimum=[change.minimum or None for change in changes],
        maximum=[change.maximum or None for change in changes],
        marks=[[at / 1000, grade] for at, grade in pages_product.moments_fired(store, level, start)[-MARKS:]],
    )


def _days() -> int:
    asked = request.args.get("days", type=int) or USUAL_DAYS
    return asked if asked in RANGES else USUAL_DAYS


def _chosen(levels: list[LevelRow]) -> LevelRow | None:
    asked = request.args.get("level", type=int)
    worst_first = sorted(levels, key=lambda level: WORST_FIRST.index(level.state))
    return next((level for level in levels if level.id == asked), worst_first[0] if worst_first else None)


def _figures(source: str, key: int) -> dict[int, dict[str, object]]:
    """What sells a day, for how long it lasts and what to order, by level, as the rules reckon it."""
    known = next((each for each in stored.list_sources(room().store) if each.name == source), None)
    columns = tuple((name, sql) for name in _FIGURES if (sql := column_of(name, "stock")) is not None)
    if known is None or known.snapshot_at is None:
        return {}
    rows = hearing.standings(
        room().store, "stock", known.id, key, measures.moment_of(room().store, known, g.reader.now),
        query=("1", ()), when=("1", ()), columns=columns, demand=True,
    )  # fmt: skip
    return {row.level_id: _readable(row.values) for row in rows if row.level_id is not None}


def _readable(values: Mapping[str, object]) -> dict[str, object]:
    """Nobody reads a thousandth of a day."""
    cover = values.get("days_of_cover")
    return {**values, "days_of_cover": round(cover, 1) if isinstance(cover, float) else cover}
