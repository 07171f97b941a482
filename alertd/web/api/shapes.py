"""What programs read: one shape a thing, the same on the API and behind `--json` of the commands.

Shapes and how a row of the store becomes one; nothing of Flask. The description of the API is made from these types.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ...alerts.silence import Silence as StoredSilence
from ...clock import rfc3339
from ...model import SEVERITIES
from ...rules.state import STATES

Moment = Annotated[str, Meta(description="RFC 3339, UTC.", extra_json_schema={"format": "date-time"})]
State = Literal["pending", "firing", "resolved"]
Severity = Literal["critical", "high", "warning", "info"]
LevelState = Literal["negative", "out", "low", "over", "unknown", "ok"]
Next = Annotated[str | None, Meta(description="Give this as `cursor` to read on; null at the end of the list.")]
assert set(Severity.__args__) == set(SEVERITIES)  # type: ignore[attr-defined]  # noqa: S101
assert set(LevelState.__args__) == set(STATES)  # type: ignore[attr-defined]  # noqa: S101


class Alert(Struct):
    """An alert: what it is about, the values it was judged by, and who knows."""

    fingerprint: str
    rule: str
    severity: Severity
    state: State
    source: str
    subject: Annotated[dict[str, Any], Meta(description="id, codigo, nombre, nombre_bodega …: what applies.")]
    values: Annotated[dict[str, Any], Meta(description="The fields that `when` of the rule uses.")]
    since: Moment
    fired_at: Moment | None
    resolved_at: Moment | None
    resolved_reason: str | None
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    note: str | None
    silenced: Annotated[bool, Meta(description="Its messages are held, by a silence or by a snooze of its own.")]
    snoozed_until: Moment | None
    ordered_until: Moment | None
    last_notified_at: Moment | None


class Alerts(Struct):
    """A page of alerts, the newest first."""

    alerts: list[Alert]
    next: Next


def alert(row: Mapping[str, Any], silenced: bool) -> Alert:
    """The shape of a row of alerts whose subject and values were read."""
    return Alert(
        fingerprint=row["fingerprint"],
        rule=row["rule"],
        severity=row["severity"],
        state=row["state"],
        source=row["source"],
        subject={key: value for key, value in row["subject"].items() if value is not None},
        values=row["values"],
        since=rfc3339(row["since"]) or "",
        fired_at=rfc3339(row["fired_at"]),
        resolved_at=rfc3339(row["resolved_at"]),
        resolved_reason=row["resolved_reason"],
        acknowledged_by=row["acknowledged_by"],
        acknowledged_at=rfc3339(row["acknowledged_at"]),
        note=row["acknowledged_note"],
        silenced=silenced,
        snoozed_until=rfc3339(row["snoozed_until"]),
        ordered_until=rfc3339(row["ordered_until"]),
        last_notified_at=rfc3339(row["last_notified_at"]),
    )


class Level(Struct):
    """What one warehouse holds of one product."""

    source: str
    id: int | str
    codigo: str | None
    nombre: str
    nombre_bodega: str | None
    nombre_sucursal: str | None
    stock: float
    stock_minimo: float | None
    stock_maximo: float | None
    state: LevelState
    seen_at: Moment


class Levels(Struct):
    """A page of stock levels."""

    levels: list[Level]
    next: Next


def level(row: Mapping[str, Any]) -> Level:
    """The shape of a row of levels."""
    return Level(
        source=row["source"],
        id=row["id"],
        codigo=row["codigo"],
        nombre=row["nombre"],
        nombre_bodega=row["nombre_bodega"] or None,
        nombre_sucursal=row["nombre_sucursal"] or None,
        stock=row["stock"],
        stock_minimo=row["stock_minimo"],
        stock_maximo=row["stock_maximo"],
        state=row["state"],
        seen_at=rfc3339(row["seen_at"]) or "",
    )


class Change(Struct):
    """A level became other than it was; null stock means that it was not listed from then on."""

    source: str
    codigo: str | None
    nombre: str
    nombre_bodega: str | None
    nombre_sucursal: str | None
    at: Moment
    stock: float | None
    stock_minimo: float | None
    stock_maximo: float | None


class History(Struct):
    """A page of the changes of one product's levels, the oldest first."""

    codigo: str
    changes: list[Change]
    next: Next


