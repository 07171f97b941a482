"""Which kind of refusal stopped a lane: a key waits for a person, a list that never works is asked for again."""

from sqlite_utils import Database


def up(database: Database) -> None:
    database.execute("ALTER TABLE lane ADD COLUMN stopped_kind TEXT")
