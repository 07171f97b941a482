"""What stands behind an alert that a number alone does not tell: the sum that does not come out, why things came back.

Asked anew when a message is made, from the same figures that the rule was held against.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec.structs import replace as changed

from ..clock import local
from ..model import quantity
from ..notify.content import Item, Sum
from ..places import money_sign
from ..rules.rule import Rule
from ..store import Store, measures, reconciliation, reconciliation_returns
from ..store.db import Row
from ..store.sources import Source
from . import finding
from .finding import View
from .messages import Letter, Telling

MOST = 10
DAY = 86_400_000
_TERMS = (("sold", -1), ("cancelled", 1), ("returned", 1), ("receipts", 1), ("adjustments", 1))
_ALWAYS_SHOWN = ("sold", "returned")


def with_evidence(store: Store, source: Source, letter: Letter, now: int) -> Letter:
    """The same letter with sums and reasons beside the first alerts that have any."""
    asked = [each for each in letter.tellings if each.wrong and each.rule.on in ("reconciliation", "returns")][:MOST]
    if not asked:
        return letter
    view = View(store, source, measures.moment_of(store, source, now))
    found: dict[int, Item] = {}
    items = {item.alert_id: item for item in letter.content.items}
    for rule in {each.rule.name: each.rule for each in asked}.values():
        mine = [each for each in asked if each.rule.name == rule.name]
        found |= _of_rule(view, rule, mine, items)
    content = changed(
        letter.content,
        items=[found.get(item.alert_id or 0, item) for item in letter.content.items],
        money=money_sign(source.timezone),
    )
    return replace(letter, content=content)


def _of_rule(view: View, rule: Rule, tellings: Sequence[Telling], items: dict[int | None, Item]) -> dict[int, Item]:
    rows = {row["subject"].key(): row for row in finding.put_together(view, rule)}
    found = {}
    for each in tellings:
        row, item = rows.get(each.question.subject.key()), items.get(each.question.alert_id)
        if row is None or item is None:
            continue
        found[each.question.alert_id] = (
            _with_sum(view, rule, item, row) if rule.on == "reconciliation" else _with_reason(view, rule, item, row)
        )
    return found


def _with_sum(view: View, rule: Rule, item: Item, row: dict[str, Any]) -> Item:
    """The arithmetic of one product, with the worst gap of the window: when, where, and whether it went elsewhere."""
    if row["opening"] is None or row["actual"] is None or row["expected"] is None:
        return item
    units = row["undocumented"] or row["unexplained"]
    gaps = [
        gap for gap in reconciliation.variances_of(view.store, row["product_id"])
        if gap["closed_at"] > view.moment.now - round((rule.window_seconds or 0) * 1000) - DAY
    ]  # fmt: skip
    same = [gap for gap in gaps if gap["units"] * units > 0]
    worst = max(same, key=lambda gap: abs(gap["units"]), default=None)
    terms = [(name, sign * row[name]) for name, sign in _TERMS if row[name] or name in _ALWAYS_SHOWN]
    return changed(
        item,
        sum=Sum(
            opening=row["opening"],
            terms=terms,
            expected=row["expected"],
            actual=row["actual"],
            units=units,
            value=None if row["unit_cost"] is None else quantity(units * row["unit_cost"]),
            since=worst["opened_at"] if worst else None,
            until=worst["closed_at"] if worst else None,
            place=worst["place"] if worst else "",
            elsewhere=_elsewhere(worst, gaps) if worst and worst["place"] else None,
        ),
    )


def _elsewhere(worst: Row, gaps: Sequence[Row]) -> bool:
    """Whether as many came or went at another place between the same readings."""
    return any(
        gap["place"] != worst["place"]
        and abs(gap["units"] + worst["units"]) < 1e-6
        and gap["opened_at"] < worst["closed_at"]
        and worst["opened_at"] < gap["closed_at"]
        for gap in gaps
    )


def _with_reason(view: View, rule: Rule, item: Item, row: dict[str, Any]) -> Item:
    """What would have been normal, and what people wrote on the returns more than once."""
    values = {**item.values, "expected_units": row.get("expected_units")}
    if row.get("expected_units") is not None:
        values["expected_units"] = round(row["expected_units"], 1)
    return changed(item, values=values, reason=_reason(view, rule, row.get("product_id")))


def _reason(view: View, rule: Rule, product_id: int | None) -> str | None:
    if product_id is None:
        return None
    today = local(view.moment.now, view.source.timezone).date()
    since = today - timedelta(seconds=rule.window_seconds or 0)
    rows = reconciliation_returns.reasons(view.store, view.source.id, since.isoformat(), today.isoformat(), product_id)
    often = Counter({row["reason"]: row["documents"] for row in rows}).most_common(1)
    return often[0][0] if often and often[0][1] > 1 else None
