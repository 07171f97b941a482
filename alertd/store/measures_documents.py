"""What documents add up to over a window, by product, brand, category or for the whole source; of dispensers also by
sector and cost centre.

Units and amounts come from the sums by day. Only the number of documents of a brand, a category or a source is counted
from the documents themselves, because one document may hold many of its products; and only for rules that ask.
"""

from collections.abc import Sequence
from typing import Any

from . import reconciliation
from .db import Row, Store
from .measures import Moment

BASELINE_DAYS = 90
"""The days before the window that say what is usual."""

_GROUPS = {"product": "r.id", "marca": "r.brand", "categoria": "r.category", "source": "r.source_id"}
_PLACES = {"sector": "d.sector", "cost_center": "d.cost_center"}
_KINDS = {"returns": ("return",), "sales": ("sale", "withdrawal", "exchange")}
_WHAT = {
    "returns": ("d.returned", "d.returned_amount", "d.returns"),
    "sales": ("d.sold", "d.sold_amount", "d.sales"),
}


def count(
    store: Store,
    on: str,
    by: str,
    source_id: int,
    moment: Moment,
    *,
    days: int,
    query: str,
    parameters: Sequence[Any],
    documents: bool,
) -> list[Row]:
    """One row a group: this window, the one before, and what was usual before that.

    The keys are the words of the rule language, and `group`, `product_id`, `external_id`, `code`, `name`, `category`,
    `brand`, `usual` and `usual_sold`; a sector or cost centre has no product's keys. `query` filters the products that
    count, by their columns as `r`.
    """
    if not (moment.returned_known if on == "returns" else moment.sold_known):
        return []
    if by in _PLACES:
        return _count_places(store, on, by, source_id, moment, days, query, parameters, documents=documents)
    units, amount, documents_of = _WHAT[on]
    group = _GROUPS[by]
    now, before = "d.day > :start", "d.day <= :start AND d.day > :start - :days"
    usual = "d.day <= :start"
    cursor = store.rows(
        _numbered(
            f'SELECT {group} AS "group", r.id AS product_id, r.external_id, r.code, r.name, r.category, r.brand,'
            f" {_sum(units, now)} AS units, {_sum(amount, now)} AS amount, {_sum(documents_of, now)} AS documents,"
            f" {_sum(units, before)} AS previous_units, {_sum(amount, before)} AS previous_amount,"
            f" {_sum(documents_of, before)} AS previous_documents, {_sum('d.sold', now)} AS sold_units,"
            f" {_sum(units, usual)} AS usual, {_sum('d.sold', usual)} AS usual_sold"
            f" FROM product_day d JOIN product r ON r.id = d.product_id WHERE d.day > :first AND d.day <= :today"
            f" AND r.source_id = :source AND {group} IS NOT NULL AND {group} <> '' AND ({{query}}) GROUP BY {group}",
            query,
        ),
        _values(source_id, moment, days, parameters),
    )
    if documents and by != "product":
        _count_documents(store, on, by, source_id, moment, days, query, parameters, cursor)
    return cursor


def _count_places(
    store: Store,
    on: str,
    by: str,
    source_id: int,
    moment: Moment,
    days: int,
    query: str,
    parameters: Sequence[Any],
    *,
    documents: bool,
) -> list[Row]:
    """One row a sector or cost centre: units handed out there. Whatever names no place is left out."""
    group = _PLACES[by]
    rows = store.rows(
        _numbered(
            f'SELECT {group} AS "group", {_sum("d.given", "d.day > :start")} AS units, 0.0 AS amount,'
            f" {_sum('d.given', 'd.day <= :start AND d.day > :start - :days')} AS previous_units,"
            f" 0.0 AS previous_amount, {_sum('d.given', 'd.day <= :start')} AS usual"
            " FROM consumption_day d JOIN product r ON r.id = d.product_id WHERE d.day > :first AND d.day <= :today"
            f" AND d.source_id = :source AND {group} <> '' AND ({{query}}) GROUP BY {group}",
            query,
        ),
        _values(source_id, moment, days, parameters),
    )
    if documents:
        _count_documents(store, on, by, source_id, moment, days, query, parameters, rows)
    return rows


