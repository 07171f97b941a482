"""Child processes that do one piece of work for each line they are given, so that two can be timed in turn."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


def serve(work: Callable[[str], dict[str, Any]]) -> None:
    """In the child: do the work for each line of standard input and answer with one line of JSON."""
    for line in sys.stdin:
        before = resource.getrusage(resource.RUSAGE_SELF)
        answer = work(line.strip())
        after = resource.getrusage(resource.RUSAGE_SELF)
        answer["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        answer["peak_mib"] = peak_mib()
        print(json.dumps(answer), flush=True)


def peak_mib() -> float:
    """The most memory this process ever held (VmHWM), in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Child:
    """In the parent: a module of this folder, run in a process of its own until the `with` block ends."""

    def __init__(self, module: str, *arguments: object) -> None:
        command = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, cwd=ROOT
        )

    def read_line(self) -> str:
        """The next line the child prints. Raises RuntimeError with its last words when it has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"{self._process.args} ended: {self._errors.read()[-2000:]}")
        return line.strip()

    def ask(self, command: str = "") -> dict[str, Any]:
        """Have one piece of work done."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return json.loads(self.read_line())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdout, self._errors):
            if stream:
                stream.close()
