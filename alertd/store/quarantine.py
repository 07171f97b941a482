"""Records that could not be read: kept with their own text, so that a person can look, and counted."""

from collections.abc import Iterable

from ..model import Quarantined
from .db import Row, Store


def keep(store: Store, source_id: int, records: Iterable[Quarantined], now: int) -> None:
    """Keep what a sweep could not read, and forget what it could: the list is that of the last whole sweep."""
    with store.write():
        for record in records:
            store.execute(
                "INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5, ?5)"
                " ON CONFLICT DO UPDATE SET reason = ?3, raw = ?4, last_seen_at = ?5",
                (source_id, record.key, record.reason, record.raw, now),
            )
        store.execute("DELETE FROM quarantine WHERE source_id = ? AND last_seen_at < ?", (source_id, now))


def list_quarantine(store: Store, source_id: int) -> list[Row]:
    """What waits to be looked at, newest first."""
    return store.rows("SELECT * FROM quarantine WHERE source_id = ? ORDER BY last_seen_at DESC, key", (source_id,))
