"""Stock by the API: what is there, what was there then, how it changed, and what moved without a document."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ... import clock
from ...reconcile.report import document, reconcile
from ...rules.state import past_state_sql, state_sql
from ...store import listing
from ..paging import encode
from ..room import room
from . import paging, shapes
from .door import operation
from .names import When, moment, now, the_source, today, zone_of
from .paging import Paged
from .problems import Refused

DAY = 86_400_000
USUAL_DAYS = 30
Language = Annotated[str, Meta(pattern="^(es|pt|en)$", description="Of the evidence.")]


class StockQuery(Paged):
    """Which levels, and when."""

    source: str = ""
    sku: str = ""
    state: shapes.LevelState | UnsetType = UNSET
    at: When | UnsetType = UNSET


@operation("GET", "/stock", "Stock levels, now or at a moment", query=StockQuery, answer=shapes.Levels, refusals=(404,))
def list_stock(query: StockQuery) -> shapes.Levels:
    """A page of levels."""
    key = paging.read(query.cursor, int)
    zone = zone_of(query.source)
    at = moment(query.at, zone) if query.at is not UNSET else None
    rows = listing.levels(
        room().store,
        state=state_sql() if at is None else past_state_sql(),
        today=today(now() if at is None else at, zone),
        at=at,
        source=query.source,
        sku=query.sku,
        wanted=query.state or None,
        after=key[0] if key else 0,
        limit=query.limit + 1,
    )
    page, following = paging.cut(rows, query.limit, "level_id")
    return shapes.Levels([shapes.level(row) for row in page], following)


class HistoryQuery(Paged, kw_only=True):
    """Which changes of which product."""

    sku: Annotated[str, Meta(min_length=1, description="The product's code.")]
    source: str = ""
    nombre_bodega: str = ""
    nombre_sucursal: str = ""
    since: When | UnsetType = UNSET
    until: When | UnsetType = UNSET


@operation(
    "GET", "/stock/history", "How a product's levels changed, the oldest first; of the last 30 days by default",
    query=HistoryQuery, answer=shapes.History, refusals=(404,),
)  # fmt: skip
def list_history(query: HistoryQuery) -> shapes.History:
    """A page of changes."""
    key = paging.read(query.cursor, int, int)
    zone = zone_of(query.source)
    if not listing.code_is_known(room().store, query.sku):
        raise Refused(404, f"There is no product with the code '{query.sku}'.")
    rows = listing.changes(
        room().store,
        query.sku,
        since=moment(query.since, zone) if query.since is not UNSET else now() - USUAL_DAYS * DAY,
        until=moment(query.until, zone) if query.until is not UNSET else now(),
        source=query.source,
        warehouse=query.nombre_bodega,
        branch=query.nombre_sucursal,
        after=(key[0], key[1]) if key else (-1, 0),
        limit=query.limit + 1,
    )
    page, following = paging.cut(rows, query.limit, "at", "level_id")
    return shapes.History(query.sku, [shapes.change(row) for row in page], following)


class ReconciliationQuery(Paged):
    """Which source, between when and when."""

    source: str = ""
    since: When | UnsetType = UNSET
    until: When | UnsetType = UNSET
    language: Language = "es"


@operation(
    "GET", "/reconciliation", "Expected stock against actual stock, between two whole snapshots",
    query=ReconciliationQuery, answer=shapes.Reconciliation, refusals=(404, 409),
)  # fmt: skip
def show_reconciliation(query: ReconciliationQuery) -> shapes.Reconciliation:
    """A page of lines. A cursor carries both moments, so that reading on stays within the same comparison."""
    source = the_source(query.source)
    key = paging.read(query.cursor, int, int, int)
    begin, end = (key[0], key[1]) if key else _span(query, source.timezone)
    first = key[2] if key else 0
    report = document(reconcile(room().store, source, begin, end), query.language)
    lines = report["lines"]
    rest = first + query.limit
    following = encode((begin, end, rest)) if first >= 0 and rest < len(lines) else None
    page = lines[max(first, 0) : max(rest, 0)]
    return msgspec.convert({**report, "lines": page, "next": following}, shapes.Reconciliation)


def _span(query: ReconciliationQuery, zone: str) -> tuple[int, int]:
    end = moment(query.until, zone) if query.until is not UNSET else now()
    if query.until is not UNSET and len(query.until) == 10:
        # A bare day is all of that day on the shop's clock; its end is where the next one begins.
        end = _midnight_after(end, zone) - 1
    begin = moment(query.since, zone) if query.since is not UNSET else end - USUAL_DAYS * DAY
    if begin > end:
        raise Refused(409, "'since' lies after 'until'; turn them round.")
    return begin, end


def _midnight_after(at: int, zone: str) -> int:
    return clock.moment(clock.local(at + DAY + DAY // 4, zone).replace(hour=0, minute=0, second=0, microsecond=0))
