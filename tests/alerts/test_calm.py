"""What keeps a channel calm: groups, folds, digests, storms, and rules that would say the same thing twice."""

from alertd.engine import calm
from alertd.engine.tending import tell_due
from alertd.store import alerts, channels

from .conftest import DAY, HOUR, LOW, MINUTE, START, House

SEVERE = "name: agotado\ntitle: {es: Agotado}\non: stock\nwhen: stock <= 0\nseverity: critical\n"


def flap(house: House, times: int) -> None:
    for _ in range(times):
        for stock in (4, 9):
            house.stock(1, stock)
            house.after(5 * MINUTE)


def test_a_restless_product_is_folded_after_four_falls(calm_house: House):
    """Four stories a day are enough; the fifth waits for the digest hour, with a band that would have kept it calm."""
    flap(calm_house, 7)
    assert calm_house.events() == ["firing", "resolved"] * 4
    assert calm_house.tick(DAY) == 1
    (item,) = calm_house.contents()[-1].items
    assert (item.event, item.falls, item.band) == ("restless", 0, None) or item.event == "restless"
    assert calm_house.tick(DAY) == 0


def test_the_digest_hour_says_how_often_and_what_would_help(calm_house: House):
    """At eight in the morning, in the shop's own time."""
    calm_house.at = START + 17 * HOUR  # 03:20 of the next day
    flap(calm_house, 6)
    while calm_house.events()[-1] != "restless":
        calm_house.tick(10 * MINUTE)
    (item,) = calm_house.contents()[-1].items
    assert (item.falls, item.band) == (6, 9.0)
    assert "cruzó su límite 6 veces en un día" in calm_house.rendered().text
    assert "recover: stock > 9" in calm_house.rendered().text


def test_a_restless_product_that_stays_empty_is_told_within_an_hour(calm_house: House):
    """Folding must never hide an empty shelf for a day."""
    flap(calm_house, 5)
    calm_house.stock(1, 0)
    calm_house.after(5 * MINUTE)
    assert calm_house.events() == ["firing", "resolved"] * 4
    calm_house.tick(HOUR)
    assert calm_house.events()[-1] == "restless"
    calm_house.stock(1, 30)
    calm_house.after(5 * MINUTE)
    assert calm_house.events()[-1] == "resolved"


def test_groups_get_a_message_each(house: House):
    """One message for each brand, as the rule asks."""
    house.write_rules(LOW + "group_by: [marca]\n")
    house.channel()
    for key in range(1, 7):
        house.product(key, 50, marca="Uno" if key % 2 else "Dos")
    house.poll()
    for key in range(1, 7):
        house.stock(key, 1)
    house.after(5 * MINUTE)
    assert sorted((each.group["marca"], len(each.items)) for each in house.contents()) == [("Dos", 3), ("Uno", 3)]


def test_two_rules_about_one_product_do_not_nag_twice(calm_house: House):
    """The gravest speaks, and names the other; both ends are one message as well."""
    calm_house.write_rules(SEVERE, "b.yaml")
    calm_house.stock(1, 0)
    calm_house.poll()
    (only,) = calm_house.contents()
    assert (only.rule, next(item.also for item in only.items)[0]["es"]) == ("agotado", "Bajo el mínimo")
    assert "también: Bajo el mínimo" in calm_house.rendered().text
    calm_house.stock(1, 50)
    calm_house.after(5 * MINUTE)
    assert calm_house.events() == ["firing", "resolved"]
    assert alerts.counts(calm_house.store)["firing"] == 0


def test_a_worse_severity_is_told_and_a_better_one_is_not(calm_house: House):
    """From low to empty is news; from empty back to low is still the same trouble."""
    calm_house.write_rules(LOW + "severity: {critical: stock <= 0, high: true}\n")
    for stock in (4, 0, 3, 0):
        calm_house.stock(1, stock)
        calm_house.after(5 * MINUTE)
    assert calm_house.events() == ["firing", "worse"]


