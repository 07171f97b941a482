"""A service that is left alone: daily copies, pruning, and a database that fails under it."""

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from alertd.engine import selfcare
from alertd.engine.loop import Poller
from alertd.engine.pruning import Caretaker
from alertd.engine.service import let_somebody_in
from alertd.notify.register import register
from alertd.store import backup, check, upkeep
from tests.store.makers import spoil_levels

from .workbench import WAREHOUSE, Workbench

DAY = 86_400_000


def database(bench: Workbench) -> Path:
    return Path(bench.context.store.path)


def test_a_copy_is_made_once_a_day_and_a_week_of_them_is_kept(bench: Workbench):
    """Ten days of a service that nobody looks at."""
    caretaker = Caretaker(bench.context)
    for _ in range(10):
        caretaker.turn()
        caretaker.turn()
        bench.clock.forward(days=1, minutes=1)
    copies = backup.kept(database(bench))
    assert len(copies) == 7
    assert all(check.inspect(each).ok for each in copies)


def test_of_two_processes_on_one_home_one_does_it(bench: Workbench):
    """Whoever comes second finds it begun; when it never ended it is due again after an hour."""
    store, now = bench.context.store, bench.clock.moment()
    assert [upkeep.claim(store, "backup", now), upkeep.claim(store, "backup", now + 1)] == [True, False]
    assert upkeep.claim(store, "backup", now + 3_600_001)
    upkeep.note_done(store, "backup", now)
    assert not upkeep.claim(store, "backup", now + DAY - 1)
    assert upkeep.claim(store, "backup", now + DAY + 3_600_000)


def test_a_copy_that_fails_is_told_once_and_the_good_one_stays(bench: Workbench, monkeypatch):
    """The owner must know before the copy is needed."""
    register(bench.context.store, bench.context.vault, name="g", url="json://127.0.0.1:9/", now=bench.clock.moment())
    caretaker = Caretaker(bench.context)
    caretaker.turn()
    (good,) = backup.kept(database(bench))
    monkeypatch.setattr(backup, "SPARE_BYTES", 10**18)
    bench.clock.forward(days=1, minutes=1)
    caretaker.turn()
    assert [selfcare.tend(bench.context), selfcare.tend(bench.context)] == [1, 0]
    assert backup.kept(database(bench)) == [good]
    monkeypatch.undo()
    bench.clock.forward(hours=2)
    caretaker.turn()
    assert len(backup.kept(database(bench))) == 2


def test_what_is_older_than_is_kept_is_dropped_by_itself(bench: Workbench):
    """After a year and more the polls of the first day are gone, but for the one that last saw stock change."""
    bench.clock.forward(hours=1)
    bench.turn()
    early = bench.context.store.value("SELECT count(*) FROM poll")
    bench.clock.forward(days=401)
    bench.turn()
    late = bench.context.store.value("SELECT count(*) FROM poll") - early
    Caretaker(bench.context).turn()
    assert bench.context.store.value("SELECT count(*) FROM poll") == late + 1
    assert upkeep.done_at(bench.context.store, "prune") == bench.clock.moment()


def polled(poller: Poller) -> None:
    """One turn of the loop, waited for."""
    poller.turn()
    for thread in poller._at_work.values():
        thread.join()


def test_a_full_disk_is_no_stock_alert_and_is_told_when_it_is_over(bench: Workbench, caplog, monkeypatch):
    """One clear line while it lasts; nothing is half written; the shop goes on where it was."""
    monkeypatch.setattr("alertd.engine.loop.REST_AFTER_FAULT_SECONDS", 0.0)
    register(bench.context.store, bench.context.vault, name="g", url="json://127.0.0.1:9/", now=bench.clock.moment())
    poller = Poller(bench.context, lambda: None)
    bench.clock.forward(hours=1)
    before = bench.dump()
    for trigger in ("lane", "poll"):
        bench.context.store.execute(
            f"CREATE TRIGGER full_{trigger} BEFORE UPDATE ON {trigger} BEGIN SELECT RAISE(ABORT,"
            " 'database or disk is full'); END"
        )
    polled(poller)
    assert poller.ailment.word == "full"
    for trigger in ("lane", "poll"):
        bench.context.store.execute(f"DROP TRIGGER full_{trigger}")
    assert bench.dump() == before
    polled(poller)
    assert poller.ailment.word is None
    assert selfcare.tend(bench.context) == 1
    assert bench.alerts() == []


def test_a_damaged_database_is_not_written_to_any_more(bench: Workbench, monkeypatch):
    """Going on would make it worse; the log says which copy to restore."""
    monkeypatch.setattr("alertd.engine.loop.REST_AFTER_FAULT_SECONDS", 0.0)
    Caretaker(bench.context).turn()
    poller = Poller(bench.context, lambda: None)
    bench.clock.forward(hours=1)
    for identity in bench.shop.products:
        bench.shop.set_level(identity, WAREHOUSE, stock=Decimal(1))
    bench.context.store.close()
    spoil_levels(database(bench))
    polled(poller)
    assert poller.ailment.word == "damaged"
    assert poller.turn() == 0


def test_a_fault_keeps_the_word_of_the_worst(bench: Workbench):
    """A damaged file may say that it is full as well."""
    poller = Poller(bench.context, lambda: None)
    poller.ailment.note(sqlite3.DatabaseError("database disk image is malformed"))
    poller.ailment.note(sqlite3.OperationalError("database or disk is full"))
    poller.ailment.over()
    assert poller.ailment.word == "damaged"


def test_two_services_that_start_at_once_both_let_the_administrator_in(bench: Workbench, monkeypatch):
    """Both find an empty house; the one that comes second must not end because the first has made the user."""
    context = bench.context
    context.settings = replace(context.settings, admin_password="una clave larga")
    assert let_somebody_in(context) is None
    answers = iter((False, True))
    monkeypatch.setattr("alertd.engine.service.users.anybody", lambda _store: next(answers))
    assert let_somebody_in(context) is None


def test_turns_leave_no_files_open(bench: Workbench):
    """Each source has its turn in a thread of its own, and each thread a connection; after a day there must not be a
    thousand of them."""
    poller = Poller(bench.context, lambda: None)
    polled(poller)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        bench.clock.forward(minutes=6)
        polled(poller)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3
