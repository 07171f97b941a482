"""Which stored secrets a key opens: after a restore, and for `alertd doctor`."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import Trouble
from ..vault import Vault
from .check import open_to_read


def unopened(database: Path, vault: Vault) -> list[str]:
    """The sources and channels whose stored secrets another key has sealed, by name."""
    with closing(open_to_read(database)) as connection:
        return [
            name
            for question in ("SELECT name, credentials FROM source", "SELECT name, url FROM channel")
            for name, sealed in connection.execute(question).fetchall()
            if not _opens(vault, sealed)
        ]


def _opens(vault: Vault, sealed: bytes) -> bool:
    try:
        vault.open(sealed)
    except (Trouble, sqlite3.Error):
        return False
    return True
