"""Who is in the house: whoever opens a database holds a shared lock beside it, whoever replaces it holds it alone.

The lock is the kernel's, on a file that stays empty, so that a killed process leaves nothing behind. It says nothing
about who may poll or send; that is what leases are for.
"""

import os
from pathlib import Path
from typing import IO

from ..errors import Trouble

try:
    import fcntl
except ImportError:  # Windows has no such locks; there nobody is kept out.
    fcntl = None  # type: ignore[assignment]


class Presence:
    """A lock that is held until `leave`."""

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file

    def leave(self) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()
            self._file = None


def enter(database: Path | str) -> Presence:
    """Be one of those who use a database. Raises Trouble while it is being replaced."""
    return _lock(
        database, alone=False, refused=f"{database} is being restored just now; try again when that has ended."
    )


def enter_alone(database: Path | str) -> Presence:
    """Be the only one. Raises Trouble while anybody else uses the database."""
    home = Path(database).parent
    return _lock(
        database,
        alone=True,
        refused=f"Another alertd works in {home}; stop it first (the service, a worker, or a command that runs).",
    )


def _lock(database: Path | str, *, alone: bool, refused: str) -> Presence:
    if fcntl is None or str(database) == ":memory:":
        return Presence(None)
    try:
        descriptor = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        # Where not even this file can be made, the database itself says what is wrong, in better words.
        return Presence(None)
    file = os.fdopen(descriptor, "wb")
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Trouble(refused) from None
    return Presence(file)
