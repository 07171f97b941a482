"""alertd's own troubles: told once, on the channels that work, until they are mended."""

import json
import sqlite3
import threading
from collections.abc import Iterator

import pytest

from alertd.engine import selfcare
from alertd.engine.lastwords import LastWords
from alertd.engine.loop import Ailment
from alertd.engine.selfcare import tend
from alertd.notify import speech
from alertd.notify.register import register
from alertd.store import outbox
from alertd.store.db import kind_of
from tests.end_to_end.receivers import WebService

from .conftest import BODEGA, HOUR, MINUTE, House


def troubles(house: House, channel: str = "correo") -> list[str | None]:
    return [each.trouble for each in house.contents(channel) if each.kind == "trouble"]


def test_a_source_that_falls_silent_is_told_once_and_once_when_it_is_back(calm_house: House):
    """A quarter of an hour without data, not a single slip."""
    calm_house.fail(1000)
    calm_house.after(5 * MINUTE)
    assert tend(calm_house.context) == 0
    for _ in range(5):
        calm_house.after(5 * MINUTE)
        tend(calm_house.context)
    assert troubles(calm_house) == ["source_silent"]
    assert "sin datos desde" in calm_house.rendered().title
    calm_house.shop.faults.clear()
    calm_house.after(5 * MINUTE)
    assert tend(calm_house.context) == 1
    assert troubles(calm_house) == ["source_silent", "source_silent_over"]
    assert calm_house.events() == []


def test_a_refused_key_is_told_once(calm_house: House):
    """The lane stops; the owner has to know, because nothing else will ever be said."""
    calm_house.store.execute(
        "UPDATE poll SET outcome = 'failed', error_kind = 'key', error = 'The key was refused.' WHERE lane = 'sweep'"
    )
    assert [tend(calm_house.context), tend(calm_house.context)] == [1, 0]
    assert troubles(calm_house) == ["key_refused"]


def test_a_dead_channel_is_told_by_another_one_once(calm_house: House):
    """Who reads only the dead one would never know; who reads the other one does."""
    calm_house.channel("slack")
    calm_house.stock(1, 0)
    calm_house.poll()
    for each in outbox.claim(calm_house.store, worker="w", now=calm_house.at, lease_seconds=30, limit=9):
        if each.channel == "slack":
            outbox.mark_dead(calm_house.store, each.id, worker="w", error="The service answered 404.")
        else:
            outbox.mark_sent(calm_house.store, each.id, now=calm_house.at)
    assert [tend(calm_house.context), tend(calm_house.context)] == [1, 0]
    assert (troubles(calm_house), troubles(calm_house, "slack")) == (["channel"], [])
    assert "slack" in calm_house.rendered().title


def test_a_full_disk_is_told(calm_house: House, monkeypatch):
    """Before it is too late to write the message down."""
    monkeypatch.setattr(selfcare, "LEAST_FREE_MB", 10**9)
    assert [tend(calm_house.context), tend(calm_house.context)] == [1, 0]
    assert "poco espacio" in calm_house.rendered().title


def test_a_short_failure_of_a_channel_is_nobodys_business(calm_house: House):
    """It is tried again; only an hour of it is worth a word."""
    calm_house.channel("slack")
    calm_house.stock(1, 0)
    calm_house.poll()
    for each in outbox.claim(calm_house.store, worker="w", now=calm_house.at, lease_seconds=30, limit=9):
        outbox.mark_retry(calm_house.store, each.id, worker="w", due_at=calm_house.at + MINUTE, error="503")
    assert tend(calm_house.context) == 0
    calm_house.at += HOUR
    assert tend(calm_house.context) > 0


def test_a_dead_channel_is_told_again_when_it_lives(calm_house: House):
    """Also to itself: who reads only that one learns that something was missing."""
    calm_house.channel("slack")
    calm_house.stock(1, 0)
    calm_house.poll()
    for each in outbox.claim(calm_house.store, worker="w", now=calm_house.at, lease_seconds=30, limit=9):
        outbox.mark_dead(calm_house.store, each.id, worker="w", error="The service answered 404.")
    tend(calm_house.context)
    for row in calm_house.store.rows("SELECT id FROM message WHERE channel = 'slack'"):
        outbox.mark_sent(calm_house.store, row["id"], now=calm_house.at)
    calm_house.store.execute("UPDATE message SET state = 'sent', error = NULL WHERE channel = 'correo'")
    tend(calm_house.context)
    assert troubles(calm_house, "slack")[-2:] == ["channel_over", "channel_over"]
    assert "recibe mensajes de nuevo" in calm_house.rendered().title
    assert tend(calm_house.context) == 0


