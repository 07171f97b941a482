"""The door for webhooks with a works behind it, and a storm of deliveries through it while polls read the same list.

`PYTHONPATH=tests python -m web.storm 5000` delivers 5,000 withdrawals twice each, shuffled, over the real server, with
ten polls in between, and prints what was counted and how long the answers took.
"""

import http.client
import json
import logging
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sources.house import House

from alertd.engine.hooks import Desk
from alertd.sandbox.smartepi import DEFAULT_KEY, Organisation, serve, sign
from alertd.sandbox.smartepi.webhooks import event_of
from alertd.store import ledger, sources
from alertd.store.sources import Source
from alertd.web.app import create_app
from alertd.web.server import Server

SECRET = "whsec_alertd_example_secret"
PATH = "/hooks/smartepi/fonte"
SENDERS = 4
COUNTED = 100_000


class Door:
    """A works, the house that reads it, and the page in front of that house."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.works = Organisation(clock=self.house.seconds, rate=1e9)
        self.works.add_product("Luva")
        self.works.add_product("Bota")
        self.server = serve(self.works)
        self.house.connect("smartepi", self.server.url, api_key=DEFAULT_KEY, webhook_secret=SECRET)
        self.client = self.knock_at(Desk(self.house.context))

    def page(self, desk: Desk) -> Flask:
        context = self.house.context
        return create_app(context.store, context.settings, "a key", clock=context.now, receive=desk.receive)

    def knock_at(self, desk: Desk) -> FlaskClient:
        return self.page(desk).test_client()

    @property
    def source(self) -> Source:
        return sources.get_source(self.house.store, "fonte")

    def send(self, event: Any, secret: str = SECRET, age: int = 0, scheme: str = "text", **header: str) -> Any:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        t = self.house.now // 1000 - age
        signed = {"X-SmartEPI-Signature": f"t={t},v1={sign(secret, t, body, scheme)}"} | header
        return self.client.post(PATH, data=body, headers=signed, content_type="application/json")

    def withdrawal(self, product: str = "prd-1", units: float = 1, **more: Any) -> dict[str, Any]:
        record = self.works.withdraw(product, units, **more)
        return event_of("withdrawals", record, self.house.now // 1000)

    def count(self, product: str, units: float) -> None:
        with self.house.store.write():
            key = ledger.find_product(self.house.store, 1, product)
            now = self.house.now
            ledger.count(self.house.store, 1, key, counted=units, at=now, minimum=None, by=None, now=now)
            ledger.refresh(self.house.store, 1, [key], now)

    def close(self) -> None:
        self.server.close()
        self.house.store.close()

    def moved(self) -> list[tuple[str, float]]:
        rows = self.house.store.execute(
            "SELECT d.external_id, m.quantity FROM movement m JOIN document d ON d.id = m.document_id ORDER BY m.id"
        )
        return list(rows.fetchall())


@dataclass(frozen=True)
class Outcome:
    """What a storm left behind: `twice` are movements that were counted more than once."""

    movements: int
    twice: int
    stock: float
    polls: int
    seconds: list[float]


class Progress:
    """How many deliveries were answered; polls wait for their turn among them, so that they are spread over all."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._moved = threading.Condition()

    def answered(self, seconds: float) -> None:
        with self._moved:
            self.seconds.append(seconds)
            self._moved.notify_all()

    def reach(self, count: float) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: len(self.seconds) >= count, timeout=600)


def storm(door: Door, count: int, *, polls: int) -> Outcome:
    """Deliver `count` withdrawals twice each, shuffled, by four senders, with so many whole polls in between.

    A poll reads the list as a works keeps it for days. A service polls every few minutes: a poll that begins again at
    once would only hold up the senders, and find nothing that the one before did not.
    """
    house = door.house
    house.cycle("fonte")
    door.count("prd-1", COUNTED)
    house.forward(60)
    events = [door.withdrawal() for _ in range(count)] * 2
    Random(1).shuffle(events)
    progress = Progress()

    def poll() -> None:
        for turn in range(polls):
            progress.reach(turn * len(events) / polls)
            assert house.cycle("fonte", lane="transactions").polls[0].complete
            house.forward(-60)

    server = Server(door.page(Desk(house.context)), "127.0.0.1", 0)
    server.start()
    try:
        with ThreadPoolExecutor(SENDERS + 1) as pool:
            parts = [events[start::SENDERS] for start in range(SENDERS)]
            turns = [pool.submit(poll), *(pool.submit(deliver, server.port, part, house, progress) for part in parts)]
            for turn in turns:
                turn.result()
    finally:
        server.stop()
    return what_became(house, polls, progress.seconds)


def deliver(port: int, events: list[Any], house: House, progress: Progress) -> None:
    """One sender: one connection, one event after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for event in events:
        body, t = json.dumps(event).encode(), house.now // 1000
        header = {"X-SmartEPI-Signature": f"t={t},v1={sign(SECRET, t, body)}", "Content-Type": "application/json"}
        started = time.perf_counter()
        connection.request("POST", PATH, body, header)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        progress.answered(time.perf_counter() - started)
    connection.close()


def what_became(house: House, polls: int, seconds: list[float]) -> Outcome:
    """Counted in the database."""
    store = house.store
    return Outcome(
        movements=store.value("SELECT count(*) FROM movement"),
        twice=store.value("SELECT count(*) FROM (SELECT 1 FROM movement GROUP BY document_id HAVING count(*) > 1)"),
        stock=store.value("SELECT stock FROM stock_row WHERE external_id = 'prd-1'"),
        polls=polls,
        seconds=sorted(seconds),
    )


def main(count: int) -> int:
    """A storm of its own, and its figures; exit status 1 where a movement was lost or counted twice."""
    logging.disable()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    with tempfile.TemporaryDirectory(prefix="alertd-storm-") as folder:
        door = Door(Path(folder))
        began = time.monotonic()
        outcome = storm(door, count, polls=10)
        door.close()
    took, answers = time.monotonic() - began, outcome.seconds
    middle, late = answers[len(answers) // 2], answers[len(answers) * 99 // 100]
    print(f"{len(answers)} deliveries of {count} withdrawals, {outcome.polls} polls, {took:.0f} s")
    print(f"movements {outcome.movements}, counted twice {outcome.twice}, stock {outcome.stock:g} of {COUNTED - count}")
    print(f"answers: median {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms, longest {answers[-1] * 1000:.1f} ms")
    return int((outcome.movements, outcome.twice, outcome.stock) != (count, 0, COUNTED - count))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
