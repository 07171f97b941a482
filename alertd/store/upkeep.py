"""Work that is done once a day by whichever process gets to it first: when it was begun, when it was done."""

from .db import Store

DAY = 86_400_000
HOUR = 3_600_000


def claim(store: Store, task: str, now: int, *, every: int = DAY, again_after: int = HOUR) -> bool:
    """Take a task that is due. One that was begun and never ended, because its process was killed, is due again after
    a while; so is one whose moments lie in the future, because the clock was set back."""
    if not _due(store, task, now, every, again_after):
        return False
    with store.write():
        if not _due(store, task, now, every, again_after):
            return False
        _put(store, f"upkeep.{task}.begun", now)
    return True


def note_done(store: Store, task: str, now: int) -> None:
    """It is done; the next time is a day from now."""
    with store.write():
        _put(store, f"upkeep.{task}.done", now)
        store.execute("DELETE FROM setting WHERE key LIKE ?", (f"upkeep.{task}.failed%",))


def note_failure(store: Store, task: str, why: str, now: int) -> None:
    """It could not be done; whoever looks after alertd's own troubles tells."""
    with store.write():
        _put(store, f"upkeep.{task}.failed", now)
        _put(store, f"upkeep.{task}.failed.why", why)


def failure(store: Store, task: str, now: int) -> str | None:
    """Why a task failed within the last day and was not done since; None when all is well."""
    at = store.value("SELECT value FROM setting WHERE key = ?", (f"upkeep.{task}.failed",))
    if at is None or not 0 <= now - int(at) < DAY:
        return None
    return str(store.value("SELECT value FROM setting WHERE key = ?", (f"upkeep.{task}.failed.why",)) or "")


def done_at(store: Store, task: str) -> int | None:
    """When a task was done last; None when it never was."""
    found = store.value("SELECT value FROM setting WHERE key = ?", (f"upkeep.{task}.done",))
    return None if found is None else int(found)


def note_alive(store: Store, worker: str, now: int) -> None:
    """A worker lives; written once a minute, and not waited for."""
    with store.quick_write():
        _put(store, "worker.alive", f"{now} {worker}")


def last_sign_of_life(store: Store) -> tuple[str, int] | None:
    """The name of the worker that was last seen, and when; None when there never was one."""
    found = store.value("SELECT value FROM setting WHERE key = 'worker.alive'")
    if found is None:
        return None
    at, _, name = str(found).partition(" ")
    return name, int(at)


def _due(store: Store, task: str, now: int, every: int, again_after: int) -> bool:
    begun = store.value("SELECT value FROM setting WHERE key = ?", (f"upkeep.{task}.begun",))
    waits = begun is not None and 0 <= now - int(begun) < again_after
    done = done_at(store, task)
    fresh = done is not None and 0 <= now - done < every
    return not waits and not fresh


def _put(store: Store, key: str, value: int | str) -> None:
    store.execute("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", (key, str(value)))
