"""Databases with something in them: the kept samples of earlier versions, unpacked."""

import gzip
from pathlib import Path

SAMPLES = sorted((Path(__file__).parent.parent / "fixtures" / "databases").glob("m*.db.gz"))
KEY = "fixture"


def unpack(sample: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.decompress(sample.read_bytes()))
    return target


def spoil_page(database: Path, page: int, size: int = 4096) -> None:
    """What a bad disk does."""
    with database.open("r+b") as file:
        file.seek(page * size)
        file.write(b"\xa5" * size)


def spoil_levels(database: Path) -> None:
    """Spoil the root page of the table that holds the stock."""
    import sqlite3

    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'level'").fetchone()[0]
    connection.close()
    spoil_page(database, root - 1)
