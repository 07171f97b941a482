"""Rules about what is counted, and about the source itself, through the engine that runs."""

import pytest

from alertd.engine.evaluate import evaluate
from alertd.store import alerts, sources
from alertd.store.db import Store

from .makers import DAY, NOW, documents_known, load, returned, shelf, sold


def firing(store: Store, text: str, now: int = NOW, *, about: frozenset[str] | None = None) -> list[dict]:
    """What fires after one evaluation of one rule."""
    found = load(f"name: a\n{text}")
    assert not found.errors, [str(error) for error in found.errors]
    shop = sources.get_source(store, "tienda")
    with store.write():
        options = {} if about is None else {"about": about}
        evaluate(store, shop, found.rules, now, **options)
    return [row for row in alerts.list_alerts(store) if row["state"] == "firing"]


@pytest.fixture
def shop(store: Store) -> dict[str, int]:
    """Three products of two brands, with sales and returns of two weeks."""
    levels = {
        "drill": shelf(store, 5, name="Taladro", brand="Makita", category="Eléctricas", code="T1"),
        "saw": shelf(store, 5, name="Sierra", brand="Makita", category="Eléctricas", kind="Servicio"),
        "nail": shelf(store, 5, name="Clavo", brand=None, category="Ferretería"),
    }
    documents_known(store)
    sold(store, levels["drill"], 80, days_ago=2, amount=800)
    sold(store, levels["drill"], 3000, days_ago=60)
    returned(store, levels["drill"], 60, days_ago=60)
    returned(store, levels["drill"], 6, days_ago=1)
    sold(store, levels["saw"], 20, days_ago=8, amount=100)
    sold(store, levels["nail"], 5, days_ago=0, amount=10)
    returned(store, levels["nail"], 1, days_ago=0)
    return levels


def test_a_spike_of_returns_is_a_product(store: Store, shop: dict[str, int]):
    """N2, through the daily sums: six of eighty, where 1.6 would be normal."""
    (alert,) = firing(
        store, "on: returns\nwhen: units >= 3 and p_value < 0.01 and q_value <= 0.1 and expected_units > 1\n"
    )
    assert alert["subject"]["codigo"] == "T1"
    assert alert["subject"]["marca"] == "Makita"
    values = alert["values"]
    assert (values["units"], values["sold_units"], values["expected_units"]) == (6.0, 80.0, 1.6)
    assert values["p_value"] == pytest.approx(0.0071, abs=0.00005)
    assert alert["product_id"] == store.value("SELECT product_id FROM level WHERE id = ?", (shop["drill"],))


def test_when_the_week_is_over_so_is_the_alert(store: Store, shop: dict[str, int]):
    """The window moves with the day, without any document."""
    rule = "on: returns\nwhen: units >= 3\n"
    assert len(firing(store, rule)) == 1
    assert firing(store, rule, NOW + 7 * DAY) == []
    assert {row["resolved_reason"] for row in alerts.list_alerts(store)} == {"clear"}


@pytest.mark.parametrize(
    ("by", "subjects"),
    [
        ("product", {"Taladro": 80.0, "Clavo": 5.0}),
        ("marca", {"Makita": 80.0}),
        ("categoria", {"Eléctricas": 80.0, "Ferretería": 5.0}),
        ("source", {"tienda": 85.0}),
    ],
)
def test_sales_are_counted_by_what_the_rule_says(
    store: Store, shop: dict[str, int], by: str, subjects: dict[str, float]
):
    """A product without a brand belongs to none."""
    found = firing(store, f"on: sales\nby: {by}\nwindow: 7d\nwhen: units > 0\n")
    assert {row["subject"]["nombre"]: row["values"]["units"] for row in found} == subjects


def test_the_query_says_which_products_count(store: Store, shop: dict[str, int]):
    """Before they are added up."""
    rule = "on: sales\nby: marca\nwindow: 14d\nquery: {{tipo: {}}}\nwhen: units > 0\n"
    (alert,) = firing(store, rule.format("Servicio"))
    assert (alert["values"]["units"], alert["values"]["previous_units"]) == (20.0, 0.0)


def test_the_window_before_is_the_one_before(store: Store, shop: dict[str, int]):
    """Twenty in the week before last week, none since."""
    (alert,) = firing(store, "on: sales\nwhen: units = 0 and previous_units > 10 and previous_amount = 100\n")
    assert alert["subject"]["nombre"] == "Sierra"


def test_before_documents_were_read_nothing_is_counted(store: Store, shop: dict[str, int]):
    """Unknown is not zero."""
    store.execute("UPDATE lane SET last_success_at = NULL")
    assert firing(store, "on: sales\nby: source\nwhen: units >= 0\n") == []


def test_a_source_falls_silent_and_is_heard_again(store: Store):
    """Minutes since the last good look at the catalogue; failures in a row; calls left in this hour."""
    shelf(store, 1)
    about = frozenset({"source"})
    rule = "on: source\nwhen: minutes_since_success > 60 or consecutive_failures >= 3\nseverity: high\n"
    assert firing(store, rule, NOW + 60_000, about=about) == []
    (alert,) = firing(store, rule, NOW + 61 * 60_000, about=about)
    assert alert["subject"]["nombre"] == "tienda"
    assert alert["values"] == {"minutes_since_success": 61.0, "consecutive_failures": 0}
    store.execute("INSERT INTO lane (source_id, name, last_success_at) VALUES (1, 'sweep', ?)", (NOW + 3_700_000,))
    assert firing(store, rule, NOW + 3_760_000, about=about) == []
    store.execute("UPDATE lane SET failures = 3")
    assert len(firing(store, rule, NOW + 3_770_000, about=about)) == 1


def test_a_source_knows_how_many_products_it_had(store: Store):
    """By the last whole sweep of the day before."""
    shelf(store, 1)
    store.execute(
        "INSERT INTO poll (source_id, lane, started_at, finished_at, outcome, complete, products)"
        " VALUES (1, 'sweep', ?1, ?1, 'complete', 1, 40)",
        (NOW - DAY,),
    )
    rule = "on: source\nwhen: products < products_ago(1) * 0.9 and quota_remaining > 10\n"
    (alert,) = firing(store, rule, about=frozenset({"source"}))
    assert (alert["values"]["products"], alert["values"]["products_ago(1)"]) == (1, 40)


def test_what_is_left_over_is_a_product(store: Store):
    """Opening, sold, and what is there: fourteen too few."""
    level = shelf(store, 6, cost=85.0, code="P")
    product = store.value("SELECT product_id FROM level WHERE id = ?", (level,))
    store.execute(
        "INSERT INTO reconciled_day (product_id, day, opening, sold, cancelled, returned, receipts, adjustments,"
        " actual, unexplained, undocumented) VALUES (?, ?, 22, 2, 0, 0, 0, 0, 6, -14, -14)",
        (product, NOW // DAY),
    )
    short = "undocumented < -3 and unexplained_value < -1000 and explained_ratio < 0.5"
    (alert,) = firing(store, f"on: reconciliation\nwindow: 1d\nwhen: {short}\n")
    assert alert["subject"]["codigo"] == "P"
    assert alert["values"]["expected"] == 20.0
    assert alert["values"]["unexplained_value"] == -1190.0
    assert alert["values"]["explained_ratio"] == 0.125
