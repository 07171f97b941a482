"""The tables, as small named steps in order: one module a step, `mNN_what_it_adds.py`, with a function `up`.

A step that has been released is never edited; a newer one follows it. A number that was passed over (20) is never
given: a database that is past it would not hear of it. Moments are INTEGER milliseconds UTC, quantities REAL rounded to
six places, secrets BLOBs sealed by `alertd.vault`. Every table about stock carries the source it belongs to.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from ...errors import Trouble

if TYPE_CHECKING:
    from sqlite_utils import Database

STEPS = sorted(
    module.name for module in iter_modules(__path__) if module.name.startswith("m") and module.name[1:3].isdigit()
)
NEWEST = int(STEPS[-1][1:3])


def apply(database: "Database") -> None:
    """Bring the tables up to date. The caller holds the write lock, so that two processes cannot race.

    Raises Trouble when a newer alertd made this database: going back would lose what it wrote.
    """
    # Read when there is something to do: a database that is up to date is opened by every command.
    from sqlite_utils.migrations import Migrations

    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > NEWEST:
        raise Trouble(
            f"This database was made by a newer alertd (version {found}, this one knows {NEWEST}); "
            "install the newer alertd, or restore a backup made before the upgrade."
        )
    steps = Migrations("alertd")
    for name in STEPS:
        steps(name=name)(import_module(f"{__name__}.{name}").up)
    steps.apply(database)
    database.execute(f"PRAGMA user_version = {NEWEST}")
