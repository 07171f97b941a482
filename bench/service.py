"""What the service itself costs: how soon it serves, what it holds when idle, how its database grows in a day.

`python -m bench.service [--quick]`. The start-up stands beside a bare script that imports the same libraries; the
day is lived by the sandbox shop with the clock handed in, a reading every five minutes.
"""

import argparse
import logging
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from alertd import logs
from alertd.clock import moment
from alertd.engine.context import open_context
from alertd.engine.cycle import due_lanes, run_cycle
from alertd.notify import register
from alertd.sandbox.smartpyme import DEFAULT_KEY, Life, Shop, serve
from alertd.settings import read_settings
from alertd.store import levels, outbox, sources
from bench import results
from bench.child import ROOT

START_SECONDS, IDLE_MB, GROWTH_BYTES = 3.0, 160.0, 50
EVERY_SECONDS = 300
EVENTS_A_MINUTE = 2.0
"""A shop of a thousand products that sells some 700 times in a day of ten hours is busy; this is four times that."""
BARE = "import apprise, flask, httpx, jinja2, structlog, waitress; from sqlite_utils import Database"


def main() -> None:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="python -m bench.service", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds and a shorter day")
    quick = options.parse_args().quick
    logs.configure("json", logging.CRITICAL)
    figures = {**start_up(1 if quick else 5), **growth(500 if quick else 1_000, 3 if quick else 24)}
    print(table(figures))
    results.keep("service", figures)


def start_up(rounds: int) -> dict[str, float]:
    """From the command to the first answer, with a home that has a shop; then what the idle process holds."""
    with tempfile.TemporaryDirectory(prefix="alertd-bench-") as folder, serve(_shop(200)) as upstream:
        environment = _environment(Path(folder))
        _connect(environment, upstream.url)
        bare, ours, peaks = [], [], []
        for _ in range(rounds):
            bare.append(_seconds_of_bare())
            seconds, memory = _one_start(environment)
            ours.append(seconds)
            peaks.append(memory)
    return {
        "start_seconds": median(ours), "bare_imports_seconds": median(bare), "idle_mb": max(peaks),
    }  # fmt: skip


def _shop(products: int) -> Shop:
    shop = Shop.seeded(products=products, seed=1, history_days=5)
    shop.quota.standard = 10**9
    return shop


def _environment(home: Path) -> dict[str, str]:
    own = {"ALERTD_HOME": str(home / "home"), "ALERTD_RULES": str(ROOT / "rules"), "ALERTD_LOG": "json"}
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**usual, **own, "ALERTD_ADMIN_PASSWORD": "una clave larga", "HOST": "127.0.0.1"}


def _connect(environment: dict[str, str], url: str) -> None:
    arguments = ("source", "add", "smartpyme", "tienda", "--base-url", url, "--api-key", DEFAULT_KEY)
    subprocess.run((sys.executable, "-m", "alertd", *arguments), env=environment, check=True, capture_output=True)


def _seconds_of_bare() -> float:
    begun = time.perf_counter()
    subprocess.run((sys.executable, "-c", BARE), check=True)
    return time.perf_counter() - begun


