"""Alerts as the pages list and show them. What opens and closes an alert is decided in `alertd.alerts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from . import search
from .db import Store
from .pages import Cursor, Found, Order, Slice, bind, cut

PAGE = 50
STATES = ("firing", "pending", "resolved")

_RANK = "CASE a.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END"
_BY_RANK = ("critical", "high", "warning", "info")
# In the order of the fields of `AlertRow`.
_SELECT = (
    "SELECT a.id, a.fingerprint, a.rule, s.name AS source, s.kind, s.timezone, a.level_id, a.product_id, a.subject, "
    'a.state, a.severity, a."values" AS "values", a.episode, a.since, a.fired_at, a.clear_since, a.resolved_at, '
    "a.resolved_reason, a.acknowledged_by, a.acknowledged_at, a.last_notified_at, a.snoozed_until, a.snoozed_by, "
    "a.ordered_until, a.ordered_by"
)
_JOINED = "JOIN source s ON s.id = a.source_id LEFT JOIN product p ON p.id = a.product_id "
_FROM = f" FROM alert a {_JOINED}"

# Open alerts: the worst first, then the newest, as the index `alert_worst` has them. Resolved ones: as they ended.
_OPEN = Order((_RANK, "-coalesce(a.fired_at, a.since)", "-a.id"))
_OVER = Order(("a.resolved_at", "a.id"), descending=True)


class AlertRow(msgspec.Struct, frozen=True):
    """One alert with the subject and the values it was last judged by."""

    id: int
    fingerprint: str
    rule: str
    source: str
    kind: str
    timezone: str
    level_id: int | None
    product_id: int | None
    subject: dict[str, Any]
    state: str
    severity: str
    values: dict[str, Any]
    episode: int
    since: int
    fired_at: int | None
    clear_since: int | None
    resolved_at: int | None
    resolved_reason: str | None
    acknowledged_by: str | None
    acknowledged_at: int | None
    last_notified_at: int | None
    snoozed_until: int | None = None
    snoozed_by: str | None = None
    ordered_until: int | None = None
    ordered_by: str | None = None

    @property
    def title(self) -> str:
        """What it is about, in one name."""
        return str(self.subject.get("nombre") or self.subject.get("codigo") or self.source)

    @property
    def place(self) -> str:
        """Where it is: branch and warehouse, as far as they are known."""
        parts = (self.subject.get("nombre_sucursal"), self.subject.get("nombre_bodega"))
        return " · ".join(dict.fromkeys(str(part) for part in parts if part))

    @property
    def opened_at(self) -> int:
        """The moment people count from: when it fired, or when its condition began to hold."""
        return self.fired_at or self.since


_FIELDS = len(AlertRow.__struct_fields__)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What the list shows. Empty words do not filter."""

    state: str = "firing"
    severity: str = ""
    rule: str = ""
    source: str = ""
    branch: str = ""
    text: str = ""

    @property
    def anything(self) -> bool:
        """Whether it leaves anything out of its state."""
        return self != AlertFilter(self.state)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change in an alert's life."""

    id: int
    episode: int
    at: int
    was: str | None
    became: str
    severity: str
    reason: str
    values: dict[str, Any]


def list_alerts(store: Store, wanted: AlertFilter, cursor: Cursor | None = None, size: int = PAGE) -> Slice[AlertRow]:
    """One page of alerts in one state. A text that few products hold is looked for from those."""
    order = _OVER if wanted.state == "resolved" else _OPEN
    words = search.words_of(wanted.text)
    conditions, parameters = _conditions(wanted, words)
    few = _few(store, words)
    found = "FROM alert a" if few is None else "FROM json_each(:few) f CROSS JOIN alert a ON a.id = f.value"
    rows = store.execute(
        f"{_SELECT}, {', '.join(order.columns)} {found} {_JOINED}"
        f"WHERE {' AND '.join(conditions)} AND {_after(order, cursor)} "
        f"ORDER BY {order.by(cursor)} LIMIT {size + 1}",
        {**parameters, **bind(cursor), "few": str(few or [])},
    ).fetchall()
    return cut(rows, lambda row: row[_FIELDS:], size, cursor, _alert)


def _after(order: Order, cursor: Cursor | None) -> str:
    """Of several expressions an index can skip by the first only when that one is named apart."""
    if cursor is None or order is _OVER:
        return order.where(cursor)
    return f"{_RANK} {'<=' if cursor.backwards else '>='} :key0 AND {order.where(cursor)}"


