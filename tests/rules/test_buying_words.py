"""The words for buying and money, by the rule language itself: orders on their way, terms, reserves, what is lost."""

import random
from typing import Any

import pytest

from alertd.engine.evaluate import evaluate
from alertd.reconcile import classification
from alertd.reconcile.demand import daily_sales
from alertd.reconcile.ordering import Said
from alertd.store import alerts, buying, sources, supply
from alertd.store.db import Store

from .makers import DAY, NOW, TODAY, changed, documents_known, load, product_of, returned, shelf, sold, values


def say(store: Store, level: int | None = None, *, supplier: str | None = None, **terms: Any) -> None:
    """Terms of a level's product, of a supplier, or of the shop."""
    product = product_of(store, level) if level else 0
    buying.say(store, 1, Said(**terms), supplier=supplier, product_id=product, by=None, now=NOW)


@pytest.mark.parametrize(
    ("on_hand", "ordered", "minimum", "maximum", "pack", "least", "expected"),
    [
        (8, 0, 10, 40, 6, None, 36),  # Q1
        (10, 0, 10, 40, 6, None, 30),  # Q2
        (11, 0, 10, 40, 6, None, 0),  # Q3
        (5, 20, 10, 40, 6, None, 0),  # Q4: it is on its way
        (0, 0, 5, 10, 1, None, 10),  # Q5
        (-3, 0, 5, 20, 1, None, 23),  # Q6
        (4, 0, 5, 0, 12, None, 12),  # Q7: no maximum, whole packs
        (2.5, 0, 3, 10, 0.5, None, 7.5),  # Q8: sold by weight
        (4, 0, 5, 8, 1, 10, 10),  # Q9: the supplier sends no less
        (5, 0, 5, 5, 1, None, 0),  # Q10: at its minimum, which is its maximum
    ],
)
def test_an_alert_marked_as_ordered_counts_in_the_suggestion(
    store: Store, on_hand, ordered, minimum, maximum, pack, least, expected
):
    """From the shelf through the rule to the alert, and from the alert to the next suggestion."""
    level = shelf(store, on_hand, minimum, maximum, changed_at=NOW - DAY)
    say(store, level, pack=pack, least=least)
    rule = load("name: a\non: stock\nwhen: stock <= stock_minimo or suggested_order > 0\n").rules[0]
    shop = sources.get_source(store, "tienda")
    evaluate(store, shop, [rule], NOW)
    if ordered:
        (alert,) = alerts.list_alerts(store)
        alerts.order(store, [alert["id"]], until=NOW + 3 * DAY, by="ana", now=NOW, quantity=ordered)
        evaluate(store, shop, [rule], NOW + 60_000)
    found = [row["values"]["suggested_order"] for row in alerts.list_alerts(store, "firing")]
    assert found == ([expected] if on_hand <= minimum else [])
    assert values(store, "suggested_order on_order")[level] == {"suggested_order": expected, "on_order": ordered}


def test_marked_as_ordered_without_a_number_it_is_as_much_as_was_suggested(store: Store):
    """That is what the message proposed; and taking it back forgets it."""
    level = shelf(store, 8, 10, 40, changed_at=NOW - DAY)
    rule = load("name: a\non: stock\nwhen: suggested_order > 0\n").rules[0]
    shop = sources.get_source(store, "tienda")
    evaluate(store, shop, [rule], NOW)
    (alert,) = alerts.list_alerts(store)
    alerts.order(store, [alert["id"]], until=NOW + 3 * DAY, by="ana", now=NOW)
    assert values(store, "suggested_order on_order")[level] == {"suggested_order": 0, "on_order": 32}
    alerts.wake(store, [alert["id"]], NOW)
    assert values(store, "suggested_order on_order")[level] == {"suggested_order": 32, "on_order": 0}


