"""A database of every earlier version, opened by this one: nothing is lost, and there is a way back."""

import shutil
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from alertd.errors import Trouble
from alertd.store import alerts, check, levels, migrations, open_store, outbox

from .makers import SAMPLES, unpack

COUNTED = ("source", "product", "level", "stock_change", "document", "movement", "alert", "message", "user", "poll")


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_an_older_database_is_brought_up_to_date_with_all_it_holds(sample: Path, tmp_path: Path):
    """Every row of every list is there, the checks find nothing, and what it knows can be asked."""
    path = unpack(sample, tmp_path / "alertd.db")
    before = counts(path)
    store = open_store(path)
    assert counts(path) == before
    assert {each["state"] for each in alerts.list_alerts(store)} == {"firing", "resolved"}
    assert outbox.counts(store)["waiting"] > 0
    assert levels.list_levels(store, state="'x'", today=0)
    store.close()
    assert check.inspect(path).problems == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_older_database_is_kept_beside_it(sample: Path, tmp_path: Path):
    """Whoever must go back to the older alertd finds the file that it can read."""
    path = unpack(sample, tmp_path / "alertd.db")
    version = check.inspect(path).version
    if version == migrations.NEWEST:
        pytest.skip("this sample is of the present version")
    open_store(path).close()
    kept = tmp_path / "backups" / f"before-upgrade-from-{version:02}.db"
    assert check.inspect(kept).version == version
    assert counts(kept) == counts(path)


def test_a_version_has_its_sample_or_is_not_released():
    """The first release is there; docs/operations.md says how the next one is made."""
    assert "m12.db.gz" in {each.name for each in SAMPLES}


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A step that breaks takes the steps before it with it."""
    path = unpack(SAMPLES[0], tmp_path / "alertd.db")
    shutil.copy(path, tmp_path / "before.db")

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    applied = Migrations.apply

    def apply_and_break(steps: Migrations, database: object) -> None:
        applied(steps, database)  # type: ignore[arg-type]
        broken()

    monkeypatch.setattr(Migrations, "apply", apply_and_break)
    with pytest.raises(Trouble, match="full"):
        open_store(path)
    assert counts(path) == counts(tmp_path / "before.db")
    assert check.inspect(path).version == check.inspect(tmp_path / "before.db").version


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path):
    """Going back would lose what the newer one wrote."""
    path = tmp_path / "alertd.db"
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.NEWEST + 1}")
    before = path.read_bytes()
    with pytest.raises(Trouble, match="newer alertd"):
        open_store(path)
    assert path.read_bytes() == before


def schema(path: Path) -> list[tuple[str, ...]]:
    """Every table, index and trigger as it was declared, without the spaces."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2").fetchall()
    return [(kind, name, " ".join(sql.split())) for kind, name, sql in rows]


@pytest.mark.parametrize("count", range(4, len(migrations.STEPS)))  # with fewer it is no database of alertd yet
def test_every_version_there_ever_was_comes_to_the_same_tables(count: int, tmp_path: Path):
    """An upgraded database and a new one are the same house, wherever the older one stopped."""
    old, new = tmp_path / "old" / "alertd.db", tmp_path / "new" / "alertd.db"
    old.parent.mkdir()
    new.parent.mkdir()
    steps = Migrations("alertd")
    for name in migrations.STEPS[:count]:
        steps(name=name)(import_module(f"alertd.store.migrations.{name}").up)
    with closing(sqlite3.connect(old)) as connection:
        steps.apply(Database(connection))
        connection.execute(f"PRAGMA user_version = {int(migrations.STEPS[count - 1][1:3])}")
    open_store(old).close()
    open_store(new).close()
    assert schema(old) == schema(new)
    assert check.inspect(old).problems == []


def test_the_steps_are_numbered_once_and_a_number_that_was_passed_over_stays_so():
    """A database that is past a number would be given its step after the later ones, and not like any other."""
    numbers = [int(step[1:3]) for step in migrations.STEPS]
    assert len(set(numbers)) == len(numbers)
    assert {*range(1, migrations.NEWEST + 1)} - {*numbers} == {20}
