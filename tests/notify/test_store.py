"""Channels and the outbox, on a real database."""

import pytest

from alertd.errors import Trouble, UsageTrouble
from alertd.store import channels, outbox
from alertd.vault import Vault

from .makers import AT, add_channel, message, next_due, put

MINUTE = 60_000


def claim(store, worker="uno", now=AT, limit=10, **more):
    return outbox.claim(store, worker=worker, now=now, lease_seconds=30, limit=limit, **more)


def an_alert(store):
    """An alert of a source, written as the engine would; returns its id."""
    store.execute(
        "INSERT INTO source (name, kind, base_url, credentials, budget_key, timezone, every_seconds, created_at)"
        " VALUES ('tienda-centro', 'smartpyme', 'https://x.test', x'00', 'k', 'UTC', 300, 0)"
    )
    return store.execute(
        'INSERT INTO alert (fingerprint, rule, source_id, subject, state, severity, "values", since)'
        " VALUES ('f', 'low-stock', 1, '{}', 'firing', 'critical', '{}', 0)"
    ).lastrowid


def test_the_address_of_a_channel_is_not_in_the_database(store, vault):
    """A copy of the file is of no use to anybody without the secret key."""
    channel = add_channel(store, vault, "json://tienda.test/geheim")
    assert b"geheim" not in store.value("SELECT url FROM channel")
    assert (channel.service, channel.masked_url, channel.language) == ("JSON", "json://tienda.test/…", "es")
    assert channels.address(store, vault, channel.id) == "json://tienda.test/geheim"
    with pytest.raises(Trouble, match="another secret key"):
        channels.address(store, Vault("another"), channel.id)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "Correo"}, "cannot name a channel"),
        ({"name": ""}, "cannot name a channel"),
        ({"language": "fr"}, "may be es, pt or en"),
        ({"digest": "25:00"}, "not a time of day"),
        ({"name": "otro"}, "already a channel called 'otro'"),
    ],
)
def test_a_channel_that_cannot_be(store, vault, options, says):
    """Each mistake is one sentence."""
    add_channel(store, vault, "json://tienda.test", name="otro")
    with pytest.raises(UsageTrouble, match=says):
        add_channel(store, vault, "json://tienda.test", **options)


def test_an_unknown_channel_is_answered_with_the_known_ones(store, vault):
    """A typing mistake is easier to see beside the right name."""
    add_channel(store, vault, "json://tienda.test", name="slack-compras")
    with pytest.raises(UsageTrouble, match="there are: slack-compras"):
        channels.get(store, "slack-compra")


def test_what_waits_for_a_removed_channel_says_so(store, vault):
    """It is not sent anywhere, and it does not vanish either."""
    waiting = put(store, add_channel(store, vault, "json://tienda.test"))
    channels.remove(store, "correo")
    assert channels.all_channels(store) == []
    assert (message(store, waiting)["state"], message(store, waiting)["channel"]) == ("dead", "correo")
    assert "removed" in message(store, waiting)["error"]
    assert outbox.retry_dead(store, now=AT) == 0


def test_two_workers_never_have_the_same_message(store, vault):
    """The second one looks a moment later, and finds nothing."""
    put(store, add_channel(store, vault, "json://tienda.test"))
    assert len(claim(store, "uno")) == 1
    assert claim(store, "dos") == []


def test_a_lease_runs_out(store, vault):
    """A worker that died holds nobody up for longer than its lease; the key stays, the attempt is counted."""
    put(store, add_channel(store, vault, "json://tienda.test"))
    first = claim(store, "uno")[0]
    assert claim(store, "dos", now=AT + 29_999) == []
    again = claim(store, "dos", now=AT + 30_000)[0]
    assert (again.key, first.attempts, again.attempts) == (first.key, 1, 2)


def test_a_lease_can_be_kept(store, vault):
    """While a service takes its time, the message stays with the worker that waits for it."""
    put(store, add_channel(store, vault, "json://tienda.test"))
    ids = [each.id for each in claim(store, "uno")]
    outbox.renew(store, worker="uno", message_ids=ids, until=AT + MINUTE)
    assert claim(store, "dos", now=AT + 59_999) == []
    outbox.release(store, worker="uno")
    assert len(claim(store, "dos")) == 1


def test_every_channel_gets_its_turn(store, vault):
    """A channel with a hundred messages does not push the one message of another to the end."""
    busy = add_channel(store, vault, "json://a.test", name="a")
    quiet = add_channel(store, vault, "json://b.test", name="b")
    for _ in range(100):
        put(store, busy)
    put(store, quiet)
    assert [each.channel for each in claim(store, limit=2)] == ["a", "b"]
    assert claim(store, besides=[busy.id]) == []


def test_a_late_answer_does_not_undo_another_workers_work(store, vault):
    """Its lease ran out, somebody else has the message now: only a success would still count."""
    waiting = put(store, add_channel(store, vault, "json://tienda.test"))
    claim(store, "uno")
    claim(store, "dos", now=AT + MINUTE)
    outbox.mark_retry(store, waiting, worker="uno", due_at=AT + 9 * MINUTE, error="late")
    outbox.mark_dead(store, waiting, worker="uno", error="late")
    assert message(store, waiting)["lease_by"] == "dos"
    outbox.mark_sent(store, waiting, now=AT + MINUTE)
    assert message(store, waiting)["state"] == "sent"


def test_a_sent_message_marks_its_alerts(store, vault):
    """`alertd alerts` shows when somebody was last told."""
    alert = an_alert(store)
    waiting = put(store, add_channel(store, vault, "json://tienda.test"), alert_ids=[alert, alert])
    outbox.mark_sent(store, waiting, now=AT, title="t", body="b")
    assert store.value("SELECT last_notified_at FROM alert") == AT
    assert [(each.title, each.state) for each in outbox.recent(store, alert_id=alert)] == [("t", "sent")]


def test_a_message_is_kept_or_lost_with_the_change_it_tells_of(store, vault):
    """The engine writes both in one transaction; when that fails, nobody is told of what never was."""
    channel = add_channel(store, vault, "json://tienda.test")

    def failing_change():
        with store.write():
            put(store, channel)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_change()
    assert outbox.counts(store) == {"sent": 0, "failed": 0, "waiting": 0, "dead": 0}


def test_the_dead_can_be_tried_again(store, vault):
    """From the page, after the channel was mended."""
    waiting = put(store, add_channel(store, vault, "json://tienda.test"))
    claim(store)
    outbox.mark_dead(store, waiting, worker="uno", error="404")
    assert outbox.counts(store) == {"sent": 0, "failed": 0, "waiting": 0, "dead": 1}
    assert (next_due(store), outbox.retry_dead(store, now=AT)) == (None, 1)
    assert (next_due(store), claim(store)[0].attempts) == (AT, 1)
