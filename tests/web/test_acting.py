"""What a person does about alerts from the page: one or many at once, and what is wrong with a form is told."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.store.db import Store

from . import makers
from .makers import DAY, HOUR, NOW


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="(.*?)"', client.get("/account").text)
    assert found is not None
    return found[1]


def act(client: FlaskClient, *alerts: str, **fields: str) -> TestResponse:
    form = {"csrf_token": token_of(client), "alert": list(alerts), "next": "/alerts?severity=high", **fields}
    return client.post("/alerts/act", data=form)


@pytest.fixture
def two(store: Store) -> Store:
    """Two alerts that fire."""
    shop = makers.source(store)
    makers.alert(store, shop, "Aceite", fingerprint="a")
    makers.alert(store, shop, "Arroz", fingerprint="b")
    return store


def test_two_are_seen_at_once(signed_in: FlaskClient, two: Store) -> None:
    """Both carry the name, the list comes back with its filters, and the change log has one line."""
    answer = act(signed_in, "a", "b", action="ack")
    assert (answer.status_code, answer.location) == (303, "/alerts?severity=high")
    assert "2 alertas marcadas como vistas" in signed_in.get("/alerts").text
    assert two.execute("SELECT DISTINCT acknowledged_by FROM alert").fetchall() == [("marta",)]
    assert two.value("SELECT what FROM audit ORDER BY id DESC") == "alerts.ack"
    assert "Marcó alertas como vistas" in signed_in.get("/audit").text


def test_a_snooze_lasts_as_long_as_was_chosen(signed_in: FlaskClient, two: Store) -> None:
    """Three days, for the one that was ticked."""
    act(signed_in, "a", action="snooze", days="3")
    found = two.execute("SELECT snoozed_until FROM alert ORDER BY fingerprint").fetchall()
    assert found == [(NOW + 3 * DAY,), (None,)]
    assert "pospuesta hasta el 23 nov" in signed_in.get("/alerts").text


def test_an_order_is_late_only_when_its_day_is_over(signed_in: FlaskClient, two: Store) -> None:
    """Expected on the 22nd on the shop's clock, with a quantity in the reader's way of writing."""
    act(signed_in, "a", action="ordered", expected="2026-11-22", quantity="1,200.5")
    until = two.value("SELECT ordered_until FROM alert WHERE fingerprint = 'a'")
    assert until == NOW + 2 * DAY + 13 * HOUR + 40 * makers.MINUTE
    assert "Pedida, llega el 22 nov" in signed_in.get("/alerts/a").text


def test_marks_can_be_taken_back(signed_in: FlaskClient, two: Store) -> None:
    """Everything a person set is gone."""
    act(signed_in, "a", action="ack")
    act(signed_in, "a", action="snooze", days="7")
    act(signed_in, "a", action="wake")
    assert two.execute("SELECT acknowledged_by, snoozed_until FROM alert WHERE fingerprint = 'a'").fetchone() == (
        None,
        None,
    )


@pytest.mark.parametrize(
    ("alerts", "fields", "words"),
    [
        ((), {"action": "ack"}, "Marque al menos una alerta"),
        (("gone",), {"action": "ack"}, "Marque al menos una alerta"),
        (("a",), {}, "Elija qué hacer"),
        (("a",), {"action": "explode"}, "Elija qué hacer"),
        (("a",), {"action": "snooze", "days": "0"}, "entre 1 y 366"),
        (("a",), {"action": "snooze", "days": "１"}, "entre 1 y 366"),
        (("a",), {"action": "ordered", "expected": "2026-11-19"}, "hoy o después"),
        (("a",), {"action": "ordered", "expected": "0001-01-01"}, "hoy o después"),
        (("a",), {"action": "ordered", "expected": "9999-12-31"}, "hoy o después"),
        (("a",), {"action": "ordered", "expected": "x"}, "hoy o después"),
        (("a",), {"action": "ordered", "expected": "2026-11-22", "quantity": "-3"}, "mayor que cero"),
        (("a",), {"action": "ordered", "expected": "2026-11-22", "quantity": "=1+1"}, "mayor que cero"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    signed_in: FlaskClient, two: Store, alerts: tuple[str, ...], fields: dict[str, str], words: str
) -> None:
    """One sentence that says what to do; nothing marked, nothing in the change log."""
    before = two.execute("SELECT * FROM alert").fetchall()
    assert act(signed_in, *alerts, **fields).status_code == 303
    assert words in signed_in.get("/alerts").text
    assert two.execute("SELECT * FROM alert").fetchall() == before
    assert two.value("SELECT count(*) FROM audit") == 0


def test_what_is_over_is_not_marked(signed_in: FlaskClient, two: Store) -> None:
    """Somebody ticked it while it ended."""
    two.execute("UPDATE alert SET state = 'resolved', resolved_at = ?", (NOW,))
    act(signed_in, "a", action="ack")
    assert "Nada de lo marcado sigue abierto" in signed_in.get("/alerts").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_acting_leads_only_back_into_the_page(signed_in: FlaskClient, two: Store, target: str) -> None:
    """No open redirect, from whatever a form says."""
    assert act(signed_in, "a", action="ack", next=target).location == "/"


def test_a_viewer_sees_no_ticks_and_may_not_act(app: Flask, two: Store) -> None:
    """Not on the page, and not by a form made elsewhere."""
    viewer = app.test_client()
    makers.sign_in(viewer, two, makers.user(two, "ana", role="viewer", language="es"))
    assert "data-ticking" not in viewer.get("/alerts").text
    assert act(viewer, "a", action="ack").status_code == 403


def test_a_forged_post_does_nothing(signed_in: FlaskClient, two: Store) -> None:
    """Without the token of the form."""
    assert signed_in.post("/alerts/act", data={"alert": "a", "action": "ack"}).status_code == 400
    assert two.value("SELECT acknowledged_by FROM alert") is None


def test_the_token_of_the_forms_looks_different_on_every_page(signed_in: FlaskClient) -> None:
    """So that the length of a squeezed page tells nothing about it; each of them works."""
    tokens = [token_of(signed_in) for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        assert signed_in.post("/language", data={"csrf_token": token, "language": "pt"}).status_code == 303
    broken = tokens[0][:-2] + ("00" if tokens[0][-2:] != "00" else "11")
    assert signed_in.post("/language", data={"csrf_token": broken, "language": "pt"}).status_code == 400
    assert signed_in.post("/language", data={"csrf_token": "zz.zz", "language": "pt"}).status_code == 400
