"""The simple walk: it falls, somebody is told once; it stays, silence; it recovers, somebody is told once."""

from .conftest import DAY, LOW, MINUTE, House


def test_falls_is_told_once_stays_is_silent_recovers_is_told_once(calm_house: House):
    """The promise of the whole product, in five polls."""
    house = calm_house
    house.stock(1, 4)
    house.poll()
    for _ in range(3):
        house.after(5 * MINUTE)
    house.stock(1, 9)
    house.after(5 * MINUTE)
    house.after(5 * MINUTE)
    assert house.told() == [[("firing", "Producto 1")], [("resolved", "Producto 1")]]


def test_time_alone_says_nothing(calm_house: House):
    """No reminder that nobody asked for."""
    calm_house.stock(1, 4)
    calm_house.poll()
    assert [calm_house.tick(DAY) for _ in range(5)] == [0] * 5


def test_a_message_for_each_rule_in_a_later_cycle(calm_house: House):
    """Two rules, two products: each rule speaks for itself."""
    calm_house.write_rules(LOW + "notify: [correo]\n")
    calm_house.write_rules("name: mucho\non: stock\nwhen: stock > 100\n", "otra.yaml")
    calm_house.stock(1, 4)
    calm_house.stock(2, 400)
    calm_house.poll()
    assert sorted(calm_house.told()) == [[("firing", "Producto 1")], [("firing", "Producto 2")]]


def test_a_channel_that_came_later_hears_what_nobody_was_told(house: House):
    """The first reading was over before the first channel was there; the shelf was empty all the same."""
    house.product(1, 0)
    house.poll()
    house.at += MINUTE
    house.channel()
    house.after(5 * MINUTE)
    assert house.told() == [[("firing", "Producto 1")]]
    assert house.contents()[0].first


def test_a_second_channel_is_not_told_old_news(calm_house: House):
    """What one channel was told before another came is not news to the shop."""
    calm_house.stock(1, 0)
    calm_house.poll()
    calm_house.at += MINUTE
    calm_house.channel("slack")
    calm_house.after(5 * MINUTE)
    calm_house.stock(1, 9)
    calm_house.after(5 * MINUTE)
    assert calm_house.told("slack") == [[("resolved", "Producto 1")]]