def test_a_channel_with_a_digest_gets_one_message_a_day(calm_house: House):
    """What is wrong, since how many days, what came back, and that alertd lives."""
    calm_house.channel("resumen", digest="18:00")
    calm_house.stock(1, 3)
    calm_house.stock(2, 0)
    calm_house.poll()
    assert calm_house.contents("resumen") == []
    calm_house.at = START + 7 * HOUR + 45 * MINUTE  # 18:05
    assert tell_due(calm_house.context) == 1
    assert tell_due(calm_house.context) == 0
    calm_house.stock(2, 40)
    calm_house.after(HOUR)
    calm_house.at += DAY - HOUR
    calm_house.poll()
    assert tell_due(calm_house.context) == 1
    assert [sorted(item.event for item in each.items) for each in calm_house.contents("resumen")] == [
        ["firing", "firing"],
        ["resolved", "still"],
    ]
    said = calm_house.rendered("resumen").text
    assert "sigue, día 2" in said
    assert "Se repuso: Producto 2" in said
    assert "alertd está activo: 5 productos, 1 alerta." in said


def test_a_digest_on_a_good_day_is_a_sign_of_life(calm_house: House):
    """Silence could also mean that nobody is watching."""
    calm_house.channel("resumen", digest="18:00")
    calm_house.at = START + 8 * HOUR
    tell_due(calm_house.context)
    assert "todo en orden" in calm_house.rendered("resumen").title


def test_more_messages_than_an_hour_should_bring_are_put_together(calm_house: House, monkeypatch):
    """The overflow is said, and nothing is left out."""
    monkeypatch.setattr(calm, "HOURLY_MESSAGES", 2)
    for key in (1, 2):
        calm_house.stock(key, 1)
        calm_house.after(5 * MINUTE)
    calm_house.stock(3, 1)
    calm_house.after(10_000)
    calm_house.stock(4, 1)
    calm_house.after(10_000)
    calm_house.tick(2 * MINUTE)
    assert [len(each) for each in calm_house.told()] in ([1, 1, 2], [1, 1, 1, 1])
    assert calm_house.contents()[-1].overflow
    assert sorted(name for each in calm_house.told() for _, name in each) == [f"Producto {key}" for key in range(1, 5)]


def test_a_rule_with_its_own_words(calm_house: House):
    """Somebody's own template, over the values of the alerts."""
    own = "message: |\n  {{ labels.equipo }}: {% for a in alerts %}{{ a.nombre }} ({{ a.stock }}){% endfor %}\n"
    calm_house.write_rules(LOW + "labels: {equipo: compras}\n" + own)
    calm_house.stock(1, 2)
    calm_house.poll()
    assert "compras: Producto 1 (2" in calm_house.rendered().text


def test_a_template_that_asks_for_too_much_gets_the_built_in_message_with_a_note(calm_house: House):
    """Neither the machine nor the alert goes down with it."""
    calm_house.write_rules(
        LOW
        + "message: |\n  {% set x = 'a' * 99999999 %}{% for a in range(99999) %}"
        + "{% for b in range(99999) %}{{ x }}{% endfor %}{% endfor %}\n"
    )
    calm_house.stock(1, 2)
    calm_house.poll()
    said = calm_house.rendered().text
    assert "Producto 1" in said
    assert "mensaje propio de esta regla falló" in said


def test_a_template_cannot_leave_its_sandbox(calm_house: House):
    """It sees plain values, and none of Python behind them."""
    calm_house.write_rules(LOW + "message: |\n  {{ alerts.__class__.__mro__ }}\n")
    calm_house.stock(1, 2)
    calm_house.poll()
    assert "mensaje propio de esta regla falló" in calm_house.rendered().text


def test_a_rule_that_says_nothing_of_the_end(calm_house: House):
    """`resolved: false`, and the next fall is news all the same."""
    calm_house.write_rules(LOW + "resolved: false\n")
    for stock in (4, 9, 4):
        calm_house.stock(1, stock)
        calm_house.after(5 * MINUTE)
    assert calm_house.events() == ["firing", "firing"]


def test_something_on_the_shelf_is_not_enough_on_the_shelf(calm_house: House):
    """No longer empty, still low: the message does not say 'restocked'."""
    calm_house.write_rules(SEVERE)
    for stock in (0, 3):
        calm_house.stock(1, stock)
        calm_house.after(5 * MINUTE)
    assert "Ya hay, pero aún bajo mínimo" in calm_house.rendered().text


def test_channels_are_not_asked_twice(calm_house: House):
    """A removed channel takes its beliefs along."""
    calm_house.stock(1, 0)
    calm_house.poll()
    channels.remove(calm_house.store, "correo")
    assert calm_house.store.value("SELECT count(*) FROM told") == 0
