"""alertd as a whole process beside what people would write instead, against the same server, in turn.

`alertd poll` is started anew for every cycle, and so is the other script: start-up, imports and memory count for both.
"""

import os
import sqlite3
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import shop
from bench.child import ROOT
from bench.engine import RULES, write_rules
from bench.workloads import OTHERS, SCRIPT, Figure, Shop

MIB = 1024 * 1024
MOST_BYTES = 120_000_000


class Run(NamedTuple):
    """One process from start to end."""

    seconds: float
    peak_mib: float


def run(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end. Raises RuntimeError with its last words when it fails."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[:4]} failed: {said.read()[-2000:]}")
    return Run(seconds, used.ru_maxrss / 1024)


class Home:
    """A home of alertd with the shop connected and ten rules."""

    def __init__(self, folder: str, url: str) -> None:
        rules = Path(folder) / "rules"
        rules.mkdir()
        write_rules(rules, RULES)
        self._database = Path(folder) / "alertd.db"
        # An installed program has its bytecode beside it; so has pandas.
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environment = {**usual, "ALERTD_HOME": folder, "ALERTD_RULES": str(rules), "ALERTD_LOG": "json"}
        self._alertd("source", "add", "smartpyme", "shop", "--base-url", url, "--api-key", "key", "--every", "1h")

    def _alertd(self, *arguments: str) -> Run:
        # In the environment that it shares with pandas: what tests and lint install besides is not shipped.
        return run([str(OTHERS), "-m", "alertd", *arguments], self._environment)

    def poll(self) -> Run:
        """One cycle, with the hour's quota as it is at the beginning of an hour."""
        if self._database.exists():
            with sqlite3.connect(self._database) as database:
                database.execute("DELETE FROM budget")
            database.close()
        return self._alertd("poll", "shop", "--lane", "sweep", "--json")


def pandas_script(stall: Shop, small: Shop, rounds: int) -> list[Figure]:
    """Whole processes with 1 % churn: ours, pandas with requests and to_sql, and ours for a `small` shop."""
    if not OTHERS.exists():
        print("... no environment for pandas (make bench makes it); left out", flush=True)
        return []
    ours: list[Run] = []
    theirs: list[Run] = []
    with ExitStack() as stack:
        home, other = (stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-bench-")) for _ in range(2))
        alertd = Home(home, stall.url)
        script = [str(OTHERS), str(SCRIPT), "cycle", stall.url, f"{other}/levels.db"]
        for number in range(rounds + 1):
            stall.order(f"use/{shop.EDITIONS[number % 2]}")
            mine, its = alertd.poll(), run(script, dict(os.environ))
            if number:
                ours.append(mine)
                theirs.append(its)
        least = max(_peaks(small, stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-bench-"))))
    (seconds, peak), (floor, floor_peak) = (
        (median(each.seconds for each in runs), max(each.peak_mib for each in runs)) for runs in (ours, theirs)
    )
    name = "whole process, 1 % churn, over HTTP"
    return [
        Figure(name, seconds, "pandas + requests + to_sql", floor, 0.2, stall.products, f"{RULES} rules"),
        Figure(f"{name}: peak MiB", peak, "pandas + requests + to_sql", floor_peak, 0.167, None, "MiB, not seconds"),
        Figure(f"{name}: peak MiB", peak, f"the same, {small.products:,} products", least, 1.5, None, "MiB"),
        Figure(f"{name}: peak MiB", peak, "120 MB", MOST_BYTES / MIB, 1.0, None, "MiB"),
    ]


def _peaks(stall: Shop, folder: str) -> list[float]:
    """What the first load of a shop and a cycle with churn hold, each a process."""
    home = Home(folder, stall.url)
    found = []
    for edition in shop.EDITIONS:
        stall.order(f"use/{edition}")
        found.append(home.poll().peak_mib)
    return found
