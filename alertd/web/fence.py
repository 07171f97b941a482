"""What a form may name: no address that leads into the server's own network, and a name fit to be kept.

Somebody who may fill in a form must not learn through it what answers behind the server's firewall. This look comes
early, so that the form can say so; `alertd.fence` stands again where the connection is made.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from .. import fence


def leads_inside(url: str, allowed: fence.Networks = ()) -> bool:
    """Whether the host of an address is this machine, or in a network that is not the public one."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    return bool(host) and fence.leads_inside(str(host), allowed)


def slug(text: str) -> str:
    """A name as it is kept, from what a person calls it: "Tienda Centro" is `tienda-centro`."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:60]
