"""Run the statements of a step inside the transaction that the caller holds."""

from sqlite_utils import Database


def run(database: Database, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction that we are in."""
    for statement in script.split(";\n"):
        if statement.strip():
            database.execute(statement)
