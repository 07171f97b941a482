"""The door for webhooks: what comes in, what is refused, and what becomes of it. The door is the page's own."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.engine import hooks
from alertd.engine.hooks import change_secret, evaluate_due, webhook_notes
from alertd.engine.service import Service
from alertd.sandbox.smartepi import Sender, sign
from alertd.store import deliveries
from alertd.web.hooks import MOST_REFUSALS

from .storm import COUNTED, PATH, SECRET, Door, storm


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    found = Door(tmp_path)
    yield found
    found.close()


def test_a_withdrawal_is_stored_before_it_is_answered(door: Door) -> None:
    """The answer comes without a session and without a token of a form, and what it says is in the database."""
    door.house.cycle("fonte")
    answer = door.send(door.withdrawal(units=2))
    assert (answer.status_code, answer.get_json()) == (200, {"outcome": "kept"})
    assert door.moved() == [("w-1", -2)]
    assert "Set-Cookie" not in answer.headers


def test_09_and_10_the_same_event_twice_is_one(door: Door) -> None:
    """Doubled, replayed with a fresh signature, or under another event id: a record is counted once."""
    door.house.cycle("fonte")
    event = door.withdrawal()
    outcomes = [door.send(event).get_json()["outcome"] for _ in range(2)]
    door.house.forward(200)
    outcomes += [door.send(event).get_json()["outcome"]]
    outcomes += [door.send({**event, "id": "evt_other"}).get_json()["outcome"]]
    assert outcomes == ["kept", "known", "known", "known"]
    assert len(door.moved()) == 1
    assert deliveries.latest(door.house.store, 1)[-1]["times"] == 3


def test_what_a_poll_knows_a_webhook_does_not_count_again(door: Door) -> None:
    """And the other way round."""
    event = door.withdrawal()
    door.house.cycle("fonte")
    assert door.send(event).get_json()["outcome"] == "known"
    later = door.withdrawal()
    door.send(later)
    door.house.cycle("fonte", lane="transactions")
    assert door.moved() == [("w-1", -1), ("w-2", -1)]


def test_11_a_product_nobody_knows_is_asked_for(door: Door) -> None:
    """The list is read at the next turn, and the movement is booked then."""
    door.house.cycle("fonte")
    door.works.add_product("Novo", id="prd-9")
    assert door.send(door.withdrawal("prd-9")).status_code == 200
    assert door.moved() == []
    door.house.cycle("fonte", lane="sweep")
    assert door.moved() == [("w-1", -1)]


def test_12_the_bytes_are_what_is_signed(door: Door) -> None:
    """A body with its own order, blanks and letters is believed as it came; another byte and it is not."""
    record = door.withdrawal()["data"]
    body = b'{ "type":"withdrawal.created",\n "id":"evt_\\u00e7",  "data":' + json.dumps(record).encode() + b"}"
    assert door.send(body).status_code == 200
    t = door.house.now // 1000
    header = {"X-SmartEPI-Signature": f"t={t},v1={sign(SECRET, t, body)}"}
    assert door.client.post(PATH, data=body + b" ", headers=header).status_code == 401


def test_13_two_secrets_in_a_change_over(door: Door) -> None:
    """The new one at once, the old one for a week more."""
    change_secret(door.house.context, door.source, "whsec_new")
    assert door.send(door.withdrawal(), secret="whsec_new").status_code == 200
    assert door.send(door.withdrawal(), secret=SECRET).status_code == 200
    door.house.forward(8 * 86_400)
    assert door.send(door.withdrawal(), secret=SECRET).status_code == 401
    assert door.send(door.withdrawal(), secret="whsec_new").status_code == 200


def test_14_a_test_does_nothing(door: Door) -> None:
    """No movement, no document, no alert; it shows on the page."""
    door.house.cycle("fonte")
    event = {"id": "evt_test", "type": "webhook.test", "createdAt": 1, "data": door.works.withdraw("prd-1")}
    assert door.send(event).get_json() == {"outcome": "test"}
    assert door.house.store.value("SELECT count(*) FROM document") == 0
    assert deliveries.to_evaluate(door.house.store) == []
    assert deliveries.latest(door.house.store, 1)[0]["outcome"] == "test"


def test_15_a_withdrawal_that_failed_moves_nothing(door: Door) -> None:
    """It is kept apart."""
    door.house.cycle("fonte")
    assert door.send(door.withdrawal(status="FAILED")).status_code == 200
    assert door.moved() == []


@pytest.mark.parametrize("name", ["cabinet.opened", "training_record.created", "*", "withdrawal.created.v2"])
def test_18_types_nobody_knows_are_let_pass(door: Door, name: str) -> None:
    """With 200, and ignored."""
    answer = door.send({"id": "evt_1", "type": name, "createdAt": 1, "data": {"id": "w-1", "productId": "prd-1"}})
    assert (answer.status_code, answer.get_json()) == (200, {"outcome": "ignored"})


def test_19_nothing_of_a_person_stays(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    """Not of one that was believed, not of one that was refused or could not be read."""
    door.works.add("employees", name="Maria Plantada", identification="123.456.789-09", email="maria@planted.example")
    event = door.withdrawal(note="Maria Plantada")
    door.send(event)
    door.send(event, secret="whsec_wrong")
    door.send({**event, "id": "evt_2", "data": {"id": "w-7", "employee": {"name": "Maria Plantada"}}})
    door.send(b'{"id": "Maria Plantada"')
    door.house.cycle("fonte")
    written = door.house.everything_written() + "".join(capsys.readouterr())
    for planted in ("Plantada", "planted", "123.456"):
        assert planted not in written


@pytest.mark.parametrize(
    ("case", "status"),
    [("unsigned", 401), ("wrong", 401), ("old", 401), ("future", 401), ("broken", 400), ("no id", 400), ("large", 413)],
)
def test_what_is_refused_and_how(door: Door, case: str, status: int) -> None:
    """Each with its own status, none of them stored, those that name a source shown."""
    event = door.withdrawal()
    send = {
        "unsigned": lambda: door.client.post(PATH, data=json.dumps(event)),
        "wrong": lambda: door.send(event, secret="whsec_wrong"),
        "old": lambda: door.send(event, age=301),
        "future": lambda: door.send(event, age=-301),
        "broken": lambda: door.send(b'{"id": "evt'),
        "no id": lambda: door.send({"type": "withdrawal.created"}),
        "large": lambda: door.send(b" " * (1024 * 1024 + 1)),
    }
    assert send[case]().status_code == status
    assert door.house.store.value("SELECT count(*) FROM document") == 0
    if status != 413:
        assert deliveries.latest_refused(door.house.store, 1)[0]["status"] == status


def test_a_source_that_is_none(door: Door) -> None:
    """No such name, or one of another kind, is a 404; nothing but a post is answered."""
    assert door.client.post("/hooks/smartepi/nobody", data=b"{}").status_code == 404
    door.house.connect("smartpyme", "http://127.0.0.1:9/", name="tienda", api_key="k")
    assert door.client.post("/hooks/smartepi/tienda", data=b"{}").status_code == 404
    assert door.client.get(PATH).status_code == 405


def test_a_database_that_is_busy_is_a_503_and_the_event_comes_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and the answer does not wait for long."""
    door.house.cycle("fonte")
    monkeypatch.setattr(hooks, "PATIENCE_SECONDS", 0.05)
    event = door.withdrawal()
    blocker = sqlite3.connect(door.house.store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    answer = door.send(event)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    blocker.execute("ROLLBACK")
    blocker.close()
    assert door.send(event).get_json() == {"outcome": "kept"}


def test_a_flood_of_nonsense_does_not_fill_the_database(door: Door) -> None:
    """It is answered each time and noted a few times a minute."""
    for _ in range(100):
        assert door.client.post(PATH, data=b"{}").status_code == 401
    assert door.house.store.value("SELECT count(*) FROM delivery_refused") == hooks.REFUSALS_A_MINUTE


@pytest.mark.parametrize("scheme", ["after", "base64"])
def test_the_scheme_is_settled_by_a_test_and_a_person_who_looks(door: Door, scheme: str) -> None:
    """Refused at first; `source test` says which reading fits and pins it; from then on that one and no other."""
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
    change_secret(door.house.context, door.source, secret)
    test = {"id": "evt_test", "type": "webhook.test", "createdAt": 1, "data": {}}
    assert door.send(test, secret, scheme=scheme).status_code == 401
    assert f"'{scheme}', which is pinned now" in webhook_notes(door.house.context, door.source)[0]
    assert door.send(test, secret, scheme=scheme).status_code == 200
    assert door.send(test, secret, scheme="text").status_code == 401


def test_a_signature_without_a_time_is_never_settled_by_itself(door: Door) -> None:
    """An old one could be sent again for ever; only a person may accept that."""
    test = {"id": "evt_test", "type": "webhook.test", "createdAt": 1, "data": {}}
    door.send(test, scheme="body")
    assert "signature=body" in webhook_notes(door.house.context, door.source)[0]
    assert door.send(test, scheme="body").status_code == 401
    door.house.settle(signature="body")
    assert door.send(test, scheme="body").status_code == 200


def test_a_cabinet_that_is_emptied_alerts_without_a_poll(door: Door) -> None:
    """The duty is in the database when the answer leaves; the worker's next turn does it."""
    door.house.cycle("fonte")
    door.count("prd-1", 5)
    door.house.forward(60)
    door.send(door.withdrawal(units=5))
    calls = door.works.log.document()["total"]
    assert door.house.firing() == set()
    evaluate_due(door.house.context)
    assert door.house.firing() == {"Luva"}
    assert deliveries.to_evaluate(door.house.store) == []
    assert door.works.log.document()["total"] == calls


def test_the_running_service_alerts_by_itself(door: Door) -> None:
    """The page takes it in over a real connection, the worker judges it; nobody polls."""
    house = door.house
    house.cycle("fonte")
    door.count("prd-1", 5)
    house.forward(60)
    house.context.settings = house.context.settings.__class__(
        **{name: getattr(house.context.settings, name) for name in house.context.settings.__slots__} | {"port": 0}
    )
    service = Service(house.context)
    service.start()
    try:
        sender = Sender(door.works)
        endpoint = sender.add(f"{service.url}{PATH}", SECRET, live=False)
        assert sender.send(endpoint, door.withdrawal(units=5)) == 200
        give_up_at = time.monotonic() + 20
        while not house.firing() and time.monotonic() < give_up_at:
            threading.Event().wait(0.02)
    finally:
        service.stop()
    assert house.firing() == {"Luva"}


def test_doubled_and_shuffled_with_a_poll_at_the_same_time(door: Door) -> None:
    """Eighty movements, each delivered twice in any order by four senders while polls read the same lists."""
    outcome = storm(door, 80, polls=4)
    assert (outcome.movements, outcome.twice, outcome.stock) == (80, 0, COUNTED - 80)
    assert (len(outcome.seconds), outcome.polls) == (160, 4)


def test_whoever_is_refused_again_and_again_is_not_heard_for_a_while(door: Door) -> None:
    """Each refusal costs a look and a line; somebody who guesses gets neither, and an honest sender is not stopped."""
    event = door.withdrawal()
    refused = [door.send(event, secret="a guess").status_code for _ in range(MOST_REFUSALS + 1)]
    assert (refused[0], refused[-1]) == (401, 429)
    stopped = door.send(event)
    assert (stopped.status_code, int(stopped.headers["Retry-After"]) > 0) == (429, True)
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    t = door.house.now // 1000
    body = json.dumps(event).encode()
    signed = {"X-SmartEPI-Signature": f"t={t},v1={sign(SECRET, t, body, 'text')}"}
    assert door.client.post(PATH, data=body, headers=signed, environ_overrides=elsewhere).status_code < 300
    door.house.forward(60)
    assert door.send(door.withdrawal()).status_code < 300
