"""Open the database file, and give each thread a connection of its own. Tables are made in `migrations`.

A write transaction begins with the write (`BEGIN IMMEDIATE`): one that begins as a reader and then writes is refused
at once when another process wrote in between, however long the busy timeout. Several statements of one change go
into one `with store.write():`; inside it, nested writes join the outer one.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Trouble
from ..folding import fold
from . import backup, migrations
from .occupied import Presence, enter

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS = 30.0
OLDEST_SQLITE = (3, 39, 0)
Row = dict[str, Any]


class Store:
    """The database of one home folder. Safe to hand to any thread: each gets its own connection when it first asks."""

    def __init__(self, path: Path | str, presence: Presence | None = None) -> None:
        self.path = str(path)
        self._presence = presence
        self._local = threading.local()
        self._all: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened on first use."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.path)
            self._local.connection = connection
            self._local.depth = 0
            with self._lock:
                self._close_those_of_the_dead()
                self._all.append((threading.current_thread(), connection))
        return connection

    def _close_those_of_the_dead(self) -> None:
        """Each turn of a source has a thread of its own; a connection that is left behind keeps three files open."""
        for thread, connection in self._all:
            if not thread.is_alive():
                connection.close()
        self._all = [each for each in self._all if each[0].is_alive()]

    @property
    def database(self) -> "Database":
        """This thread's connection as sqlite-utils sees it, for schema work and small writes."""
        from sqlite_utils import Database

        return Database(self.connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: all of it is kept, or none. Joins a transaction that this thread already began."""
        connection = self.connection
        if self._local.depth:
            yield connection
            return
        connection.execute("BEGIN IMMEDIATE")
        self._local.depth = 1
        try:
            yield connection
        except BaseException:
            # A full disk has undone it already; to undo it again would hide what happened.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        else:
            connection.execute("COMMIT")
        finally:
            self._local.depth = 0

    @contextmanager
    def quick_write(self) -> Iterator[sqlite3.Connection]:
        """A write transaction that a killed process keeps and a power cut may lose: it does not wait for the disk.

        For counters that are written before every call; whatever must not be lost belongs in `write`.
        """
        if self.connection.in_transaction:
            with self.write() as connection:
                yield connection
            return
        self.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.write() as connection:
                yield connection
        finally:
            self.connection.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def impatient(self, seconds: float) -> Iterator[None]:
        """Wait for a busy database no longer than this: somebody waits for an answer, and can come again."""
        self.connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {int(1000 * BUSY_SECONDS)}")

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement on this thread's connection."""
        return self.connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """Every row of a query, as dictionaries."""
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        cursor = self.connection.execute(sql, parameters)
        row = cursor.fetchone()
        return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))

    def value(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def mark(self) -> tuple[int, int]:
        """What differs once anybody has committed anything: a thread may keep what it counted until then."""
        return self.value("PRAGMA data_version"), self.connection.total_changes

    def close(self) -> None:
        """Close every connection. Only when no thread uses the store any more."""
        with self._lock:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()
        if self._presence is not None:
            self._presence.leave()


def open_store(path: Path | str) -> Store:
    """Open the database, made or brought up to date under one lock.

    Raises Trouble when the file cannot be written, is not a database, or was made by a newer alertd.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Trouble(f"This Python carries SQLite {sqlite3.sqlite_version}; alertd needs 3.39 or newer.")
    store = Store(path, enter(path))
    try:
        _bring_up_to_date(store)
    except sqlite3.DatabaseError as fault:
        store.close()
        raise Trouble(what_to_do(path, fault)) from None
    except Trouble:
        store.close()
        raise
    return store


def _bring_up_to_date(store: Store) -> None:
    """Run the steps that are missing. A copy is kept of what an older alertd left: there is no other way back."""
    version = store.value("PRAGMA user_version")
    if version == migrations.NEWEST:
        return
    if 0 < version < migrations.NEWEST and store.path != ":memory:":
        backup.keep_before_upgrade(Path(store.path), version)
    with store.write():
        migrations.apply(store.database)


def migrate(path: Path) -> Store:
    """Open a copy that nobody else knows of, brought up to date; the caller closes it."""
    store = Store(path)
    with store.write():
        migrations.apply(store.database)
    return store


def condition(store: Store) -> str:
    """How an open database is, in a word for a supervisor: ok, not migrated, unreachable."""
    try:
        version = store.value("PRAGMA user_version")
    except sqlite3.Error:
        return "unreachable"
    return "ok" if version == migrations.NEWEST else "not migrated"


def kind_of(fault: sqlite3.Error) -> str:
    """A fault of the database in one word: damaged, full, readonly, busy or failing."""
    text = str(fault)
    if is_damage(fault):
        return "damaged"
    words = {"full": "full", "readonly": "readonly", "unable to open": "readonly", "locked": "busy"}
    return next((word for part, word in words.items() if part in text), "failing")


def is_damage(fault: BaseException) -> bool:
    """Whether a fault says that the file itself is broken, so that trying again cannot help."""
    text = str(fault)
    return isinstance(fault, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text)


def what_to_do(path: Path | str, fault: sqlite3.Error) -> str:
    """The sentence for a person about a database that cannot be used."""
    kind, text = kind_of(fault), str(fault)
    if kind == "readonly":
        return f"Cannot write the database {path}; make its folder writable or set ALERTD_HOME to another."
    if kind == "busy":
        return f"The database {path} is busy with another program for more than {BUSY_SECONDS:.0f} s; try again."
    if kind == "full":
        return f"The disk of {path} is full; make room and start again. Nothing was lost."
    if kind == "damaged":
        return f"{path} is damaged ({text}); {backup.advice(Path(path))}."
    return f"The database {path} could not be used ({text}); nothing was half written. Try again."


def _connect(path: str) -> sqlite3.Connection:
    # Threads own their connections; check_same_thread is off only so that close() may run from another one.
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.create_function("fold", 1, fold, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    if path != ":memory:":
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # The cache stays at SQLite's 2 MB: every thread has one, and the system's cache of the file is as quick.
    return connection
