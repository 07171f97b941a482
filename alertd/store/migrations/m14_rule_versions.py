"""Every version of a rule that was saved on the page, with who wrote it, so that a change can be undone."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        CREATE TABLE rule_version (
            id INTEGER PRIMARY KEY,
            rule TEXT NOT NULL,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            was TEXT,
            file TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX rule_version_by_rule ON rule_version (rule, id);
        """,
    )
