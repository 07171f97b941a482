"""The dead man's switch: after each healthy cycle an address of the operator's is called; when the calls stop, whoever
watches that address knows that alertd does not run, or cannot read.

Only http and https, no redirects, no proxy of the environment, a short wait, and the answer is not read. Addresses that
hand out the credentials of a machine in a cloud are refused whoever asks.
"""

import http.client
import ipaddress
import socket
from urllib.parse import urlsplit

import structlog

from .. import fence
from ..errors import UsageTrouble

log = structlog.get_logger()
WAIT_SECONDS = 5.0


def beat(url: str, *, wait: float = WAIT_SECONDS) -> bool:
    """Call the address once; whether it answered with a success. Never raises: a missing beat is its own message."""
    parts = urlsplit(url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, wait)
    except (OSError, ValueError) as fault:
        log.warning("the heartbeat address cannot be called", host=parts.hostname, error=str(fault))
        return False
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        connection.request("GET", path, headers={"User-Agent": "alertd", "Host": str(host)})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        log.warning("the heartbeat was not answered", host=parts.hostname, error=type(fault).__name__)
        return False
    finally:
        connection.close()
    if not 200 <= status < 300:
        log.warning("the heartbeat was refused", host=parts.hostname, status=status)
    return 200 <= status < 300


def check(url: str, *, private: fence.Networks | None = None) -> str:
    """An address that can be called. Raises UsageTrouble that says what to write instead, without repeating it.

    `private` also refuses the server's own network, but for those networks: for addresses from a web form.
    """
    parts = urlsplit(url.strip())
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not url.strip().isprintable()
        or " " in url.strip()
    ):
        raise UsageTrouble("The address to call must be a whole one, like https://hc-ping.com/….")
    if private is not None and fence.leads_inside(parts.hostname, private):
        raise UsageTrouble(
            "This address leads into the server's own network; an operator sets such a one with"
            " 'alertd source heartbeat'."
        )
    return url.strip()


def _connection(scheme: str, host: str, port: int | None, wait: float) -> http.client.HTTPConnection:
    """A connection to an address that was looked at: the name is resolved once, so that it cannot change in between."""
    found = socket.getaddrinfo(host, port or (443 if scheme == "https" else 80), type=socket.SOCK_STREAM)
    for *_, place in found:
        if ipaddress.ip_address(str(place[0]).split("%")[0]).is_link_local:
            raise ValueError("a link-local address is never called")
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port, timeout=wait)
    address = found[0][4]
    connection._create_connection = lambda _target, *rest: socket.create_connection(  # type: ignore[attr-defined]
        (str(address[0]), int(address[1])), *rest
    )
    return connection
