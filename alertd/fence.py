"""The fence around the server's own network: where an address that somebody typed into a form must not lead.

Looking a name up when the form is read is not enough, for its owner may let it lead elsewhere a moment later. So the
fence stands where a connection is made: while it is `up` in a thread, no library can connect from that thread to an
address inside, start a program, or speak to a socket of this machine. Other threads, and addresses that an operator
gave on the command line, do not feel it.

This module knows addresses only; who must be fenced in is decided by those who keep sources and channels.
"""

import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
"""Networks inside that forms may reach all the same."""

EVERYWHERE: Networks = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
CREDENTIALS: Networks = tuple(
    map(
        ipaddress.ip_network,
        ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200", "192.0.0.192", "168.63.129.16"),
    )
)
"""Where clouds answer a machine with its credentials. The last looks like the public network and is not."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CONNECTIONS = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg"))
_PROGRAMS = frozenset(("subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"))


class FencedError(OSError):
    """The fence let a connection not through. To a library it is one that could not be made."""


class Watch:
    """One stretch of time in one thread with the fence up. `refused` tells afterwards whether it was needed."""

    def __init__(self, allowed: Networks, never: Networks = ()) -> None:
        self.allowed, self.never = allowed, never
        self.refused = False

    def look(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Judge what is about to happen. Raises FencedError."""
        if event in _PROGRAMS:
            self._refuse()
        if event in _CONNECTIONS and not self._may_reach(arguments[1]):
            self._refuse()

    def _may_reach(self, where: object) -> bool:
        # A path is a socket of this machine; a name that nobody looked up yet may lead anywhere.
        if where is None:
            return True
        host = where[0] if isinstance(where, tuple) and where else None
        address = _address(host) if isinstance(host, str) else None
        return address is not None and may_reach(address, self.allowed, self.never)

    def _refuse(self) -> None:
        self.refused = True
        raise FencedError("the address leads into the server's own network")


_here = threading.local()
_installed = threading.Lock()
_hooked = False


@contextmanager
def up(allowed: Networks = (), *, never: Networks = ()) -> Iterator[Watch]:
    """Put the fence up in this thread. `never` is refused even where it is allowed."""
    _install()
    before, watch = getattr(_here, "watch", None), Watch(allowed, never)
    _here.watch = watch
    try:
        yield watch
    finally:
        _here.watch = before


def _install() -> None:
    """Once for the process: Python tells of connections to whoever asks, and cannot be asked to stop."""
    global _hooked  # noqa: PLW0603
    with _installed:
        if not _hooked:
            sys.addaudithook(_hear)
            _hooked = True


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    watch: Watch | None = getattr(_here, "watch", None)
    if watch is not None:
        watch.look(event, arguments)


def may_reach(address: Address, allowed: Networks = (), never: Networks = ()) -> bool:
    """Whether an address is of the public network, or of one that is allowed, and of none that never is."""
    true = _unwrapped(address)
    public = true.is_global and not true.is_multicast and not _within(true, CREDENTIALS)
    return (public or _within(true, allowed)) and not _within(true, never)


def _within(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _unwrapped(address: Address) -> Address:
    """The address that an IPv6 one carries inside, where it does: it is there that a gateway would lead."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def leads_inside(host: str, allowed: Networks = (), never: Networks = ()) -> bool:
    """Whether a name leads inside as things stand; one that leads nowhere does not."""
    try:
        # An IPv6 address stands in brackets inside of a URL, and some libraries hand it on like that.
        found = socket.getaddrinfo(host.strip("[]"), None)
    except (OSError, UnicodeError):
        return False
    addresses = [_address(str(each[4][0])) for each in found]
    return any(address is not None and not may_reach(address, allowed, never) for address in addresses)


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def read_networks(text: str) -> Networks | None:
    """The networks of a setting: `1` is all of them, `0` or nothing is none, else a list. None for what is no such."""
    word = text.strip().lower()
    if word in ("", "0", "no", "false"):
        return ()
    if word in ("1", "yes", "true"):
        return EVERYWHERE
    try:
        return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in word.split(",") if each.strip())
    except ValueError:
        return None
