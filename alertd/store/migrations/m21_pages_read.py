"""Which products stood on each page of the last whole sweep, so that a page that is the same need not be cut up."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE page_read (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            mark BLOB NOT NULL,
            ids BLOB NOT NULL,
            PRIMARY KEY (source_id, mark)
        ) STRICT, WITHOUT ROWID;
        """,
    )
