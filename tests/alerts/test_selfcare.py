"""alertd's own troubles: told once, on the channels that work, until they are mended."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from alertd.engine import heartbeat, selfcare
from alertd.engine.selfcare import tend
from alertd.store import outbox

from .conftest import HOUR, MINUTE, House


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


class _Watch(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.beats.append(self.path)  # type: ignore[attr-defined]
        self.send_response(302 if "weiter" in self.path else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_heartbeat_calls_its_address_and_follows_nobody():
    """A real server on loopback; a redirect is a refusal."""
    server = HTTPServer(("127.0.0.1", 0), _Watch)
    server.beats = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert heartbeat.beat(f"{base}/ping?x=1")
        assert not heartbeat.beat(f"{base}/weiter")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert server.beats == ["/ping?x=1", "/weiter"]  # type: ignore[attr-defined]
    assert not heartbeat.beat(f"{base}/gone")


def test_the_heartbeat_never_asks_a_machine_for_its_credentials():
    """The address that clouds answer with secrets is refused without a packet."""
    assert not heartbeat.beat("http://169.254.169.254/latest/meta-data/")
