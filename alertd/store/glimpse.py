"""A look at the store that changes nothing and ends in time: for previews while somebody types.

Whatever is written inside is undone. It has a connection of its own, waits for no other writer, and is cut off at a
deadline, so that a poll never stands behind somebody's half-written condition for longer than that.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from .db import Store

_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock: a few milliseconds."""


class OutOfTimeError(Exception):
    """The deadline came, or the database was busy; there is nothing to show."""


class Glimpse(Store):
    """A store for one look. `most` bounds how many rows a reading yields while it is set."""

    def __init__(self, store: Store, seconds: float) -> None:
        super().__init__(store.path)
        self.most: int | None = None
        self._ends = time.monotonic() + seconds
        self.connection.execute("PRAGMA busy_timeout = 250")
        self.connection.set_progress_handler(self._late, _STEPS)

    def _late(self) -> int:
        return int(time.monotonic() > self._ends)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """What looks like a change, and is undone at the end of the look."""
        yield self.connection

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """Run one statement; a reading ends early where `most` says so."""
        cursor = super().execute(sql, parameters)
        return cursor if self.most is None or cursor.description is None else islice(cursor, self.most)


@contextmanager
def glimpse(store: Store, seconds: float) -> Iterator[Glimpse]:
    """One look, for no longer than so many seconds. Raises OutOfTimeError."""
    look = Glimpse(store, seconds)
    look.connection.execute("BEGIN")
    try:
        yield look
    except sqlite3.OperationalError as fault:
        if not any(sign in str(fault) for sign in ("interrupted", "locked", "busy")):
            raise
        raise OutOfTimeError from None
    finally:
        look.connection.set_progress_handler(None, 0)
        if look.connection.in_transaction:
            look.connection.execute("ROLLBACK")
        look.close()
