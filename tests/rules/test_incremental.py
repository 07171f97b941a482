"""Two ways to look must find the same: all or only what moved, together or one by one; through random days."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from alertd.engine import sieve
from alertd.engine.evaluate import evaluate, scope_of
from alertd.engine.finding import Scope
from alertd.model import Product, StockLevel
from alertd.rules.rule import Predicate, Rule
from alertd.store import alerts, rulestate, snapshots, sources
from alertd.store.db import Store, open_store
from alertd.store.measures import Moment
from alertd.store.rulestate import Looked

from .makers import DAY, NOW, documents_known, load, shelf, sold

RULES = """
rules:
  - {name: low, on: stock, when: stock <= stock_minimo and stock_minimo > 0, recover: stock > stock_minimo * 1.2}
  - {name: fell, on: stock, when: change < 0, severity: {critical: stock <= 0, info: true}}
  - {name: still, on: stock, when: change = 0 and stock > 3, for: 2h}
  - {name: noted, on: stock, when: "contains(nota, 'frágil')", keep_firing_for: 1d}
  - {name: dear, on: product, when: precio > 5 and stock > 4}
  - {name: spread, on: product, when: bodegas_bajas >= 1 and bodegas > 1}
  - {name: sleeps, on: stock, when: sold(3) = 0 and stock > 0}
  - {name: runs-out, on: stock, when: days_of_cover < 30}
  - {name: order, on: product, when: suggested_order > 0}
  - {name: less, on: stock, when: stock < stock_ago(1)}
  - {name: quiet, on: stock, when: days_since_change >= 2}
  - {name: best, on: product, when: abc_class = 'A'}
  - {name: named, on: stock, query: {nombre: osa 1}, when: marca is null or marca != 'X'}
  - {name: counted, on: sales, window: 2d, when: units > previous_units}
  - {name: brands, on: sales, by: marca, window: 1d, when: units >= 2}
