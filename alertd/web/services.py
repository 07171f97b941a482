"""The small forms of the services that carry messages: each turns what a person typed into one Apprise address.

Pure: values in, an address or mistakes by field out. Whether the address works is for `notify.register` and a test.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

Typed = Mapping[str, str]
SECURITIES = ("starttls", "ssl", "none")
_SLACK = re.compile(r"https://hooks\.slack(?:-gov)?\.com/services/([A-Z0-9]+)/([A-Z0-9]+)/([A-Za-z0-9]+)/?")
_BOT = re.compile(r"(?:bot)?(\d{5,15}:[A-Za-z0-9_-]{30,60})")
_CHAT = re.compile(r"-?\d{3,20}|@[A-Za-z0-9_]{4,40}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")
_MAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


@dataclass(frozen=True, slots=True)
class Preset:
    """A well-known mail service: its server, port and kind of security."""

    host: str
    port: int
    security: str


PRESETS = {
    "gmail": Preset("smtp.gmail.com", 587, "starttls"),
    "outlook": Preset("smtp-mail.outlook.com", 587, "starttls"),
    "own": Preset("", 587, "starttls"),
}


@dataclass(frozen=True, slots=True)
class Built:
    """An address, or by field the key of the words that say what is wrong."""

    url: str = ""
    mistakes: dict[str, str] = field(default_factory=dict)


def slack(typed: Typed) -> Built:
    """An incoming webhook, as Slack shows it."""
    found = _SLACK.fullmatch(typed.get("webhook", "").strip())
    return Built(f"slack://{'/'.join(found.groups())}") if found else Built(mistakes={"webhook": "channel.bad_webhook"})


def telegram(typed: Typed) -> Built:
    """A bot and the chat it writes to."""
    bot, chat = _BOT.fullmatch(typed.get("token", "").strip()), typed.get("chat", "").strip()
    mistakes = {} if bot else {"token": "channel.bad_bot"}
    if not _CHAT.fullmatch(chat):
        mistakes["chat"] = "channel.bad_chat"
    return Built(f"tgram://{bot[1]}/{quote(chat, safe='@-')}") if bot and not mistakes else Built(mistakes=mistakes)


def mail(typed: Typed) -> Built:
    """A mail server and who gets the mail. The server is named, so that no guess is made from the address."""
    host, port, security = _server(typed)
    to = addresses(typed.get("to", ""))
    user, password = typed.get("user", "").strip(), typed.get("password", "")
    sender = typed.get("from", "").strip() or user
    mistakes = {}
    if not _HOST.fullmatch(host):
        mistakes["host"] = "channel.bad_host"
    if not port.isdigit() or not 1 <= int(port) <= 65_535:
        mistakes["port"] = "channel.bad_port"
    if not to or not all(_MAIL.fullmatch(each) for each in to):
        mistakes["to"] = "channel.bad_to"
    if not _MAIL.fullmatch(sender):
        mistakes["from"] = "channel.bad_from"
    if user and not password:
        mistakes["password"] = "channel.no_password"  # noqa: S105 - the key of some words
    if mistakes:
        return Built(mistakes=mistakes)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    mode = "insecure" if security == "none" else security
    schema = "mailto" if security == "none" else "mailtos"
    return Built(
        f"{schema}://{login}{host}:{port}/?smtp={quote(host, safe='')}&mode={mode}"
        f"&from={quote(sender, safe='')}&to={quote(','.join(to), safe='')}"
    )


def _server(typed: Typed) -> tuple[str, str, str]:
    """Host, port and security: those of the preset, or those typed for one's own server."""
    preset = PRESETS.get(typed.get("preset", "own"), PRESETS["own"])
    if preset.host:
        return preset.host, str(preset.port), preset.security
    security = typed.get("security", "starttls")
    return typed.get("host", "").strip(), typed.get("port", "").strip(), security if security in SECURITIES else "ssl"


def addresses(text: str) -> list[str]:
    """Mail addresses as people list them."""
    return [each for each in re.split(r"[\s,;]+", text.strip()) if each]


def other(typed: Typed) -> Built:
    """Any address that Apprise knows."""
    url = typed.get("url", "").strip()
    return Built(url) if "://" in url else Built(mistakes={"url": "channel.bad_url"})


SERVICES: dict[str, Callable[[Typed], Built]] = {"slack": slack, "mail": mail, "telegram": telegram, "other": other}
