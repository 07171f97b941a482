"""Run a rule's predicate over the present state. The predicate arrives as SQL text with parameters, already checked.

It speaks of the columns of `stock_row` as `r`. Rows that are not present in the last snapshot never match: what could
not be read is unknown.
"""

from collections.abc import Sequence
from typing import Any

from ..model import Subject, Values, quantity
from .alerts import Finding
from .db import Store

Columns = Sequence[tuple[str, str]]
_SUBJECT = "r.level_id, r.product_id, r.external_id, r.code, r.name, r.warehouse, r.branch"


def matching(
    store: Store, source_id: int, *, condition: str, severity: str, columns: Columns, parameters: Sequence[Any]
) -> list[Finding]:
    """Every present level of a source for which the condition is true, the worst values being the rule's business.

    `parameters` come in the order of the statement: severity, then condition.
    """
    cursor = store.execute(
        f"SELECT {_SUBJECT}, {severity}, {_list(columns)} FROM stock_row r"
        f" WHERE r.present AND NOT r.gone AND ({condition}) AND r.source_id = ?",
        (*parameters, source_id),
    )
    return [Finding(row[0], row[1], subject_of(row[2:7]), row[7], values_of(columns, row[8:])) for row in cursor]


def standing(
    store: Store, source_id: int, rule: str, *, clear: str, columns: Columns, parameters: Sequence[Any]
) -> dict[int, tuple[str, Values]]:
    """For each open alert of a rule, by level: `gone`, `unknown`, `clear` or `between`, with its values.

    `clear` is the condition that ends the alert. Levels that still match are overruled by `matching`.
    """
    cursor = store.execute(
        f"SELECT r.level_id, r.gone, r.present, ({clear}) IS TRUE, {_list(columns)} FROM alert a"
        " JOIN stock_row r ON r.level_id = a.level_id"
        " WHERE a.source_id = ? AND a.rule = ? AND a.state <> 'resolved'",
        (*parameters, source_id, rule),
    )
    return {
        row[0]: (
            "gone" if row[1] else "unknown" if not row[2] else "clear" if row[3] else "between",
            values_of(columns, row[4:]),
        )
        for row in cursor
    }


def _list(columns: Columns) -> str:
    return ", ".join(sql for _, sql in columns) or "NULL"


def subject_of(row: Sequence[Any]) -> Subject:
    """A subject from external id, code, name, warehouse and branch; empty names become null."""
    return Subject(row[0], row[1], row[2], row[3] or None, row[4] or None)


def values_of(columns: Columns, row: Sequence[Any]) -> Values:
    """The values a rule used, by the words of the rule language; numbers at the precision of the house."""
    return {
        word: quantity(value) if isinstance(value, float) else value
        for (word, _), value in zip(columns, row, strict=False)
    }
