"""From the outbox to a service and back, over real sockets. Time is told, not waited for."""

import random
import socket
import subprocess
import sys
import threading
import time

import pytest

from alertd.errors import UsageTrouble
from alertd.notify import render as rendering
from alertd.notify import speech
from alertd.notify import worker as working
from alertd.notify.answers import Outcome
from alertd.notify.channels import Timeout
from alertd.notify.worker import MOST_ATTEMPTS, Sender, delay_seconds, deliver_pass, send_test
from alertd.store import channels, outbox
from alertd.vault import Vault

from .conftest import free_port
from .makers import AT, add_channel, alerts, item, message, next_due, put

QUICK = Timeout(connect=0.3, read=0.3)
URL = "https://avisos.tienda.test"
MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def deliver(store, vault, now=AT, **more):
    return deliver_pass(store, vault, url=URL, now=now, clock=lambda: now, dice=random.Random(1), timeout=QUICK, **more)


def test_a_message_is_sent_once(store, vault, receiver):
    """The second pass finds nothing to do."""
    waiting = put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault) == {"sent": 1, "failed": 0, "waiting": 0, "dead": 0}
    assert deliver(store, vault) == {"sent": 0, "failed": 0, "waiting": 0, "dead": 0}
    kept = message(store, waiting)
    assert (kept["state"], kept["sent_at"], kept["title"]) == ("sent", AT, receiver.got[0]["title"])
    assert receiver.headers[0]["X-Alertd-Message"] == kept["key"]


def test_a_channel_speaks_its_language(store, vault, receiver):
    """Two people of one shop, each in their own words."""
    put(store, add_channel(store, vault, receiver.url, name="a", language="pt"))
    put(store, add_channel(store, vault, receiver.url, name="b", language="en"))
    assert deliver(store, vault)["sent"] == 2
    assert {each["title"].split(":")[0] for each in receiver.got} == {"🔴 Zerado", "🔴 Out of stock"}


def test_a_service_that_is_down_for_a_moment_loses_nothing(store, vault, receiver):
    """The first retry comes within a minute, and it is the same message."""
    receiver.answers = [(503, b""), (200, b"ok")]
    put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault) == {"sent": 0, "failed": 1, "waiting": 1, "dead": 0}
    assert next_due(store) <= AT + MINUTE
    assert deliver(store, vault, AT + MINUTE) == {"sent": 1, "failed": 0, "waiting": 0, "dead": 0}
    assert len({each["X-Alertd-Message"] for each in receiver.headers}) == 1


def test_the_good_channel_gets_it_once_while_the_bad_one_is_tried_again(store, vault, receiver, second_receiver):
    """One row for each channel: a failure of one never repeats the message of the other."""
    receiver.answers = [(500, b""), (500, b""), (200, b"ok")]
    for name, each in (("malo", receiver), ("bueno", second_receiver)):
        put(store, add_channel(store, vault, each.url, name=name))
    results = [deliver(store, vault, AT + hours * 60 * MINUTE)["sent"] for hours in (0, 1, 2)]
    assert (results, len(receiver.got), len(second_receiver.got)) == ([1, 0, 1], 3, 1)


def test_an_address_that_nobody_is_at_is_given_up_and_says_why(store, vault, receiver):
    """Trying a 404 for a day helps nobody; the page shows it with a button."""
    receiver.answers = [(404, b"")]
    waiting = put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault) == {"sent": 0, "failed": 1, "waiting": 0, "dead": 1}
    assert "answered 404" in message(store, waiting)["error"]


def test_after_a_day_it_is_given_up(store, vault):
    """Twelve attempts, further and further apart; then it waits for a person."""
    put(store, add_channel(store, vault, f"json://127.0.0.1:{free_port()}"))
    now = AT
    while (due := next_due(store)) is not None:
        now = due
        deliver(store, vault, now)
    assert store.value("SELECT attempts FROM message") == MOST_ATTEMPTS
    assert 0.6 * DAY < now - AT < 1.4 * DAY


def test_the_waits_grow_and_differ():
    """Jitter keeps a hundred messages from coming back in the same second."""
    dice = random.Random(1)
    assert all(15 <= delay_seconds(1, dice) <= 25 for _ in range(100))
    assert len({delay_seconds(3, dice) for _ in range(10)}) == 10
    assert delay_seconds(MOST_ATTEMPTS, dice) <= 7.5 * 3600


