"""The digests of the products on each page of the last sweep: read in a fraction of the time that the products take."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        DROP TABLE page_read;
        CREATE TABLE page_read (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            mark BLOB NOT NULL,
            ids BLOB NOT NULL,
            digests BLOB NOT NULL,
            PRIMARY KEY (source_id, mark)
        ) STRICT, WITHOUT ROWID;
        """,
    )
