"""The link in a message: read by anybody, acting by one tap, once, for two weeks."""

import re
from random import Random

import pytest
from flask.testing import FlaskClient

from alertd.notify.links import Signer
from alertd.settings import read_settings
from alertd.store import channels, users
from alertd.vault import Vault
from alertd.web.app import create_app

from .conftest import DAY, MINUTE, House

SECRET = "a key of the tests"


@pytest.fixture
def told(calm_house: House) -> House:
    """Producto 1 is low, and its message is in the outbox."""
    calm_house.stock(1, 3)
    calm_house.poll()
    return calm_house


@pytest.fixture
def page(told: House) -> FlaskClient:
    settings = read_settings({"ALERTD_HOME": str(told.home)})
    return create_app(told.store, settings, SECRET, clock=lambda: told.at).test_client()


def link(house: House) -> str:
    row = house.store.row("SELECT id, created_at FROM message ORDER BY id DESC LIMIT 1")
    assert row
    return f"/a/{Signer(Vault(SECRET)).token(row['id'], row['created_at'])}"


def test_reading_changes_nothing(told: House, page: FlaskClient):
    """Mail scanners follow every link, some of them twice."""
    for method in (page.get, page.head, page.get):
        assert method(link(told)).status_code == 200
    assert told.alert()["acknowledged_by"] is None


def test_one_tap_acknowledges(told: House, page: FlaskClient):
    """The page shows what it is about in the channel's language, and a tap on the first button does it."""
    seen = page.get(link(told)).text
    assert "Producto 1" in seen
    assert "Visto" in seen
    form = re.search(r'name="action" value="(\w+)"', seen)
    assert form
    answer = page.post(link(told), data={"action": form[1]})
    assert "Listo: marcado como visto." in answer.text
    assert told.alert()["acknowledged_by"] == "correo"


def test_a_second_use_changes_nothing_and_says_when_it_was_done(told: House, page: FlaskClient):
    """The same mail opened by a second person."""
    page.post(link(told), data={"action": "snooze", "days": "3"})
    until = told.alert()["snoozed_until"]
    told.at += DAY
    answer = page.post(link(told), data={"action": "snooze", "days": "7"})
    assert "Ya se había hecho con este enlace" in answer.text
    assert told.alert()["snoozed_until"] == until


def test_ordered_is_quiet_until_the_end_of_the_day_of_delivery(told: House, page: FlaskClient):
    """On the shop's clock: two days from a Friday morning is the end of Sunday."""
    page.post(link(told), data={"action": "ordered", "days": "2"})
    assert told.alert()["ordered_until"] - told.at > 2 * DAY
    assert told.alert()["ordered_by"] == "correo"


@pytest.mark.parametrize("days", ["0", "-1", "x", "", "9999999999", "١"])
def test_a_number_of_days_that_cannot_be_is_one_day(told: House, page: FlaskClient, days: str):
    """Whatever a form is made to send, it is at most two months of silence."""
    page.post(link(told), data={"action": "snooze", "days": days})
    assert told.alert()["snoozed_until"] == told.at + DAY


def test_a_forged_link_is_a_designed_404(told: House, page: FlaskClient):
    """One letter changed, cut short, or made under another key."""
    good = link(told)
    other = Signer(Vault("another")).token(1, told.at)
    for bad in (good[:-1], good[:-2] + "xx", "/a/x", f"/a/{other}", "/a/" + "A" * 5000):
        answer = page.get(bad)
        assert (answer.status_code, "ya no sirve" in answer.text) == (404, True)
        assert page.post(bad, data={"action": "ack"}).status_code == 404
    assert told.alert()["acknowledged_by"] is None


def test_an_expired_link_says_so(told: House, page: FlaskClient):
    """Two weeks later a new message has brought a new one."""
    good = link(told)
    told.at += 14 * DAY + MINUTE
    answer = page.post(good, data={"action": "ack"})
    assert (answer.status_code, "venció" in answer.text) == (410, True)
    assert told.alert()["acknowledged_by"] is None


def test_the_links_of_a_channel_can_be_revoked(told: House, page: FlaskClient):
    """After a message was forwarded to the wrong people; new messages bring new links."""
    channels.revoke_links(told.store, "correo", told.at)
    assert page.get(link(told)).status_code == 410
    told.stock(2, 1)
    told.after(MINUTE)
    assert page.get(link(told)).status_code == 200


def test_a_link_of_a_removed_channel_is_revoked(told: House, page: FlaskClient):
    """Who is no longer told has no more to say."""
    good = link(told)
    channels.remove(told.store, "correo")
    assert page.get(good).status_code == 410


def test_what_is_over_needs_no_button(told: House, page: FlaskClient):
    """The mail is read after the delivery came."""
    good = link(told)
    told.stock(1, 50)
    told.after(MINUTE)
    assert "todo esto se resolvió" in page.get(good).text
    assert "todo esto se resolvió" in page.post(good, data={"action": "ack"}).text


def test_guessing_is_slowed_down(told: House, page: FlaskClient):
    """Twenty wrong keys in ten minutes, and even the right one has to wait."""
    dice = Random(1)
    for _ in range(20):
        page.get(f"/a/{dice.getrandbits(128):x}")
    assert page.get(link(told)).status_code == 429
    told.at += 11 * MINUTE
    assert page.get(link(told)).status_code == 200


def test_the_address_is_not_handed_on(told: House, page: FlaskClient):
    """It is a key: no referrer, no cache, no index, and the strict headers of every page."""
    headers = page.get(link(told)).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_page_speaks_the_language_of_its_channel(house: House):
    """Whatever the browser prefers."""
    house.channel("loja", language="pt")
    house.product(1, 1)
    house.poll()
    settings = read_settings({"ALERTD_HOME": str(house.home)})
    browser = create_app(house.store, settings, SECRET, clock=lambda: house.at).test_client()
    assert "Aviso de estoque" in browser.get(link(house), headers={"Accept-Language": "en"}).text


def test_the_page_shows_a_message_that_was_replaced(told: House):
    """A record that people can read, not a fault."""
    told.store.execute("UPDATE message SET state = 'superseded'")
    settings = read_settings({"ALERTD_HOME": str(told.home)})
    app = create_app(told.store, settings, SECRET, clock=lambda: told.at)
    users.add_user(told.store, "marta", "maíz y frijoles 12", "admin", told.at)
    browser = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
    assert token
    browser.post("/login", data={"name": "marta", "password": "maíz y frijoles 12", "csrf_token": token[1]})
    key = told.store.value("SELECT id FROM message")
    fingerprint = told.store.value("SELECT fingerprint FROM alert WHERE state = 'firing'")
    assert "Reemplazado" in browser.get("/messages", headers={"Accept-Language": "es"}).text
    assert browser.get(f"/messages/{key}").status_code == 200
    assert (
        "reemplazado por otro más reciente"
        in browser.get(f"/alerts/{fingerprint}", headers={"Accept-Language": "es"}).text
    )
