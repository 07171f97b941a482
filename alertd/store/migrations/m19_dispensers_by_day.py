"""Sales by branch of what dispensers handed out, which an earlier step left out or took for returns."""

from sqlite_utils import Database

from .running import run


def up(database: Database) -> None:
    run(
        database,
        """
        DELETE FROM branch_day WHERE product_id IN (SELECT product_id FROM consumption_day);
        INSERT INTO branch_day SELECT product_id, '', day, round(sum(given), 6), round(sum(taken_back), 6)
            FROM consumption_day GROUP BY product_id, day;
        """,
    )
