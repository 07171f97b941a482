"""Records that could not be read: kept with their own text, so that a person can look, and counted."""

from collections.abc import Iterable

from ..model import Quarantined
from .db import Row, Store

Identity = int | str


def keep(store: Store, source_id: int, records: Iterable[Quarantined], now: int) -> None:
    """Keep the products that a sweep could not read, and forget those it could: the list is the last whole sweep's."""
    with store.write():
        _put(store, source_id, records, now)
        store.execute(
            "DELETE FROM quarantine WHERE source_id = ? AND last_seen_at < ? AND instr(key, ':') = 0", (source_id, now)
        )


def keep_documents(
    store: Store, source_id: int, kind: str, records: Iterable[Quarantined], read: Iterable[Identity], now: int
) -> None:
    """Keep the documents of a window that could not be read, and forget those that could be by now."""
    with store.write():
        store.connection.executemany(
            "DELETE FROM quarantine WHERE source_id = ? AND key = ?",
            [(source_id, f"{kind}:{identity}") for identity in read],
        )
        store.execute("DELETE FROM quarantine WHERE source_id = ? AND key = ?", (source_id, f"{kind}:"))
        _put(store, source_id, records, now)


def _put(store: Store, source_id: int, records: Iterable[Quarantined], now: int) -> None:
    for record in records:
        store.execute(
            "INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5, ?5)"
            " ON CONFLICT DO UPDATE SET reason = ?3, raw = ?4, last_seen_at = ?5",
            (source_id, record.key, record.reason, record.raw, now),
        )


def list_quarantine(store: Store, source_id: int) -> list[Row]:
    """What waits to be looked at, newest first."""
    return store.rows("SELECT * FROM quarantine WHERE source_id = ? ORDER BY last_seen_at DESC, key", (source_id,))