def _one_start(environment: dict[str, str]) -> tuple[float, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    child = subprocess.Popen(
        (sys.executable, "-m", "alertd", "serve"), env={**environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not _answers(port):
            time.sleep(0.01)
        seconds = time.perf_counter() - begun
        time.sleep(6)
        return seconds, _resident(child.pid)
    finally:
        child.terminate()
        child.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
        return bool(answer.status == 200)
    return False


def _resident(pid: int) -> float:
    """Resident memory in MB (1,000,000 bytes), page and worker together: they are one process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6


def growth(products: int, hours: int) -> dict[str, float]:
    """A shop that sells by day and night, read every five minutes; what the file grows by, and what a change takes."""
    now = [datetime(2026, 11, 20, 12, 0, tzinfo=UTC)]
    shop = Shop.seeded(products=products, seed=2, history_days=30, now=now[0], clock=lambda: now[0])
    shop.quota.standard = 10**9
    life = Life(shop, EVENTS_A_MINUTE, Random(2))
    with tempfile.TemporaryDirectory(prefix="alertd-bench-") as folder, serve(shop) as upstream:
        context = open_context(read_settings(_environment(Path(folder))))
        context.now = lambda: moment(now[0])
        sources.add_source(
            context.store, context.vault, name="tienda", kind="smartpyme", base_url=upstream.url,
            secrets={"api_key": DEFAULT_KEY}, timezone="America/El_Salvador", every=float(EVERY_SECONDS),
            sweep_every=None, now=context.now(),
        )  # fmt: skip
        register.register(context.store, context.vault, name="desk", url="json://127.0.0.1:9/", now=context.now())
        polls = 0
        before: dict[str, int] = {}
        for turn in range(hours * 3600 // EVERY_SECONDS + 1):
            source = sources.get_source(context.store, "tienda")
            polls += len(run_cycle(context, source, due_lanes(context, source)).polls)
            for message in outbox.claim(context.store, worker="b", now=context.now(), lease_seconds=1, limit=50):
                outbox.mark_sent(context.store, message.id, now=context.now(), title="t", body="b" * 800)
            if turn == 0:
                before = levels.stats(context.store)
            now[0] += timedelta(seconds=EVERY_SECONDS)
            life.live(now[0], EVERY_SECONDS)
            context.store.execute("DELETE FROM budget")
        after = levels.stats(context.store)
        page_bytes = _history_bytes(context.store)
        context.store.close()
    day = 24 / hours
    return {
        "products": products,
        "hours": hours,
        "polls": polls,
        "stock_changes_a_day": (after["stock_changes"] - before["stock_changes"]) * day,
        "documents_a_day": (after["documents"] - before["documents"]) * day,
        "messages_a_day": (after["messages"] - before["messages"]) * day,
        "first_mb": before["bytes"] / 1e6,
        "growth_mb_a_day": (after["bytes"] - before["bytes"]) * day / 1e6,
        "bytes_a_change": page_bytes / max(1, after["stock_changes"]),
    }


def _history_bytes(store: object) -> float:
    """What the table of changes takes in the file; 0 where this SQLite cannot say."""
    with suppress(Exception):
        return float(store.value("SELECT sum(pgsize) FROM dbstat WHERE name = 'stock_change'") or 0)  # type: ignore[attr-defined]
    return 0.0


def table(figures: dict[str, float]) -> str:
    """The figures beside their targets."""
    start, bare, idle = figures["start_seconds"], figures["bare_imports_seconds"], figures["idle_mb"]
    change = figures["bytes_a_change"]
    lines = [
        "",
        f"{'what':46}{'measured':>12}  target",
        f"{'start-up to serving':46}{start:>10.2f} s  < {START_SECONDS:g} s{_verdict(start < START_SECONDS)}",
        f"{'  beside: bare imports of the same libraries':46}{bare:>10.2f} s  ({start / bare:.1f} x)",
        f"{'idle memory, page and worker together':46}{idle:>9.0f} MB  < {IDLE_MB:g} MB{_verdict(idle < IDLE_MB)}",
        f"{'database after the first reading':46}{figures['first_mb']:>9.1f} MB  ({figures['products']:,.0f} products)",
        f"{'growth a day of normal life':46}{figures['growth_mb_a_day']:>9.1f} MB"
        f"  ({figures['stock_changes_a_day']:,.0f} changes, {figures['documents_a_day']:,.0f} documents,"
        f" {figures['messages_a_day']:,.0f} messages)",
    ]
    if change:
        target = f"<= {GROWTH_BYTES} bytes{_verdict(change <= GROWTH_BYTES)}"
        lines.append(f"{'history, bytes a change with its index':46}{change:>12.1f}  {target}")
    return "\n".join(lines)


def _verdict(good: bool) -> str:
    return "" if good else "  MISSED"


if __name__ == "__main__":
    main()