def test_a_service_that_hangs_is_marked_as_unsure(store, vault, receiver):
    """It may have the message: it is tried again with the same key, and the reason says so."""
    receiver.gate.clear()
    waiting = put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault)["failed"] == 1
    assert "may have arrived" in message(store, waiting)["error"]


def test_a_crash_between_sending_and_writing_repeats_the_message_with_its_key(store, vault, receiver):
    """Claimed by a worker that is never heard of again; its lease runs out, the next one sends."""
    waiting = put(store, add_channel(store, vault, receiver.url))
    outbox.claim(store, worker="otra-maquina:1:x", now=AT, lease_seconds=30, limit=1)
    assert deliver(store, vault, AT + 1000) == {"sent": 0, "failed": 0, "waiting": 1, "dead": 0}
    assert deliver(store, vault, AT + 30_000)["sent"] == 1
    assert receiver.headers[0]["X-Alertd-Message"] == message(store, waiting)["key"]


def test_nobody_waits_for_the_lease_of_a_killed_process(store, vault, receiver):
    """Its number is free again on this machine, so it cannot be sending any more."""
    put(store, add_channel(store, vault, receiver.url))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    outbox.claim(store, worker=f"{socket.gethostname()}:{gone.pid}:x", now=AT, lease_seconds=30, limit=1)
    assert deliver(store, vault, AT + 1000)["sent"] == 1


def test_mail_recipients_are_retried_one_by_one(store, vault, post_office):
    """Pedro's mailbox is busy for a while; Marta does not get hers twice."""
    post_office.refusals["pedro@tienda.test"] = "450 busy"
    put(store, add_channel(store, vault, post_office.url("pedro@tienda.test", "marta@tienda.test")))
    assert deliver(store, vault)["failed"] == 1
    post_office.refusals.clear()
    assert deliver(store, vault, AT + MINUTE)["sent"] == 1
    assert [who for who, _ in post_office.mails] == [["marta@tienda.test"], ["pedro@tienda.test"]]


def test_a_lost_secret_key_is_named_as_the_reason(store, vault, receiver):
    """The address cannot be opened, today or tomorrow."""
    waiting = put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, Vault("another key"))["dead"] == 1
    assert "another secret key" in message(store, waiting)["error"]


def test_a_broken_template_does_not_silence_an_alert(store, vault, receiver, monkeypatch):
    """The words are lost, the facts are not."""
    for each in (rendering, speech):
        monkeypatch.setattr(each, "data_folder", lambda name: working.__file__)
    speech._words.cache_clear()
    rendering.environment.cache_clear()
    put(store, add_channel(store, vault, receiver.url), alerts(item("Aceite 1 L", 0, 12)))
    try:
        assert deliver(store, vault)["sent"] == 1
    finally:
        speech._words.cache_clear()
        rendering.environment.cache_clear()
    assert "- Aceite 1 L" in receiver.got[0]["message"]


def test_an_unreadable_message_steps_aside(store, vault, receiver):
    """One bad row is given up with a reason, and the next one goes."""
    channel = add_channel(store, vault, receiver.url)
    bad, _ = put(store, channel), put(store, channel)
    store.execute("UPDATE message SET content = '{}' WHERE id = ?", (bad,))
    assert deliver(store, vault) == {"sent": 1, "failed": 1, "waiting": 0, "dead": 1}


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.DELIVERED), (404, Outcome.PERMANENT)])
def test_a_test_message_tells_the_truth(store, vault, receiver, status, outcome):
    """What failed is not shown as sent, and nothing stays in the outbox."""
    receiver.answers = [(status, b"")]
    add_channel(store, vault, receiver.url)
    assert send_test(store, vault, "correo", url=URL, now=AT, timeout=QUICK).outcome is outcome
    assert receiver.got[0]["title"] == "✅ Prueba de alertd: este canal funciona"
    assert outbox.counts(store)["waiting"] == 0


def test_a_test_of_an_unknown_channel(store, vault):
    """It is the name that is wrong, not the service."""
    with pytest.raises(UsageTrouble, match="no channel called 'nada'"):
        send_test(store, vault, "nada", url=URL, now=AT)


class Running:
    """A sender in a thread of its own."""

    def __init__(self, store, vault, **more):
        self.sender = Sender(store, vault, url=URL, timeout=Timeout(1, 5), **more)
        self.thread = threading.Thread(target=self.sender.run)

    def __enter__(self):
        self.thread.start()
        return self.sender

    def __exit__(self, *_):
        self.sender.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


