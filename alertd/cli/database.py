"""`alertd db`: what the database holds."""

import click

from ..store import levels
from .later import not_yet
from .output import as_json, opened, print_json, table


@click.group()
def db() -> None:
    """The database that holds everything."""


@db.command("stats")
@as_json
def stats(as_json: bool) -> None:
    """How many rows there are of what, and how large the file is."""
    with opened() as context:
        found = levels.stats(context.store)
    if as_json:
        print_json(found)
        return
    table(("what", "count"), [(name, f"{count:,}") for name, count in found.items()], right=[1])


for _name, _what in (
    ("backup", "Copy the database while it is in use"),
    ("restore", "Put a backup in place"),
    ("check", "Look for damage"),
    ("prune", "Drop old history"),
):
    db.add_command(not_yet(f"db {_name}", _what))

COMMANDS = [db]
