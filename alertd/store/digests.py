"""Which day's digest each channel had of each source, and what troubles of alertd's own were told."""

from dataclasses import dataclass

from .db import Store


def last(store: Store, channel_id: int, source_id: int) -> tuple[str, int]:
    """The day, on the shop's clock, of the last digest, and when it was made; empty when there was none yet."""
    row = store.execute(
        "SELECT day, at FROM digest WHERE channel_id = ? AND source_id = ?", (channel_id, source_id)
    ).fetchone()
    return (row[0], row[1]) if row else ("", 0)


def note_day(store: Store, channel_id: int, source_id: int, day: str, now: int) -> None:
    """The digest of that day is in the outbox; in the caller's transaction."""
    store.execute(
        "INSERT INTO digest VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (channel_id, source_id) DO UPDATE SET day = ?3, at = ?4",
        (channel_id, source_id, day, now),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A trouble that was told and is not mended yet."""

    key: str
    kind: str
    source_id: int | None
    since: int


def troubles(store: Store) -> dict[str, Known]:
    """What was told and is not mended, by key."""
    return {row[0]: Known(*row) for row in store.execute("SELECT key, kind, source_id, since FROM trouble")}


def note_trouble(store: Store, key: str, kind: str, source_id: int | None, detail: str, now: int) -> None:
    """A trouble is told now; in the caller's transaction."""
    store.execute(
        "INSERT INTO trouble VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING", (key, kind, source_id, detail, now)
    )


def mended(store: Store, key: str) -> None:
    """It is over; in the caller's transaction."""
    store.execute("DELETE FROM trouble WHERE key = ?", (key,))
