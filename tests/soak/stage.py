"""A shop, a home, a receiver and the real service as child processes; and the reckoning of what was told in the end.

Each product falls to nothing once. In the end each must have been told; what arrived twice must carry the same id, and
no product may be told under two ids.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve

WAREHOUSE = "Bodega Central"
RULE = "name: agotado\ntitle: {es: Agotado}\non: stock\nwhen: stock <= 0\n"
PATIENCE = 60.0
ALERTD = (sys.executable, "-m", "alertd")


@dataclass
class Line:
    """One line of the table. `memory` and `files` are those of the service at its first and its last look."""

    name: str
    polls: int = 0
    alerts: int = 0
    lost: int = 0
    duplicates: int = 0
    two_ids: int = 0
    files: tuple[int, int] = (0, 0)
    memory: tuple[float, float] = (0.0, 0.0)
    wrong: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def ok(self) -> bool:
        return not (self.lost or self.two_ids or self.wrong)


REFUSALS = {"refuses": (503, {}), "is in a hurry": (429, {"Retry-After": "600"})}


class Receiver:
    """Takes messages and counts them by their id.

    While `gate` is shut it hears a message and does not answer. Its `mood` may be one of REFUSALS, or `hangs up`: it
    takes the message and ends the call without a word; `unanswered` are those that it took so. It may also be `away`.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.mood = "well"
        self.arrivals: Counter[str] = Counter()
        self.unanswered: set[str] = set()
        self.lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.come_back()
        self.url = f"json://127.0.0.1:{self._port}/"

    def take(self, key: str) -> tuple[int, dict[str, str]] | None:
        """A message came: what to answer, None for nothing at all."""
        self.gate.wait(40)
        if self.mood in REFUSALS:
            return REFUSALS[self.mood]
        with self.lock:
            self.arrivals[key] += 1
            if self.mood == "hangs up":
                self.unanswered.add(key)
                return None
        return 200, {}

    def go_away(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def come_back(self) -> None:
        """Listen, on the same port as before."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = receiver.take(self.headers["X-Alertd-Message"])
                if answer is None:
                    self.close_connection = True
                    return
                with contextlib.suppress(OSError):
                    self.send_response(answer[0])
                    for name, value in {"Content-Length": "0", **answer[1]}.items():
                        self.send_header(name, value)
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self.go_away()


class Stage:
    """Everything a trial needs, and what it counts."""

    def __init__(self, home: Path, products: int = 400, seed: int = 1) -> None:
        self.home = home
        self.dice = Random(seed)
        self.fallen: list[str] = []
        self.services: list[subprocess.Popen[bytes]] = []
        self.looks: list[tuple[int, float]] = []
        self.log = home.parent / f"{home.name}.log"
        self.shop = Shop.empty(dialect="documented")
        self.shop.quota.standard = 10**9
        for number in range(1, products + 1):
            level = {"nombre_bodega": WAREHOUSE, "stock": 9, "stock_minimo": 1}
            self.shop.add_product(id=number, nombre=f"Producto {number}", inventarios=[level])
        self.upstream: RunningServer = serve(self.shop).__enter__()
        self.receiver = Receiver()
        self._set_up()

    def _set_up(self) -> None:
        (self.home / "rules").mkdir(parents=True, exist_ok=True)
        (self.home / "rules" / "agotado.yaml").write_text(RULE)
        key = ("--base-url", self.upstream.url, "--api-key", DEFAULT_KEY, "--every", "1s")
        self.must("source", "add", "smartpyme", "tienda", *key)
        self.must("channel", "add", "gancho", self.receiver.url)
        self.must("poll", "tienda", "--lane", "sweep")

    # The service and commands

    @property
    def environment(self) -> dict[str, str]:
        own = {"ALERTD_HOME": str(self.home), "ALERTD_SECRET_KEY": "soak", "ALERTD_RULES": str(self.home / "rules")}
        return {
            **os.environ,
            **own,
            "HOST": "127.0.0.1",
            "ALERTD_LOG": "json",
            "ALERTD_ADMIN_PASSWORD": "una clave larga",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            (*ALERTD, *arguments), env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def must(self, *arguments: str) -> str:
        """A command that has to succeed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def start(self, command: str = "serve", **more: Any) -> "subprocess.Popen[bytes]":
        """The service, as a machine starts it; what it logs is kept beside the home."""
        environment = {**self.environment, "PORT": str(_free_port())}
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                (*ALERTD, command), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more
            )
        child.port = environment["PORT"]  # type: ignore[attr-defined]
        self.services.append(child)
        return child

    def wait_until_up(self, child: "subprocess.Popen[bytes]") -> bool:
        """Until the page answers; False when it ended or never did."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and child.poll() is None:
            if health(child) is not None:
                return True
            time.sleep(0.1)
        return False

    def kill(self, child: "subprocess.Popen[bytes]") -> None:
        """As a power cut would."""
        child.kill()
        child.wait()

    def stop(self, child: "subprocess.Popen[bytes]") -> int:
        """As a machine that shuts down would."""
        child.send_signal(signal.SIGCONT)
        child.terminate()
        try:
            return child.wait(30)
        except subprocess.TimeoutExpired:
            self.kill(child)
            return -9

    # Life

    def fall(self, count: int = 1) -> None:
        """So many more products run out."""
        for _ in range(count):
            number = len(self.fallen) + 1
            self.shop.set_level(number, WAREHOUSE, stock=0)
            self.fallen.append(f"Producto {number}")

    def refill_budget(self) -> None:
        """The quota of an hour is not what is tried here."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._database()) as database:
            database.execute("DELETE FROM budget")

    def live(self, seconds: float, pace: float = 0.4) -> None:
        """Products run out one by one for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.fall()
            self.refill_budget()
            time.sleep(pace * self.dice.uniform(0.5, 1.5))

    def look(self, child: "subprocess.Popen[bytes]") -> None:
        """How many files the service holds open, and how much memory."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            files = len(list(Path(f"/proc/{child.pid}/fd").iterdir()))
            status = Path(f"/proc/{child.pid}/status").read_text().splitlines()
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
            self.looks.append((files, resident / 1024))

    # The reckoning

    def told(self) -> dict[str, set[str]]:
        """By product, the ids of the messages that arrived and spoke of it."""
        found: dict[str, set[str]] = {}
        with contextlib.closing(self._database()) as database:
            rows = database.execute(
                "SELECT m.key, a.subject FROM message_alert l JOIN message m ON m.id = l.message_id"
                " JOIN alert a ON a.id = l.alert_id"
            ).fetchall()
        for key, subject in rows:
            if self.receiver.arrivals[key]:
                found.setdefault(json.loads(subject)["nombre"], set()).add(key)
        return found

    def settle(self, seconds: float = PATIENCE) -> bool:
        """Wait until everything that fell was told; True when it was."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.refill_budget()
            with contextlib.suppress(sqlite3.Error):
                if set(self.fallen) <= set(self.told()):
                    return True
            time.sleep(0.5)
        return False

    def reckon(self, name: str, note: str = "") -> Line:
        """The line of this trial."""
        told = self.told()
        with contextlib.closing(self._database()) as database:
            polls = database.execute("SELECT count(*) FROM poll").fetchone()[0]
        first, last = (self.looks[0], self.looks[-1]) if self.looks else ((0, 0.0), (0, 0.0))
        return Line(
            name,
            polls=polls,
            alerts=len(self.fallen),
            lost=len(set(self.fallen) - set(told)),
            duplicates=sum(count - 1 for count in self.receiver.arrivals.values()),
            two_ids=sum(len(keys) > 1 for keys in told.values()),
            files=(first[0], last[0]),
            memory=(first[1], last[1]),
            wrong=[self._story(product, keys) for product, keys in told.items() if len(keys) > 1],
            note=note,
        )

    def _story(self, product: str, keys: set[str]) -> str:
        """How a product came to be told twice, for whoever looks for the reason."""
        with contextlib.closing(self._database()) as database:
            told = [
                database.execute(
                    "SELECT id, kind, state, created_at, attempts FROM message WHERE key = ?", (key,)
                ).fetchone()
                for key in sorted(keys)
            ]
            life = database.execute(
                "SELECT t.at, t.was, t.became, t.reason FROM transition t JOIN alert a ON a.id = t.alert_id"
                " WHERE a.subject ->> 'nombre' = ? ORDER BY t.id",
                (product,),
            ).fetchall()
        return f"{product} was told by {told}; its life: {life}"

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "alertd.db", timeout=30, isolation_level=None)

    def close(self) -> None:
        for child in self.services:
            if child.poll() is None:
                with contextlib.suppress(OSError):
                    child.send_signal(signal.SIGCONT)
                self.kill(child)
        self.receiver.close()
        self.upstream.close()
        shutil.rmtree(self.home, ignore_errors=True)


def health(child: "subprocess.Popen[bytes]") -> dict[str, Any] | None:
    """What the service says of itself; None when it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{child.port}/healthz", timeout=3) as answer:  # type: ignore[attr-defined]
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        return dict(json.load(refused))
    except (OSError, ValueError):
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
