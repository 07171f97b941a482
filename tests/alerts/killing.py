"""Kill alertd at random moments and count what arrived: `python -m tests.alerts.killing 200` for the long run.

A child polls and delivers against a shop and a slow receiver, both over real sockets; it is killed with SIGKILL while
it reads, decides, sends or writes down. Each round one more product runs out. In the end everything must have been
told, and what was told twice must carry the same id.
"""

import multiprocessing
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import msgspec

from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, serve

BODEGA = "Bodega Central"
RULE = "name: agotado\ntitle: {es: Agotado}\non: stock\nwhen: stock <= 0\n"


@dataclass
class Toll:
    """What came of it."""

    rounds: int
    killed: int = 0
    told: Counter[str] = field(default_factory=Counter)
    keys: dict[str, set[str]] = field(default_factory=dict)
    arrivals: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> list[str]:
        """The products nobody was told of."""
        return [f"Producto {number}" for number in range(1, self.rounds + 1) if not self.told[f"Producto {number}"]]

    @property
    def duplicates(self) -> int:
        """Messages that arrived more than once, each time under the same id."""
        return sum(count - 1 for count in self.arrivals.values())

    @property
    def told_under_two_ids(self) -> list[str]:
        """Products that were told by two different messages: a receiver could not know that it is the same."""
        return [name for name, keys in self.keys.items() if len(keys) > 1]


def child(home: str, base_url: str) -> None:
    """Poll and deliver until killed."""
    os.environ.update({"ALERTD_HOME": home, "ALERTD_SECRET_KEY": "k", "ALERTD_RULES": f"{home}/rules"})
    work(home, base_url, forever=True)


def work(home: str, base_url: str, *, forever: bool) -> None:
    """One turn after the other: poll the shop, deliver what waits."""
    from alertd.engine.context import open_context
    from alertd.engine.cycle import run_sources
    from alertd.engine.holding import free_lanes_of_the_dead
    from alertd.notify.worker import deliver_pass
    from alertd.settings import read_settings

    context = open_context(
        read_settings({"ALERTD_HOME": home, "ALERTD_SECRET_KEY": "k", "ALERTD_RULES": f"{home}/rules"})
    )
    while True:
        free_lanes_of_the_dead(context.store, context.now())
        run_sources(context, ["tienda"], "sweep")
        deliver_pass(context.store, context.vault, url="http://x", now=context.now(), clock=context.now)
        if not forever:
            context.store.close()
            return


class _Slow(BaseHTTPRequestHandler):
    """Takes its time before and after it has the message."""

    def do_POST(self) -> None:
        server = self.server
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(server.dice.uniform(0, 0.03))  # type: ignore[attr-defined]
        with server.lock:  # type: ignore[attr-defined]
            key, toll = self.headers["X-Alertd-Message"], server.toll  # type: ignore[attr-defined]
            toll.arrivals[key] += 1
        time.sleep(server.dice.uniform(0, 0.05))  # type: ignore[attr-defined]
        try:
            self.send_response(200)
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def run(rounds: int, home: Path, seed: int = 1) -> Toll:
    """So many kills; then one quiet turn, and the count."""
    dice = Random(seed)
    toll = Toll(rounds)
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    receiver.toll, receiver.lock, receiver.dice = toll, threading.Lock(), Random(seed)  # type: ignore[attr-defined]
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    shop = Shop.empty(dialect="documented")
    shop.quota.standard = 10**9
    for number in range(1, rounds + 1):
        shop.add_product(
            id=number,
            nombre=f"Producto {number}",
            inventarios=[{"nombre_bodega": BODEGA, "stock": 9, "stock_minimo": 1}],
        )
    # Most of the shop stands still: what is tried here is killing, not a reading that is hard to believe.
    for number in range(rounds + 1, 3 * rounds):
        level = {"nombre_bodega": BODEGA, "stock": 9, "stock_minimo": 1}
        shop.add_product(id=number, nombre=f"Otro {number}", inventarios=[level])
    with serve(shop) as server:
        _set_up(home, server.url, receiver.server_address[1])
        spawn = multiprocessing.get_context("forkserver")
        spawn.set_forkserver_preload(["alertd.engine.cycle", "alertd.engine.loop", "alertd.notify.worker"])
        for number in range(1, rounds + 1):
            shop.set_level(number, BODEGA, stock=0)
            _refill(home)
            process = spawn.Process(target=child, args=(str(home), server.url), daemon=True)
            process.start()
            process.join(dice.uniform(0.3, 1.8))
            if process.is_alive() and process.pid:
                os.kill(process.pid, signal.SIGKILL)
                toll.killed += 1
            process.join()
        for _ in range(3):
            work(str(home), server.url, forever=False)
    receiver.shutdown()
    receiver.server_close()
    _count(home, toll)
    return toll


def _count(home: Path, toll: Toll) -> None:
    """Which messages spoke of which product, for those that arrived: a message shows ten lines and counts the rest."""
    with closing(sqlite3.connect(home / "alertd.db")) as connection:
        rows = connection.execute(
            "SELECT m.key, a.subject FROM message_alert l JOIN message m ON m.id = l.message_id"
            " JOIN alert a ON a.id = l.alert_id"
        ).fetchall()
    for key, subject in rows:
        if toll.arrivals[key]:
            name = msgspec.json.decode(subject)["nombre"]
            toll.told[name] += 1
            toll.keys.setdefault(name, set()).add(key)


def _refill(home: Path) -> None:
    """The quota of an hour is not what is tried here."""
    with closing(sqlite3.connect(home / "alertd.db", timeout=30, isolation_level=None)) as connection:
        connection.execute("DELETE FROM budget")


def _set_up(home: Path, base_url: str, port: int) -> None:
    from alertd.engine.context import open_context
    from alertd.engine.cycle import run_sources
    from alertd.notify.register import register
    from alertd.settings import read_settings
    from alertd.store import sources

    (home / "rules").mkdir(parents=True, exist_ok=True)
    (home / "rules" / "agotado.yaml").write_text(RULE)
    context = open_context(
        read_settings({"ALERTD_HOME": str(home), "ALERTD_SECRET_KEY": "k", "ALERTD_RULES": f"{home}/rules"})
    )
    sources.add_source(
        context.store, context.vault, name="tienda", kind="smartpyme", base_url=base_url,
        secrets={"api_key": DEFAULT_KEY}, timezone="UTC", every=300.0, sweep_every=None, now=context.now(),
    )  # fmt: skip
    register(context.store, context.vault, name="lento", url=f"json://127.0.0.1:{port}/", now=context.now())
    run_sources(context, ["tienda"], "sweep")
    context.store.close()


def main() -> None:
    """The long run, with its figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="alertd-kills-") as folder:
        began = time.monotonic()
        toll = run(rounds, Path(folder))
    print(
        f"{toll.killed} kills in {time.monotonic() - began:.0f} s: lost {len(toll.lost)}, duplicates {toll.duplicates}"
        f" (all under the id of the first), told under two ids {len(toll.told_under_two_ids)}"
    )


if __name__ == "__main__":
    main()
