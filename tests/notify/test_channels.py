"""What services answer, and what we make of it. Real sockets; the only wait is the read timeout of a test."""

import io
import logging
import ssl
import time
from email import message_from_bytes, policy

import pytest
from apprise.plugins.slack import NotifySlack

from alertd.errors import UsageTrouble
from alertd.notify import channels as services
from alertd.notify.answers import Delivery, Outcome, judge
from alertd.notify.channels import Timeout, _summary, check_url, fit, mask, send
from alertd.notify.render import render

from .conftest import free_port
from .makers import alerts, item

QUICK = Timeout(connect=0.3, read=0.3)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def rendered():
    said = alerts(item("Aceite <!channel> 1 L", 0, 12, 36, severity="critical", code="AC-01"))
    return render(said, "es", "https://avisos.tienda.test")


def test_a_message_arrives_with_its_key(receiver, rendered):
    """A program that receives twice what was meant once can tell by the key."""
    assert send(receiver.url, rendered, key="k1", timeout=QUICK).outcome is Outcome.DELIVERED
    assert receiver.headers[0]["X-Alertd-Message"] == "k1"
    assert receiver.got[0] == {
        "version": "1.0",
        "title": "🔴 Agotado: Aceite <!channel> 1 L — Ferretería El Roble",
        "message": rendered.text,
        "attachments": [],
        "type": "failure",
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.PERMANENT),
        (401, Outcome.PERMANENT),
        (403, Outcome.PERMANENT),
        (404, Outcome.PERMANENT),
        (410, Outcome.PERMANENT),
        (302, Outcome.PERMANENT),
        (408, Outcome.RETRYABLE),
        (429, Outcome.RETRYABLE),
        (500, Outcome.RETRYABLE),
        (503, Outcome.RETRYABLE),
    ],
)
def test_what_a_status_means(receiver, rendered, status, outcome):
    """Trouble that passes is tried again; an address that nobody is at is not. One attempt, and no redirect."""
    receiver.answers = [(status, b"no")]
    delivery = send(receiver.url, rendered, key="k", timeout=QUICK)
    assert (delivery.outcome, str(status) in delivery.detail) == (outcome, True)
    assert receiver.paths == ["/hook/geheim"]


def test_a_service_that_does_not_answer_may_have_the_message(receiver, rendered):
    """Its silence says nothing: the message arrived, and only the answer is missing."""
    receiver.gate.clear()
    begun = time.monotonic()
    delivery = send(receiver.url + "?retry=3&wait=1&rto=30", rendered, key="k", timeout=QUICK)
    assert delivery.outcome is Outcome.AMBIGUOUS
    assert time.monotonic() - begun < 2
    assert len(receiver.got) == 1


def test_a_service_that_is_not_there_is_tried_again(rendered):
    """A refused connection is certain: nothing has arrived."""
    delivery = send(f"json://127.0.0.1:{free_port()}/hook/geheim", rendered, key="k", timeout=QUICK)
    assert (delivery.outcome, delivery.detail) == (Outcome.RETRYABLE, "The service could not be reached.")


def test_a_quiet_log_hides_no_reason(receiver, rendered):
    """Whoever sets the libraries to WARNING, as the service does, still learns why a message did not arrive."""
    logging.getLogger("apprise").setLevel(logging.WARNING)
    receiver.gate.clear()
    assert send(receiver.url, rendered, key="k", timeout=QUICK).outcome is Outcome.AMBIGUOUS


def test_an_optional_service_does_not_hide_its_failure(receiver, rendered):
    """Apprise calls a failed `optional=yes` a success; the owner of the shop would not."""
    receiver.answers = [(500, b"")]
    assert send(receiver.url + "?optional=yes", rendered, key="k", timeout=QUICK).outcome is Outcome.RETRYABLE


def test_no_address_reaches_a_log(receiver, rendered):
    """Even at DEBUG, and even when it fails: addresses are secrets. (pytest's own log capture would see too much.)"""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        receiver.answers = [(500, b"")]
        delivery = send(receiver.url + "?+Authorization=Bearer%20geheim2", rendered, key="k", timeout=QUICK)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "geheim" not in written.getvalue() + delivery.detail


