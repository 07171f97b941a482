"""`alertd alerts`: what fires, what waits, what is over; and what people say about it."""

import click

from ..alerts.silence import facts_of, is_silenced
from ..clock import check_zone, parse_moment
from ..engine.context import Context
from ..errors import Trouble, UsageTrouble
from ..people import default_name
from ..store import alerts as stored
from ..store import silences, sources
from ..store.alerts import StoredAlert
from ..store.db import Row
from ..web.api.shapes import alert as alert_shape
from .output import as_json, duration, local_time, number, opened, print_json, table


@click.group(invoke_without_command=True)
@click.option("--state", type=click.Choice(("pending", "firing", "resolved")), help="Only alerts in this state.")
@as_json
@click.pass_context
def alerts(invoked: click.Context, state: str | None, as_json: bool) -> None:
    """What fires, what waits, what is over; the worst first."""
    if invoked.invoked_subcommand:
        return
    with opened() as context:
        found = stored.list_alerts(context.store, state)
        held = _silenced(context, found)
    if as_json:
        print_json({"alerts": [alert_shape(row, row["id"] in held) for row in found]})
        return
    if not found:
        click.echo("No alerts.", err=True)
        return
    rows = [
        (
            row["fingerprint"],
            row["state"] + (" (silenced)" if row["id"] in held else ""),
            row["severity"],
            row["rule"],
            row["subject"].get("nombre"),
            row["subject"].get("nombre_bodega"),
            number(row["values"].get("stock")),
            local_time(row["fired_at"] or row["since"]),
        )
        for row in found
    ]
    table(("fingerprint", "state", "severity", "rule", "product", "warehouse", "stock", "since (UTC)"), rows, right=[6])


def _silenced(context: Context, found: list[Row]) -> set[int]:
    """The ids of the alerts whose messages are held: by a silence, or by a snooze of their own."""
    now = context.now()
    holding = silences.active(context.store, now)
    labels = {rule.name: rule.labels for rule in context.rules.book(now).rules} if holding else {}
    return {
        row["id"]
        for row in found
        if (row["snoozed_until"] or 0) > now or (holding and is_silenced(holding, _facts(row, labels), now))
    }


def _facts(row: Row, labels: dict[str, dict[str, str]]) -> dict[str, object]:
    return facts_of(row["rule"], row["source"], row["severity"], row["subject"], labels.get(row["rule"], {}))


by_option = click.option("--by", metavar="NAME", help="Who says so; default: the name of whoever runs this.")


def _open_alert(context: Context, fingerprint: str) -> StoredAlert:
    """The alert of that fingerprint, if there is still something to do about it."""
    alert = stored.require(context.store, fingerprint)
    if alert.life.state == "resolved":
        raise Trouble(f"The alert {fingerprint} is over already; there is nothing to say about it any more.")
    return alert


@alerts.command("ack")
@click.argument("fingerprint")
@by_option
@click.option("--note", metavar="TEXT", help="A word for the others.")
def acknowledge(fingerprint: str, by: str | None, note: str | None) -> None:
    """Somebody knows: no reminders until it is over. That it got worse or is over is still told."""
    with opened() as context:
        alert = _open_alert(context, fingerprint)
        who = by or default_name()
        stored.acknowledge(context.store, [alert.id], by=who, note=note, now=context.now())
    click.echo(f"Acknowledged by {who}; reminders stop until it is resolved.", err=True)


@alerts.command("snooze")
@click.argument("fingerprint")
@click.option("--for", "seconds", callback=duration, required=True, metavar="DURATION", help="How long, such as 2d.")
@by_option
def snooze(fingerprint: str, seconds: float, by: str | None) -> None:
    """Say nothing about it for a while; then, if it still fires, remind once."""
    with opened() as context:
        alert = stored.require(context.store, fingerprint)
        until = context.now() + round(seconds * 1000)
        stored.snooze(context.store, [alert.id], until=until, by=by or default_name())
    click.echo(f"Snoozed until {local_time(until)} UTC.", err=True)


@alerts.command("ordered")
@click.argument("fingerprint")
@click.option("--until", "date", required=True, metavar="DATE", help="When it is expected, such as 2025-01-31.")
@click.option("--quantity", type=float, help="How many units; default: as many as were suggested.")
@by_option
def ordered(fingerprint: str, date: str, quantity: float | None, by: str | None) -> None:
    """It was ordered: quiet until the day it is expected, and told again when that day has passed without it."""
    with opened() as context:
        alert = _open_alert(context, fingerprint)
        until = _day_end(date, _zone_of(context, fingerprint))
        if until <= context.now():
            raise UsageTrouble(f"'{date}' has passed already; write the day on which the order is expected.")
        if quantity is not None and not 0 < quantity < 1e9:
            raise UsageTrouble("'--quantity' is a number of units above zero, such as 24.")
        stored.order(
            context.store, [alert.id], until=until, by=by or default_name(), now=context.now(), quantity=quantity
        )
    click.echo(f"Ordered; quiet until {local_time(until)} UTC.", err=True)


def _zone_of(context: Context, fingerprint: str) -> str:
    name = next(row["source"] for row in stored.list_alerts(context.store) if row["fingerprint"] == fingerprint)
    return check_zone(sources.get_source(context.store, name).timezone)


def _day_end(date: str, zone: str) -> int:
    """A bare date means the whole of that day on the shop's clock."""
    at = parse_moment(date, zone)
    return at + 86_400_000 if len(date.strip()) == 10 else at


@alerts.command("wake")
@click.argument("fingerprint")
def wake(fingerprint: str) -> None:
    """Take back acknowledgement, snooze and order."""
    with opened() as context:
        stored.wake(context.store, [stored.require(context.store, fingerprint).id], context.now())
    click.echo("Awake again: its messages come as the rule says.", err=True)


COMMANDS = [alerts]
