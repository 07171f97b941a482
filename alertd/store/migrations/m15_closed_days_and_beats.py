"""When a shop is closed, whom to call after a healthy cycle of a source, and when each lane's next time was planned.

`lane.planned_at` is the moment at which `next_due_at` was written down: one that lies in the future is from a clock
that was set back since, and so is the plan.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        ALTER TABLE lane ADD COLUMN planned_at INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE source_hours (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            hours TEXT NOT NULL
        ) STRICT;

        CREATE TABLE source_beat (
            source_id INTEGER PRIMARY KEY REFERENCES source ON DELETE CASCADE,
            url BLOB NOT NULL,
            host TEXT NOT NULL
        ) STRICT;
        """,
    )
