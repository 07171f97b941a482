"""Every change with who made it, and the sessions of the page, so that signing out is real."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            about TEXT NOT NULL,
            facts TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_time ON audit (at, id);
        CREATE INDEX audit_by_who ON audit (who, at, id);

        CREATE TABLE web_session (
            digest TEXT PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX web_session_by_user ON web_session (user_id);
        """,
    )
