"""`alertd doctor`: each thing that can be wrong is found, said plainly, and has its advice."""

import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest

from alertd.clock import now
from alertd.engine import doctor
from alertd.engine.context import open_context
from alertd.engine.doctor_outside import look_outside
from alertd.settings import read_settings, secret_key
from alertd.store import hours, open_store, upkeep
from alertd.vault import Vault
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


def file_for_home(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("x")


def empty_key(home: Path) -> None:
    (home / "secret-key").write_text("")


def no_database(home: Path) -> None:
    (home / "alertd.db").write_text("hello " * 5_000)


def folder_for_database(home: Path) -> None:
    (home / "alertd.db").unlink()
    (home / "alertd.db").mkdir()


def other_database(home: Path) -> None:
    (home / "alertd.db").unlink()
    change(home, "CREATE TABLE theirs (a)")


def loose_rows(home: Path) -> None:
    change(home, "DELETE FROM channel")


def no_rules(home: Path) -> None:
    for path in (home / "rules").glob("*.yaml"):
        path.unlink()


def no_channel(home: Path) -> None:
    change(home, "UPDATE message SET channel_id = NULL")
    change(home, "DELETE FROM told")
    change(home, "DELETE FROM channel")


def unknown_kind(home: Path) -> None:
    change(home, "UPDATE source SET kind = 'oracle'")


def beat_inside(home: Path) -> None:
    with closing(open_store(home / "alertd.db")) as store:
        vault = Vault(secret_key(read_settings()))
        hours.set_beat(store, vault, 1, "http://127.0.0.1:9/x", fenced=True)


@pytest.mark.parametrize(
    ("spoil", "name", "advice"),
    [
        (file_for_home, "home", "ALERTD_HOME"),
        (empty_key, "secret key", "the sentence before"),
        (no_database, "database", "alertd db restore"),
        (folder_for_database, "database", "alertd db restore"),
        (other_database, "database", "alertd db restore"),
        (loose_rows, "database", "alertd db check"),
        (no_rules, "rules", "rule files there"),
        (no_channel, "channel", "alertd channel add"),
        (unknown_kind, "source tienda", "mend this"),
        (beat_inside, "heartbeat tienda", "alertd source heartbeat tienda"),
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


@pytest.mark.parametrize(
    ("spoil", "name", "advice"),
    [
        (lambda patch: patch.setenv("ALERTD_RULES", "/nowhere"), "rules", "mend this"),
        (lambda patch: patch.setenv("ALERTD_SECRET_KEY", "another"), "stored keys", "secret-key"),
        (lambda patch: patch.setenv("ALERTD_URL", "https://alertd.invalid"), "page", "DNS"),
        (lambda patch: patch.setattr(doctor, "ZoneInfo", no_zone), "time zones", "tzdata"),
        (lambda patch: patch.setattr(doctor.shutil, "disk_usage", full), "disk", "make room"),
        (lambda patch: patch.setattr(doctor.sqlite3, "sqlite_version_info", (3, 31, 0)), "sqlite", "3.39"),
    ],
)
def test_what_is_wrong_around_it_is_found_too(well, monkeypatch, spoil: Callable[..., None], name: str, advice: str):
    """Settings, the disk, and what Python carries."""
    spoil(monkeypatch)
    done = well("doctor", "--json")
    assert (done.status, answer(done, name)["state"]) == (1, "failure")
    assert advice in answer(done, name)["advice"]


def no_zone(name: str) -> None:
    raise ZoneInfoNotFoundError(name)


def full(_folder: Path) -> Any:
    return SimpleNamespace(free=1_000_000)


def test_a_port_that_something_else_has_taken_is_found(well, monkeypatch):
    """It answers, but it is not even a page."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(b"SSH-2.0-OpenSSH\r\n")

        greeting = threading.Thread(target=greet)
        greeting.start()
        monkeypatch.setenv("ALERTD_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        found = answer(well("doctor", "--json"), "page")
        greeting.join()
    assert "not alertd" in found["said"]
    assert "PORT" in found["advice"]


def test_without_daily_copies_somebody_else_has_to_make_them(well, monkeypatch):
    """Which is allowed, and worth a look."""
    monkeypatch.setenv("ALERTD_BACKUPS", "0")
    assert answer(well("doctor", "--json"), "backups")["state"] == "warning"


def test_a_reading_that_is_held_back_waits_for_a_person(well, home: Path):
    """The doctor says which, and how it is taken."""
    change(home, "INSERT INTO held_sweep VALUES (1, 1, 'x', x'')")
    found = answer(well("doctor", "--json"), "source tienda")
    assert (found["state"], "alertd source accept tienda" in found["advice"]) == ("warning", True)


def test_a_worker_of_another_machine_that_signed_just_now_is_one_that_runs(well, home: Path):
    """It holds the leases; nobody has to start a second."""
    change(home, f"UPDATE setting SET value = '{now()} elsewhere:1:a.b' WHERE key = 'worker.alive'")
    assert answer(well("doctor", "--json"), "worker")["state"] == "ok"


@pytest.mark.parametrize("off", [-1, 1])
def test_a_clock_that_is_off_is_found(well, off: int):
    """By what the system's own answers say."""
    context = open_context(read_settings())
    context.now = lambda: now() + off * 3_600_000
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
