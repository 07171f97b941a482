"""Where a form may lead: never into the server's own network, unless the operator allows it by a setting.

Somebody who may fill in a form must not learn through it what answers behind the server's firewall.
"""

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import urlsplit


def leads_inside(url: str) -> bool:
    """Whether the host of an address is this machine, or in a network that is not the public one."""
    try:
        host = urlsplit(url).hostname
        found = socket.getaddrinfo(host, None) if host else []
    except (ValueError, OSError):
        return False
    return any(not ipaddress.ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found)


def slug(text: str) -> str:
    """A name as it is kept, from what a person calls it: "Tienda Centro" is `tienda-centro`."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:60]