def test_an_order_that_is_taken_back_is_missing_at_the_next_look(store: Store):
    """Though nothing of the shelf moved since, and it was taken back in the very moment of the last look."""
    shelf(store, 8, 10, 40, changed_at=NOW - DAY)
    rule = load("name: a\non: stock\nwhen: suggested_order > 0\n").rules[0]
    shop = sources.get_source(store, "tienda")
    found = []
    for minute, act in enumerate((None, "order", "wake")):
        keys = [row["id"] for row in alerts.list_alerts(store)]
        if act == "order":
            alerts.order(store, keys, until=NOW + 3 * DAY, by="ana", now=NOW + (minute - 1) * 60_000)
        elif act == "wake":
            alerts.wake(store, keys, NOW + (minute - 1) * 60_000)
        evaluate(store, shop, [rule], NOW + minute * 60_000)
        found.append(len(alerts.list_alerts(store, "firing")))
    assert found == [1, 0, 1]


def test_an_order_of_unknown_size_suggests_nothing_until_its_day_has_passed(store: Store):
    """A rule that knows no quantity, marked as ordered; when nothing comes, it is suggested again."""
    level = shelf(store, 8, 10, 40, changed_at=NOW - DAY)
    rule = load("name: a\non: stock\nwhen: stock <= stock_minimo\n").rules[0]
    shop = sources.get_source(store, "tienda")
    evaluate(store, shop, [rule], NOW)
    (alert,) = alerts.list_alerts(store)
    alerts.order(store, [alert["id"]], until=NOW + 1, by="ana", now=NOW - DAY)
    assert values(store, "suggested_order")[level]["suggested_order"] == 0
    store.execute("UPDATE supply_order SET expected_at = ?", (NOW,))
    assert values(store, "suggested_order")[level]["suggested_order"] == 32


def test_what_arrives_in_part_is_still_on_its_way_for_the_rest(store: Store):
    """The oldest order takes the first rise; how long it took is kept."""
    level = shelf(store, 14, 10, 40, changed_at=NOW - DAY)
    product = product_of(store, level)
    changed(store, level, 2, days_ago=9)
    for days, units in ((8, 10), (6, 20)):
        line = supply.Placed(product, level, units)
        supply.place(store, 1, [line], expected_at=NOW + DAY, by=None, now=NOW - days * DAY)
    changed(store, level, 8, days_ago=5)
    changed(store, level, 14, days_ago=1)
    found = values(store, "on_order suggested_order")[level]
    assert found == {"on_order": 18, "suggested_order": 0}
    rows = store.rows("SELECT remaining, (arrived_at - ordered_at) / 86400000 AS days FROM supply_order ORDER BY id")
    assert rows == [{"remaining": 0, "days": 7}, {"remaining": 18, "days": None}]
    assert supply.lead_times(store, 1) == {"": [7.0]}


def test_the_terms_of_a_supplier_hold_for_its_products_whatever_the_case(store: Store):
    """Three days instead of seven, two of sales in reserve; the product's own pack."""
    level = shelf(store, 5, first_seen_at=NOW - 100 * DAY, supplier="La Unión")
    for day in range(42):
        sold(store, level, 1, days_ago=day)
    words = "lead_time reorder_point safety_stock suggested_order"
    assert list(values(store, words)[level].values()) == [8, 11, 3, 20]
    say(store, supplier="la union", lead_days=3, safety_days=2)
    say(store, level, pack=12)
    assert list(values(store, words)[level].values()) == [4, 6, 2, 24]


@pytest.mark.parametrize(
    ("daily", "terms", "reserve", "point"),
    [
        ([3.5, 8.5], {"lead_days": 7, "lead_spread": 2, "review_days": 0, "service": 95}, 22.54, 65),  # P1
        ([3.5, 8.5], {"lead_days": 7, "review_days": 0, "service": 95}, 10.88, 53),  # P2
        ([80, 120], {"lead_days": 7, "lead_spread": 2, "review_days": 0, "service": 95}, 340.3, 1041),  # P3, z 1.6449
        ([5], {"lead_days": 10, "review_days": 0, "safety_days": 0}, 0, 50),  # P4
    ],
)
def test_the_reorder_point_is_that_of_the_formula(store: Store, daily, terms, reserve, point):
    """From forty-two days of sales and what was said of the product."""
    level = shelf(store, 500, first_seen_at=NOW - 100 * DAY)
    for day in range(42):
        sold(store, level, daily[day % len(daily)], days_ago=day)
    say(store, level, **terms)
    found = values(store, "reorder_point safety_stock")[level]
    assert found["reorder_point"] == point
    assert found["safety_stock"] == pytest.approx(reserve, abs=0.1)


