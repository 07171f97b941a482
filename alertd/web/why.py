"""Say in a sentence why an alert fired and what would end it, from its values and from its rule as it is written."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g

from ..rules.rule import Rule
from ..store.pages_alerts import AlertRow

_LINE = re.compile(r"^[ \t-]*(?P<key>when|recover|for):[ \t]*(?P<value>[^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_CALLED = re.compile(r"(\w+)\((\d{1,3})\)")
_QUOTES = "'\""


def why(alert: AlertRow) -> str | None:
    """The numbers in words, where they are those of a shelf; else None, and the rule's own words have to do."""
    values = alert.values
    stock, least, most = (_figure(values, name) for name in ("stock", "stock_minimo", "stock_maximo"))
    if stock is None:
        return None
    n = g.reader.number
    if stock < 0:
        return str(g.reader.t("why.negative", stock=n(stock)))
    if least and stock <= least:
        return str(g.reader.t("why.out" if stock == 0 else "why.low", stock=n(stock), minimum=n(least)))
    if most and stock > most:
        return str(g.reader.t("why.over", stock=n(stock), maximum=n(most), more=n(round(stock - most, 6))))
    return str(g.reader.t("why.stock", stock=n(stock)))


def ends(alert: AlertRow, rule: Rule | None) -> str | None:
    """What would end it, in words where that can be said plainly."""
    if rule is None or not rule.enabled:
        return str(g.reader.t("why.ends_rule_gone"))
    least, most = (_figure(alert.values, name) for name in ("stock_minimo", "stock_maximo"))
    stock = _figure(alert.values, "stock")
    if rule.recover is not None or stock is None:
        return None
    if stock < 0 and "stock_minimo" not in rule.when.words:
        return str(g.reader.t("why.ends_negative"))
    if least and stock <= least and "stock_minimo" in rule.when.words:
        return str(g.reader.t("why.ends_low", minimum=g.reader.number(least)))
    if most and stock > most and "stock_maximo" in rule.when.words:
        return str(g.reader.t("why.ends_over", maximum=g.reader.number(most)))
    return None


def written(rule: Rule | None) -> dict[str, str]:
    """`when`, `recover` and `for` as somebody wrote them, on one line each."""
    if rule is None:
        return {}
    return {
        found["key"]: " ".join(found["value"].split("#")[0].split()).lstrip(">|- ").strip(_QUOTES)
        for found in _LINE.finditer(rule.text)
    }


def field(name: str) -> str:
    """A word of the rules for a reader; the days of a function stand behind it."""
    called = _CALLED.fullmatch(name)
    if called is None:
        return str(g.reader.word("field", name))
    return f"{g.reader.word('field', called[1])} ({g.reader.span(86_400 * int(called[2]))})"


def _figure(values: Mapping[str, Any], name: str) -> float | None:
    found = values.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
