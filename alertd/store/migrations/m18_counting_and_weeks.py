"""Who wrote a document, uploads that wait for a person's yes, and the weekly summary: when, to whom, and when last."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    database.execute("ALTER TABLE document ADD COLUMN user TEXT")
    run(
        database,
        """
        CREATE TABLE upload (
            id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            name TEXT NOT NULL,
            data BLOB NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE weekly (
            channel_id INTEGER PRIMARY KEY REFERENCES channel ON DELETE CASCADE,
            weekday INTEGER NOT NULL,
            time TEXT NOT NULL,
            set_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE weekly_sent (
            channel_id INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            day TEXT NOT NULL,
            at INTEGER NOT NULL,
            value REAL,
            PRIMARY KEY (channel_id, source_id)
        ) STRICT, WITHOUT ROWID;
        """,
    )
