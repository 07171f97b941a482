"""Manners towards services: waiting as long as they ask, hearing a no inside a yes, mails that belong together."""

import csv
import email
import io
import random
from email import policy

import pytest

from alertd.notify import channels as services
from alertd.notify.channels import Timeout, host_of, pause_after
from alertd.notify.lines import sparkline
from alertd.notify.worker import deliver_pass
from alertd.store import outbox

from .makers import AT, add_channel, alerts, item, message, put

URL = "https://avisos.tienda.test"
QUICK = Timeout(connect=0.3, read=0.3)
SECOND = 1000


def deliver(store, vault, now=AT):
    return deliver_pass(store, vault, url=URL, now=now, clock=lambda: now, dice=random.Random(1), timeout=QUICK)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("120", 120, 145), ("1", 1, 2), ("99999999", 3600, 4400), ("soon", 15, 25), (None, 15, 25)],
)
def test_a_service_that_asks_for_patience_gets_it(store, vault, receiver, said, least, most):
    """As long as it said, an hour at most; without a word, or with one that nobody understands, as ever."""
    receiver.answers = [(429, b"")]
    receiver.extra = {"Retry-After": said} if said else {}
    waiting = put(store, add_channel(store, vault, receiver.url))
    deliver(store, vault)
    assert least <= (message(store, waiting)["due_at"] - AT) / SECOND <= most


@pytest.mark.parametrize("answer", [b'{"ok": false, "error": "no"}', b'{"success": false}', b'{"error": "quota"}'])
def test_a_no_inside_a_yes_is_a_no(store, vault, receiver, answer):
    """200, and the body says that it failed: it is tried again."""
    receiver.answers = [(200, answer), (200, b'{"ok": true}')]
    waiting = put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault)["failed"] == 1
    assert "wrote that it failed" in message(store, waiting)["error"]
    assert deliver(store, vault, AT + 60 * SECOND)["sent"] == 1


@pytest.mark.parametrize(
    "answer", [b"ok", b'{"id": 7}', b'{"error": null}', b"[1]", b'{"ok": true, "error": "old"}', b""]
)
def test_a_yes_is_a_yes(store, vault, receiver, answer):
    """Whatever else is written beside it."""
    receiver.answers = [(200, answer)]
    put(store, add_channel(store, vault, receiver.url))
    assert deliver(store, vault)["sent"] == 1


def mail(post_office, number=-1):
    return email.message_from_bytes(post_office.mails[number][1], policy=policy.default)


def test_mails_about_one_episode_belong_together(store, vault, post_office):
    """Fired and restocked stand under each other in the mailbox."""
    channel = add_channel(store, vault, post_office.url("marta@tienda.test"))
    first = put(store, channel)
    deliver(store, vault)
    thread = outbox.thread_of(store, first)
    store.execute("UPDATE message SET thread = ? WHERE id = ?", (thread, put(store, channel, now=AT + SECOND)))
    deliver(store, vault, AT + SECOND)
    assert mail(post_office, 0)["References"] == mail(post_office, 1)["References"] == f"<{thread}@alertd>"


def test_a_long_list_is_attached_to_a_mail(store, vault, post_office):
    """Ten lines in the mail, all of them in a file that a spreadsheet opens without running anything."""
    names = ["=HYPERLINK(1)", *(f"Producto ñ {number}" for number in range(30))]
    put(
        store,
        add_channel(store, vault, post_office.url("marta@tienda.test")),
        alerts(*(item(name, 0, 5) for name in names)),
    )
    assert deliver(store, vault)["sent"] == 1
    (attached,) = mail(post_office).iter_attachments()
    rows = list(csv.reader(io.StringIO(attached.get_payload(decode=True).decode("utf-8-sig"))))
    assert (len(rows), rows[0][2], rows[1][2]) == (32, "producto", "'=HYPERLINK(1)")


def test_an_attachment_is_never_the_reason_why_nobody_is_told(store, vault, post_office, monkeypatch):
    """The mail server takes the mail, but not with a file."""
    taken = post_office.handle_DATA

    async def no_files(server, session, envelope):
        return "552 too large" if b"alertd.csv" in envelope.content else await taken(server, session, envelope)

    monkeypatch.setattr(post_office, "handle_DATA", no_files, raising=False)
    channel = add_channel(store, vault, post_office.url("marta@tienda.test"))
    put(store, channel, alerts(*(item(f"P {number}", 0, 5) for number in range(30))))
    assert deliver(store, vault)["sent"] == 1
    assert list(mail(post_office).iter_attachments()) == []


def test_a_message_carries_the_link_behind_which_one_can_act(store, vault, receiver):
    """The same one on every attempt."""
    receiver.answers = [(503, b""), (200, b"ok")]
    put(store, add_channel(store, vault, receiver.url))
    deliver(store, vault)
    deliver(store, vault, AT + 60 * SECOND)
    first, second = (next(word for word in each["message"].split() if "/a/" in word) for each in receiver.got)
    assert first == second
    assert first.startswith(f"{URL}/a/")


def test_services_are_given_room_to_breathe(store, vault, receiver, monkeypatch):
    """Two messages for one Slack: the second waits its second, and both arrive in one pass."""
    rests = []
    monkeypatch.setattr("alertd.notify.worker.time.sleep", rests.append)
    monkeypatch.setitem(services._PAUSES, "json", 1.1)
    channel = add_channel(store, vault, receiver.url)
    put(store, channel)
    put(store, channel)
    assert deliver(store, vault)["sent"] == 2
    assert rests == [1.1]


def test_what_shares_a_host_shares_its_patience():
    """Two webhooks of one service are one service."""
    assert host_of("slack://T1A/B1A/C1A") == host_of("slack://T2A/B2A/C2A")
    assert host_of("json://a.test/x") != host_of("json://b.test/x")
    assert (pause_after("slack://x"), pause_after("json://x")) == (1.1, 0.0)


def test_a_week_of_stock_as_little_bars():
    """From zero to the most; a level that never moved is flat."""
    assert sparkline([8.0, 4.0, 0.0]) == "█▅▁"
    assert sparkline([0.0, 0.0]) == "▁▁"
