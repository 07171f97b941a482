"""Run a rule's predicate over the present state. The predicate arrives as SQL text with parameters, already checked.

It speaks of rows as `r`, of their demand as `m` and of the moment as `t` (see `alertd.rules.measures`). Rows that are
not present in the last snapshot never match: what could not be read is unknown.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ..model import Subject, Values, quantity
from .alerts import MAY_TURN, Finding
from .db import Store
from .measures import Moment

Columns = Sequence[tuple[str, str]]
_MOMENT = "WITH t(now, today, shift, sold_known, returned_known) AS (SELECT ?, ?, ?, ?, ?)"
_NAMES = "r.external_id, r.code, r.name, r.warehouse, r.branch, r.category, r.brand, r.supplier"
_FOUND = f"r.level_id, r.product_id, {_NAMES}"

# A product over its warehouses: hidden ones and levels that were not read do not count. The tables and not `stock_row`,
# because a view on the right of a LEFT JOIN is read whole, however few products are asked for.
_SEEN = "CASE WHEN w.id IS NOT NULL THEN {} END"
_BEFORE = (
    "CASE WHEN s.snapshot_before_at IS NULL OR l.changed_at > s.snapshot_before_at THEN l.previous_stock"
    " ELSE l.stock END"
)
_PRODUCTS = f"""(
    SELECT NULL AS level_id, p.id AS product_id, p.source_id AS source_id, p.external_id AS external_id,
        p.name AS name, p.code AS code, p.barcode AS barcode, p.category AS category, p.brand AS brand,
        p.supplier AS supplier, p.kind AS kind, p.enabled AS enabled, p.price AS price, p.cost AS cost,
        p.previous_cost AS previous_cost, p.average_cost AS average_cost, NULL AS warehouse, NULL AS branch,
        round(sum({_SEEN.format("l.stock")}), 6) AS stock, round(sum({_SEEN.format("l.minimum")}), 6) AS minimum,
        round(sum({_SEEN.format("l.maximum")}), 6) AS maximum,
        round(sum({_SEEN.format(_BEFORE)}), 6) AS previous_stock, max({_SEEN.format("l.changed_at")}) AS changed_at,
        count(w.id) AS warehouses,
        coalesce(sum(w.id IS NOT NULL AND l.minimum > 0 AND l.stock <= l.minimum), 0) AS low_warehouses,
        p.absent_at IS NULL AS present, p.gone_at IS NOT NULL AS gone
    FROM product p JOIN source s ON s.id = p.source_id
        LEFT JOIN level l ON l.product_id = p.id AND l.absent_at IS NULL AND l.gone_at IS NULL
        LEFT JOIN warehouse w ON w.id = l.warehouse_id AND w.hidden_at IS NULL
    WHERE p.source_id = {{source}} AND {{chosen}} GROUP BY p.id
) r"""


def _rows(on: str, source_id: int, chosen: str | None) -> str:
    """What a rule looks at, as the FROM of a statement; `chosen` is SQL that lists the products to look at."""
    if on == "stock":
        return "stock_row r"
    inside = "1" if chosen is None else f"p.id IN ({chosen})"
    return _PRODUCTS.format(source=int(source_id), chosen=inside)


def _demand(on: str, wanted: bool) -> str:
    key = "level" if on == "stock" else "product"
    return f" LEFT JOIN {key}_demand m ON m.{key}_id = r.{key}_id" if wanted else ""


def touch(store: Store, source_id: int, *, since: int, movements_after: int | None) -> None:
    """Note which products changed after a moment, and whose documents did; `matching` can look at those only.

    Their rows are put together by `gather`, once, and serve every rule that looks at the same ones. The tables stay:
    making one anew would have every prepared statement of this connection prepared again.
    """
    store.execute("CREATE TEMP TABLE IF NOT EXISTS touched (product_id INTEGER PRIMARY KEY)")
    store.execute("DELETE FROM temp.touched")
    store.execute(
        "INSERT INTO temp.touched SELECT id FROM product WHERE source_id = ? AND changed_at > ?", (source_id, since)
    )
    if movements_after is not None:
        store.execute(
            "INSERT OR IGNORE INTO temp.touched SELECT product_id FROM movement WHERE id > ? AND source_id = ?"
            " AND product_id IS NOT NULL",
            (movements_after, source_id),
        )


_TOUCHED = "SELECT product_id FROM temp.touched"


def gather(store: Store, on: str, source_id: int) -> None:
    """Put the rows of the touched products together."""
    among = f" AND r.product_id IN ({_TOUCHED})" if on == "stock" else ""
    rows = f"SELECT r.* FROM {_rows(on, source_id, _TOUCHED)} WHERE r.present AND NOT r.gone AND r.source_id = ?{among}"
    store.execute(f"CREATE TEMP TABLE IF NOT EXISTS touched_{on} AS {rows} LIMIT 0", (source_id,))
    store.execute(f"DELETE FROM temp.touched_{on}")
    store.execute(f"INSERT INTO temp.touched_{on} {rows}", (source_id,))


def gathered(store: Store, on: str) -> bool:
    """Whether any row was put together."""
    return bool(store.value(f"SELECT 1 FROM temp.touched_{on} LIMIT 1"))


def matching(
    store: Store,
    on: str,
    source_id: int,
    moment: Moment,
    *,
    condition: str,
    severity: str,
    columns: Columns,
    parameters: Sequence[Any],
    demand: bool = False,
    touched: bool = False,
    place: int | None = None,
) -> list[Finding]:
    """Every present row of a source for which the condition is true; with `touched`, among those gathered only.

    With `place`, among those that the condition at that place of the last `sift` held for. `parameters` come in the
    order of the statement: severity, then condition.
    """
    rows = _sifted(on, source_id, place, touched) + _demand(on, demand)
    # The plus keeps the planner from walking products by an index and looking up the levels of each: reading the
    # levels in their own order is twenty times quicker.
    cursor = store.execute(
        f"{_MOMENT} SELECT {_FOUND}, {severity}, {_list(columns)} FROM t CROSS JOIN {rows}"
        f" WHERE r.present AND NOT r.gone AND ({condition}) AND +r.source_id = ?",
        (*moment.parameters, *parameters, source_id),
    )
    return [Finding(row[0], row[1], subject_of(row[2:10]), row[10], values_of(columns, row[11:])) for row in cursor]


SIFTED_AT_ONCE = 60
"""Conditions that one `sift` takes: a bit for each in the whole numbers of the database."""


def sift(
    store: Store,
    on: str,
    source_id: int,
    moment: Moment,
    conditions: Sequence[tuple[str, Sequence[Any]]],
    *,
    demand: bool = False,
    touched: bool = False,
) -> int:
    """Read the rows once for many conditions, each SQL text with its parameters; a bit for each that held anywhere.

    Which row it was is kept for `matching` until the next call. Most rules hold for nothing most of the time, and
    reading the rows is what costs: a walk for each of a hundred rules takes ten times as long.
    """
    store.execute("CREATE TEMP TABLE IF NOT EXISTS sifted (id INTEGER PRIMARY KEY, bits INTEGER NOT NULL)")
    store.execute("DELETE FROM temp.sifted")
    key = "level_id" if on == "stock" else "product_id"
    bits = " | ".join(f"((({sql}) IS TRUE) << {place})" for place, (sql, _) in enumerate(conditions))
    any_holds = " OR ".join(f"({sql})" for sql, _ in conditions)
    given = [value for _, parameters in conditions for value in parameters]
    store.execute(
        f"INSERT INTO temp.sifted {_MOMENT} SELECT r.{key}, {bits} FROM t CROSS JOIN"
        f" {_sifted(on, source_id, None, touched)}{_demand(on, demand)}"
        f" WHERE r.present AND NOT r.gone AND +r.source_id = ? AND ({any_holds})",
        (*moment.parameters, *given, source_id, *given),
    )
    held = 0
    for row in store.execute("SELECT DISTINCT bits FROM temp.sifted"):
        held |= row[0]
    return held


def _sifted(on: str, source_id: int, place: int | None, touched: bool) -> str:
    """The rows to look at: all, those gathered, or those that a condition held for in the last `sift`."""
    if place is None:
        return f"temp.touched_{on} r" if touched else _rows(on, source_id, None)
    chosen = f"SELECT id FROM temp.sifted WHERE bits & {1 << int(place)}"
    key = "level_id" if on == "stock" else "product_id"
    if touched:
        return f"temp.touched_{on} r ON r.{key} IN ({chosen})"
    if on == "product":
        return _rows(on, source_id, chosen)
    return f"({chosen}) h CROSS JOIN stock_row r ON r.level_id = h.id"


def standing(
    store: Store,
    on: str,
    source_id: int,
    rule: str,
    moment: Moment,
    *,
    condition: str,
    severity: str,
    clear: str,
    columns: Columns,
    parameters: Sequence[Any],
    demand: bool = False,
    touched: bool = False,
) -> dict[int, tuple[str, str, Values]]:
    """For each open alert of a rule, by its id: `gone`, `unknown`, `holds`, `clear` or `between`, severity and values.

    `clear` is the condition that ends the alert. With `touched`, only of the alerts that may turn. `parameters` come in
    the order condition, clear, severity.
    """
    narrowed = f" AND {MAY_TURN}" if touched else ""
    open_ones = f"FROM alert WHERE source_id = ? AND rule = ? AND state <> 'resolved'{narrowed}"
    chosen = f"SELECT product_id FROM alert WHERE source_id = {int(source_id)} AND state <> 'resolved'"
    # An alert about a level also knows its product; only those without a level are about the product itself.
    key, only = ("level_id", "") if on == "stock" else ("product_id", " AND level_id IS NULL")
    cursor = store.execute(
        f"{_MOMENT} SELECT a.id, r.gone, r.present, ({condition}) IS TRUE, ({clear}) IS TRUE, {severity},"
        f" {_list(columns)} FROM t CROSS JOIN (SELECT id, {key} AS subject_id {open_ones}{only}) a"
        f" CROSS JOIN {_rows(on, source_id, chosen)} ON r.{key} = a.subject_id{_demand(on, demand)}",
        (*moment.parameters, *parameters, source_id, rule),
    )
    return {row[0]: (_word(*row[1:5]), row[5], values_of(columns, row[6:])) for row in cursor}


def values_of_one(
    store: Store,
    on: str,
    source_id: int,
    moment: Moment,
    *,
    product_id: int,
    level_id: int | None,
    columns: Columns,
    demand: bool = False,
) -> Values | None:
    """The values of these columns for one level or product, whether any rule holds for it or not."""
    key, wanted = ("level_id", level_id) if on == "stock" else ("product_id", product_id)
    row = store.execute(
        f"{_MOMENT} SELECT {_list(columns)} FROM t CROSS JOIN {_rows(on, source_id, str(int(product_id)))}"
        f"{_demand(on, demand)} WHERE r.{key} = ?",
        (*moment.parameters, wanted),
    ).fetchone()
    return None if row is None else values_of(columns, row)


def _word(gone: int, present: int, holds: int, clear: int) -> str:
    if gone:
        return "gone"
    if not present:
        return "unknown"
    return "holds" if holds else "clear" if clear else "between"


def _list(columns: Columns) -> str:
    return ", ".join(sql for _, sql in columns) or "NULL"


def subject_of(row: Sequence[Any]) -> Subject:
    """A subject from external id, code, name, warehouse, branch, category, brand and supplier; empty ones are null."""
    return Subject(row[0], row[1], row[2], *(part or None for part in row[3:8]))


def values_of(columns: Columns, row: Sequence[Any]) -> Values:
    """The values a rule used, by the words of the rule language; numbers at the precision of the house."""
    return {
        word: quantity(value) if isinstance(value, float) else value
        for (word, _), value in zip(columns, row, strict=False)
    }


# What is counted over documents, and the source itself: few rows, put together by the caller

_COUNTED = (
    "units", "amount", "documents", "previous_units", "previous_amount", "previous_documents", "sold_units",
    "return_rate", "expected_units", "p_value", "q_value", "usual", "usual_sold",
)  # fmt: skip
_BALANCE = (
    "opening", "sold", "returned", "expected", "actual", "unexplained", "unexplained_value", "explained_ratio",
    "undocumented", "undocumented_value", "sudden_drop", "unusual_sale", "leak_units",
)  # fmt: skip
_SOURCE = ("minutes_since_success", "consecutive_failures", "quota_remaining", "products", "hours_since_change")


def judged(
    store: Store,
    source_id: int,
    moment: Moment,
    rows: Iterable[dict[str, Any]],
    *,
    condition: str,
    severity: str,
    clear: str,
    columns: Columns,
    parameters: Sequence[Any],
) -> list[tuple[int, str, str, Values]]:
    """For each of these rows, by its number: `holds`, `clear` or `between`, severity and values.

    `parameters` come in the order condition, clear, severity.
    """
    names = (*_COUNTED, *_BALANCE, *_SOURCE)
    store.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS counted (number INTEGER PRIMARY KEY, source_id INTEGER, {', '.join(names)})"
    )
    store.execute("DELETE FROM temp.counted")
    store.connection.executemany(
        f"INSERT INTO temp.counted VALUES ({', '.join('?' * (len(names) + 2))})",
        [(number, source_id, *(row.get(name) for name in names)) for number, row in enumerate(rows)],
    )
    cursor = store.execute(
        f"{_MOMENT} SELECT r.number, 0, 1, ({condition}) IS TRUE, ({clear}) IS TRUE, {severity}, {_list(columns)}"
        " FROM t CROSS JOIN temp.counted r",
        (*moment.parameters, *parameters),
    )
    return [(row[0], _word(*row[1:5]), row[5], values_of(columns, row[6:])) for row in cursor]
