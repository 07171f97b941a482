"""`alertd doctor`: each thing that can be wrong is found, said plainly, and has its advice."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from alertd.clock import now
from alertd.engine.context import open_context
from alertd.engine.doctor_outside import look_outside
from alertd.settings import read_settings
from alertd.store import open_store, upkeep
from alertd.workers import worker_name
from tests.store.makers import spoil_levels


@pytest.fixture
def well(connected: Callable[..., Any], home: Path) -> Callable[..., Any]:
    """A home where a worker lives and a backup was made."""
    store = open_store(home / "alertd.db")
    upkeep.note_alive(store, worker_name(), now())
    store.close()
    home.chmod(0o700)
    (home / "backups").mkdir(mode=0o700)
    assert connected("db", "backup", str(home / "backups" / "alertd-20261120-030000.db")).status == 0
    return connected


def states(done: Any) -> dict[str, str]:
    return {each["name"]: each["state"] for each in done.json["checks"]}


def answer(done: Any, name: str) -> dict[str, str]:
    return next(each for each in done.json["checks"] if each["name"] == name)


def test_a_well_kept_home_is_told_so(well, monkeypatch):
    """Everything but the page, which does not run in this test."""
    monkeypatch.setenv("ALERTD_URL", "http://127.0.0.1:9")
    found = states(well("doctor", "--json"))
    fine = {
        "python", "sqlite", "home", "disk", "secret key", "database", "time zones", "backups", "rules", "stored keys",
        "worker", "source tienda", "clock", "channel gancho",
    }  # fmt: skip
    assert {name for name in fine if found[name] != "ok"} == set()
    assert found["page"] == "failure"


def test_the_page_is_asked_as_people_reach_it(well, monkeypatch, plain_server):
    """Something else that answers there is not alertd."""
    address = plain_server.url.partition("/api")[0]
    monkeypatch.setenv("ALERTD_URL", address)
    assert answer(well("doctor", "--json"), "page")["state"] == "ok"
    plain_server.answer = (503, b"")
    assert "does not run" in answer(well("doctor", "--json"), "page")["said"]
    plain_server.answer = (404, b"")
    assert "proxy" in answer(well("doctor", "--json"), "page")["advice"]


def test_a_new_home_is_no_failure(alertd):
    """Whoever asks before the first start is told what happens then."""
    done = alertd("doctor", "--json")
    assert (done.status, done.json["ok"]) == (0, True)
    assert states(done)["database"] == "warning"


def test_people_read_one_line_and_one_advice_each(well, monkeypatch):
    """No JSON, no traceback; the last line counts."""
    monkeypatch.setenv("ALERTD_URL", "http://127.0.0.1:9")
    done = well("doctor")
    assert done.status == 1
    assert "WRONG   page: " in done.out
    assert "        -> " in done.out
    assert done.err.splitlines()[-1].endswith("worth a look.")


def spoil_key(home: Path) -> None:
    (home / "secret-key").chmod(0o644)


def lose_key(home: Path) -> None:
    (home / "secret-key").unlink()


def other_key(home: Path) -> None:
    (home / "secret-key").write_text("another key")


def damage(home: Path) -> None:
    spoil_levels(home / "alertd.db")


def change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "alertd.db", isolation_level=None)) as connection:
        connection.execute(statement)


def newer(home: Path) -> None:
    change(home, "PRAGMA user_version = 99")


def old_backup(home: Path) -> None:
    old = time.time() - 5 * 86_400
    os.utime(home / "backups" / "alertd-20261120-030000.db", (old, old))


def dead_worker(home: Path) -> None:
    change(home, "UPDATE setting SET value = '1 elsewhere:1:a.b' WHERE key = 'worker.alive'")


def bad_zone(home: Path) -> None:
    change(home, "UPDATE source SET timezone = 'Moon/Tranquility'")


def refused_key(home: Path) -> None:
    change(home, "UPDATE source SET base_url = 'http://127.0.0.1:9/'")


def bad_rule(home: Path) -> None:
    (home / "rules" / "broken.yaml").write_text("name: broken\non: stock\nwhen: stokc < 1\n")


@pytest.mark.parametrize(
    ("spoil", "name", "advice"),
    [
        (spoil_key, "secret key", "chmod 600"),
        (lose_key, "secret key", "put the secret-key"),
        (other_key, "stored keys", "put the secret-key"),
        (damage, "database", "alertd db restore"),
        (newer, "database", "newer alertd"),
        (old_backup, "backups", "alertd db backup"),
        (dead_worker, "worker", "alertd serve"),
        (bad_zone, "time zones", "tzdata"),
        (refused_key, "source tienda", "alertd source test"),
        (bad_rule, "rules", "alertd rules check"),
    ],
)
def test_what_is_wrong_is_found_with_its_advice(well, home: Path, spoil: Callable[..., None], name: str, advice: str):
    """Exit status 1, and never a traceback."""
    spoil(home)
    done = well("doctor", "--json")
    assert (done.status, done.json["ok"]) == (1, False)
    assert answer(done, name)["state"] == "failure"
    assert advice in answer(done, name)["advice"]
    assert done.err == ""


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_is_found(well, hours: int):
    """By what the system's own answers say."""
    context = open_context(read_settings())
    context.now = lambda: now() + hours * 3_600_000
    found = {each.name: each for each in look_outside(context)}["clock"]
    context.store.close()
    assert (found.state, "NTP" in found.advice) == ("failure", True)


def test_a_test_message_goes_out_only_when_asked_for(well):
    """The channel of this test does not answer, which only a message finds out."""
    assert states(well("doctor", "--json"))["channel gancho"] == "ok"
    assert states(well("doctor", "--send", "--json"))["channel gancho"] == "failure"


def test_no_secret_is_said(well, home: Path):
    """Neither the key of the source nor the secret key."""
    done = well("doctor", "--json")
    assert (home / "secret-key").read_text() not in done.out
    assert "sandbox-key" not in done.out
