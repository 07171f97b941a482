"""Every figure that is worked out can say how: its inputs exist, its words are there in three languages."""

import pytest

from alertd.engine import explain
from alertd.engine.evaluate import evaluate
from alertd.reconcile.ordering import Said
from alertd.rules.explaining import EXPLAINED, LANGUAGES, said
from alertd.rules.vocabulary import column_of, homes
from alertd.store import alerts, buying, evaluation, measures, sources
from alertd.store.db import Store

from .makers import DAY, NOW, documents_known, load, shelf, sold


@pytest.mark.parametrize("word", EXPLAINED)
def test_what_is_explained_is_a_word_and_its_inputs_can_be_read(store: Store, word: str):
    """By the database itself, wherever the word may be used."""
    level = shelf(store, 5, 3, 9, price=3, cost=2, first_seen_at=NOW - 100 * DAY)
    sold(store, level, 42, days_ago=3)
    documents_known(store)
    moment = measures.moment_of(store, sources.get_source(store, "tienda"), NOW)
    measures.bring_up_to_date(store, 1, moment, demand=True, classed=True)
    assert homes(word)
    for on in homes(word):
        columns = [(word, column_of(word, on) or "missing")]
        columns += [(each.name, each.column(on)) for each in EXPLAINED[word].inputs]
        if on in ("stock", "product"):
            evaluation.matching(
                store, on, 1, moment, condition="TRUE", severity="'info'", columns=columns, parameters=(), demand=True
            )
        else:
            evaluation.judged(
                store, 1, moment, [{}], condition="TRUE", severity="'info'", clear="TRUE", columns=columns,
                parameters=(),
            )  # fmt: skip


@pytest.mark.parametrize("word", EXPLAINED)
def test_every_explanation_speaks_three_languages(word: str):
    """And a note speaks of inputs that are there."""
    explanation = EXPLAINED[word]
    assert len({said(explanation.formula, language) for language in LANGUAGES}) == 3
    names = {each.name: "1" for each in explanation.inputs}
    for language in LANGUAGES:
        assert "{" not in (said(explanation.note, language).format(**names) if explanation.note else "")


def test_an_alert_says_how_its_figures_came_about(store: Store):
    """As they stand now, with the window and the days in stock; nothing for an alert whose rule is gone."""
    level = shelf(store, 5, first_seen_at=NOW - 100 * DAY, changed_at=NOW - DAY)
    sold(store, level, 42, days_ago=3)
    documents_known(store)
    rules = load("name: a\non: stock\nwhen: days_of_cover < 7 and suggested_order > 0\n").rules
    evaluate(store, sources.get_source(store, "tienda"), rules, NOW)
    (alert,) = alerts.list_alerts(store)
    cover, order = explain.of_alert(store, rules, alert["fingerprint"], NOW, "es")
    assert (cover.measure, cover.result, cover.formula) == ("days_of_cover", 5.0, "existencias ÷ venta diaria")
    assert cover.note == "Ventana de 42 días, 42 con existencias."
    inputs = {each.name: each.value for each in order.inputs}
    assert (inputs["reorder_point"], inputs["target"], inputs["on_order"], order.result) == (11, 25, 0, 20)
    assert explain.of_alert(store, (), alert["fingerprint"], NOW, "es") == ()
    assert explain.of_alert(store, rules, "nada", NOW, "es") == ()


def test_what_is_odd_about_an_order_is_said(store: Store):
    """A pack that does not fit under the maximum, an order without anything to reckon with."""
    level = shelf(store, 4, 5, None)
    documents_known(store)
    rules = load("name: a\non: stock\nwhen: suggested_order > 0\n").rules
    evaluate(store, sources.get_source(store, "tienda"), rules, NOW)
    (alert,) = alerts.list_alerts(store)
    (order,) = explain.of_alert(store, rules, alert["fingerprint"], NOW, "en")
    assert (order.result, order.note) == (1.0, "Without a maximum or known sales: up to the minimum only.")
    store.execute("UPDATE level SET maximum = 8 WHERE id = ?", (level,))
    buying.say(store, 1, Said(pack=12), product_id=1, by=None, now=NOW)
    (order,) = explain.of_alert(store, rules, alert["fingerprint"], NOW, "en")
    assert (order.result, order.note) == (12.0, "The least order or the pack goes beyond the maximum.")
