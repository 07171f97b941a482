"""The services that carry messages. The only module that knows Apprise, and the only one that sees a whole address.

Apprise is asked for one thing at a time: one address, one message, in this thread, without its own retries, pauses
or redirects; when to try again is decided by `worker`. It answers in log lines, so the lines it writes while it sends
are kept here, read for a reason, and dropped: some of them hold the address, so none of them reaches a log.
"""

import re
import ssl
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyFormat, NotifyType, OverflowMode
from apprise.attachment.memory import AttachMemory
from apprise.exception import AppriseException
from apprise.plugins import url_to_dict
from apprise.plugins.email import smtp
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.slack import NotifySlack

from .. import fence
from ..errors import UsageTrouble
from ..fence import Networks
from .answers import SMTP_CODE_SAID, Delivery, Outcome, believe, judge
from .chart import NAME as CHART_NAME
from .listening import listening
from .render import Rendered, without_chart

KEY_HEADER = "X-Alertd-Message"
_WITH_HEADERS = frozenset(("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"))
_OWN_RECEIVER = frozenset(("json", "jsons", "xml", "xmls", "form", "forms"))
# Services that are this machine itself; some are reached without a connection that the fence could see.
_OF_THIS_MACHINE = frozenset(("syslog", "dbus", "glib", "gnome", "kde", "qt", "macosx", "windows"))
# Options that may name a file of the server: its keys would leave with a message, or its mistakes with an error.
_OF_A_FILE = frozenset(("keyfile", "subfile", "pgppub", "pgpprv", "template"))
_PATH = re.compile(r"[/\\.~:]")
# Services that take text and nothing else.
_PLAIN = _OWN_RECEIVER | {"tgram", "telegram", "whatsapp", "discord", "workflow", "workflows"}
_MAIL_APIS = frozenset(
    ("azure", "brevo", "mailersend", "mailgun", "o365", "postmark", "resend", "sendgrid", "ses", "smtp2go", "sparkpost")
)
# Apprise declares types for a part of its plugins only; what a plugin can do is asked of it, not of the checker.
Service = Any

INSIDE = "This address leads into the server's own network; an operator adds such a one with 'alertd channel add'."

A_FILE = "This address names a file of the server; an operator adds such a one with 'alertd channel add'."

_SCHEMA = re.compile(r"([a-z][a-z0-9+.-]{0,20})://", re.IGNORECASE)
_TONES = {"failure": NotifyType.FAILURE, "warning": NotifyType.WARNING, "success": NotifyType.SUCCESS}


