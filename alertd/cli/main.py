"""Put the commands together, and turn every fault into one line and an exit status: 0 done, 1 failed, 2 wrong usage."""

import contextlib
import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

import click

from .. import __version__
from ..errors import Trouble, UsageTrouble
from ..settings import read_settings

ROOMS = {
    "running": ("demo", "serve", "worker", "sandbox"),
    "care": ("source",),
    "channels": ("channel",),
    "polling": ("poll", "deliver"),
    "rules": ("rules",),
    "alerts": ("alerts",),
    "silences": ("silence",),
    "stock": ("stock",),
    "reconcile": ("reconcile",),
    "count": ("count",),
    "weekly": ("weekly",),
    "buying": ("buying",),
    "people": ("user",),
    "tokens": ("token",),
    "secret": ("secret",),
    "database": ("db",),
    "doctor": ("doctor",),
}
"""The module of this room that holds each command: only the one that was asked for is read."""


class Commands(Mapping[str, click.Command]):
    """Every command by its name, read when it is called: a poll need not wait until the page has been imported."""

    def __getitem__(self, name: str) -> click.Command:
        room = next((room for room, names in ROOMS.items() if name in names), None)
        if room is None:
            raise KeyError(name)
        commands: list[click.Command] = import_module(f".{room}", __package__).COMMANDS
        return next(command for command in commands if command.name == name)

    def __iter__(self) -> Iterator[str]:
        return (name for names in ROOMS.values() for name in names)

    def __len__(self) -> int:
        return sum(map(len, ROOMS.values()))


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    commands=cast("MutableMapping[str, click.Command]", Commands()),  # Nothing is ever added to it.
)
@click.version_option(__version__, prog_name="alertd")
def alertd() -> None:
    """Knows in time, and without noise, that something in the shop is running out.

    Settings come from the environment: ALERTD_HOME, ALERTD_RULES, ALERTD_URL, HOST, PORT and the others in the README.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit status. Never lets a traceback out."""
    try:
        status = alertd.main(list(arguments), prog_name="alertd", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        return 2
    except click.ClickException as fault:
        return _say(_usage(fault), fault.exit_code)
    except click.Abort:
        return _say("Stopped.", 1)
    except Trouble as trouble:
        return _say(str(trouble), trouble.status)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except sqlite3.Error as fault:
        return _say(_database_fault(fault), 1)
    except OSError as fault:
        return _say(f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}.", 1)
    except Exception:  # the edge of the house: a fault of ours becomes one line, and its traceback a file
        return _say(_keep_traceback(), 1)


def _say(line: str, status: int) -> int:
    # What people typed may hold line feeds; the answer is one line all the same.
    click.echo(f"alertd: {' '.join(line.split())}", err=True)
    return status


def _usage(fault: click.ClickException) -> str:
    """One line: what is wrong, and where the help is."""
    text = " ".join(fault.format_message().split())
    command = fault.ctx.command_path if isinstance(fault, click.UsageError) and fault.ctx else "alertd"
    return f"{text.rstrip('.')}. See '{command} --help'."


def _database_fault(fault: sqlite3.Error) -> str:
    from ..store.db import what_to_do

    with contextlib.suppress(UsageTrouble):
        return what_to_do(read_settings().database, fault)
    return f"The database could not be used ({fault})."


def _keep_traceback() -> str:
    text = traceback.format_exc()
    with contextlib.suppress(OSError, UsageTrouble):
        path = Path(read_settings().home) / "fault.log"
        path.write_text(text)
        return f"A fault of alertd itself; what happened is in {path}. Please report it."
    logging.getLogger("alertd").error("%s", text.splitlines()[-1])
    return f"A fault of alertd itself ({text.splitlines()[-1]}). Please report it."