"""


def everything(_rule: Rule, _looked: Looked | None, _moment: Moment) -> Scope:
    """The careful way."""
    return Scope()


class Shop:
    """A store with one source, fed by hand. `forgetful` makes every evaluation look at everything."""

    def __init__(self, forgetful: bool, one_by_one: bool = False) -> None:
        self.store: Store = open_store(":memory:")
        self.forgetful = forgetful
        self.at_once = 1 if one_by_one else sieve.SIFTED_AT_ONCE
        shelf(self.store, 1)
        with self.store.write():
            self.store.execute("DELETE FROM product")
            self.store.execute("UPDATE source SET snapshot_at = NULL")
        documents_known(self.store)

    def sweep(self, products: dict[int, Product], now: int) -> None:
        with self.store.write():
            known = snapshots.known_digests(self.store, 1)
            changed = [(hash(product), product) for product in products.values() if hash(product) not in known]
            snapshots.apply(self.store, 1, changed, seen=set(products), unread=set(), known=known, now=now)

    def low(self, products: list[Product], now: int) -> None:
        with self.store.write():
            known = snapshots.known_digests(self.store, 1)
            pairs = [(hash(product), product) for product in products]
            snapshots.apply(self.store, 1, pairs, seen=None, unread=set(), known=known, now=now)

    def sale(self, external_id: int, units: float, now: int) -> None:
        level = self.store.value(
            "SELECT min(l.id) FROM level l JOIN product p ON p.id = l.product_id WHERE p.external_id = ?",
            (external_id,),
        )
        if level is not None:
            with self.store.write():
                sold(self.store, level, units, days_ago=-((now - NOW) // DAY), amount=units * 2, booked=True)

    @contextmanager
    def way(self) -> Iterator[None]:
        """Rules are sifted as this shop does it."""
        usual, sieve.SIFTED_AT_ONCE = sieve.SIFTED_AT_ONCE, self.at_once
        yield
        sieve.SIFTED_AT_ONCE = usual

    def judge(self, rules: tuple[Rule, ...], now: int) -> None:
        with self.store.write():
            if self.forgetful:
                self.store.execute("UPDATE measured SET demand_day = NULL")
            source = sources.get_source(self.store, "tienda")
            evaluate(self.store, source, rules, now, look=everything if self.forgetful else scope_of)

    def state(self) -> list[tuple[Any, ...]]:
        kept = ("rule", "state", "severity", "subject", "values", "since", "episode", "clear_since", "resolved_reason")
        return sorted(tuple(str(row[name]) for name in kept) for row in alerts.list_alerts(self.store))


def one_product(dice: random.Random, number: int) -> Product:
    """A product as the next reading may show it."""
    places = [("Centro", "A"), ("Centro", "B"), ("Norte", "A")]
    levels = tuple(
        StockLevel(place[1], place[0], dice.choice([-1.0, 0.0, 2.0, 4.0, 9.0]), dice.choice([None, 0.0, 3.0]), None,
                   dice.choice([None, "Frágil"]))
        for place in dice.sample(places, dice.choice([1, 1, 2]))
    )  # fmt: skip
    return Product(
        number,
        f"Cosa {number}",
        levels,
        brand=dice.choice([None, "X", "Y"]),
        price=dice.choice([2.0, 6.0]),
        created_at=0,
    )


def steps(dice: random.Random) -> Iterator[tuple[str, Any, int]]:
    """What happens to a shop: sweeps, short looks, sales, hours and days, products that vanish and come back."""
    products = {number: one_product(dice, number) for number in range(1, 9)}
    hidden: dict[int, Product] = {}
    now = NOW
    for _ in range(25):
        now += dice.choice([0, 60_000, 3_600_000, DAY // 2, DAY])
        event = dice.choice(["sweep", "sweep", "sweep", "low", "sale", "sale", "nothing", "back"])
        if event == "sweep":
            for number in dice.sample(sorted(products), dice.choice([0, 1, 2])):
                products[number] = one_product(dice, number)
            if products and dice.random() < 0.3:
                number = dice.choice(sorted(products))
                hidden[number] = products.pop(number)
            elif hidden and dice.random() < 0.6:
                number, product = hidden.popitem()
                products[number] = product
            yield "sweep", dict(products), now
        elif event == "low" and products:
            number = dice.choice(sorted(products))
            products[number] = one_product(dice, number)
            yield "low", [products[number]], now
        elif event == "sale":
            yield "sale", (dice.randrange(1, 9), dice.choice([1.0, 3.0, 30.0])), now
        elif event == "back":
            now -= 7_200_000
            yield "nothing", None, now
        else:
            yield "nothing", None, now


def live(shops: tuple[Shop, ...], seed: int, rules: tuple[Rule, ...]) -> Iterator[str]:
    """The same random life in every shop; what was done, after each step."""
    for number, (event, what, now) in enumerate(steps(random.Random(seed))):
        for shop in shops:
            if event == "sale":
                shop.sale(*what, now)
            elif event != "nothing":
                getattr(shop, event)(what, now)
            with shop.way():
                shop.judge(rules, now)
        yield f"step {number}: {event}"


@pytest.mark.parametrize("seed", range(12))
def test_what_moved_is_all_there_is_to_look_at(seed: int):
    """After every step of a random life both shops have the same alerts, in the same state, with the same values."""
    rules = load(RULES).rules
    assert len(rules) == 15
    careful, thrifty = Shop(forgetful=True), Shop(forgetful=False)
    for step in live((careful, thrifty), seed, rules):
        assert thrifty.state() == careful.state(), step


@pytest.mark.parametrize("seed", range(3))
def test_rules_sifted_together_find_what_each_alone_finds(seed: int):
    """One reading of the rows for many rules; a hundred of them, so that they do not all fit into one."""
    more = "".join(f"  - {{name: more-{n}, on: stock, when: stock < {n / 8}}}\n" for n in range(90))
    rules = load(RULES + more).rules
    alone, together = Shop(forgetful=False, one_by_one=True), Shop(forgetful=False)
    for step in live((alone, together), seed, rules):
        assert together.state() == alone.state(), step


def test_a_rule_that_cannot_be_run_is_found_out_among_many():
    """The sieve as a whole fails with it; then each is asked alone, and only the one that is broken is not heard."""
    shop, rules = Shop(forgetful=False), load(RULES).rules
    broken = Predicate("no_such(r.stock)", (), ())
    some = tuple(replace(rule, when=broken) if rule.name == "low" else rule for rule in rules)
    shop.sweep({1: Product(1, "Cosa", (StockLevel("A", "Centro", 0.0, 3.0, None, "Frágil"),), created_at=0)}, NOW)
    shop.judge(some, NOW)
    assert {row[0] for row in shop.state()} >= {"noted", "order"}
    assert [row["rule"] for row in rulestate.failing(shop.store)] == ["low"]