def test_slack_gets_exactly_these_blocks(receiver, rendered, monkeypatch):
    """The JSON of an incoming webhook, captured: a heading, the lines, the link, and a text for the phone."""
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}/services")
    assert send(SLACK, rendered, key="k", timeout=QUICK).outcome is Outcome.DELIVERED
    assert receiver.paths == ["/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"]
    assert receiver.got == [
        {
            "text": "🔴 Agotado: Aceite &lt;!channel&gt; 1 L — Ferretería El Roble",
            "blocks": [
                {
                    "type": "header",
                    "text": {
                        "type": "plain_text",
                        "text": "🔴 Agotado: Aceite &lt;!channel&gt; 1 L — Ferretería El Roble",
                        "emoji": True,
                    },
                },
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "🔴 *Aceite &lt;!channel&gt; 1 L* (AC-01)\n"
                        "      Centro · Bodega Central: hay 0, mín 12 → *pedir 36*, desde ayer 16:20",
                    },
                },
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": "<https://avisos.tienda.test/alerts|Ver la lista>"},
                },
                {
                    "type": "context",
                    "elements": [
                        {
                            "type": "mrkdwn",
                            "text": "Datos de las 07:40. Regla: Stock en o por debajo del mínimo. "
                            "Sugerido = máximo − existencias.",
                        }
                    ],
                },
            ],
            "unfurl_links": False,
            "unfurl_media": False,
        }
    ]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [((404, b"no_service"), Outcome.PERMANENT), ((429, b"rate_limited"), Outcome.RETRYABLE)],
)
def test_slack_says_why(receiver, rendered, monkeypatch, answer, outcome):
    """The word that Slack answers with is kept, because it is what its help pages explain."""
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}/services")
    receiver.answers = [answer]
    delivery = send(SLACK, rendered, key="k", timeout=QUICK)
    assert (delivery.outcome, answer[1].decode() in delivery.detail) == (outcome, True)


def test_a_slack_app_that_is_not_in_the_channel(receiver, rendered, monkeypatch):
    """A bot's refusal comes with status 200; it still is a refusal, and trying again does not help."""
    monkeypatch.setattr(NotifySlack, "api_url", f"http://127.0.0.1:{receiver.port}/api/{{}}")
    receiver.answers = [(200, b'{"ok": false, "error": "not_in_channel"}')]
    delivery = send(
        "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#compras", rendered, key="k", timeout=QUICK
    )
    assert (delivery.outcome, "not_in_channel" in delivery.detail) == (Outcome.PERMANENT, True)
    assert receiver.got[0]["channel"] == "#compras"
    assert receiver.got[0]["blocks"] == rendered.slack_blocks


def test_a_mail_has_a_subject_html_and_a_text_part(post_office, rendered):
    """Both parts say the same; the name of a product is text in both."""
    assert send(post_office.url("marta@tienda.test"), rendered, key="k1", timeout=QUICK).outcome is Outcome.DELIVERED
    (recipients, raw) = post_office.mails[0]
    mail = message_from_bytes(raw, policy=policy.default)
    assert recipients == ["marta@tienda.test"]
    assert mail["Subject"] == "🔴 Agotado: Aceite <!channel> 1 L — Ferretería El Roble"
    assert mail["X-Alertd-Message"] == "k1"
    assert "<b>Aceite &lt;!channel&gt; 1 L</b>" in mail.get_body(("html",)).get_content()
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "🔴 Aceite <!channel> 1 L (AC-01)\nCentro · Bodega Central: hay 0, mín 12 → pedir 36" in text
    assert "https://avisos.tienda.test/alerts" in text


@pytest.mark.parametrize(("line", "outcome"), [("550 no such user", "permanent"), ("450 busy", "retryable")])
def test_a_refused_recipient_keeps_nobody_else_from_the_mail(post_office, rendered, line, outcome):
    """Marta gets it once, however often Pedro's is tried again."""
    post_office.refusals["pedro@tienda.test"] = line
    url = post_office.url("pedro@tienda.test", "marta@tienda.test")
    first = send(url, rendered, key="k", timeout=QUICK)
    second = send(url, rendered, key="k", timeout=QUICK, reached=first.reached)
    assert (first.outcome.value, first.reached, second.reached) == (outcome, ("marta@tienda.test",), first.reached)
    assert "pedro@tienda.test: The mail server answered" in first.detail
    assert [recipients for recipients, _ in post_office.mails] == [["marta@tienda.test"]]
    post_office.refusals.clear()
    assert send(url, rendered, key="k", timeout=QUICK, reached=first.reached).outcome is Outcome.DELIVERED
    assert [recipients for recipients, _ in post_office.mails] == [["marta@tienda.test"], ["pedro@tienda.test"]]


def test_a_mail_server_that_is_not_there(rendered):
    """Tried again, like any service that is down."""
    url = f"mailto://127.0.0.1:{free_port()}?from=avisos@tienda.test&to=marta@tienda.test"
    assert send(url, rendered, key="k", timeout=QUICK).outcome is Outcome.RETRYABLE


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("(535, b'5.7.8 bad credentials')", Outcome.PERMANENT),
        ("(421, b'closing')", Outcome.RETRYABLE),
        ("Connection unexpectedly closed", Outcome.AMBIGUOUS),
        ("timed out", Outcome.AMBIGUOUS),
        ("[Errno -3] Temporary failure in name resolution; not known", Outcome.RETRYABLE),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", Outcome.RETRYABLE),
        ("SMTP AUTH extension not supported by server.", Outcome.PERMANENT),
        ("something new", Outcome.RETRYABLE),
    ],
)
def test_reading_a_fault(fault, outcome):
    """What cannot be understood is tried again rather than given up."""
    assert judge([(logging.DEBUG, f"Socket Exception: {fault}")]).outcome is outcome


