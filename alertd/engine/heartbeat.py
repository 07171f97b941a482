"""The dead man's switch: after each healthy cycle an address of the operator's is called; when the calls stop, whoever
watches that address knows that alertd does not run, or cannot read.

Only http and https, no redirects, no proxy of the environment, a short wait in all, and of the answer only its first
line. Addresses that hand out the credentials of a machine in a cloud are refused whoever asks; one that was typed into
a form is called from behind the fence.
"""

import http.client
import re
import socket
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import structlog

from .. import fence
from ..errors import Trouble, UsageTrouble
from ..store import hours
from ..store.sources import Source
from .context import Context

log = structlog.get_logger()
WAIT_SECONDS = 5.0
LONGEST_LINE = 200
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")


def tell_watchers(context: Context, source: Source) -> None:
    """Everything could be read: tell the operator's address, and the one of this source."""
    if context.settings.heartbeat_url:
        beat(context.settings.heartbeat_url)
    try:
        own = hours.beat(context.store, context.vault, source.id)
    except Trouble as trouble:
        log.warning("the heartbeat of a source cannot be sent", source=source.name, error=str(trouble))
        return
    if own:
        fenced = hours.is_beat_fenced(context.store, source.id)
        beat(own, private=context.settings.private_networks if fenced else None)


def beat(url: str, *, private: fence.Networks | None = None, wait: float = WAIT_SECONDS) -> bool:
    """Call the address once; whether it answered with a success. Never raises: a missing beat is its own message.

    `private` fences it out of the server's own network, but for those networks.
    """
    host = _host(url)
    if host is None:
        log.warning("the heartbeat address cannot be called")
        return False
    allowed = fence.EVERYWHERE if private is None else private
    try:
        with fence.up(allowed, never=fence.CREDENTIALS) as watch:
            status = _status(urlsplit(url), wait)
    except (OSError, UnicodeError, http.client.HTTPException) as fault:
        if watch.refused:
            log.warning("the heartbeat address leads where it must not, and was not called", host=host)
        else:
            log.warning("the heartbeat was not answered", host=host, error=type(fault).__name__)
        return False
    if not 200 <= status < 300:
        log.warning("the heartbeat was refused", host=host, status=status)
    return 200 <= status < 300


def check(url: str, *, private: fence.Networks | None = None) -> str:
    """An address that can be called. Raises UsageTrouble that says what to write instead, without repeating it.

    `private` also refuses the server's own network, but for those networks: for addresses from a web form.
    """
    host = _host(url.strip())
    if host is None:
        raise UsageTrouble("The address to call must be a whole one, like https://hc-ping.com/….")
    if fence.leads_inside(host, fence.EVERYWHERE, fence.CREDENTIALS):
        raise UsageTrouble("This address is where a cloud keeps the credentials of its machines; it is never called.")
    if private is not None and fence.leads_inside(host, private):
        raise UsageTrouble(
            "This address leads into the server's own network; an operator sets such a one with"
            " 'alertd source heartbeat'."
        )
    return url.strip()


def _host(url: str) -> str | None:
    """The host of an address that can be called; None where it cannot."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:  # brackets that do not close, a port that is no number
        return None
    return parts.hostname if whole else None


def _status(parts: SplitResult, wait: float) -> int:
    """What an address answers, in so many seconds at most: a slow one must not hold up the readings."""
    until = monotonic() + wait
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=wait)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "alertd"})
        found = _STATUS.match(_first_line(connection.sock, until))
    finally:
        connection.close()
    if found is None:
        raise http.client.BadStatusLine("no HTTP")
    return int(found[1])


def _first_line(connection: socket.socket, until: float) -> bytes:
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(LONGEST_LINE)
        if not piece:
            break
        line += piece
    return line
