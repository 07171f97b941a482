"""Operating the service as a machine and a person do: real processes on one home, a spoiled file, a copy beside it."""

import json
from pathlib import Path

import pytest

from tests.store.makers import spoil_levels

from .conftest import COFFEE, RICE, WAREHOUSE, add_shop
from .test_serve import Visitor, address_of


@pytest.fixture
def falling(alertd, shop, upstream, web_service) -> None:
    """A connected shop where the coffee is low, and a channel; nothing was read yet."""
    add_shop(alertd, upstream, "--every", "1s")
    alertd("channel", "add", "gancho", web_service.url)
    shop.set_level(COFFEE, WAREHOUSE, stock=3)


def test_a_backup_is_taken_while_the_service_works_and_is_not_put_back_under_it(
    house, shop, falling, web_service, tmp_path: Path
):
    """Copied while poll and page run; restored only when they are gone; and then nothing old is said."""
    service = house.start("serve")
    address_of(service)
    web_service.next()
    copy = tmp_path / "copy.db"
    made = house.ask("db", "backup", str(copy))
    assert made["verified"] is True
    refused = house.run("db", "restore", str(copy))
    assert (refused.status, len(refused.err.splitlines())) == (1, 1)
    assert "stop it first" in refused.err
    assert service.stop() == 0

    assert house.ask("db", "restore", str(copy))["version"] == made["version"]
    service = house.start("serve")
    address_of(service)
    shop.set_level(RICE, WAREHOUSE, stock=0)
    assert "Arroz precocido" in web_service.next()["message"]
    assert service.stop() == 0
    assert web_service.rest() == []


def test_a_service_does_not_start_on_a_damaged_database_and_names_the_copy(house, falling):
    """One line, exit status 1, and the very command; after it the service starts."""
    folder = house.home / "backups"
    folder.mkdir()
    copy = folder / "alertd-20260101-000000.db"
    house.do("db", "backup", str(copy))
    spoil_levels(house.home / "alertd.db")
    for command in ("serve", "worker"):
        done = house.run(command)
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert f"alertd db restore {copy}" in done.err
    house.do("db", "restore", str(copy))
    service = house.start("serve")
    address_of(service)
    assert service.stop() == 0


def test_two_services_on_one_home_both_answer_and_send_nothing_twice(house, shop, falling, web_service):
    """They share by lease; a second page is no second alarm."""
    both = [house.start("serve"), house.start("serve")]
    for each in both:
        status, health = Visitor(address_of(each)).get("/healthz")
        assert (status, json.loads(health)["ok"]) == (200, True)
    first = web_service.next()
    shop.set_level(RICE, WAREHOUSE, stock=0)
    second = web_service.next()
    assert [each.stop() for each in both] == [0, 0]
    assert first["key"] != second["key"]
    assert web_service.rest() == []


def test_a_doctor_beside_a_running_service_finds_it_well(house, falling, web_service):
    """Worker, page and channel; the address is this machine's own, which is worth a look."""
    service = house.start("serve")
    address = address_of(service)
    web_service.next()
    done = house.run("doctor", "--json", ALERTD_URL=address)
    states = {each["name"]: each["state"] for each in done.json["checks"]}
    assert {states[name] for name in ("worker", "page", "rules", "source tienda", "channel gancho")} == {"ok"}
    assert service.stop() == 0
