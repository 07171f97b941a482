"""Lists for programs, a page at a time: alerts, levels, changes, silences, each walked by keys that never change.

A page of people is sorted by what is worst; here a row must not move while somebody reads on, so the order is that of
making. Each list gives one row more than fits, by which its reader knows whether there is another page.
"""

from typing import Any

import msgspec

from .db import Row, Store

_SKU = "r.product_id IN (SELECT id FROM product WHERE source_id IN (SELECT id FROM source) AND code = :sku)"
_LEVEL = (
    "SELECT r.level_id, r.source, r.external_id AS id, r.code AS codigo, r.name AS nombre,"
    " r.warehouse AS nombre_bodega, r.branch AS nombre_sucursal, {of}.stock AS stock, {of}.minimum AS stock_minimo,"
    " {of}.maximum AS stock_maximo, {state} AS state, {seen} AS seen_at FROM stock_row r"
)


def alerts(
    store: Store,
    *,
    state: str | None = None,
    severity: str | None = None,
    rule: str | None = None,
    source: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[Row]:
    """Alerts, the newest first. Those that are open are found by their own small index, whatever lies in the past."""
    wanted = {"state": state, "severity": severity, "rule": rule, "source": source, "before": before}
    columns = {"state": "a.state", "severity": "a.severity", "rule": "a.rule", "source": "s.name"}
    conditions = [f"{columns[name]} = :{name}" for name, value in wanted.items() if name in columns and value]
    if before is not None:
        conditions.append("a.id < :before")
    is_open = state in ("pending", "firing")
    if is_open:
        conditions.append("a.state <> 'resolved'")
    return _alerts(
        store,
        f"alert a{' INDEXED BY alert_open' if is_open else ''} JOIN source s ON s.id = a.source_id"
        f" WHERE {' AND '.join(conditions) or '1'} ORDER BY a.id DESC LIMIT :limit",
        {**wanted, "limit": limit},
    )


def alert(store: Store, fingerprint: str) -> Row | None:
    """One alert."""
    found = _alerts(store, "alert a JOIN source s ON s.id = a.source_id WHERE a.fingerprint = ?", (fingerprint,))
    return found[0] if found else None


def _alerts(store: Store, rest: str, parameters: Any) -> list[Row]:
    rows = store.rows(f"SELECT a.*, s.name AS source, s.timezone FROM {rest}", parameters)
    for row in rows:
        row["subject"] = msgspec.json.decode(row["subject"])
        row["values"] = msgspec.json.decode(row["values"])
    return rows


def levels(
    store: Store,
    *,
    state: str,
    today: int,
    at: int | None = None,
    source: str | None = None,
    sku: str | None = None,
    wanted: str | None = None,
    after: int = 0,
    limit: int,
) -> list[Row]:
    """Levels as they stand, or as they stood at a moment. `state` is the SQL of a level's state, `wanted` its value."""
    head = _LEVEL.format(of="r" if at is None else "c", state=state, seen="r.seen_at" if at is None else "c.at")
    conditions = ["r.level_id > :after"]
    if at is not None:
        head += (
            " JOIN stock_change c ON c.level_id = r.level_id AND c.at ="
            " (SELECT max(h.at) FROM stock_change h WHERE h.level_id = r.level_id AND h.at <= :at)"
        )
        conditions.append("c.stock IS NOT NULL")
    if source:
        conditions.append("r.source = :source")
    if sku:
        conditions.append(_SKU)
    if wanted:
        conditions.append(f"{state} = :wanted")
    return store.rows(
        f"{head} WHERE {' AND '.join(conditions)} ORDER BY r.level_id LIMIT :limit",
        {"today": today, "fresh_since": None, "at": at, "source": source, "sku": sku, "wanted": wanted, "after": after,
         "limit": limit},
    )  # fmt: skip


def changes(
    store: Store,
    sku: str,
    *,
    since: int,
    until: int,
    source: str | None = None,
    warehouse: str | None = None,
    branch: str | None = None,
    after: tuple[int, int] = (-1, 0),
    limit: int,
) -> list[Row]:
    """The changes of a product's levels between two moments, the oldest first."""
    conditions = [_SKU, "c.at >= :since", "c.at <= :until", "(c.at, c.level_id) > (:at, :level)"]
    named = {"source": ("r.source", source), "warehouse": ("r.warehouse", warehouse), "branch": ("r.branch", branch)}
    conditions += [f"{column} = :{name}" for name, (column, value) in named.items() if value]
    return store.rows(
        "SELECT c.level_id, c.at, r.source, r.code AS codigo, r.name AS nombre, r.warehouse AS nombre_bodega,"
        " r.branch AS nombre_sucursal, c.stock, c.minimum AS stock_minimo, c.maximum AS stock_maximo"
        f" FROM stock_row r JOIN stock_change c ON c.level_id = r.level_id WHERE {' AND '.join(conditions)}"
        " ORDER BY c.at, c.level_id LIMIT :limit",
        {"sku": sku, "since": since, "until": until, "source": source, "warehouse": warehouse, "branch": branch,
         "at": after[0], "level": after[1], "limit": limit},
    )  # fmt: skip


def code_is_known(store: Store, sku: str) -> bool:
    """Whether any source has, or had, a product with this code."""
    found = store.value("SELECT 1 FROM product WHERE source_id IN (SELECT id FROM source) AND code = ? LIMIT 1", (sku,))
    return found is not None


def silence_ids(store: Store, *, now: int, ended: bool, before: int | None, limit: int) -> list[int]:
    """The numbers of silences, the newest first; those that are over only where they are asked for."""
    rows = store.execute(
        "SELECT id FROM silence WHERE (? OR ends_at > ?) AND id < coalesce(?, id + 1) ORDER BY id DESC LIMIT ?",
        (ended, now, before, limit),
    )
    return [row[0] for row in rows]