@dataclass(frozen=True, slots=True)
class Extras:
    """What only some services can carry: the conversation a message belongs to, a list as a file, a picture (PNG).

    `files` are further lists, each with its name.
    """

    thread: str | None = None
    table_name: str = ""
    table: bytes = b""
    picture: bytes = b""
    files: tuple[tuple[str, bytes], ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is anything to attach."""
        return bool(self.table or self.picture or self.files)


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds that a service may take to accept a connection, and then to answer."""

    connect: float = 5.0
    read: float = 10.0


def check_url(url: str, *, private: Networks | None = None) -> str:
    """The name of the service an address belongs to.

    Raises UsageTrouble for an address that no service can be made of, without repeating it: it holds secrets.
    `private` also refuses a host inside the server's own network, but for those networks: for addresses from a form.
    """
    service = _service(url)
    if private is not None and _is_private(service, private):
        raise UsageTrouble(INSIDE)
    if private not in (None, fence.EVERYWHERE) and _names_a_file(url):
        raise UsageTrouble(A_FILE)
    return str(service.service_name)


def mask(url: str) -> str:
    """An address that may be shown: enough to tell it from others, without what would let anybody use it."""
    service = _service(url)
    if service.schema in _OWN_RECEIVER:
        port = f":{service.port}" if service.port else ""
        return f"{service.schema}://{service.host}{port}/…"
    # Options and headers may hold tokens that Apprise does not know to be secret.
    return str(service.url(privacy=True)).split("?", 1)[0]


def send(
    url: str,
    rendered: Rendered,
    *,
    key: str,
    timeout: Timeout | None = None,
    reached: Collection[str] = (),
    extras: Extras | None = None,
    fenced: Networks | None = None,
) -> Delivery:
    """Hand one message to a service and say how it went. `key` goes along where the service has a place for it.

    `fenced` keeps it out of the server's own network but for those networks: for addresses that came from a form.
    """
    return Line(url, timeout, fenced).send(rendered, key=key, reached=reached, extras=extras)


class Line:
    """The way to one service, for several messages one after another: what the address says is read once.

    Belongs to one thread at a time.
    """

    def __init__(self, url: str, timeout: Timeout | None = None, fenced: Networks | None = None) -> None:
        self._url, self._timeout, self._fenced = url, timeout or Timeout(), fenced
        self._service: Service | None = None

    def send(
        self, rendered: Rendered, *, key: str, reached: Collection[str] = (), extras: Extras | None = None
    ) -> Delivery:
        """Hand over one message and say how it went."""
        if self._fenced is None:
            return self._send(rendered, key, reached, extras)
        with fence.up(self._fenced) as watch:
            delivery = self._send(rendered, key, reached, extras)
        return Delivery(Outcome.PERMANENT, INSIDE, delivery.reached) if watch.refused else delivery

    def _send(self, rendered: Rendered, key: str, reached: Collection[str], extras: Extras | None) -> Delivery:
        try:
            service = self._ready(rendered, key)
        except UsageTrouble as trouble:
            return Delivery(Outcome.PERMANENT, str(trouble))
        if isinstance(service, NotifyEmail):
            # Its recipients are crossed off one by one; the next message begins with all of them.
            self._service = None
            return _send_mail(service, rendered, reached, extras or Extras())
        return _notify(service, rendered)

    def _ready(self, rendered: Rendered, key: str) -> Service:
        if self._service is None:
            self._service = _prepare(_service(self._url, rendered), self._timeout)
        if self._service.schema in _OF_THIS_MACHINE and self._fenced not in (None, fence.EVERYWHERE):
            raise UsageTrouble(INSIDE)
        if self._service.schema in _WITH_HEADERS:
            self._service.headers[KEY_HEADER] = key
        if isinstance(self._service, BlockSlack):
            self._service.rendered = rendered
        return self._service


def shapes_for(url: str) -> tuple[str, ...]:
    """What a message to this address must be worded in beside its text."""
    schema = url.strip().partition(":")[0].lower()
    if schema in ("mailto", "mailtos") or schema in _MAIL_APIS:
        return ("html",)
    if schema in _PLAIN:
        return ()
    return ("html", "slack")


def host_of(url: str) -> str:
    """The machine that an address leads to, as far as it can be told: who shares it shares its patience."""
    try:
        service = _service(url)
    except UsageTrouble:
        return ""
    host = getattr(service, "smtp_host", None) or getattr(service, "host", None)
    return f"{service.schema}:{host or ''}" if "host" in service.template_tokens else str(service.schema)


def pause_after(url: str) -> float:
    """Seconds between two messages to the same machine that the service's own limits ask for."""
    schema = url.partition(":")[0].lower()
    return _PAUSES.get(schema, 0.0)


# Slack takes one message a second, Telegram one a second for a chat, Discord five in two seconds, and so on.
_PAUSES = {
    "slack": 1.1,
    "tgram": 1.1,
    "telegram": 1.1,
    "discord": 0.5,
    "workflow": 1.0,
    "workflows": 1.0,
    "whatsapp": 1.0,
}


# What an address is


def _service(url: str, rendered: Rendered | None = None) -> Service:
    """The Apprise service of an address. Raises UsageTrouble."""
    found = _SCHEMA.match(url.strip())
    if not found:
        raise UsageTrouble("The address must begin with a service, like slack:// or mailtos://; see docs/channels.md.")
    with listening():
        parts = url_to_dict(url.strip())  # type: ignore[no-untyped-call]
        service = None if parts is None else _instance(parts, rendered)
    if service is None:
        raise UsageTrouble(
            f"alertd cannot use this {found[1].lower()}:// address: the service is unknown or a part of the address is "
            "missing or malformed; see docs/channels.md for its form."
        )
    return service


def _instance(parts: dict[str, Any], rendered: Rendered | None) -> Service | None:
    asset = AppriseAsset(
        app_id="alertd",
        app_desc="alertd",
        app_url="",
        async_mode=False,
        service_timeout=0,
        http_redirects=False,
        secure_logging=True,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
    )
    # A template is a file of this machine; our own blocks take its place.
    wanted = {name: value for name, value in parts.items() if name not in ("template", "tokens", "retry", "wait")}
    if parts.get("schema") != "slack" or rendered is None:
        return Apprise.instantiate(wanted, asset=asset)
    try:
        return BlockSlack(rendered, **wanted, asset=asset)
    except (AppriseException, TypeError):
        return None


def _prepare(service: Service, timeout: Timeout) -> Service:
    """Take away what an address may ask for and only the worker decides: retries, redirects, time, silent failure."""
    service.retry = 0
    service.optional = False
    service.redirects = False
    service.socket_connect_timeout = timeout.connect
    service.socket_read_timeout = timeout.read
    # Apprise would sleep between two messages, up to 5.5 seconds; pauses are the outbox's business.
    service.request_rate_per_sec = 0
    service.overflow_mode = OverflowMode.SPLIT
    if isinstance(service, NotifyEmail):
        # The only time limit that Apprise gives to a mail server holds for each of its steps.
        service.socket_connect_timeout = timeout.read  # type: ignore[assignment]
        service.inline = True
    return service


def _names_a_file(url: str) -> bool:
    """Whether an option of an address is a file; the name of a template that lies with the service is none."""
    options = parse_qsl(urlsplit(url.strip()).query, keep_blank_values=True)
    return any(name.lower() in _OF_A_FILE and _PATH.search(value) for name, value in options)


def _is_private(service: Service, allowed: Networks) -> bool:
    if service.schema in _OF_THIS_MACHINE:
        return allowed != fence.EVERYWHERE
    host = getattr(service, "smtp_host", None) or service.host
    return "host" in service.template_tokens and bool(host) and fence.leads_inside(str(host), allowed)


class BlockSlack(NotifySlack):  # type: ignore[no-untyped-call]
    """Slack with our own blocks in place of Apprise's attachment, which phones announce without its text."""

    def __init__(self, rendered: Rendered, **parts: Any) -> None:
        super().__init__(**parts)  # type: ignore[no-untyped-call]
        self.rendered = rendered

    def _send(self, url: str, payload: dict[str, Any], *rest: Any, **options: Any) -> Any:
        """Swap the content and keep the rest: where it goes, and under which name."""
        if "attachments" in payload and self.rendered.slack_blocks:
            kept = {name: value for name, value in payload.items() if name in ("channel", "username", "thread_ts")}
            payload = {**slack_payload(self.rendered), **kept}
        return super()._send(url, payload, *rest, **options)  # type: ignore[no-untyped-call]


def slack_payload(rendered: Rendered) -> dict[str, Any]:
    """What Slack is sent: `text` is what a phone announces, the blocks are what the channel shows."""
    header = rendered.slack_blocks[0]["text"]["text"]
    return {"text": header, "blocks": rendered.slack_blocks, "unfurl_links": False, "unfurl_media": False}


# Sending


class _KeptCertificates:
    """Stands where the mail plugin looks for `ssl`: reading the certificates of the world takes longer than a mail.

    A mailbox whose certificate is verified gets the ones that were read before, for an hour; one that is not, by its
    owner's wish, gets a context of its own, because the plugin takes the verification out of it.
    """

    def __init__(self) -> None:
        self.verifying = threading.local()
        self._kept: tuple[float, ssl.SSLContext] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)

    def create_default_context(self) -> ssl.SSLContext:
        """What `ssl.create_default_context` gives, or gave within the hour."""
        if not getattr(self.verifying, "now", False):
            return ssl.create_default_context()
        kept, now = self._kept, time.monotonic()
        if kept is None or now - kept[0] > _CERTIFICATES_SECONDS:
            kept = self._kept = (now, ssl.create_default_context())
        return kept[1]