def change(row: Mapping[str, Any]) -> Change:
    """The shape of a row of changes."""
    return Change(
        source=row["source"],
        codigo=row["codigo"],
        nombre=row["nombre"],
        nombre_bodega=row["nombre_bodega"] or None,
        nombre_sucursal=row["nombre_sucursal"] or None,
        at=rfc3339(row["at"]) or "",
        stock=row["stock"],
        stock_minimo=row["stock_minimo"],
        stock_maximo=row["stock_maximo"],
    )


class Silence(Struct):
    """Messages are held back while it is active, for the alerts that every matcher fits."""

    id: int
    state: Literal["pending", "active", "expired"]
    match: dict[str, str]
    comment: str
    created_by: str | None
    created_at: Moment
    starts_at: Moment
    ends_at: Moment


class Silences(Struct):
    """A page of silences, the newest first."""

    silences: list[Silence]
    next: Next


def silence(each: StoredSilence, now: int) -> Silence:
    """The shape of a silence as it stands now."""
    return Silence(
        id=each.id,
        state=each.state(now),  # type: ignore[arg-type]
        match=each.matchers,
        comment=each.comment,
        created_by=each.created_by,
        created_at=rfc3339(each.created_at) or "",
        starts_at=rfc3339(each.starts_at) or "",
        ends_at=rfc3339(each.ends_at) or "",
    )


class RuleError(Struct):
    """A mistake in a rule file: where it stands and what to write instead."""

    file: str
    line: int
    column: int
    rule: str | None
    message: str
    hint: str | None


class Failing(Struct):
    """A good rule that could not be run."""

    rule: str
    source: str
    failures: int
    error: str | None
    failed_at: Moment | None


class Rule(Struct):
    """A rule in force."""

    name: str
    title: dict[str, str]
    on: str
    source: list[str] | None
    notify: list[str] | None
    enabled: bool
    file: str
    line: int


class Rules(Struct):
    """A page of the rules in force by name, and everything that is wrong with the others."""

    rules: list[Rule]
    errors: list[RuleError]
    failing: list[Failing]
    next: Next


class RuleText(Rule):
    """A rule in force, with its own lines of YAML."""

    text: str


class Checked(Struct):
    """Whether a text of rules is good."""

    ok: bool
    errors: list[RuleError]


class Preview(Struct):
    """What a rule matches now. `count` is all of it, unless there is `more`; `matches` are the gravest of them."""

    rule: str
    count: int
    more: bool
    matches: list[dict[str, Any]]


class Part(Struct):
    """A gap of a product: when, how much, and the likeliest cause."""

    opened_at: Moment
    closed_at: Moment
    unexplained: float
    unexplained_value: float | None
    cause: str
    reported: bool
    evidence: str
    documents: list[Any]


class Branch(Struct):
    """The same for one branch."""

    nombre_sucursal: str
    expected: float
    actual: float
    unexplained: float


class Line(Struct):
    """The equation of a product; null means not known, never zero."""

    codigo: str | None
    nombre: str | None
    opening: float | None
    sold: float
    cancelled: float
    returned: float
    receipts: float
    adjustments: float
    expected: float | None
    actual: float | None
    unexplained: float | None
    unexplained_value: float | None
    cause: str | None
    evidence: str | None
    parts: list[Part]
    branches: list[Branch]


class Reconciliation(Struct):
    """A page of the comparison between two whole snapshots, and its totals over all pages."""

    source: str
    since: Moment
    until: Moment
    documents_until: Moment | None
    balanced: int
    lines: list[Line]
    totals: dict[str, float]
    next: Next


class Lane(Struct):
    """One kind of reading of a source: when it ran, and why it does not."""

    name: str
    last_success_at: Moment | None
    next_due_at: Moment | None
    failures: int
    stopped: str | None
    error: str | None


class Source(Struct):
    """A connected system and how its readings fare."""

    name: str
    kind: str
    base_url: str
    company: str | None
    dialect: str | None
    timezone: str
    every_seconds: float
    sweep_every_seconds: float | None
    last_snapshot_at: Moment | None
    healthy: Annotated[bool, Meta(description="Read whole at least once, and no reading fails or is held back.")]
    held: Annotated[str | None, Meta(description="Why a reading waits for a person, where one does.")]
    products: int
    levels: int
    calls_this_hour: int
    blocked_until: Moment | None
    lanes: list[Lane]


class Sources(Struct):
    """A page of the connected systems, by name."""

    sources: list[Source]
    next: Next


class Problem(Struct, omit_defaults=True):
    """What went wrong, as RFC 9457 has it; `errors` names the mistakes in a rule."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    errors: list[RuleError] = []
