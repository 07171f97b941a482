"""Stock for programs and the command line: the present, a moment of the past, and the history of one product.

The state of a level is the one CASE of `alertd.rules.state`, handed in as SQL text by the caller.
"""

from typing import Any

from ..model import Subject
from .db import Row, Store

_ROW = (
    "SELECT r.level_id, r.source, r.external_id AS id, r.code AS codigo, r.name AS nombre,"
    " r.warehouse AS nombre_bodega, r.branch AS nombre_sucursal,"
    " {stock} AS stock, {minimum} AS stock_minimo, {maximum} AS stock_maximo,"
    " {state} AS state, {seen_at} AS seen_at"
)


def list_levels(
    store: Store, *, state: str, today: int, source: str | None = None, sku: str | None = None
) -> list[Row]:
    """Every level as it stands, by name; of one source or one code where they are given."""
    head = _ROW.format(stock="r.stock", minimum="r.minimum", maximum="r.maximum", state=state, seen_at="r.seen_at")
    return store.rows(f"{head} FROM stock_row r {_WHERE} {_ORDER}", _parameters(today, source, sku))


def levels_at(
    store: Store, *, at: int, state: str, today: int, source: str | None = None, sku: str | None = None
) -> list[Row]:
    """Every level as it was at a moment: the last change up to then. Levels unknown then are left out."""
    head = _ROW.format(stock="c.stock", minimum="c.minimum", maximum="c.maximum", state=state, seen_at="c.at")
    return store.rows(
        f"{head.replace('r.level_id,', '', 1)} FROM stock_row r JOIN stock_change c ON c.level_id = r.level_id"
        " AND c.at = (SELECT max(h.at) FROM stock_change h WHERE h.level_id = r.level_id AND h.at <= :at)"
        f" {_WHERE} AND c.stock IS NOT NULL {_ORDER}",
        {**_parameters(today, source, sku), "at": at},
    )


def history(store: Store, sku: str, *, since: int, source: str | None = None) -> list[Row]:
    """The changes of a product's levels since a moment, the oldest first; null stock means not listed from then on."""
    return store.rows(
        "SELECT r.source, r.code AS codigo, r.name AS nombre, r.warehouse AS nombre_bodega,"
        " r.branch AS nombre_sucursal, c.at, c.stock, c.minimum AS stock_minimo, c.maximum AS stock_maximo"
        " FROM stock_row r JOIN stock_change c ON c.level_id = r.level_id"
        " WHERE r.code = :sku AND c.at >= :since AND (:source IS NULL OR r.source = :source)"
        " ORDER BY c.at, r.branch, r.warehouse",
        {"sku": sku, "since": since, "source": source},
    )


_WHERE = "WHERE (:source IS NULL OR r.source = :source) AND (:sku IS NULL OR r.code = :sku)"
_ORDER = "ORDER BY r.source, r.name, r.external_id, r.branch, r.warehouse"


def _parameters(today: int, source: str | None, sku: str | None) -> dict[str, Any]:
    return {"today": today, "fresh_since": None, "source": source, "sku": sku}


def stats(store: Store) -> dict[str, int]:
    """How many rows the tables hold, and the size of the file in bytes."""
    tables = ("source", "product", "level", "stock_change", "document", "movement", "poll", "alert", "message", "user")
    found = {f"{table}s": int(store.value(f"SELECT count(*) FROM {table}")) for table in tables}
    pages, size = store.value("PRAGMA page_count"), store.value("PRAGMA page_size")
    return {**found, "bytes": int(pages) * int(size)}


def subject_of_level(store: Store, level_id: int) -> Subject:
    """What an alert about this level would be about."""
    row = store.execute(
        "SELECT external_id, code, name, warehouse, branch, category, brand, supplier FROM stock_row"
        " WHERE level_id = ?",
        (level_id,),
    ).fetchone()
    return Subject(row[0], row[1], row[2], *(part or None for part in row[3:]))
