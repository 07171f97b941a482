"""How the figures of a rule came about, subject by subject: the measure, what went in, the formula, the result, a note.

The table is `alertd.rules.explaining`; the figures are read by the very columns that the rule is judged by.
"""

from collections.abc import Mapping
from typing import Any

from ..reconcile.ordering import suggested_order
from ..rules.explaining import Explained, Explanation, Ingredient, Words, explanation, said
from ..rules.rule import Rule, needs, value_columns
from ..store import Store, alerts, evaluation, measures, sources
from ..store.evaluation import Columns
from ..store.measures import Moment

_BETWEEN = "\x1f"
_NOTES: dict[str, Words] = {
    "exceeds maximum": (
        "El pedido mínimo o el empaque pasa del máximo.",
        "O pedido mínimo ou a embalagem passa do máximo.",
        "The least order or the pack goes beyond the maximum.",
    ),
    "to the minimum only": (
        "Sin máximo ni ventas conocidas: solo hasta el mínimo.",
        "Sem máximo nem vendas conhecidas: só até o mínimo.",
        "Without a maximum or known sales: up to the minimum only.",
    ),
}


def input_columns(rule: Rule) -> Columns:
    """What goes into the figures of a rule, as columns beside its values."""
    return [
        (f"{word}{_BETWEEN}{each.name}", each.column(rule.on))
        for word, found in _explained(rule)
        for each in found.inputs
    ]


def values_alone(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the rule's words, without what went into them."""
    return {word: value for word, value in values.items() if _BETWEEN not in word}


def explain(rule: Rule, values: Mapping[str, Any], language: str = "en") -> tuple[Explained, ...]:
    """How each figure of `when` came about, from the values of the rule's words and of `input_columns`."""
    return tuple(_one(word, found, values, language) for word, found in _explained(rule))


def _explained(rule: Rule) -> list[tuple[str, Explanation]]:
    found = ((word, explanation(word, rule.on)) for word in rule.when.words)
    return [(word, each) for word, each in found if each is not None]


def _one(word: str, found: Explanation, values: Mapping[str, Any], language: str) -> Explained:
    inputs = tuple(
        Ingredient(each.name, said(each.label, language), values.get(f"{word}{_BETWEEN}{each.name}"), each.unit)
        for each in found.inputs
    )
    known = {each.name: each.value for each in inputs if each.value is not None}
    notes = [_filled(found.note, known, language), _odd(word, known, language)]
    note = " ".join(each for each in notes if each) or None
    return Explained(word, inputs, said(found.formula, language), values.get(word), note)


def _filled(note: Words | None, known: Mapping[str, Any], language: str) -> str:
    """The note with its numbers; nothing where one of them is not known."""
    try:
        return "" if note is None else said(note, language).format(**{name: _plain(known[name]) for name in known})
    except KeyError:
        return ""


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _odd(word: str, known: Mapping[str, Any], language: str) -> str:
    """What a person should know about a suggested order."""
    if word != "suggested_order" or "stock" not in known:
        return ""
    order = suggested_order(
        known["stock"],
        minimum=known.get("stock_minimo"),
        maximum=known.get("stock_maximo"),
        on_order=known.get("on_order", 0.0),
        point=known.get("reorder_point", 0.0),
        target=known.get("target", 0.0),
        pack=known.get("pack"),
        least=known.get("least", 0.0),
    )
    return said(_NOTES[order.note], language) if order.note in _NOTES else ""


def of_alert(store: Store, rules: tuple[Rule, ...], fingerprint: str, now: int, language: str) -> tuple[Explained, ...]:
    """How the figures of an alert about a level or a product stand now; nothing for what cannot be looked up."""
    row = alerts.place_of(store, fingerprint)
    rule = next((each for each in rules if row is not None and each.name == row["rule"]), None)
    if row is None or rule is None or rule.on not in ("stock", "product") or not _explained(rule):
        return ()
    source = sources.get_source(store, row["source"])
    columns = (*value_columns(rule), *input_columns(rule))
    with store.write():
        moment = measures.moment_of(store, source, now)
        if needs(rule) & {"demand", "class"}:
            measures.bring_up_to_date(
                store, source.id, moment, demand="demand" in needs(rule), classed="class" in needs(rule)
            )
        values = _looked_up(store, rule, row, source.id, moment, columns)
    return explain(rule, values, language) if values else ()


def _looked_up(
    store: Store, rule: Rule, row: Mapping[str, Any], source_id: int, moment: Moment, columns: Columns
) -> Mapping[str, Any] | None:
    return evaluation.values_of_one(
        store,
        rule.on,
        source_id,
        moment,
        product_id=row["product_id"],
        level_id=row["level_id"],
        columns=columns,
        demand="demand" in needs(rule),
    )
