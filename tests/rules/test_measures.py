"""Measures by the database, on real shelves with real sums by day; the same cases as the plain formulas."""

import random

import pytest

from alertd.engine.evaluate import evaluate
from alertd.reconcile import demand
from alertd.reconcile.ordering import Said, plan, resolve, suggested_order
from alertd.rules.rule import needs
from alertd.store import alerts, buying, measures, sources, supply
from alertd.store.db import Store
from alertd.store.measures import mostly_out

from .makers import DAY, NOW, TODAY, changed, documents_known, load, product_of, returned, shelf, sold, values


def test_a_rate_leaves_out_the_days_without_stock(store: Store):
    """D1: fifty in six weeks, ten days of them empty, twenty left."""
    level = shelf(store, 20, first_seen_at=NOW - 100 * DAY, changed_at=NOW - 20 * DAY)
    changed(store, level, 5, days_ago=60)
    changed(store, level, 0, days_ago=30)
    changed(store, level, 20, days_ago=20)
    sold(store, level, 50, days_ago=5)
    found = values(store, "daily_sales days_of_cover sold(42)")[level]
    assert found == {"daily_sales": 1.5625, "days_of_cover": 12.8, "sold(42)": 50}


def test_nothing_sold_lasts_neither_for_ever_nor_for_no_time(store: Store):
    """D2: a rate of zero, and no cover."""
    level = shelf(store, 9, first_seen_at=NOW - 100 * DAY)
    assert values(store, "daily_sales days_of_cover")[level] == {"daily_sales": 0.0, "days_of_cover": None}


def test_seven_days_in_stock_are_too_few_to_say(store: Store):
    """D3: eight sold, thirty-five days empty."""
    level = shelf(store, 2, first_seen_at=NOW - 100 * DAY, changed_at=NOW - 6 * DAY)
    changed(store, level, 0, days_ago=41)
    changed(store, level, 2, days_ago=6)
    sold(store, level, 8, days_ago=3)
    assert values(store, "daily_sales days_of_cover")[level] == {"daily_sales": None, "days_of_cover": None}


def test_what_came_back_was_not_sold(store: Store):
    """D4: thirty less six in thirty days; the product is no older."""
    level = shelf(store, 24, first_seen_at=NOW - 29 * DAY)
    sold(store, level, 30, days_ago=10)
    returned(store, level, 6, days_ago=9)
    found = values(store, "daily_sales days_of_cover returned(42)")[level]
    assert found == {"daily_sales": 0.8, "days_of_cover": 30.0, "returned(42)": 6}


def test_before_sales_were_ever_read_nobody_knows_what_sold(store: Store):
    """Else the first minute would call the whole shop dead stock."""
    level = shelf(store, 5, first_seen_at=NOW - 100 * DAY)
    words = "sold(30) daily_sales days_of_cover abc_class"
    assert values(store, words, known=False)[level] == dict.fromkeys(words.split())


def test_an_empty_shelf_lasts_no_time(store: Store):
    """However little is known of its rate."""
    level = shelf(store, 0, first_seen_at=NOW - 100 * DAY)
    sold(store, level, 8, days_ago=3)
    assert values(store, "days_of_cover")[level]["days_of_cover"] == 0.0


def test_a_branch_sells_what_it_sells(store: Store):
    """Sales are known by branch; those without one count everywhere. The product adds all of it up."""
    centre = shelf(store, 20, branch="Centro", first_seen_at=NOW - 100 * DAY)
    north = shelf(store, 20, branch="Norte", of=centre)
    sold(store, centre, 6, days_ago=3)
    sold(store, centre, 2, days_ago=2, branch="")
    assert {key: each["sold(30)"] for key, each in values(store, "sold(30)").items()} == {centre: 8.0, north: 2.0}
    (product,) = values(store, "sold(30) bodegas stock", on="product").values()
    assert product == {"sold(30)": 8.0, "bodegas": 2, "stock": 40.0}


