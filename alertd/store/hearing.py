"""What stands between one alert and each channel, and between one product and each rule: asked when a person wonders.

Nothing is decided here; the questions are put to the same rows, by the same SQL, as the engine's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..model import Values
from . import told
from .db import Store
from .evaluation import _MOMENT, Columns, _demand, _list, _rows, values_of  # the engine's own pieces
from .measures import Moment
from .told import Question


@dataclass(frozen=True, slots=True)
class Fate:
    """The newest message to a channel that speaks of an alert."""

    message_id: int
    state: str
    attempts: int
    created_at: int
    due_at: int
    sent_at: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one level (or the product itself) stands with a rule; `in_scope` is whether its query takes it."""

    level_id: int | None
    place: str
    gone: bool
    present: bool
    in_scope: bool
    holds: bool | None
    values: Values


def questions_about(store: Store, alert_id: int) -> list[Question]:
    """The alert, once for each channel, with what that channel believes."""
    rows = store.execute(
        f"{told._SELECT} FROM alert a JOIN channel c{told._PRODUCT}"
        " LEFT JOIN told t ON t.channel_id = c.id AND t.alert_id = a.id WHERE a.id = ? ORDER BY c.name",
        (alert_id,),
    )
    return [told._question(row) for row in rows]


def fate(store: Store, alert_id: int, channel_id: int, since: int) -> Fate | None:
    """What became of the newest message about the alert to that channel since a moment."""
    row = store.row(
        "SELECT m.id AS message_id, m.state, m.attempts, m.created_at, m.due_at, m.sent_at, m.error"
        " FROM message_alert ma CROSS JOIN message m ON m.id = ma.message_id"
        " WHERE ma.alert_id = ? AND m.channel_id = ? AND m.state <> 'superseded' AND m.created_at >= ?"
        " ORDER BY m.id DESC LIMIT 1",
        (alert_id, channel_id, since),
    )
    return None if row is None else Fate(**row)


def standings(
    store: Store,
    on: str,
    source_id: int,
    product_id: int,
    moment: Moment,
    *,
    query: tuple[str, Sequence[Any]],
    when: tuple[str, Sequence[Any]],
    columns: Columns,
    demand: bool,
) -> list[Standing]:
    """How the levels of a product, or the product, stand with a rule's query and condition."""
    place = "r.branch || ' · ' || r.warehouse" if on == "stock" else "''"
    cursor = store.execute(
        f"{_MOMENT} SELECT r.level_id, {place}, r.gone, r.present, ({query[0]}) IS TRUE, ({when[0]}), {_list(columns)}"
        f" FROM t CROSS JOIN {_rows(on, source_id, str(int(product_id)))}{_demand(on, demand)}"
        " WHERE r.product_id = ? ORDER BY 2",
        (*moment.parameters, *query[1], *when[1], product_id),
    )
    return [
        Standing(row[0], row[1], bool(row[2]), bool(row[3]), bool(row[4]), None if row[5] is None else bool(row[5]),
                 values_of(columns, row[6:]))
        for row in cursor
    ]  # fmt: skip


def source_of(store: Store, alert_id: int) -> str:
    """The name of an alert's source."""
    name: str = store.value(
        "SELECT s.name FROM alert a JOIN source s ON s.id = a.source_id WHERE a.id = ?", (alert_id,)
    )
    return name


def source_of_product(store: Store, product_id: int) -> str | None:
    """The name of a product's source."""
    name: str | None = store.value(
        "SELECT s.name FROM product p JOIN source s ON s.id = p.source_id WHERE p.id = ?", (product_id,)
    )
    return name


def alert_states(store: Store, rule: str, product_id: int) -> dict[int | None, tuple[str, str]]:
    """By level (None: the product itself), state and fingerprint of a rule's open alerts about a product."""
    rows = store.execute(
        "SELECT level_id, state, fingerprint FROM alert WHERE product_id = ? AND rule = ? AND state <> 'resolved'",
        (product_id, rule),
    )
    return {level: (state, fingerprint) for level, state, fingerprint in rows}