def _few(store: Store, words: search.Words) -> list[int] | None:
    """The alerts that may hold these words, where the products that hold them are few."""
    way = search.way_of(store, words)
    products = search.few(store, way, words.parameters) if way else None
    if products is None:
        return None
    rows = store.execute(
        "SELECT id FROM alert WHERE product_id IN (SELECT value FROM json_each(?)) "
        "UNION SELECT id FROM alert WHERE product_id IS NULL",
        (str(products),),
    )
    return [row[0] for row in rows]


def _conditions(wanted: AlertFilter, words: search.Words) -> tuple[list[str], dict[str, Any]]:
    # Each state names its partial index's own condition: SQLite takes the index only when it can see it.
    over = wanted.state == "resolved"
    conditions = ["a.state = 'resolved'" if over else "a.state <> 'resolved' AND a.state = :state"]
    parameters: dict[str, Any] = {"state": wanted.state, **words.parameters}
    branch = "json_extract(a.subject, '$.nombre_sucursal')"
    for name, column in (("severity", "a.severity"), ("rule", "a.rule"), ("source", "s.name"), ("branch", branch)):
        if getattr(wanted, name):
            conditions.append(f"{column} = :{name}")
            parameters[name] = getattr(wanted, name)
    for name in (name for name in words.parameters if name.startswith("word")):
        subject = f"(a.product_id IS NULL AND instr(fold(a.subject), :{name}))"
        conditions.append(f"(instr(p.search, :{name}) OR {subject})")
    return conditions, parameters


def alert_counts(store: Store) -> dict[tuple[str, str], int]:
    """How many alerts are open, by state and severity. The index has them in this order, so nothing is sorted."""
    rows = store.execute(
        f"SELECT a.state, {_RANK}, count(*) FROM alert a INDEXED BY alert_worst "
        "WHERE a.state <> 'resolved' GROUP BY 1, 2"
    )
    return {(state, _BY_RANK[rank]): count for state, rank, count in rows}


def firing_by_rule(store: Store) -> dict[str, int]:
    """How many alerts fire, by rule."""
    rows = store.execute(
        "SELECT rule, count(*) FROM alert INDEXED BY alert_open "
        "WHERE state <> 'resolved' AND state = 'firing' GROUP BY rule"
    )
    return dict(rows.fetchall())


def firing_by_source(store: Store) -> dict[str, int]:
    """How many alerts fire, by source."""
    rows = store.execute(
        "SELECT s.name, count(*) FROM alert a INDEXED BY alert_open JOIN source s ON s.id = a.source_id "
        "WHERE a.state <> 'resolved' AND a.state = 'firing' GROUP BY 1"
    )
    return dict(rows.fetchall())


def alert_by_fingerprint(store: Store, fingerprint: str) -> AlertRow | None:
    """The alert a link names."""
    row = store.execute(f"{_SELECT}{_FROM}WHERE a.fingerprint = ?", (fingerprint,)).fetchone()
    return None if row is None else _alert(row)


def by_fingerprints(store: Store, fingerprints: Sequence[str]) -> list[AlertRow]:
    """The alerts that somebody ticked; those that are not there any more are left out."""
    marks = ", ".join("?" * len(fingerprints))
    rows = store.execute(f"{_SELECT}{_FROM}WHERE a.fingerprint IN ({marks}) ORDER BY a.id", list(fingerprints))
    return [_alert(row) for row in rows]


def branches(store: Store) -> list[str]:
    """Every branch that a warehouse belongs to."""
    rows = store.execute("SELECT DISTINCT branch FROM warehouse WHERE branch <> '' ORDER BY branch")
    return [row[0] for row in rows]


def alerts_of_product(store: Store, product: int, limit: int = 20) -> list[AlertRow]:
    """The alerts about a product, open ones first."""
    rows = store.execute(
        f"{_SELECT}{_FROM}WHERE a.product_id = ? ORDER BY a.state = 'resolved', {_RANK}, a.since DESC LIMIT ?",
        (product, limit),
    )
    return [_alert(row) for row in rows]


def transitions(store: Store, alert: int, limit: int = 100) -> list[Transition]:
    """The newest changes of an alert, newest first."""
    rows = store.rows(
        'SELECT id, episode, at, was, became, severity, reason, "values" AS "values" FROM transition '
        "WHERE alert_id = ? ORDER BY id DESC LIMIT ?",
        (alert, limit),
    )
    return [Transition(**{**row, "values": _object(row["values"])}) for row in rows]


def _alert(row: Found) -> AlertRow:
    return AlertRow(*(*row[:8], _object(row[8]), *row[9:11], _object(row[11]), *row[12:_FIELDS]))


def _object(text: str) -> dict[str, Any]:
    found = msgspec.json.decode(text)
    return found if isinstance(found, dict) else {}
