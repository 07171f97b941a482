"""When each shop is closed, and the address that is called after a healthy cycle of a source.

The address is sealed, because whoever knows it can pretend that alertd lives; only its host is shown.
"""

from urllib.parse import urlsplit

import msgspec

from ..alerts.closed import ALWAYS_OPEN, Hours
from ..vault import Vault
from .db import Store


def of(store: Store, source_id: int) -> Hours:
    """When a shop is closed; never, where nobody said."""
    found = store.value("SELECT hours FROM source_hours WHERE source_id = ?", (source_id,))
    return ALWAYS_OPEN if found is None else msgspec.json.decode(found, type=Hours)


def put(store: Store, source_id: int, hours: Hours) -> None:
    """Keep it; joins the caller's transaction."""
    with store.write():
        store.execute("DELETE FROM source_hours WHERE source_id = ?", (source_id,))
        if hours != ALWAYS_OPEN:
            text = msgspec.json.encode(hours).decode()
            store.execute("INSERT INTO source_hours VALUES (?, ?)", (source_id, text))


def set_beat(store: Store, vault: Vault, source_id: int, url: str | None, *, fenced: bool = False) -> None:
    """Keep the address to call, or forget it; joins the caller's transaction.

    `fenced`: it was typed into a form, and must not lead into the server's own network.
    """
    with store.write():
        store.execute("DELETE FROM source_beat WHERE source_id = ?", (source_id,))
        if url:
            host = urlsplit(url).hostname or ""
            store.execute(
                "INSERT INTO source_beat (source_id, url, host, fenced) VALUES (?, ?, ?, ?)",
                (source_id, vault.seal(url.encode()), host, fenced),
            )


def beat(store: Store, vault: Vault, source_id: int) -> str | None:
    """The address in the clear, for calling it only. Raises Trouble when it was sealed under another key."""
    sealed = store.value("SELECT url FROM source_beat WHERE source_id = ?", (source_id,))
    return None if sealed is None else vault.open(sealed).decode()


def is_beat_fenced(store: Store, source_id: int) -> bool:
    """Whether the address was typed into a form."""
    return bool(store.value("SELECT fenced FROM source_beat WHERE source_id = ?", (source_id,)))


def beat_host(store: Store, source_id: int) -> str | None:
    """The host of the address, which may be shown."""
    found: str | None = store.value("SELECT host FROM source_beat WHERE source_id = ?", (source_id,))
    return found
