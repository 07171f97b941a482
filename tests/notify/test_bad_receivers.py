"""Receivers that behave badly, each by the name of what it does: what becomes of the message, and of the others."""

import random
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from alertd.notify.answers import Outcome
from alertd.notify.channels import Timeout, send
from alertd.notify.render import render
from alertd.notify.worker import deliver_pass
from alertd.store import outbox

from .makers import AT, add_channel, alerts, item, message, put

URL = "https://avisos.tienda.test"
QUICK = Timeout(connect=0.3, read=0.3)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TELEGRAM = "tgram://123456789:ABCdefghijkl_ijklmnop/-100123"
HOUR = 3_600_000


@pytest.fixture
def rendered():
    return render(alerts(item("Aceite 1 L", 0, 12)), "es", URL)


def deliver(store, vault, now=AT):
    return deliver_pass(store, vault, url=URL, now=now, clock=lambda: now, dice=random.Random(1), timeout=QUICK)


@pytest.fixture
def rude() -> Iterator[tuple[int, list[bytes]]]:
    """A server that reads what it is sent and resets the connection without an answer."""
    listener = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            got.append(connection.recv(65536))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], got
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_a_receiver_that_hangs_may_have_the_message(receiver, rendered):
    """Marked as such, because the same message will come again with the same key."""
    receiver.gate.clear()
    assert send(receiver.url, rendered, key="k", timeout=QUICK).outcome is Outcome.AMBIGUOUS
    assert len(receiver.got) == 1


def test_a_receiver_that_resets_may_have_the_message(rude, rendered):
    """It read all of it, and broke off: nobody can tell."""
    port, got = rude
    assert send(f"json://127.0.0.1:{port}/x", rendered, key="k", timeout=QUICK).outcome is Outcome.AMBIGUOUS
    assert len(got) == 1


@pytest.mark.parametrize("body", [b"invalid_payload", b'{"ok": false, "error": "invalid_payload"}'])
def test_slack_that_answers_200_with_invalid_payload_has_not_taken_it(receiver, rendered, monkeypatch, body):
    """A webhook says it in a word; the owner must not read 'sent'."""
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}/services")
    receiver.answers = [(200, body)]
    delivery = send(SLACK, rendered, key="k", timeout=QUICK)
    assert delivery.outcome is not Outcome.DELIVERED
    assert "invalid_payload" in delivery.detail or "wrote that it failed" in delivery.detail


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}'), Outcome.RETRYABLE),
        ((400, b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}'), Outcome.PERMANENT),
        ((200, b'{"ok": true, "result": {"message_id": 1}}'), Outcome.DELIVERED),
    ],
)
def test_telegram_that_says_ok_false_has_not_taken_it(receiver, rendered, monkeypatch, answer, outcome):
    """Whatever its status says."""
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{receiver.port}/bot")
    receiver.answers = [answer]
    assert send(TELEGRAM, rendered, key="k", timeout=QUICK).outcome is outcome


def test_a_receiver_with_5xx_for_hours_gets_it_in_the_end(store, vault, receiver):
    """Six hours of trouble: tried now and then, never given up, and there when it is over."""
    waiting = put(store, add_channel(store, vault, receiver.url))
    receiver.answers = [(503, b"")]
    now, tries = AT, 0
    while now < AT + 6 * HOUR:
        tries += deliver(store, vault, now)["failed"]
        now = max(now + 1000, message(store, waiting)["due_at"])
    assert 6 <= tries < 12
    receiver.answers = [(200, b"ok")]
    assert deliver(store, vault, now)["sent"] == 1


def test_429_with_and_without_retry_after(store, vault, receiver):
    """As long as it asks; else some twenty seconds, like any other failure."""
    channel = add_channel(store, vault, receiver.url)
    asked = put(store, channel)
    receiver.answers, receiver.extra = [(429, b"")], {"Retry-After": "300"}
    deliver(store, vault)
    assert 300 <= (message(store, asked)["due_at"] - AT) / 1000 <= 360
    receiver.extra = {}
    plain = put(store, channel)
    deliver(store, vault)
    assert 15 <= (message(store, plain)["due_at"] - AT) / 1000 <= 25


def test_one_of_two_recipients_refused(store, vault, post_office):
    """The other one has it, once, however often the first is tried again."""
    post_office.refusals["pedro@tienda.test"] = "450 busy"
    url = post_office.url("pedro@tienda.test", "marta@tienda.test")
    waiting = put(store, add_channel(store, vault, url))
    for hour in range(3):
        deliver(store, vault, AT + hour * HOUR)
    assert [who for who, _ in post_office.mails] == [["marta@tienda.test"]]
    assert message(store, waiting)["state"] == "waiting"


def test_a_message_over_the_limit_is_cut_and_keeps_its_link(receiver, rendered, monkeypatch):
    """Forty products with long names for a service that takes four thousand characters."""
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{receiver.port}/bot")
    receiver.answers = [(200, b'{"ok": true, "result": {}}')]
    long = render(alerts(*(item("Ñ" * 110 + str(n), 0, 5, branch="S" * 60) for n in range(40))), "es", URL)
    assert send(TELEGRAM, long, key="k", timeout=QUICK).outcome is Outcome.DELIVERED
    assert all(len(each["text"]) <= 4096 for each in receiver.got)
    assert f"{URL}/alerts" in receiver.got[-1]["text"]


def test_a_bad_receiver_delays_no_other_channel(store, vault, receiver, second_receiver):
    """One hangs; the other has its message in the same pass."""
    receiver.gate.clear()
    slow = put(store, add_channel(store, vault, receiver.url, name="lento"))
    good = put(store, add_channel(store, vault, second_receiver.url, name="bueno"))
    deliver(store, vault)
    assert message(store, good)["state"] == "sent"
    assert message(store, slow)["unsure"]
    assert outbox.counts(store)["sent"] == 1
