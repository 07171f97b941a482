"""What follows from new products is written by the batch: a trigger makes each insert copy the pages it touches."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        DROP TRIGGER cost_change_insert;
        DROP TRIGGER product_find_new;
        """,
    )