def test_what_a_product_is_called_is_not_taken_for_an_answer():
    """Apprise writes the message down too; a product named after a status decides nothing."""
    heard = [(logging.DEBUG, "JSON Payload: error=404"), (logging.WARNING, "Failed to send JSON: error=503.")]
    assert judge(heard).outcome is Outcome.RETRYABLE


@pytest.mark.parametrize(
    "before",
    [
        (logging.INFO, "Sent Telegram notification."),
        (logging.DEBUG, "Socket Exception: HTTPConnectionPool: Read timed out."),
    ],
)
def test_a_refusal_does_not_undo_what_may_have_arrived_before_it(before):
    """One address, several recipients: one has it or may have it, the next is refused. Nobody may say that none has."""
    heard = [before, (logging.WARNING, "Failed to send Telegram notification: error=503.")]
    assert judge(heard).outcome is Outcome.AMBIGUOUS


def test_a_gateway_that_gave_up_waiting_tells_nothing():
    """504 is a time-out, only that somebody else waited."""
    assert judge([(logging.WARNING, "Failed to send JSON: error=504.")]).outcome is Outcome.AMBIGUOUS


def test_a_mail_that_may_have_arrived_is_not_hidden_by_one_that_did_not():
    """Marta's mailbox is busy, and the server broke off in the middle of Pedro's."""
    busy, broken = Delivery(Outcome.RETRYABLE, "450"), Delivery(Outcome.AMBIGUOUS, "broke off")
    assert _summary([busy, broken], ()).outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("hola", "must begin with a service"),
        ("nada://geheim", "cannot use this nada:// address"),
        ("slack://geheim", "cannot use this slack:// address"),
        ("json://", "cannot use this json:// address"),
        ("", "must begin with a service"),
    ],
)
def test_an_address_that_cannot_be_used(url, says):
    """One sentence, and the address is not in it."""
    with pytest.raises(UsageTrouble, match=says) as trouble:
        check_url(url)
    assert "geheim" not in str(trouble.value)


@pytest.mark.parametrize(
    ("url", "service", "shown"),
    [
        (SLACK, "Slack", "slack://T...2/A...D/T...Q//"),
        (
            "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
            "Slack",
            "slack://T...2/A...D/T...Q//",
        ),
        (
            "mailtos://marta:geheim@gmail.com?to=a@tienda.test",
            "E-Mail",
            "mailtos://marta:****@gmail.com/a%40tienda.test",
        ),
        ("json://u:geheim@tienda.test:99/geheim?+Authorization=geheim", "JSON", "json://tienda.test:99/…"),
        ("tgram://123456789:ABCdefghijkl_ijklmnop/-100123", "Telegram", "tgram://1...p/-100123/"),
    ],
)
def test_what_is_shown_of_an_address(url, service, shown):
    """Enough to tell two channels apart, too little to use them."""
    assert (check_url(url), mask(url)) == (service, shown)


def test_a_form_may_not_reach_into_the_server_room():
    """An operator may add a relay on loopback; a visitor of the page may not."""
    assert check_url("json://127.0.0.1:9/x") == "JSON"
    with pytest.raises(UsageTrouble, match="own network"):
        check_url("json://127.0.0.1:9/x", private=())
    for version_six in ("json://[::1]:9/x", "ntfy://[fd00::1]/x", "json://[::ffff:10.0.0.1]/x"):
        with pytest.raises(UsageTrouble, match="own network"):
            check_url(version_six, private=())
    assert check_url(SLACK, private=()) == "Slack"


def test_a_small_service_gets_the_head_and_the_link():
    """Lines are left out from the end of the list, never the address of the page."""
    text = "\n".join(f"línea {number}" for number in range(100)) + "\n\nVer la lista: https://x.test"
    short = fit(text, 120)
    assert len(short) <= 120
    assert short.startswith("línea 0\n")
    assert short.endswith("…\n\nVer la lista: https://x.test")


def test_the_certificates_are_read_once_and_a_mailbox_without_verification_weakens_no_other(post_office, rendered):
    """What one mailbox asks for is never what another one gets."""
    checked, unchecked = post_office.url("marta@tienda.test"), post_office.url("marta@tienda.test") + "&verify=no"
    made = []
    for url in (checked, unchecked, checked):
        assert send(url, rendered, key="k", timeout=QUICK).outcome is Outcome.DELIVERED
        made.append(services._certificates.create_default_context())
    assert made[0] is made[2] is not made[1]
    assert (made[0].verify_mode, made[0].check_hostname) == (ssl.CERT_REQUIRED, True)