def test_a_product_adds_up_the_warehouses_that_can_be_seen(store: Store):
    """A level that was not read is unknown, not zero."""
    one = shelf(store, 3, 5, 10)
    shelf(store, 7, 5, None, branch="Norte", of=one)
    shelf(store, 100, 5, None, branch="Sur", of=one, absent_at=NOW)
    (found,) = values(store, "stock stock_minimo stock_maximo bodegas bodegas_bajas", on="product").values()
    assert found == {"stock": 10.0, "stock_minimo": 10.0, "stock_maximo": 10.0, "bodegas": 2, "bodegas_bajas": 1}


def test_stock_ago_is_what_stood_when_that_day_ended(store: Store):
    """Null before anybody looked."""
    level = shelf(store, 4, changed_at=NOW - 2 * DAY)
    changed(store, level, 10, days_ago=9)
    changed(store, level, 4, days_ago=2)
    found = values(store, "stock_ago(1) stock_ago(3) stock_ago(9) stock_ago(10) days_since_change")[level]
    assert list(found.values()) == [4.0, 10.0, 10.0, None, 2]
    (product,) = values(store, "stock_ago(3)", on="product").values()
    assert product == {"stock_ago(3)": 10.0}


def test_how_long_it_is_known_and_did_not_sell(store: Store):
    """The older of its making and its first sight."""
    level = shelf(store, 4, first_seen_at=NOW - 5 * DAY, created_at=NOW - 200 * DAY)
    assert values(store, "days_known days_since_sale")[level] == {"days_known": 200, "days_since_sale": None}
    sold(store, level, 1, days_ago=12)
    assert values(store, "days_since_sale")[level]["days_since_sale"] == 12


def test_the_class_is_that_of_the_list_of_the_best(store: Store):
    """By net revenue of a quarter; U where nothing sold."""
    revenues = [5000, 2500, 1200, 500, 400, 300, 100, 0]
    levels = [shelf(store, 1) for _ in revenues]
    for level, revenue in zip(levels, revenues, strict=True):
        sold(store, level, 1, days_ago=3, amount=revenue)
    found = values(store, "abc_class")
    assert "".join(found[level]["abc_class"] for level in levels) == "AAABBCCU"


def test_the_database_orders_what_the_formula_orders(store: Store):
    """Two thousand shelves of every kind: one formula, written twice, one answer."""
    dice = random.Random(5)
    expected = {}
    for _ in range(2_000):
        stock = dice.choice([-3, 0, 2.5, 4, 5, 8, 10, 11, 40])
        minimum, maximum = dice.choice([None, 0, 3, 5, 10]), dice.choice([None, 0, 5, 8, 10, 40])
        days = dice.choice([10, 30, 80])
        level = shelf(store, stock, minimum, maximum, first_seen_at=NOW - days * DAY)
        units = dice.choice([0, 0, 3, 7, 50])
        if units:
            sold(store, level, units, days_ago=min(days, 3))
        said = dice.choice(
            [None, None, Said(pack=6), Said(least=10), Said(pack=0.5, lead_days=2), Said(pack=12, least=5)]
        )
        coming = dice.choice([0, 0, 0, 4, 20])
        product = product_of(store, level)
        if said:
            buying.say(store, 1, said, product_id=product, by=None, now=NOW)
        if coming:
            line = supply.Placed(product, level, coming)
            supply.place(store, 1, [line], expected_at=NOW + DAY, by=None, now=NOW)
        in_days = min(days, 41) + (stock > 0)
        rate = demand.daily_sales(units, 0, in_days)
        terms = resolve([said] if said else [])
        planned = plan(rate or 0.0, 0.0, terms)
        order = suggested_order(
            stock, minimum=minimum, maximum=maximum, on_order=coming, point=planned.point, target=planned.target,
            pack=terms.pack, least=terms.least,
        )  # fmt: skip
        cover = demand.days_of_cover(stock, units, 0, in_days)
        lost = demand.lost_units(rate, 0 if stock > 0 else min(days + 1, 42) - in_days)
        expected[level] = {
            "daily_sales": rate,
            "days_of_cover": cover,
            "suggested_order": order.quantity,
            "reorder_point": None if rate is None else planned.point,
            "lost_units": lost if units else 0.0,
            "on_order": coming,
        }
    assert values(store, "daily_sales days_of_cover suggested_order reorder_point lost_units on_order") == expected