def until(holds, seconds=5.0):
    """Wait for something another thread does, and no longer than needed."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.005)


def test_a_hung_receiver_holds_up_nobody_else(store, vault, receiver, second_receiver):
    """The dead channel has the older messages, and more of them; the other one does not wait for it."""
    receiver.gate.clear()
    hung = add_channel(store, vault, receiver.url, name="a")
    well = add_channel(store, vault, second_receiver.url, name="b")
    for _ in range(5):
        put(store, hung)
    with Running(store, vault, senders=2) as sender:
        until(lambda: receiver.got)
        for _ in range(3):
            put(store, well)
        sender.wake()
        until(lambda: len(second_receiver.got) == 3)
        assert len(receiver.got) == 1
        receiver.gate.set()
        until(lambda: outbox.counts(store)["sent"] == 8)


def test_stopping_waits_for_what_is_on_its_way(store, vault, receiver):
    """A message that is being sent at the stop signal is written down as sent, and not sent again after the start."""
    receiver.gate.clear()
    put(store, add_channel(store, vault, receiver.url))
    with Running(store, vault) as sender:
        until(lambda: receiver.got)
        sender.stop()
        receiver.gate.set()
    assert (outbox.counts(store)["sent"], len(receiver.got)) == (1, 1)


def test_two_senders_share_the_work_without_repeating_it(store, vault, receiver):
    """Thirty messages, two workers, thirty keys."""
    for name in ("a", "b", "c"):
        channel = add_channel(store, vault, receiver.url, name=name)
        for _ in range(10):
            put(store, channel)
    with Running(store, vault), Running(store, vault):
        until(lambda: outbox.counts(store)["sent"] == 30)
    assert len({each["X-Alertd-Message"] for each in receiver.headers}) == len(receiver.got) == 30


def test_removing_a_channel_while_it_is_being_sent_to(store, vault, receiver):
    """The message that has left already counts as sent; nothing else goes."""
    receiver.gate.clear()
    channel = add_channel(store, vault, receiver.url)
    first, second = put(store, channel), put(store, channel)
    with Running(store, vault):
        until(lambda: receiver.got)
        channels.remove(store, "correo")
        receiver.gate.set()
    assert (message(store, first)["state"], message(store, second)["state"]) == ("sent", "dead")


def test_many_messages_of_one_channel_go_in_order_and_each_once(store, vault, receiver):
    """A hundred that wait are taken along together, and arrive as they were written."""
    channel = add_channel(store, vault, receiver.url)
    for number in range(100):
        put(store, channel, alerts(item(f"Producto {number:03}", 0, 5)))
    assert deliver(store, vault) == {"sent": 100, "failed": 0, "waiting": 0, "dead": 0}
    names = [each["title"].split("Producto ")[1][:3] for each in receiver.got]
    assert names == [f"{number:03}" for number in range(100)]
    assert len({each["X-Alertd-Message"] for each in receiver.headers}) == 100


def test_one_that_fails_for_now_ends_the_turn_and_the_others_keep_their_attempts(store, vault, receiver):
    """The service has trouble: the rest is not thrown after the first, and no attempt is counted that was none."""
    receiver.answers = [(200, b"ok"), (503, b""), (200, b"ok")]
    channel = add_channel(store, vault, receiver.url)
    ids = [put(store, channel, alerts(item(f"Producto {number}", 0, 5))) for number in range(4)]
    claimed = outbox.claim(store, worker="w", now=AT, lease_seconds=30, limit=1, each=4)
    assert [each.id for each in claimed] == ids
    outbox.hand_back(store, ids, worker="w")
    assert [message(store, each)["attempts"] for each in ids] == [0, 0, 0, 0]
    deliver(store, vault)
    assert [message(store, each)["attempts"] for each in ids] == [1, 1, 1, 1]
    assert [message(store, each)["state"] for each in ids] == ["sent", "waiting", "sent", "sent"]


def test_a_message_the_service_refuses_keeps_none_of_the_others_back(store, vault, receiver):
    """One bad message among good ones is given up; the turn goes on."""
    receiver.answers = [(200, b"ok"), (400, b""), (200, b"ok")]
    channel = add_channel(store, vault, receiver.url)
    for number in range(3):
        put(store, channel, alerts(item(f"Producto {number}", 0, 5)))
    assert deliver(store, vault) == {"sent": 2, "failed": 1, "waiting": 0, "dead": 1}
