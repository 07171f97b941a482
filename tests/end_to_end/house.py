"""A home folder with the real command line around it: every call here is a child process."""

import contextlib
import json
import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 20.0
ALERTD = (sys.executable, "-m", "alertd")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


class House:
    """The home folder of this test, with the environment and the working folder that the test was given."""

    def __init__(self) -> None:
        self.home = Path(os.environ["ALERTD_HOME"])
        self.stays: list[Staying] = []

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            (*ALERTD, *arguments),
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def do(self, *arguments: str, stdin: str = "") -> Done:
        """Run a command that must succeed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.status == 0, done
        return done

    def ask(self, *arguments: str) -> Any:
        """The JSON document a command prints; it must succeed."""
        return self.do(*arguments, "--json").json

    def start(self, *arguments: str, **environment: str) -> "Staying":
        """Start a command that stays."""
        child = subprocess.Popen(
            (*ALERTD, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment},
        )
        self.stays.append(Staying(child))
        return self.stays[-1]

    def let_time_pass(self) -> None:
        """Every lane is due, as it would be after a while."""
        with contextlib.closing(sqlite3.connect(self.home / "alertd.db", isolation_level=None)) as database:
            database.execute("UPDATE lane SET next_due_at = 0")

    def close(self) -> None:
        """Leave no process behind."""
        for each in self.stays:
            each.kill()


class Staying:
    """A command that runs until it is told to stop; what it writes is read as it comes."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self.child = child
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def until(self, pattern: str) -> re.Match[str]:
        """Wait for a line that holds the pattern."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            assert line is not None, f"ended before it said {pattern!r}: {self.said}"
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; returns its exit status."""
        self.child.send_signal(number)
        return self._ended()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.child.kill()
        self._ended()

    def _ended(self) -> int:
        status = self.child.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        while not self._lines.empty():
            line = self._lines.get()
            if line is not None:
                self.said.append(line)
        if self.child.stdout:
            self.child.stdout.close()
        return status
