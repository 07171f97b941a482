"""Why a channel was told of an alert or not, and why a rule says nothing about a product."""

import json

import pytest
from web import makers
from web.makers import DAY, HOUR, MINUTE, NOW

from alertd.engine.hearing import heard, looked
from alertd.rules.load import load_text
from alertd.rules.rule import Rule
from alertd.store.db import Store, open_store

RULE = """\
name: low-stock
title: Bajo
on: stock
query: {categoria: abarrotes}
when: stock <= stock_minimo and stock_minimo > 0
for: 30m
"""


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "alertd.db")
    yield opened
    opened.close()


def rules(extra: str = "") -> tuple[Rule, ...]:
    found = load_text(RULE + extra, "low-stock.yaml")
    assert not found.errors
    return found.rules


@pytest.fixture
def shop(store: Store) -> dict[str, int]:
    """Oil at three of five, a firing alert about it, and one channel."""
    source = makers.source(store)
    product = makers.product(store, source)
    level = makers.level(store, product, makers.warehouse(store, source), 3)
    alert = makers.alert(store, source, product_id=product, level_id=level, fingerprint="f")
    return {"source": source, "product": product, "level": level, "alert": alert, "channel": makers.channel(store)}


def one(store: Store, extra: str = "", now: int = NOW) -> tuple[str, int | None]:
    (found,) = heard(store, rules(extra), "f", now)
    return found.word, found.at


def told(store: Store, shop: dict[str, int], state: str = "sent", **values) -> int:
    key = makers.message(store, "m", state, channel_id=shop["channel"], **{"created_at": NOW - HOUR, **values})
    makers.insert(store, "message_alert", message_id=key, alert_id=shop["alert"])
    makers.insert(store, "told", channel_id=shop["channel"], alert_id=shop["alert"], episode=1, severity="high",
                  at=NOW - HOUR, message_id=key)  # fmt: skip
    return key


def test_a_message_that_arrived_is_named_with_its_moment(store, shop):
    """The simple case: the channel was told, then."""
    key = told(store, shop, sent_at=NOW - HOUR + 4000)
    (found,) = heard(store, rules(), "f", NOW)
    assert (found.word, found.at, found.message_id) == ("told", NOW - HOUR + 4000, key)


def test_a_message_on_its_way_says_when_it_is_tried_next(store, shop):
    """Waiting for the first time and waiting after a failure are two answers."""
    told(store, shop, "waiting", due_at=NOW + MINUTE)
    assert one(store) == ("waiting", NOW + MINUTE)
    store.execute("UPDATE message SET attempts = 2, error = 'The mail server did not answer.'")
    (found,) = heard(store, rules(), "f", NOW)
    assert (found.word, found.detail) == ("failing", "The mail server did not answer.")


def test_a_message_that_was_given_up_says_so(store, shop):
    """Nobody was told, and why."""
    told(store, shop, "dead", error="refused")
    assert one(store)[0] == "dead"


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"snoozed_until": NOW + DAY}, "snoozed"),
        ({"ordered_until": NOW + DAY}, "ordered"),
        ({"folded_until": NOW + DAY}, "folded"),
    ],
)
def test_what_a_person_or_calm_holds_back(store, shop, columns, word):
    """A snooze, an order and an alert that comes and goes each say until when."""
    name, value = next(iter(columns.items()))
    store.execute(f"UPDATE alert SET {name} = ?", (value,))
    assert one(store) == (word, NOW + DAY)


def test_quiet_hours_say_when_they_end(store, shop):
    """It is 10:20 in San Salvador, and quiet until noon."""
    assert one(store, 'quiet: {hours: "09:00-12:00"}\n') == ("quiet", NOW + 100 * MINUTE)


def test_a_silence_is_named(store, shop):
    """With its comment and its end, so that somebody can lift it."""
    key = makers.insert(store, "silence", matchers=json.dumps({"codigo": "P-0001"}), comment="inventario",
                        created_at=NOW, starts_at=NOW - HOUR, ends_at=NOW + HOUR)  # fmt: skip
    (found,) = heard(store, rules(), "f", NOW)
    assert (found.word, found.at, found.silence_id, found.detail) == ("silenced", NOW + HOUR, key, "inventario")


def test_whom_the_rule_does_not_name_is_not_told(store, shop):
    """`notify` names other channels; or the rule is gone."""
    assert one(store, "notify: [correo]\n")[0] == "not_asked"
    assert heard(store, (), "f", NOW)[0].word == "no_rule"


def test_a_digest_waits_for_its_hour(store, shop):
    """One message a day, at eight."""
    store.execute("UPDATE channel SET digest = '08:00'")
    assert one(store) == ("digest", NOW + 21 * HOUR + 40 * MINUTE)


def test_a_pending_alert_says_how_long_it_still_waits(store, shop):
    """`for: 30m`, of which ten minutes counted."""
    store.execute("UPDATE alert SET state = 'pending', waited = ?", (10 * MINUTE,))
    assert one(store) == ("pending", NOW + 20 * MINUTE)


def test_nothing_holds_it_back(store, shop):
    """Then it goes out with the next look."""
    assert one(store) == ("soon", None)


def words(store: Store, shop: dict[str, int], extra: str = "") -> list[str]:
    return [each.word for each in looked(store, rules(extra), shop["product"], NOW)]


def test_a_product_that_fires_leads_to_its_alert(store, shop):
    """From the product to the alert, with the numbers the rule looked at."""
    (found,) = looked(store, rules(), shop["product"], NOW)
    assert (found.word, found.fingerprint, found.place) == ("firing", "f", "Centro · Bodega Central")
    assert found.values == {"stock": 3.0, "stock_minimo": 5.0, "stock_maximo": None}


def test_why_a_rule_says_nothing(store, shop):
    """In order, out of its scope, a value missing, another shop's, switched off, not in the last reading."""
    store.execute("DELETE FROM alert")
    assert words(store, shop) == ["holds"]
    store.execute("UPDATE level SET stock = 9")
    assert words(store, shop) == ["calm"]
    store.execute("UPDATE level SET minimum = NULL")
    assert words(store, shop) == ["unknown"]
    store.execute("UPDATE product SET category = 'Otros'")
    assert words(store, shop) == ["filtered"]
    store.execute("UPDATE level SET absent_at = 1")
    assert words(store, shop) == ["unseen"]
    assert words(store, shop, "source: [otra]\n") == ["elsewhere"]
    assert words(store, shop, "enabled: false\n") == ["off"]
