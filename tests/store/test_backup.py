"""Copies of a database in use: whole, verified, private, and put back without a gap."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from alertd.errors import Trouble, UsageTrouble
from alertd.store import backup, check, open_store, sources
from alertd.store.db import migrate
from alertd.store.occupied import enter_alone
from alertd.vault import Vault

from .makers import KEY, SAMPLES, spoil_levels, unpack

NOW = 1_763_700_000_000


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The newest sample, brought up to date."""
    path = unpack(SAMPLES[-1], tmp_path / "home" / "alertd.db")
    open_store(path).close()
    return path


def rows(path: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def put_back(file: Path, database: Path) -> backup.Restored:
    def prepare(half: Path) -> dict[str, int]:
        migrate(half).close()
        return {}

    return backup.restore(file, database, stamp="20261121-010203", prepare=prepare)


def test_a_copy_taken_while_others_write_is_of_one_moment(database: Path, tmp_path: Path):
    """Two rows that always change together are equal in every copy, however busy the database is."""
    store = open_store(database)
    with store.write():
        store.execute("INSERT INTO setting VALUES ('left', '0'), ('right', '0')")
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            with store.write():
                store.execute("UPDATE setting SET value = ? WHERE key = 'left'", (str(number),))
                store.execute("UPDATE setting SET value = ? WHERE key = 'right'", (str(number),))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup.back_up(database, tmp_path / f"{number}.db").path for number in range(5)]
    finally:
        ended.set()
        writer.join()
        store.close()
    found = [rows(each, "SELECT value FROM setting WHERE key IN ('left', 'right')") for each in copies]
    assert all(left == right for left, right in found)
    assert all(check.inspect(each).ok for each in copies)


def test_a_copy_is_one_file_that_only_its_owner_reads(database: Path, tmp_path: Path):
    """It holds everything; and whoever carries it away has all of it."""
    target = tmp_path / "out" / "copy.db"
    target.parent.mkdir()
    backup.back_up(database, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in target.parent.iterdir()] == ["copy.db"]


def test_a_file_that_is_there_is_not_overwritten_unasked(database: Path, tmp_path: Path):
    """The last good backup must not be lost to a slip."""
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(UsageTrouble, match="--force"):
        backup.back_up(database, target)
    assert target.read_text() == "precious"
    backup.back_up(database, target, force=True)
    assert check.inspect(target).ok


def test_a_damaged_database_is_not_copied_over_a_good_copy(database: Path, tmp_path: Path):
    """The copy is verified before it gets its name, so the older one stays."""
    target = tmp_path / "copy.db"
    backup.back_up(database, target)
    good = target.read_bytes()
    spoil_levels(database)
    with pytest.raises(Trouble, match=r"not whole|damaged"):
        backup.back_up(database, target, force=True)
    assert target.read_bytes() == good
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_full_disk_leaves_no_half_copy(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And the sentence says what to do."""
    monkeypatch.setattr(backup, "SPARE_BYTES", 10**18)
    with pytest.raises(Trouble, match="make room or name a file on another disk"):
        backup.back_up(database, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_is_restored_stands_there_as_it_was_and_the_other_is_kept(database: Path, tmp_path: Path):
    """Nothing is thrown away, not even what was replaced."""
    copy = backup.back_up(database, tmp_path / "copy.db").path
    store = open_store(database)
    sources.remove_source(store, "tienda")
    store.close()
    done = put_back(copy, database)
    assert rows(database, "SELECT name FROM source ORDER BY name") == [("epi",), ("tienda",)]
    assert done.aside is not None
    assert rows(done.aside, "SELECT name FROM source") == [("epi",)]


def test_a_damaged_database_is_replaced_and_kept_too(database: Path, tmp_path: Path):
    """The very case for which there are backups."""
    copy = backup.back_up(database, tmp_path / "copy.db").path
    spoil_levels(database)
    done = put_back(copy, database)
    assert check.inspect(database).ok
    assert done.aside is not None
    assert check.inspect(done.aside).damaged


def test_a_leftover_log_of_the_old_database_does_not_spoil_the_new_one(database: Path, tmp_path: Path):
    """A killed service leaves its write-ahead log; replayed onto another file it would destroy it."""
    copy = backup.back_up(database, tmp_path / "copy.db").path
    home = database.parent
    store = open_store(database)
    store.execute("UPDATE source SET name = 'changed' WHERE name = 'tienda'")
    left = {tail: (home / f"alertd.db{tail}").read_bytes() for tail in ("", "-wal")}
    store.close()
    for tail, content in left.items():
        (home / f"alertd.db{tail}").write_bytes(content)
    spoil_levels_of_file(home / "alertd.db")
    put_back(copy, database)
    assert check.inspect(database).ok
    assert ("tienda",) in rows(database, "SELECT name FROM source")


def spoil_levels_of_file(path: Path) -> None:
    """The header, so that nobody can fold the log in."""
    content = bytearray(path.read_bytes())
    content[:100] = b"\xa5" * 100
    path.write_bytes(content)


def test_nothing_is_restored_while_somebody_is_in_the_house(database: Path, tmp_path: Path):
    """A service that goes on writing into a file that was moved away would lose everything it writes."""
    copy = backup.back_up(database, tmp_path / "copy.db").path
    store = open_store(database)
    with pytest.raises(Trouble, match="stop it first"):
        put_back(copy, database)
    store.close()
    put_back(copy, database)


def test_nobody_enters_while_a_database_is_being_replaced(database: Path):
    """A service that a supervisor starts at that moment waits for its next try."""
    presence = enter_alone(database)
    with pytest.raises(Trouble, match="being restored"):
        open_store(database)
    presence.leave()
    open_store(database).close()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b"hello, I am a spreadsheet" * 500), "not whole"),
        (lambda path: path.write_bytes(b""), "is not a database of alertd"),
        (spoil_levels, "not whole"),
        (lambda path: _set_version(path, 99), "newer alertd"),
    ],
)
def test_a_bad_copy_changes_nothing(database: Path, tmp_path: Path, spoil, sentence: str):
    """Foreign, empty, damaged or from the future: it is refused before anything is touched."""
    copy = backup.back_up(database, tmp_path / "copy.db").path
    before = database.read_bytes()
    spoil(copy)
    with pytest.raises(Trouble, match=sentence):
        put_back(copy, database)
    assert database.read_bytes() == before
    assert not list((database.parent / "backups").glob("replaced-*"))


def _set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_the_daily_copies_are_rotated_and_others_are_left_alone(database: Path):
    """A week of copies, and whatever else somebody keeps there."""
    folder = backup.folder_of(database)
    folder.mkdir(exist_ok=True)
    (folder / "mine.db").write_text("precious")
    for day in range(1, 11):
        backup.back_up_today(database, f"202611{day:02}-030000", keep=7)
    assert [each.name[7:15] for each in backup.kept(database)] == [f"202611{day:02}" for day in range(10, 3, -1)]
    assert (folder / "mine.db").exists()


def test_the_stored_keys_of_a_restored_sample_open_with_its_secret_key(database: Path):
    """What was sealed stays sealed, and is not lost."""
    store = open_store(database)
    assert sources.get_source(store, "epi").secrets(Vault(KEY)) == {"api_key": "k"}
    store.close()
