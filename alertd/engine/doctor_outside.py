"""The doctor's questions to other machines: the connected systems, the channels, and the address people use.

Each system is asked for its first page, which costs a few calls of its budget. Channels are only looked at; a test
message goes out when somebody asks for one.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from .. import fence
from ..clock import moment
from ..errors import Trouble, UsageTrouble
from ..notify.answers import Outcome
from ..notify.channels import check_url
from ..notify.worker import send_test
from ..settings import Settings
from ..store import channels, hours, sources
from ..store.sources import Source
from . import heartbeat
from .context import Context
from .doctor import Finding, failure, guarded, ok, skipped, warning
from .inspect import inspect_source

WAIT_SECONDS = 8.0
MOST_SECONDS_OFF = 120
FEW_CALLS = 100


def look_outside(context: Context, *, send: bool = False) -> Iterator[Finding]:
    """Everything that stands on another machine, and the page as people reach it."""
    found = sources.list_sources(context.store)
    if not found:
        yield warning("source", "none is connected", "connect a shop on the page, or with 'alertd source add'")
    for source in found:
        yield guarded(f"source {source.name}", lambda source=source: _source(context, source))  # type: ignore[misc]
        yield from _heartbeat(context, source)
    yield _clock(context, found)
    yield from _channels(context, send=send)
    yield from look_at_address(context.settings)


def _source(context: Context, source: Source) -> Finding:
    name, found = f"source {source.name}", inspect_source(context, source)
    if found.error:
        return failure(name, found.error, f"see 'alertd source test {source.name}'")
    said = f"reachable, key accepted, {found.products or 0:,} products"
    if found.quota_left is not None:
        said += f", {found.quota_left:,} calls left in this hour"
        if found.quota_left < FEW_CALLS:
            return warning(name, said, "another program may use the same key; give alertd one of its own")
    if found.held:
        return warning(name, f"{said}; a reading is held back", f"'alertd source accept {source.name}' takes it")
    return ok(name, said)


def _clock(context: Context, found: list[Source]) -> Finding:
    """This machine's clock against those of the systems, as their answers date themselves."""
    told = [each for each in (_seconds_ahead(context, source) for source in found) if each is not None]
    if not told:
        return skipped("clock", "no system said what time it is")
    off = min(told, key=abs)
    if abs(off) > MOST_SECONDS_OFF:
        said = f"{abs(off)} seconds {'ahead of' if off > 0 else 'behind'} the systems that alertd reads"
        return failure("clock", said, "set this machine's clock by NTP; alerts would carry wrong times")
    return ok("clock", f"within {abs(off)} seconds of the systems that alertd reads")


def _seconds_ahead(context: Context, source: Source) -> int | None:
    allowed = context.settings.private_networks if source.fenced else fence.EVERYWHERE
    try:
        with fence.up(allowed):
            dated = _ask(source.base_url).getheader("Date")
        return None if dated is None else round((context.now() - moment(parsedate_to_datetime(dated))) / 1000)
    except (OSError, http.client.HTTPException, ValueError):
        return None


def _ask(url: str) -> http.client.HTTPResponse:
    """A plain question without any key; the answer's head. Raises what says why there is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not called")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=WAIT_SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "alertd"})
        return connection.getresponse()
    finally:
        connection.close()


def _heartbeat(context: Context, source: Source) -> Iterator[Finding]:
    """Where the address is that is called while all is well, and whether it may be."""
    name = f"heartbeat {source.name}"
    try:
        url = hours.beat(context.store, context.vault, source.id)
    except Trouble as trouble:
        yield failure(name, str(trouble), "mend this and ask again")
        return
    if url is None:
        return
    fenced = hours.is_beat_fenced(context.store, source.id)
    try:
        heartbeat.check(url, private=context.settings.private_networks if fenced else None)
    except UsageTrouble as trouble:
        yield failure(name, f"not called: {trouble}", f"'alertd source heartbeat {source.name} -' reads another one")
    else:
        yield ok(name, f"{hours.beat_host(context.store, source.id)} is called after each healthy cycle")


def _channels(context: Context, *, send: bool) -> Iterator[Finding]:
    found = channels.all_channels(context.store)
    if not found:
        yield failure("channel", "none, so nobody is ever told", "add one on the page, or 'alertd channel add'")
    for channel in found:
        yield guarded(f"channel {channel.name}", lambda name=channel.name: _channel(context, name, send))  # type: ignore[misc]


def _channel(context: Context, name: str, send: bool) -> Finding:
    label, channel = f"channel {name}", channels.get(context.store, name)
    service = check_url(channels.address(context.store, context.vault, channel.id) or "")
    if not send:
        return ok(label, f"{service}, its address can be read; 'alertd doctor --send' sends a test")
    answer = send_test(
        context.store,
        context.vault,
        name,
        url=context.settings.url,
        now=context.now(),
        private=context.settings.private_networks,
    )
    if answer.outcome is not Outcome.DELIVERED:
        return failure(label, answer.detail, f"mend it, then 'alertd channel test {name}'")
    return ok(label, f"{service}, a test message was taken")


def look_at_address(settings: Settings) -> Iterator[Finding]:
    """The address in messages and links: sane, private where it must be, and answered by alertd."""
    parts = urlsplit(settings.url)
    inside = _is_inside(parts.hostname or "")
    if parts.scheme == "http" and not inside:
        yield warning("address", f"{settings.url} is not encrypted", "put a proxy with TLS in front; docs/deploy.md")
    elif inside and parts.port == 0:
        yield skipped("address", "any free port (PORT is 0)")
        return
    elif inside:
        said = f"{settings.url} works on this machine only"
        yield warning("address", said, "set ALERTD_URL to the address people use, or links in messages lead nowhere")
    else:
        yield ok("address", settings.url)
    yield guarded("page", lambda: _page(settings))


def _page(settings: Settings) -> Finding:
    try:
        answer = _ask(f"{settings.url}/healthz")
    except (OSError, http.client.HTTPException) as fault:
        return failure("page", *_no_page(settings.url, fault))
    if answer.status == 503:
        return failure("page", "answers that something does not run", f"look at {settings.url}/healthz and the log")
    if answer.status != 200 or "json" not in (answer.getheader("Content-Type") or ""):
        said = f"{settings.url}/healthz answers {answer.status}, not as alertd does"
        return failure("page", said, "check that the proxy passes everything under ALERTD_URL to HOST:PORT")
    return ok("page", f"answers at {settings.url}")


def _no_page(url: str, fault: Exception) -> tuple[str, str]:
    """Why no page came, and what to do."""
    if isinstance(fault, http.client.HTTPException):
        said = f"something that is not alertd answers at {url}"
        return said, "end it, or set PORT to another and restart 'alertd serve'"
    if isinstance(fault, ssl.SSLError):
        why = getattr(fault, "verify_message", "") or fault.reason
        return f"the certificate of {url} is not accepted ({why})", "renew it, or look at the proxy"
    if isinstance(fault, socket.gaierror):
        said = f"the name in {url} leads nowhere"
        return said, "enter it in DNS, or set ALERTD_URL to the address people use"
    return f"nobody answers at {url}", "start 'alertd serve'; look at proxy and firewall"


def _is_inside(host: str) -> bool:
    """Whether a host is reached from this machine alone."""
    if host in ("localhost", ""):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def skip_the_rest(why: str) -> list[Finding]:
    """What nobody can tell while the database cannot be opened."""
    return [skipped(name, why) for name in ("rules", "stored keys", "worker", "sources", "clock", "channels")]