def days_before(store: Store, source_id: int, moment: Moment, *, days: int) -> int:
    """How many days of sales before the window are known, at most the ninety that say what is usual."""
    begun = [
        store.value(
            "SELECT CAST(julianday(min(date)) - 2440587.5 AS INTEGER) FROM document WHERE source_id = ? AND kind = ?",
            (source_id, kind),
        )
        for kind in _KINDS["sales"]
    ]
    first = min((day for day in begun if day is not None), default=moment.today)
    return max(0, min(moment.today - days - first + 1, max(days, BASELINE_DAYS)))


def _sum(what: str, when: str) -> str:
    return f"round(sum(CASE WHEN {when} THEN {what} ELSE 0 END), 6)"


def _values(source_id: int, moment: Moment, days: int, parameters: Sequence[Any]) -> dict[str, Any]:
    start = moment.today - days
    first = start - max(days, BASELINE_DAYS)
    named = {f"query{number}": value for number, value in enumerate(parameters)}
    return {"start": start, "days": days, "first": first, "today": moment.today, "source": source_id, **named}


def _numbered(sql: str, query: str) -> str:
    """The statement with the query in it, its nameless parameters named: one statement cannot mix both kinds."""
    parts = query.split("?")
    named = "".join(f"{part}:query{number}" for number, part in enumerate(parts[:-1])) + parts[-1]
    return sql.format(query=named)


def _count_documents(
    store: Store,
    on: str,
    by: str,
    source_id: int,
    moment: Moment,
    days: int,
    query: str,
    parameters: Sequence[Any],
    rows: list[Row],
) -> None:
    day = "CAST(julianday(d.date) - 2440587.5 AS INTEGER)"
    values = _values(source_id, moment, days, parameters) | {"void": "anulacion_factura"}
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS[on])
    group = (_GROUPS | _PLACES)[by]
    found = store.rows(
        _numbered(
            f'SELECT {group} AS "group", count(DISTINCT CASE WHEN {day} > :start THEN d.id END) AS documents,'
            f" count(DISTINCT CASE WHEN {day} <= :start THEN d.id END) AS previous_documents"
            " FROM document d JOIN document_line l ON l.document_id = d.id JOIN product r ON r.id = l.product_id"
            f" WHERE d.source_id = :source AND d.kind IN ({kinds}) AND d.effect <> 'none' AND d.gone_at IS NULL"
            f" AND d.type IS NOT :void AND {day} > :start - :days AND {day} <= :today AND ({{query}}) GROUP BY 1",
            query,
        ),
        values,
    )
    by_group = {row["group"]: row for row in found}
    for row in rows:
        row["documents"] = by_group.get(row["group"], {}).get("documents", 0)
        row["previous_documents"] = by_group.get(row["group"], {}).get("previous_documents", 0)


def source_figures(store: Store, source_id: int, now: int) -> Row:
    """What is known of a source: since when it has been silent, how often it failed, how much it holds."""
    row = (
        store.row(
            "SELECT s.created_at, s.snapshot_at, max(l.last_success_at) AS success,"
            " coalesce(max(l.failures), 0) AS failures"
            " FROM source s LEFT JOIN lane l ON l.source_id = s.id AND l.name IN ('sweep', 'low') WHERE s.id = ?",
            (source_id,),
        )
        or {}
    )
    success = max(row.get("success") or 0, row.get("snapshot_at") or 0) or row.get("created_at") or now
    changed = store.value(
        "SELECT max(finished_at) FROM poll WHERE source_id = ? AND lane IN ('sweep', 'low') AND complete"
        " AND changed + new > 0",
        (source_id,),
    )
    return {
        "minutes_since_success": round(max(0, now - success) / 60_000, 6),
        "consecutive_failures": row.get("failures") or 0,
        "products": store.value("SELECT count(*) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,)),
        "hours_since_change": None if changed is None else round(max(0, now - changed) / 3_600_000, 6),
    }


def balances(
    store: Store, source_id: int, moment: Moment, *, days: int, query: str, parameters: Sequence[Any]
) -> list[Row]:
    """One row a product that moved in the last so many days: the equation of its stock, and what is left over."""
    products = {
        row["product_id"]: row
        for row in store.rows(
            "SELECT r.id AS product_id, r.external_id, r.code, r.name, r.category, r.brand,"
            " coalesce(r.average_cost, r.cost) AS unit_cost FROM product r"
            f" WHERE ({query}) AND r.source_id = ?",
            (*parameters, source_id),
        )
    }
    figures = reconciliation.figures(store, source_id, moment.today - days + 1, moment.today)
    return [{**products[row["product_id"]], **row} for row in figures if row["product_id"] in products]
