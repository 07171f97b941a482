"""A database of every earlier version, opened by this one: nothing is lost, and there is a way back."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
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
