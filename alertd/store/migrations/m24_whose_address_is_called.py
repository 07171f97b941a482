"""Whether the address called after a healthy cycle was typed into a form.

Nobody wrote down who set those of before: they are taken for a form's, which an operator can set again.
"""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(database, "ALTER TABLE source_beat ADD COLUMN fenced INTEGER NOT NULL DEFAULT 1;")
