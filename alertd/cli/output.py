"""What the commands share: opening the home folder, JSON on standard output, tables, and progress on standard error."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from .. import clock, logs
from ..engine.context import Context, open_context
from ..errors import UsageTrouble
from ..settings import read_settings

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else.")
PROGRESS_EVERY_SECONDS = 1.0


@contextmanager
def opened(level: int = logging.CRITICAL) -> Iterator[Context]:
    """The home folder for the length of a command; its own troubles are told by the command, not by the log."""
    settings = read_settings()
    logs.configure(settings.log, level)
    context = open_context(settings)
    try:
        yield context
    finally:
        context.store.close()


def print_json(document: Any) -> None:
    """One JSON document and a line feed; moments were turned into RFC 3339 by the caller."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Rows under headings, aligned; the columns of `right` to the right."""
    cells = [[("" if value is None else str(value)) for value in row] for row in rows]
    widths = [max(len(heading), *(len(row[i]) for row in cells), 0) for i, heading in enumerate(headings)]

    def line(values: Sequence[str]) -> str:
        parts = [
            value.rjust(width) if i in right else value.ljust(width)
            for i, (value, width) in enumerate(zip(values, widths, strict=True))
        ]
        return "  ".join(parts).rstrip()

    click.echo(line(headings))
    for row in cells:
        click.echo(line(row))


def number(value: float | None) -> str:
    """A quantity as people write it: no needless zeros."""
    return "" if value is None else f"{value:,.6f}".rstrip("0").rstrip(".")


def counted(count: int, noun: str) -> str:
    """So many of something: `1 call`, `12 calls`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def local_time(at: int | None, zone: str = "UTC") -> str:
    """A moment on a shop's clock, to the minute."""
    return "" if at is None else clock.local(at, zone).strftime("%Y-%m-%d %H:%M")


def show_progress(quiet: bool = False) -> Callable[[str, str, int, int | None], None]:
    """Tell a person that a long poll is moving: on a terminal in place, else a line now and then."""
    last = time.monotonic()

    def show(source: str, lane: str, page: int, pages: int | None) -> None:
        nonlocal last
        if quiet or time.monotonic() - last < PROGRESS_EVERY_SECONDS:
            return
        last = time.monotonic()
        text = f"{source} {lane}: page {page}{f' of {pages}' if pages else ''} ..."
        click.echo(f"\r{text}\x1b[K" if sys.stderr.isatty() else text, err=True, nl=not sys.stderr.isatty())

    return show


def duration(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float | None:
    """A click callback: seconds of a duration such as 5m, at least one."""
    if text is None:
        return None
    seconds = clock.parse_duration(text)
    if seconds < 1:
        raise UsageTrouble(f"'{text}' is too short; the shortest duration here is 1s.")
    return seconds