def test_what_sells_now_and_then_is_reckoned_with_by_its_smoothed_weeks(store: Store):
    """I1, I3 and I4 by the week."""
    series = {
        "intermittent": ([0, 0, 5, 0, 0, 0, 3, 0, 4, 0, 0, 6], 1.312310 / 7),
        "lumpy": ([0, 1, 0, 0, 12, 0, 0, 0, 0, 2, 0, 1], 0.522385 / 7),
        "smooth": ([4, 5, 3, 6, 4, 5, 4, 6, 5, 4, 3, 5], 27 / 42),
    }
    for pattern, (weeks, rate) in series.items():
        level = shelf(store, 5, first_seen_at=NOW - 83 * DAY)
        for number, units in enumerate(reversed(weeks)):
            if units:
                sold(store, level, units, days_ago=7 * number + 2, booked=True)
        found = values(store, "demand_pattern expected_sales")[level]
        assert found == {"demand_pattern": pattern, "expected_sales": pytest.approx(rate, abs=1e-5)}


def test_what_began_to_sell_or_to_be_read_lately_does_not_sell_now_and_then(store: Store):
    """Six good weeks after many empty ones are a new product; weeks that nobody read are not empty weeks."""
    level = shelf(store, 5, first_seen_at=NOW - 300 * DAY)
    for day in range(42):
        sold(store, level, 1, days_ago=day)
    assert values(store, "demand_pattern expected_sales")[level] == {"demand_pattern": "smooth", "expected_sales": 1.0}
    rare = shelf(store, 5, first_seen_at=NOW - 300 * DAY)
    for week in (1, 3, 5):
        sold(store, rare, 2, days_ago=7 * week + 3, booked=True)
    assert values(store, "demand_pattern")[rare]["demand_pattern"] == "intermittent"
    store.execute("INSERT INTO document_reading VALUES (1, 'sale', '2024-08-20', 0)")
    store.execute("UPDATE measured SET demand_day = NULL")
    assert values(store, "demand_pattern")[rare]["demand_pattern"] is None


@pytest.mark.parametrize(
    ("empty", "units", "lost"), [(10, 50, (15.625, 101.5625, 35.15625)), (6, 56.25, (9.375, 60.9375, 21.09375))]
)
def test_days_without_stock_cost_sales(store: Store, empty: int, units: float, lost: tuple[float, ...]):
    """D1, and six days: at 1.5625 a day, 6.50 each, bought for 4.25."""
    level = shelf(store, 20, first_seen_at=NOW - 100 * DAY, changed_at=NOW - 20 * DAY, price=6.5, cost=4.25)
    changed(store, level, 5, days_ago=60)
    changed(store, level, 0, days_ago=20 + empty)
    changed(store, level, 20, days_ago=20)
    sold(store, level, units, days_ago=5)
    assert tuple(values(store, "lost_units lost_sales lost_margin")[level].values()) == lost


def test_stock_that_stopped_selling_may_not_be_there(store: Store):
    """One and a half a day, then nothing for six days: hardly chance. Two days are no sign yet, and neither is a bulk
    sale that never comes every day."""
    silent, fresh, bulk = (shelf(store, 30, first_seen_at=NOW - 60 * DAY) for _ in range(3))
    for day in range(6, 42):
        sold(store, silent, 1 + day % 2, days_ago=day)
        sold(store, fresh, 1 + day % 2, days_ago=day - 4)
    sold(store, bulk, 60, days_ago=6)
    found = values(store, "days_without_sale phantom_probability")
    assert found[silent]["days_without_sale"] == 6
    assert found[silent]["phantom_probability"] < 0.01
    assert found[fresh]["phantom_probability"] > 0.01
    assert found[bulk]["phantom_probability"] > 0.01


