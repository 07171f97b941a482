"""What a database must forget when it comes back from the past, so that it says nothing that is no longer true.

A restored database is like an alertd that was off since the copy was made, but for one thing: what it was about to do
then has been done since, by the database that is gone. Messages that waited were sent, leases are over, sessions may
have been ended. Stock, alerts and what the channels were told stand as they were; the next whole reading compares them
with the shelves as after any pause, and until then nothing is said about stock.
"""

from pathlib import Path

from . import backup, told
from .db import Store, migrate

KEY = "restored.at"


def restore(file: Path, database: Path, *, stamp: str, now: int) -> backup.Restored:
    """Put a copy in the place of a database, brought up to date and settled. Raises Trouble, and changed nothing."""
    return backup.restore(file, database, stamp=stamp, prepare=lambda half: _prepare(half, now))


def _prepare(half: Path, now: int) -> dict[str, int]:
    store = migrate(half)
    try:
        facts = settle(store, now)
        # One file again, as it must be to take the place of another.
        store.execute("PRAGMA journal_mode = DELETE")
    finally:
        store.close()
    return facts


def settle(store: Store, now: int) -> dict[str, int]:
    """Forget what is over; returns how many of what. All or nothing."""
    with store.write():
        facts = {
            "messages_taken_back": _take_back_messages(store),
            "sessions_ended": store.execute("DELETE FROM web_session").rowcount,
            "held_readings_dropped": store.execute("DELETE FROM held_sweep").rowcount,
        }
        store.execute("DELETE FROM held_product")
        store.execute("DELETE FROM setup_link")
        store.execute("UPDATE lane SET lease_until = 0, lease_by = NULL, next_due_at = 0")
        store.execute(
            "UPDATE poll SET outcome = 'failed', finished_at = ?, error = 'alertd was stopped during this poll',"
            " error_kind = 'stopped' WHERE outcome = 'running'",
            (now,),
        )
        # Reminders that fell due since were given since: the next comes a whole interval from now.
        store.execute("UPDATE told SET at = ?1 WHERE at < ?1", (now,))
        store.execute("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", (KEY, str(now)))
    return facts


def at(store: Store) -> int:
    """When this database was restored; 0 when it never was."""
    return int(store.value("SELECT value FROM setting WHERE key = ?", (KEY,)) or 0)


def is_stale(store: Store, source_id: int) -> bool:
    """Whether a source was not read whole since the database was restored: what is known of it is of another time."""
    since = at(store)
    return since > 0 and int(store.value("SELECT snapshot_at FROM source WHERE id = ?", (source_id,)) or 0) < since


def _take_back_messages(store: Store) -> int:
    """Nobody knows any more which of the waiting messages were sent since, so none is; and nobody is taken to know.

    What still holds at the next reading is told then, as it is then.
    """
    rows = store.execute("SELECT id, channel_id FROM message WHERE state = 'waiting' ORDER BY id DESC").fetchall()
    for message_id, channel_id in rows:
        if channel_id is not None:
            told.take_back(store, message_id, channel_id)
    store.execute(
        "UPDATE message SET state = 'superseded', lease_until = 0, lease_by = NULL,"
        " error = 'not sent: the database was restored from a backup' WHERE state = 'waiting'"
    )
    return len(rows)
