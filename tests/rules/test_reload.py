"""Rules are edited while alertd runs: what is broken, renamed or deleted has one meaning each."""

from pathlib import Path

import pytest

from alertd.engine.evaluate import evaluate
from alertd.engine.rulebook import RuleShelf
from alertd.store import alerts, rulestate, sources
from alertd.store.db import Store

from .makers import NOW, shelf

LOW = "name: low\ntitle: Bajo\non: stock\nwhen: stock <= stock_minimo and stock_minimo > 0\n"


class Shop:
    """One low shelf, a folder of rules, and a clock that is moved by hand."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder, self.now = store, folder, NOW
        self.shelf = RuleShelf(store, folder)
        shelf(store, 2, 5)

    def write(self, text: str, name: str = "a.yaml") -> None:
        (self.folder / name).write_text(text)

    def turn(self) -> list[tuple[str, str, str | None]]:
        """One evaluation later: rule, state and reason of every alert."""
        self.now += 60_000
        book = self.shelf.book(self.now)
        with self.store.write():
            evaluate(self.store, sources.get_source(self.store, "tienda"), book.rules, self.now)
        return [(row["rule"], row["state"], row["resolved_reason"]) for row in alerts.list_alerts(self.store)]


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    made = Shop(store, tmp_path)
    made.write(LOW)
    assert made.turn() == [("low", "firing", None)]
    return made


def test_a_rule_with_another_name_keeps_its_open_alerts(shop: Shop):
    """Since when it fires stays, and nobody is told again."""
    before = alerts.list_alerts(shop.store)[0]
    shop.write(LOW.replace("name: low", "name: pocas-cajas").replace("Bajo", "Pocas cajas"))
    assert shop.turn() == [("pocas-cajas", "firing", None)]
    after = alerts.list_alerts(shop.store)[0]
    assert (after["id"], after["since"], after["fired_at"]) == (before["id"], before["since"], before["fired_at"])
    assert after["fingerprint"] != before["fingerprint"]


def test_a_rule_that_moves_to_another_file_is_the_same(shop: Shop):
    """The name is what counts."""
    (shop.folder / "a.yaml").unlink()
    shop.write(LOW, "b.yaml")
    assert shop.turn() == [("low", "firing", None)]


def test_another_rule_is_not_taken_for_a_renamed_one(shop: Shop):
    """It says something else, so its alerts are new, and the old ones end with their rule."""
    shop.write(LOW.replace("name: low", "name: other").replace("stock <=", "stock * 2 <="))
    assert sorted(shop.turn()) == [("low", "resolved", "withdrawn"), ("other", "firing", None)]


def test_a_deleted_rule_ends_its_alerts_with_that_reason(shop: Shop):
    """And whoever brings it back starts anew."""
    (shop.folder / "a.yaml").unlink()
    assert shop.turn() == [("low", "resolved", "withdrawn")]
    shop.write(LOW)
    assert shop.turn() == [("low", "firing", None)]


def test_a_broken_file_keeps_the_last_good_version_in_force(shop: Shop):
    """Its alerts stay, new ones come, and a restart changes nothing."""
    shop.write(LOW.replace("stock <=", "stok <="))
    shelf(shop.store, 1, 5)
    shop.store.execute("UPDATE product SET changed_at = ?", (shop.now + 1,))
    assert shop.turn() == [("low", "firing", None)] * 2
    shop.shelf = RuleShelf(shop.store, shop.folder)
    assert shop.turn() == [("low", "firing", None)] * 2
    assert shop.shelf.book(shop.now).kept == ("low",)


def test_an_edited_threshold_is_held_against_every_row(shop: Shop):
    """Nothing changed on the shelf; the rule did."""
    shelf(shop.store, 6, 5)
    assert shop.turn() == [("low", "firing", None)]
    shop.write(LOW.replace("<= stock_minimo", "<= stock_minimo * 1.5"))
    assert shop.turn() == [("low", "firing", None)] * 2


def test_a_rule_about_something_else_now_ends_what_it_said_of_the_old(shop: Shop):
    """An alert about a shelf is not one about a product."""
    shop.write(LOW.replace("on: stock", "on: product"))
    assert sorted(shop.turn()) == [("low", "firing", None), ("low", "resolved", "withdrawn")]


def test_a_rule_that_cannot_be_run_is_shown_and_the_others_go_on(shop: Shop):
    """It changes nothing, keeps count, and looks at everything once it works again."""
    shop.write("name: empty\non: stock\nwhen: nota is null\n", "b.yaml")
    shop.turn()
    shop.store.execute("DROP TABLE branch_day")
    shop.write("name: cover\non: stock\nwhen: sold(7) = 0\n", "c.yaml")
    shelf(shop.store, 1, 5)
    shop.store.execute("UPDATE product SET changed_at = ?", (shop.now + 1,))
    found = shop.turn()
    assert sorted(found) == [("empty", "firing", None)] * 2 + [("low", "firing", None)] * 2
    ((rule, failures),) = [(row["rule"], row["failures"]) for row in rulestate.failing(shop.store)]
    assert (rule, failures) == ("cover", 1)
    shop.turn()
    assert rulestate.failing(shop.store)[0]["failures"] == 2
