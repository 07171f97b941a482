"""Damage is found, and what alertd's tables promise each other."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from alertd.errors import Trouble
from alertd.store import check, open_store

from .makers import SAMPLES, spoil_levels, unpack


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = unpack(SAMPLES[-1], tmp_path / "alertd.db")
    open_store(path).close()
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS tally_messages")
        connection.execute(statement)


def test_a_sound_database_has_no_problems_and_is_not_touched(database: Path):
    """Looking changes nothing."""
    before = database.read_bytes()
    report = check.inspect(database)
    assert (report.ok, report.problems) == (True, [])
    assert database.read_bytes() == before


def test_a_damaged_page_is_found(database: Path):
    """What a bad disk does is told as damage."""
    spoil_levels(database)
    report = check.inspect(database)
    assert report.damaged


def test_a_damaged_database_is_refused_with_the_way_out(database: Path):
    """The sentence names the newest copy there is."""
    (database.parent / "backups").mkdir(exist_ok=True)
    (database.parent / "backups" / "alertd-20261120-030000.db").write_bytes(database.read_bytes())
    content = bytearray(database.read_bytes())
    content[:200] = b"\xa5" * 200
    database.write_bytes(content)
    with pytest.raises(Trouble, match=r"alertd db restore .*alertd-20261120-030000\.db"):
        open_store(database)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM stock_change WHERE level_id = (SELECT min(id) FROM level)", "promise"),
        ("UPDATE level SET stock = stock + 1 WHERE id = (SELECT min(id) FROM level)", "promise"),
        ("UPDATE alert SET fired_at = NULL WHERE state = 'firing'", "promise"),
        ("UPDATE message SET sent_at = NULL WHERE state = 'sent'", "promise"),
        ("UPDATE reconciled SET movement_id = 1000000", "promise"),
        ("PRAGMA user_version = 98", "version"),
        ("DELETE FROM product WHERE id = (SELECT product_id FROM level LIMIT 1)", "reference"),
    ],
)
def test_a_broken_promise_is_found(database: Path, statement: str, kind: str):
    """Each of them once."""
    change(database, statement)
    assert kind in {problem.kind for problem in check.inspect(database).problems}
