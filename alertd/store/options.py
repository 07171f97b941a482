"""Settings of one source that only its kind understands: pinned field names, the scheme of its signatures."""

from collections.abc import Mapping

import msgspec

from ..vault import Vault
from .db import Store


def of(store: Store, source_id: int) -> dict[str, str]:
    """Every setting of a source, by name."""
    return dict(store.execute("SELECT name, value FROM source_option WHERE source_id = ?", (source_id,)).fetchall())


def put(store: Store, source_id: int, found: Mapping[str, str | None]) -> None:
    """Set some settings and leave the others; None takes one away. Writes only what differs."""
    before = of(store, source_id)
    changed = {name: value for name, value in found.items() if before.get(name) != value}
    if not changed:
        return
    with store.write():
        for name, value in changed.items():
            if value is None:
                store.execute("DELETE FROM source_option WHERE source_id = ? AND name = ?", (source_id, name))
            else:
                store.execute(
                    "INSERT INTO source_option VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                    (source_id, name, value),
                )


def set_secrets(store: Store, vault: Vault, source_id: int, secrets: Mapping[str, str]) -> None:
    """Replace the sealed secrets of a source."""
    store.execute(
        "UPDATE source SET credentials = ? WHERE id = ?", (vault.seal(msgspec.json.encode(dict(secrets))), source_id)
    )


def connected_at(store: Store, source_id: int) -> int:
    """When the source was connected."""
    return int(store.value("SELECT created_at FROM source WHERE id = ?", (source_id,)) or 0)
