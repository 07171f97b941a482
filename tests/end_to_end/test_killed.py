"""A process killed at the worst moment: a message may come twice, it is never lost, and stock is never half written."""

import pytest

from alertd.sandbox.smartpyme import serve

from .conftest import COFFEE, WAREHOUSE, add_shop, stock


def levels(alertd):
    return [(each["codigo"], each["stock"]) for each in alertd("stock", "--json").json["levels"]]


def fill(shop, count):
    """More products than a page holds."""
    for identity in range(1_000, 1_000 + count):
        shop.add_product(id=identity, nombre=f"Producto {identity}", codigo=f"Z-{identity}", inventarios=[stock(10)])


@pytest.fixture
def waiting(connected, alertd, shop, web_service):
    """A message that is written down and not sent."""
    alertd("channel", "add", "gancho", web_service.url)
    shop.set_level(COFFEE, WAREHOUSE, stock=4)
    assert connected.ask("poll", "--lane", "sweep")["queued"] == 1
    return connected


def test_a_message_survives_the_death_of_its_sender(waiting, alertd, web_service):
    """Killed after the transition was kept and before the service answered: the next pass sends the same message."""
    web_service.gate.clear()
    sender = waiting.start("deliver")
    heard = web_service.next()
    sender.kill()
    web_service.gate.set()

    assert alertd("deliver", "--json").json == {"sent": 1, "failed": 0, "waiting": 0, "dead": 0}
    again = web_service.next()
    assert (again["key"], again["message"]) == (heard["key"], heard["message"])
    assert alertd("deliver", "--json").json == {"sent": 0, "failed": 0, "waiting": 0, "dead": 0}
    assert web_service.rest() == []


def test_a_killed_service_sends_what_it_owed_when_it_starts_again(waiting, alertd, web_service):
    """The same for the process that is meant to stay."""
    web_service.gate.clear()
    service = waiting.start("worker")
    heard = web_service.next()
    service.kill()
    web_service.gate.set()

    service = waiting.start("worker")
    assert web_service.next()["key"] == heard["key"]
    assert service.stop() == 0
    assert alertd("deliver", "--json").json["waiting"] == 0
    assert web_service.rest() == []


def test_a_service_killed_in_the_middle_of_a_reading_has_changed_nothing_and_reads_again(
    house, alertd, shop, upstream, held_pages, web_service
):
    """Half a catalogue is no catalogue; and the next start does not wait for what the dead process was doing."""
    fill(shop, 450)
    add_shop(alertd, upstream)
    alertd("poll", "--lane", "sweep")
    alertd("channel", "add", "gancho", web_service.url)
    before = levels(alertd)
    shop.set_level(COFFEE, WAREHOUSE, stock=4)
    house.let_time_pass()

    held_pages.hold()
    service = house.start("worker")
    assert held_pages.reached.wait(40)
    service.kill()
    assert levels(alertd) == before
    assert alertd("alerts", "--json").json["alerts"] == []

    held_pages.let_go()
    service = house.start("worker")
    assert "Café molido Ñandú" in web_service.next()["message"]
    assert service.stop() == 0
    assert dict(levels(alertd))["P-1"] == 4


def test_a_killed_foreground_poll_does_not_hold_up_the_next_one(house, alertd, shop, upstream, held_pages):
    """The lane was leased by a process that is dead."""
    fill(shop, 250)
    add_shop(alertd, upstream)
    held_pages.hold()
    poll = house.start("poll", "--lane", "sweep")
    assert held_pages.reached.wait(20)
    poll.kill()
    assert levels(alertd) == []
    held_pages.let_go()
    assert house.ask("poll", "--lane", "sweep")["polls"][0]["complete"] is True
    assert len(levels(alertd)) == 252


def test_a_service_that_is_told_to_stop_does_not_wait_for_a_system_that_hangs(
    house, alertd, shop, upstream, held_pages
):
    """Whoever restarts the machine must not stand beside it for a minute; what was read so far is dropped."""
    fill(shop, 250)
    add_shop(alertd, upstream)
    held_pages.hold()
    service = house.start("worker")
    assert held_pages.reached.wait(20)
    assert service.stop() == 0
    assert levels(alertd) == []


def test_the_shop_being_away_for_a_while_loses_no_alert(waiting, alertd, shop, upstream, web_service):
    """The message that waited goes out although the shop does not answer."""
    upstream.close()
    poll = waiting.run("poll", "--lane", "sweep", "--json")
    assert (poll.status, poll.json["polls"][0]["complete"], poll.json["alerts"]["firing"]) == (1, False, 1)
    assert alertd("deliver", "--json").json["sent"] == 1
    web_service.next()
    with serve(shop, port=upstream.port):
        assert waiting.ask("poll", "--lane", "sweep")["queued"] == 0
