"""What more than one room's tests need: the command line run inside this process."""

import contextlib
import io
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import structlog

from alertd.cli.main import run


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return msgspec.json.decode(self.out)


def command(*arguments: str, stdin: str = "") -> Done:
    """Run a command in this process: the same code as a child process, without the half second to start one."""
    out, err = io.StringIO(), io.StringIO()
    logger, standard_input = logging.getLogger(), sys.stdin
    handlers, level = logger.handlers[:], logger.level
    sys.stdin = io.StringIO(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(arguments)
    finally:
        sys.stdin = standard_input
        logger.handlers[:] = handlers
        logger.setLevel(level)
        structlog.reset_defaults()
    return Done(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def command_line() -> Callable[..., Done]:
    """The command line, on whatever the environment says."""
    return command


@pytest.fixture
def alertd(tmp_path, monkeypatch, command_line) -> Callable[..., Done]:
    """The command line on a home of its own, in a folder that holds nothing."""
    for name in ("ALERTD_RULES", "ALERTD_SECRET_KEY", "ALERTD_URL", "ALERTD_LOG", "ALERTD_ADMIN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("ALERTD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "0")
    return command_line
