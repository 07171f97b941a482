"""The tables, as small named steps in order: one module a step, `mNN_what_it_adds.py`, with a function `up`.

A step that has been released is never edited; a newer one follows it. Moments are INTEGER milliseconds UTC,
quantities REAL rounded to six places, secrets BLOBs sealed by `alertd.vault`. Every table about stock carries the
source it belongs to.
"""

from importlib import import_module
from pkgutil import iter_modules

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ...errors import Trouble

STEPS = sorted(
    module.name for module in iter_modules(__path__) if module.name.startswith("m") and module.name[1:3].isdigit()
)
NEWEST = int(STEPS[-1][1:3])

steps = Migrations("alertd")
for _name in STEPS:
    steps(name=_name)(import_module(f"{__name__}.{_name}").up)


def apply(database: Database) -> None:
    """Bring the tables up to date. The caller holds the write lock, so that two processes cannot race.

    Raises Trouble when a newer alertd made this database: going back would lose what it wrote.
    """
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found > NEWEST:
        raise Trouble(
            f"This database was made by a newer alertd (version {found}, this one knows {NEWEST}); "
            "install the newer alertd, or restore a backup made before the upgrade."
        )
    steps.apply(database)
    database.execute(f"PRAGMA user_version = {NEWEST}")