def test_money_by_the_database_is_money_by_the_formula(store: Store):
    """Five hundred shelves: what sleeps, what is too much, how costs moved, what is left, how much sold through."""
    dice = random.Random(3)
    expected = {}
    for _ in range(500):
        stock, days = dice.choice([-1, 0, 2, 40, 400]), dice.choice([20, 89, 90, 200])
        cost, before, price = dice.choice([4.25, 4.8, 42.5]), dice.choice([None, 0, 4.25]), dice.choice([None, 6.5])
        units, back = dice.choice([0, 0, 2, 42]), dice.choice([0, 0, 2])
        level = shelf(
            store, stock, first_seen_at=NOW - days * DAY, cost=cost, previous_cost=before, price=price
        )  # fmt: skip
        if units:
            sold(store, level, units, days_ago=3)
        if back:
            returned(store, level, back, days_ago=2)
        dead = classification.is_dead(stock, units - back, days)
        rate = daily_sales(units, back, min(days, 41) + (stock > 0))
        too_much = classification.excess(stock, rate or 0.0, cost)
        jump = classification.cost_jump(cost, before)
        net = units - back
        expected[level] = {
            "tied_capital": classification.tied_capital(stock, cost) if dead else 0.0,
            "excess_units": None if not rate else too_much[0] if too_much else 0.0,
            "excess_value": None if not rate else too_much[1] if too_much else 0.0,
            "cost_change": None if jump is None else round(jump[0], 6),
            "margin": None if price is None else round((price - cost) / price, 6),
            "sell_through(30)": _rounded(classification.sell_through(net, stock + net)),
        }
    words = "tied_capital excess_units excess_value cost_change margin sell_through(30)"
    assert values(store, words) == expected


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def test_before_sales_were_read_nothing_is_lost_or_asleep(store: Store):
    """Unknown is not zero; what the catalogue says is known all the same."""
    level = shelf(store, 5, first_seen_at=NOW - 100 * DAY, cost=2, previous_cost=1, price=4)
    words = "expected_sales reorder_point lost_units tied_capital phantom_probability excess_units"
    assert values(store, words, known=False)[level] == dict.fromkeys(words.split())
    assert values(store, "cost_change margin", known=False)[level] == {"cost_change": 1.0, "margin": 0.5}


def test_new_terms_are_looked_at_without_a_new_day(store: Store):
    """A rule that looks at changed rows only looks at all of them when the terms changed."""
    level = shelf(store, 10, first_seen_at=NOW - 100 * DAY, changed_at=NOW - DAY)
    sold(store, level, 42, days_ago=4)
    documents_known(store)
    rule = load("name: a\non: stock\nwhen: days_of_cover <= lead_time\n").rules[0]
    shop = sources.get_source(store, "tienda")
    evaluate(store, shop, [rule], NOW)
    assert alerts.list_alerts(store) == []
    say(store, lead_days=14)
    evaluate(store, shop, [rule], NOW + 60_000)
    assert len(alerts.list_alerts(store)) == 1


def test_a_count_that_jumps_leaks_or_sells_too_well_is_told_apart(store: Store):
    """Three words on the count of a week: missing at once, missing bit by bit, sold beyond all habit."""
    drop, leak, busy, calm = (shelf(store, 40, first_seen_at=NOW - 100 * DAY) for _ in range(4))
    for level in (drop, leak, busy, calm):
        for day in range(7, 42):
            sold(store, level, 3, days_ago=day)
    for level, days in (
        (drop, [(40, 0, 0), (40, 0, -12)]),
        (leak, [(40, 3, -1)] * 6),
        (busy, [(80, 40, 0)]),
        (calm, [(40, 3, 0)] * 6),
    ):
        for number, (opening, units, missing) in enumerate(days):
            store.execute(
                "INSERT INTO reconciled_day VALUES (?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?)",
                (product_of(store, level), TODAY - 6 + number, opening, units, opening - units + missing, missing)
                + (missing,),
            )
    documents_known(store)
    shop = sources.get_source(store, "tienda")
    names = {"sudden_drop = 1": "drop", "unusual_sale = 1": "busy", "leak_units >= 3 and sudden_drop = 0": "leak"}
    text = "".join(
        f'  - {{name: {name}, on: reconciliation, window: 7d, when: "{when}"}}\n' for when, name in names.items()
    )
    evaluate(store, shop, load(f"rules:\n{text}").rules, NOW)
    of = {product_of(store, level): name for level, name in ((drop, "drop"), (leak, "leak"), (busy, "busy"))}
    assert {(row["rule"], of.get(row["product_id"])) for row in alerts.list_alerts(store)} == {
        ("drop", "drop"), ("leak", "leak"), ("busy", "busy"),
    }  # fmt: skip
