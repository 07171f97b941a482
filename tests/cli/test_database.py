"""`alertd db` as a person types it: every answer is a sentence, and nothing is lost on the way."""

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from alertd.store import migrations, open_store
from tests.store.makers import KEY, SAMPLES, spoil_levels, unpack


@pytest.fixture
def sample(alertd, home: Path, monkeypatch: pytest.MonkeyPatch):
    """The command line on a home as the first release left it."""
    unpack(SAMPLES[0], home / "alertd.db")
    monkeypatch.setenv("ALERTD_SECRET_KEY", KEY)
    return alertd


def names(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "alertd.db")) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM source ORDER BY name")]


def test_a_backup_goes_out_and_comes_back(sample, home: Path, tmp_path: Path):
    """The whole round, through a home of an earlier version."""
    copy = tmp_path / "copy.db"
    made = sample("db", "backup", str(copy), "--json")
    assert made.status == 0, made.err
    assert (made.json["file"], made.json["version"], made.json["verified"]) == (str(copy), 12, True)
    assert made.json["bytes"] == copy.stat().st_size
    assert sample("source", "remove", "tienda").status == 0
    done = sample("db", "restore", str(copy), "--json")
    assert done.status == 0, done.err
    assert (done.json["version_before"], done.json["version"]) == (12, migrations.NEWEST)
    assert (done.json["messages_taken_back"], done.json["sealed_with_another_key"]) == (1, [])
    assert Path(done.json["replaced"]).is_file()
    assert names(home) == ["epi", "tienda"]


def test_a_backup_says_that_the_key_is_not_in_it_and_gives_it_when_asked(furnished, home: Path, tmp_path: Path):
    """A copy that nobody can open is found out too late; a copy with its key opens everything."""
    plain = furnished("db", "backup", str(tmp_path / "plain.db"))
    assert "secret-key" in plain.err
    assert "is not in it" in plain.err
    furnished("db", "backup", str(tmp_path / "full.db"), "--with-key")
    key = tmp_path / "full.db.secret-key"
    assert key.read_text() == (home / "secret-key").read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_new_machine_takes_the_key_that_lies_beside_the_backup(furnished, home: Path, tmp_path: Path, monkeypatch):
    """The machine burned; the copy and its key are on a stick."""
    furnished("db", "backup", str(tmp_path / "full.db"), "--with-key")
    monkeypatch.setenv("ALERTD_HOME", str(tmp_path / "new"))
    done = furnished("db", "restore", str(tmp_path / "full.db"), "--json")
    assert (done.json["secret_key_taken"], done.json["sealed_with_another_key"]) == (True, [])
    assert (tmp_path / "new" / "secret-key").read_text() == (home / "secret-key").read_text()


def test_a_restore_under_another_key_says_what_it_cannot_open(furnished, tmp_path: Path, monkeypatch):
    """Better told now than by a poll that fails."""
    furnished("db", "backup", str(tmp_path / "copy.db"))
    monkeypatch.setenv("ALERTD_HOME", str(tmp_path / "new"))
    done = furnished("db", "restore", str(tmp_path / "copy.db"))
    assert done.status == 0
    assert "does not open tienda, gancho" in done.err


def test_a_database_in_use_is_not_replaced(furnished, home: Path, tmp_path: Path):
    """One line, and exit status 1."""
    furnished("db", "backup", str(tmp_path / "copy.db"))
    store = open_store(home / "alertd.db")
    done = furnished("db", "restore", str(tmp_path / "copy.db"))
    store.close()
    assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert "stop it first" in done.err


def test_check_finds_a_damaged_page_and_names_the_backup(furnished, home: Path):
    """Exit status 1, what is wrong, and the very command that mends it."""
    assert furnished("db", "check").status == 0
    (home / "backups").mkdir()
    furnished("db", "backup", str(home / "backups" / "alertd-20261120-030000.db"))
    spoil_levels(home / "alertd.db")
    found = furnished("db", "check", "--json")
    assert (found.status, found.json["ok"]) == (1, False)
    assert found.json["problems"][0]["kind"] == "damage"
    told = furnished("db", "check")
    assert f"alertd db restore {home / 'backups' / 'alertd-20261120-030000.db'}" in told.err


def test_check_looks_at_a_copy_too(furnished, tmp_path: Path):
    """Whoever relies on a backup can look at it before the day comes."""
    furnished("db", "backup", str(tmp_path / "copy.db"))
    assert furnished("db", "check", str(tmp_path / "copy.db")).status == 0
    spoil_levels(tmp_path / "copy.db")
    assert furnished("db", "check", str(tmp_path / "copy.db")).status == 1


def test_prune_says_what_it_dropped(connected, home: Path):
    """And that there was nothing, the second time."""
    with closing(sqlite3.connect(home / "alertd.db", isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO audit (at, who, what, about, facts) VALUES (1, 'ana', 'source.added', '', '{}')"
        )
    first = connected("db", "prune", "--keep", "400d", "--json")
    assert (first.status, first.json["removed"]) == (0, {"audit": 1})
    assert first.json["longest_slice_ms"] >= 0
    assert connected("db", "prune", "--keep", "400d").out == "There was nothing that old.\n"


def test_a_database_of_a_newer_alertd_is_refused_in_one_line(furnished, home: Path):
    """By every command, before anything is read or written."""
    with closing(sqlite3.connect(home / "alertd.db")) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    for arguments in (("stock",), ("alerts", "--json"), ("poll",), ("db", "prune", "--keep", "1d")):
        done = furnished(*arguments)
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert "newer alertd" in done.err
        assert "restore a backup made before the upgrade" in done.err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("db", "backup", "there.db"), 2, "--force"),
        (("db", "backup", "no/such/folder/copy.db"), 2, "There is no folder"),
        (("db", "backup", "."), 2, "is a folder"),
        (("db", "restore", "nothing.db"), 2, "There is no file"),
        (("db", "restore", "there.db"), 1, "not whole"),
        (("db", "check", "nothing.db"), 2, "There is no file"),
        (("db", "prune", "--keep", "1h"), 2, "a day"),
        (("db", "prune", "--keep", "soon"), 2, "not a duration"),
        (
            (
                "db",
                "prune",
            ),
            2,
            "--keep",
        ),
    ],
)
def test_bad_input_is_one_line(furnished, arguments, status: int, said: str):
    """Nothing is changed, and it says what to do."""
    Path("there.db").write_text("something else entirely")
    done = furnished(*arguments)
    assert (done.status, done.out, len(done.err.splitlines())) == (status, "", 1)
    assert said in done.err


def test_the_json_of_every_command_is_one_document(furnished, tmp_path: Path):
    """For scripts."""
    for arguments in (("db", "stats"), ("db", "check"), ("db", "backup", str(tmp_path / "x.db"))):
        json.loads(furnished(*arguments, "--json").out)


def test_a_backup_made_before_the_key_was_changed_says_so(furnished, home: Path, tmp_path: Path):
    """What is sealed under the old key is opened by the old key alone; with its key beside it, it comes back whole."""
    furnished("db", "backup", str(tmp_path / "old.db"), "--with-key")
    assert furnished("secret", "rotate").status == 0
    done = furnished("db", "restore", str(tmp_path / "old.db"))
    assert "does not open tienda, gancho" in done.err
    (home / "secret-key").unlink()
    assert furnished("db", "restore", str(tmp_path / "old.db"), "--json").json["sealed_with_another_key"] == []