def test_a_silence_that_turns_out_to_be_a_refused_key_is_not_over(calm_house: House):
    """'It answers again' would be a lie."""
    calm_house.fail(1000)
    for _ in range(5):
        calm_house.after(5 * MINUTE)
        tend(calm_house.context)
    calm_house.store.execute(
        "UPDATE poll SET outcome = 'failed', error_kind = 'key', error = 'No.' WHERE lane = 'sweep'"
    )
    tend(calm_house.context)
    assert troubles(calm_house) == ["source_silent", "key_refused"]


def test_rules_that_were_mended_are_told(calm_house: House):
    """One mistake after the other is told; only when none is left, that it is over."""
    calm_house.write_rules("name: x\non: stock\nwhen: stok < 1\n", "x.yaml")
    tend(calm_house.context)
    calm_house.write_rules("name: x\non: stock\nwhen: stock <\n", "x.yaml")
    tend(calm_house.context)
    assert troubles(calm_house) == ["rules", "rules"]
    calm_house.write_rules("name: x\non: stock\nwhen: stock < 1\n", "x.yaml")
    tend(calm_house.context)
    assert troubles(calm_house) == ["rules", "rules", "rules_over"]


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_every_trouble_has_words_in_every_language(language):
    """Told or over: a title and a text, with no gap in them."""
    words = speech._words(language, "")["trouble"]
    kinds = {
        "key_refused",
        "source_silent",
        "quota",
        "held",
        "rules",
        "rule_failed",
        "disk",
        "database",
        "channel",
        "backup",
    }
    over = {f"{kind}_over" for kind in (*selfcare.TOLD_WHEN_OVER, "rule_failed")}
    assert kinds | over <= words.keys()
    assert all(words[kind]["title"] and words[kind]["text"] for kind in kinds | over)


@pytest.fixture
def inbox() -> Iterator[WebService]:
    made = WebService()
    yield made
    made.close()


def fill_the_disk(house: House) -> None:
    """SQLite may not grow any more: what a full disk answers."""
    pages = house.store.value("PRAGMA page_count")
    house.store.execute(f"PRAGMA max_page_count = {pages}")


def forbid_writing(house: House) -> None:
    house.store.execute("PRAGMA query_only = ON")


def damage(house: House) -> None:
    """Garbage over the pages of the file, and nothing of it in the cache."""
    house.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = house.home / "alertd.db"
    raw = bytearray(path.read_bytes())
    raw[4096 : len(raw)] = b"\x5a" * (len(raw) - 4096)
    path.write_bytes(raw)


@pytest.mark.parametrize(("ail", "kind"), [(fill_the_disk, "full"), (forbid_writing, "readonly"), (damage, "damaged")])
def test_a_database_that_fails_is_told_past_the_outbox_and_is_no_stock_alert(house: House, inbox, ail, kind):
    """Grafana #46142: a real fault of a real file. People hear of it at once, once, and hear nothing of stock."""
    register(house.store, house.vault, name="aviso", url=inbox.url, now=house.at)
    for key in range(1, 400):
        house.product(key, 10)
    house.poll()
    ailment = Ailment(house.context)
    ailment.over()
    for key in range(1, 400):
        house.shop.set_level(key, BODEGA, stock=0)
    house.at += 5 * MINUTE
    ail(house)
    for _ in range(3):
        try:
            house.poll()
        except sqlite3.Error as fault:
            ailment.note(fault)
    for thread in threading.enumerate():
        if thread.name == "last-words":
            thread.join(5)
    assert ailment.word == kind
    (told,) = inbox.rest()
    assert "base de datos" in told["title"]
    assert "agotado" not in json.dumps(told, ensure_ascii=False).lower()


def test_a_busy_database_disturbs_nobody_for_a_minute(house: House, inbox, monkeypatch):
    """Another program holds the file; the first minute of it is waited for."""
    register(house.store, house.vault, name="aviso", url=inbox.url, now=house.at)
    house.product(1, 10)
    house.poll()
    house.store.execute("PRAGMA busy_timeout = 10")
    words = LastWords(house.context)
    words.remember()
    holder = sqlite3.connect(house.home / "alertd.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(sqlite3.OperationalError, match="locked") as fault, house.store.write():
            pass
    finally:
        holder.close()
    assert words.speak(kind_of(fault.value), str(fault.value)) is None
    house.at += MINUTE
    thread = words.speak("busy", str(fault.value))
    assert thread is not None
    thread.join(5)
    assert words.speak("busy", str(fault.value)) is None
    assert len(inbox.rest()) == 1