_CERTIFICATES_SECONDS = 3600.0
_certificates = _KeptCertificates()
smtp.ssl = _certificates  # type: ignore[assignment, attr-defined]


def _send_mail(service: NotifyEmail, rendered: Rendered, reached: Collection[str], extras: Extras) -> Delivery:
    """One mail for each recipient that does not have it yet, so that a retry reaches nobody twice."""
    if extras.thread:
        # The mail that this names was never sent; that all of them name it is what makes them one conversation.
        service.headers["References"] = service.headers["In-Reply-To"] = f"<{extras.thread}@alertd>"
    _certificates.verifying.now = bool(service.verify_certificate)
    done = [address for _, address in service.targets if address in reached]
    waiting = [target for target in service.targets if target[1] not in reached]
    failures: list[Delivery] = []
    for target in waiting:
        service.targets = [target]
        delivery = _notify(service, rendered, extras)
        if extras.any and delivery.outcome in (Outcome.PERMANENT, Outcome.RETRYABLE) and _was_there(delivery):
            # A list or a picture must never be the reason why nobody is told.
            delivery = _notify(service, rendered)
        if delivery.outcome is Outcome.DELIVERED:
            done.append(target[1])
            # Copies go along with the first mail only.
            service.cc, service.bcc = set(), set()
            continue
        who = "" if len(waiting) == 1 and not done else f"{target[1]}: "
        failures.append(Delivery(delivery.outcome, who + delivery.detail))
        if not SMTP_CODE_SAID.search(delivery.detail):
            # The server itself is out of reach; the others would only wait for the same.
            break
    return _summary(failures, tuple(done))


