"""How soon a change is told: from the page that shows it leaving its server to the message at the receiver.

`python -m bench.latency [--quick]`. A service of its own (`alertd serve`) watches a shop of 10,000 products; the shop
changes, its next reading is made due, and what counts is the last message about it.
"""

import argparse
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from bench import results, shop
from bench.child import ROOT
from bench.engine import RULES, write_rules
from bench.workloads import Shop

PRODUCTS = 10_000
MOST_SECONDS = 2.0
QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 60.0


class Receiver:
    """A webhook receiver in a thread, which notes when each message came."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.arrivals.append(time.time())
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"json://127.0.0.1:{self._server.server_port}/"

    def last_of(self, already: int) -> float:
        """When the last message came of those that follow the ones already there. Raises TimeoutError."""
        begun = time.time()
        while len(self.arrivals) == already or time.time() - self.arrivals[-1] < QUIET_SECONDS:
            if time.time() - begun > PATIENCE_SECONDS:
                raise TimeoutError("no message came")
            time.sleep(0.02)
        return self.arrivals[-1]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def service(home: Path, url: str, receiver: str) -> Iterator[None]:
    """`alertd serve` with one shop, ten rules and one channel."""
    rules = home / "rules"
    rules.mkdir()
    write_rules(rules, RULES)
    own = {"ALERTD_HOME": str(home), "ALERTD_RULES": str(rules), "ALERTD_LOG": "json", "HOST": "127.0.0.1"}
    environment = {**os.environ, **own, "PORT": str(_free_port())}

    def alertd(*arguments: str) -> None:
        command = (sys.executable, "-m", "alertd", *arguments)
        subprocess.run(command, env=environment, check=True, capture_output=True, cwd=ROOT)

    alertd("source", "add", "smartpyme", "shop", "--base-url", url, "--api-key", "key", "--every", "1h")
    alertd("channel", "add", "desk", receiver)
    child = subprocess.Popen(
        (sys.executable, "-m", "alertd", "serve"), env=environment, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def _make_due(home: Path) -> None:
    """The next reading comes now, as in an hour of which nothing was spent yet."""
    with closing(sqlite3.connect(home / "alertd.db", timeout=10)) as database, database:
        database.execute("DELETE FROM budget")
        database.execute("UPDATE lane SET next_due_at = 0 WHERE name = 'sweep'")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(rounds: int) -> list[float]:
    """Seconds from the first page of the reading that shows a change to the last message about it."""
    found = []
    with ExitStack() as stack:
        stall = Shop(stack, Path(tempfile.gettempdir()) / "alertd-bench-shops-1", PRODUCTS)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-bench-")))
        receiver = Receiver()
        stack.callback(receiver.close)
        stack.enter_context(service(home, stall.url, receiver.url))
        receiver.last_of(0)
        for number in range(1, rounds + 1):
            already = len(receiver.arrivals)
            stall.order(f"use/{shop.EDITIONS[number % 2]}")
            _make_due(home)
            told_at = receiver.last_of(already)
            with urllib.request.urlopen(stall.url.partition("/api")[0] + "/shown") as answer:
                found.append(told_at - json.loads(answer.read())["at"])
    return found


def main() -> None:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    options.add_argument("--quick", action="store_true", help="two changes instead of six")
    found = measure(2 if options.parse_args().quick else 6)
    verdict = "" if max(found) < MOST_SECONDS else "  MISSED"
    print(
        f"\nchange seen to message handed over, {PRODUCTS:,} products: median {median(found):.2f} s,"
        f" most {max(found):.2f} s of {len(found)}  target < {MOST_SECONDS:g} s{verdict}"
    )
    results.keep("latency", {"products": PRODUCTS, "seconds": found})


if __name__ == "__main__":
    main()