@pytest.mark.parametrize(
    ("changes", "out"),
    [
        ([(-5, 0.0)], True),
        ([(-5, 3.0)], False),
        ([(-5, 3.0), (49, 0.0)], True),
        ([(-5, 3.0), (51, 0.0)], False),
        ([(-5, 0.0), (51, 2.0)], True),
        ([(-5, 3.0), (50, 0.0)], True),
        ([(10, None)], False),
        ([(10, None), (90, 0.0)], True),
        ([(10, None), (60, 5.0), (99, 0.0)], False),
        ([], False),
        ([(200, 0.0)], False),
    ],
)
def test_a_day_is_out_when_most_of_what_was_seen_of_it_was_empty(changes: list, out: bool):
    """What nobody saw counts on neither side."""
    assert mostly_out(changes, 0, 100) is out


def test_days_are_closed_the_same_one_by_one_and_all_at_once(store: Store):
    """A shop whose alertd ran every day and one that was switched off for three weeks agree."""
    dice = random.Random(11)
    levels = [shelf(store, 0, first_seen_at=NOW - 30 * DAY) for _ in range(40)]
    for level in levels:
        for hour in sorted(dice.sample(range(24 * 25), dice.randrange(8))):
            stock = dice.choice([0, 0, 4, None])
            store.execute(
                "INSERT INTO stock_change VALUES (?, ?, ?, NULL, NULL)", (level, NOW - hour * 3_600_000, stock)
            )
    store.execute("INSERT INTO measured (source_id) VALUES (1)")
    shop = sources.get_source(store, "tienda")
    closed = None
    for ago in range(25, -1, -1):
        measures.close_days(store, 1, closed, measures.moment_of(store, shop, NOW - ago * DAY))
        closed = TODAY - ago - 1
    by_day = store.rows("SELECT * FROM level_out")
    store.execute("DELETE FROM level_out")
    measures.close_days(store, 1, None, measures.moment_of(store, shop, NOW))
    assert by_day == store.rows("SELECT * FROM level_out")
    assert len(by_day) > 20


def test_days_that_a_clock_closed_too_early_are_closed_again_when_they_are_over(store: Store):
    """For a moment it was nine days later; then the shelf was filled up, and was empty again on the fourth day."""
    level = shelf(store, 0, first_seen_at=NOW - 30 * DAY)
    store.execute("DELETE FROM stock_change")
    store.execute("INSERT INTO measured (source_id) VALUES (1)")
    shop = sources.get_source(store, "tienda")

    def close(days: int, *, stock: float | None = None) -> None:
        now = NOW + days * DAY
        if stock is not None:
            store.execute("INSERT INTO stock_change VALUES (?, ?, ?, NULL, NULL)", (level, now, stock))
        closed = store.value("SELECT closed_day FROM measured")
        measures.close_days(store, 1, closed, measures.moment_of(store, shop, now))

    close(-4, stock=0)
    close(-1)
    close(9)
    close(0, stock=5)
    assert store.value("SELECT closed_day FROM measured") == TODAY - 1
    for day in range(1, 9):
        close(day, stock=0 if day == 4 else None)
    runs = store.execute("SELECT first_day - ?, last_day - ? FROM level_out", (TODAY, TODAY)).fetchall()
    assert runs == [(-4, -1), (4, None)]


def test_demand_follows_documents_within_the_day(store: Store):
    """A sale that is read later counts at the next look, for its product only."""
    levels = [shelf(store, 10, first_seen_at=NOW - 100 * DAY) for _ in range(3)]
    documents_known(store)
    rule = load("name: a\non: stock\nwhen: days_of_cover < 3\n").rules[0]
    assert needs(rule) == {"day", "documents", "demand"}
    shop = sources.get_source(store, "tienda")
    evaluate(store, shop, [rule], NOW)
    assert alerts.list_alerts(store) == []
    sold(store, levels[1], 420, days_ago=1, booked=True)
    evaluate(store, shop, [rule], NOW + 60_000)
    assert [row["values"]["days_of_cover"] for row in alerts.list_alerts(store)] == [1.0]