def _was_there(delivery: Delivery) -> bool:
    """Whether it failed for another reason than that the server could not be spoken to."""
    return SMTP_CODE_SAID.search(delivery.detail) is not None or delivery.detail.endswith("gave no reason.")


def _summary(failures: list[Delivery], reached: tuple[str, ...]) -> Delivery:
    if not failures:
        return Delivery(Outcome.DELIVERED, "", reached)
    outcomes = {failure.outcome for failure in failures}
    # Both are tried again; that one may have arrived must not be forgotten over another that has not.
    order = (Outcome.AMBIGUOUS, Outcome.RETRYABLE, Outcome.PERMANENT)
    outcome = next(each for each in order if each in outcomes)
    return Delivery(outcome, " ".join(dict.fromkeys(failure.detail for failure in failures)), reached)


def _notify(service: Service, rendered: Rendered, extras: Extras | None = None) -> Delivery:
    is_mail = isinstance(service, NotifyEmail) or service.schema in _MAIL_APIS
    picture = bool(extras and extras.picture and isinstance(service, NotifyEmail))
    html = rendered.html if picture else without_chart(rendered.html)
    body = html if is_mail else fit(rendered.text, service.body_maxlen - len(rendered.title) - 20)
    carrier = Apprise(asset=service.asset)
    carrier.add(service)
    with listening() as heard:
        result = carrier.notify(
            title=rendered.title,
            body=body,
            body_format=NotifyFormat.HTML if is_mail else NotifyFormat.TEXT,
            notify_type=_TONES.get(rendered.tone, NotifyType.INFO),
            attach=_attachments(extras) if extras and extras.any else None,
        )
    return believe(heard) if result else judge(heard)


def _attachments(extras: Extras) -> AppriseAttachment:
    """The files that go along; the picture is named in the HTML and stands there."""
    files = AppriseAttachment()
    if extras.picture:
        files.add(AttachMemory(content=extras.picture, name=CHART_NAME, mimetype="image/png"))  # type: ignore[no-untyped-call]
    for name, data in extras.files:
        files.add(AttachMemory(content=data, name=name, mimetype="text/csv"))  # type: ignore[no-untyped-call]
    if extras.table:
        files.add(AttachMemory(content=extras.table, name=extras.table_name, mimetype="text/csv"))  # type: ignore[no-untyped-call]
    return files


def fit(text: str, limit: int) -> str:
    """Text that a small service takes: lines go from the end of the list, the last paragraph (the link) stays."""
    if len(text) <= limit:
        return text
    body, _, tail = text.rpartition("\n\n")
    room = limit - len(tail) - 3
    if not body or room < 40:
        return text[: max(limit - 1, 1)].rstrip() + "…"
    kept = body[:room].rsplit("\n", 1)[0]
    return f"{kept}\n…\n\n{tail}"[:limit]
