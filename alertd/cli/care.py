"""`alertd source hours` and `alertd source heartbeat`: when a shop is closed, and whom to call while all is well."""

import sys

import click
from msgspec.structs import replace

from .. import clock
from ..alerts.closed import WEEKDAYS, Hours, next_closed, read_hours
from ..engine import heartbeat
from ..errors import UsageTrouble
from ..store import hours as stored_hours
from ..store import sources as stored
from .output import as_json, opened, print_json
from .sources import source


@source.command("hours")
@click.argument("name")
@click.option("--closed", help="Days of the week on which it is closed: sun or sat,sun; 'none' for open every day.")
@click.option("--holidays", help="Whose holidays it keeps: auto (by its zone), SV, BR-SP …; 'none' for no holidays.")
@click.option("--closed-on", multiple=True, metavar="DATE", help="A day on which it is closed besides: 2026-12-24.")
@click.option("--open-on", multiple=True, metavar="DATE", help="A day on which it is open in spite of all that.")
@click.option("--forget", multiple=True, metavar="DATE", help="Take back what was said of a date.")
@as_json
def hours(
    name: str,
    closed: str | None,
    holidays: str | None,
    closed_on: tuple[str, ...],
    open_on: tuple[str, ...],
    forget: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say when the shop is closed; without options, show it. On such a day only what is critical is told."""
    with opened() as context:
        found = stored.get_source(context.store, name)
        now = stored_hours.of(context.store, found.id)
        if closed is not None or holidays is not None or closed_on or open_on or forget:
            now = _changed(now, found.timezone, closed, holidays, closed_on, open_on, forget)
            stored_hours.put(context.store, found.id, now)
        today = clock.local(context.now(), found.timezone).date()
    if as_json:
        print_json({"source": name, **_document(now), "next": [str(day) for day, _ in next_closed(now, today)]})
        return
    click.echo(f"Closed every week: {', '.join(WEEKDAYS[day] for day in now.weekdays) or 'no day'}")
    click.echo(f"Holidays: {now.holidays or 'none kept'}")
    for day, why in next_closed(now, today, language="en"):
        click.echo(f"Closed on {day}{'' if why == 'date' else f' ({why})'}")
    for written in now.open:
        click.echo(f"Open on {written}")


def _document(now: Hours) -> dict[str, object]:
    return {
        "closed": [WEEKDAYS[day] for day in now.weekdays],
        "holidays": now.holidays or None,
        "closed_on": list(now.dates),
        "open_on": list(now.open),
    }


def _changed(
    now: Hours,
    zone: str,
    closed: str | None,
    holidays: str | None,
    closed_on: tuple[str, ...],
    open_on: tuple[str, ...],
    forget: tuple[str, ...],
) -> Hours:
    """What was said before, and what is said now. Raises UsageTrouble."""
    words = [word for word in (closed or "").split(",") if word.strip()]
    weekdays = [] if closed and closed.strip() == "none" else words
    said = read_hours(zone, weekdays=weekdays, holidays=holidays or "", dates=closed_on, open=open_on)
    gone = {*read_hours(zone, dates=forget).dates}
    return replace(
        now,
        weekdays=now.weekdays if closed is None else said.weekdays,
        holidays=now.holidays if holidays is None else said.holidays,
        dates=tuple(sorted({*now.dates, *said.dates} - gone - {*said.open})),
        open=tuple(sorted({*now.open, *said.open} - gone - {*said.dates})),
    )


@source.command("heartbeat")
@click.argument("name")
@click.argument("url", required=False)
def beat(name: str, url: str | None) -> None:
    """Set the URL to call after each cycle of a source in which all could be read; '-' reads it, 'none' forgets it."""
    with opened() as context:
        found = stored.get_source(context.store, name)
        if url is None:
            host = stored_hours.beat_host(context.store, found.id)
            click.echo(f"Calls {host} after each healthy cycle." if host else "No heartbeat is set for this source.")
            return
        given = sys.stdin.readline().strip() if url == "-" else url
        if not given:
            raise UsageTrouble("The address is missing; write it after the name, or send it to standard input.")
        checked = None if given == "none" else heartbeat.check(given)
        stored_hours.set_beat(context.store, context.vault, found.id, checked)
    click.echo("Settled." if checked else "No heartbeat any more.", err=True)


COMMANDS = [source]
