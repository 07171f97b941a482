"""`alertd weekly`: the summary of the week, to which channels, on which day and at which hour."""

from datetime import timedelta

import click

from ..clock import local
from ..engine import weekly as engine
from ..errors import UsageTrouble
from ..notify import weekly as wording
from ..notify.content import Content
from ..places import money_sign
from ..store import channels, weekly
from .output import as_json, opened, print_json, table
from .reconcile import source_named

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group("weekly")
def weekly_group() -> None:
    """The summary of the week: stock, purchases, stock-outs, reconciliation, returns, costs, what to count."""


@weekly_group.command("set")
@click.argument("channel")
@click.option("--on", "day", type=click.Choice(DAYS), default="mon", show_default=True, help="The day of the week.")
@click.option("--at", "time", default="07:00", show_default=True, metavar="HH:MM", help="On the clock of each shop.")
def set_(channel: str, day: str, time: str) -> None:
    """Send CHANNEL a summary of each shop every week; its language is the channel's."""
    with opened() as context:
        found = channels.get(context.store, channel)
        weekly.put(context.store, found.id, DAYS.index(day), time, context.now())
    click.echo(f"'{channel}' gets the summary of the week each {day} at {time}.", err=True)


@weekly_group.command("off")
@click.argument("channel")
def off(channel: str) -> None:
    """Send CHANNEL no summary any more."""
    with opened() as context:
        weekly.remove(context.store, channels.get(context.store, channel).id)
    click.echo(f"'{channel}' gets no summary of the week any more.", err=True)


@weekly_group.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Which channels get it, and when."""
    with opened() as context:
        asked, every = weekly.every(context.store), channels.all_channels(context.store)
    rows = [(each.name, DAYS[asked[each.id].weekday], asked[each.id].time) for each in every if each.id in asked]
    if as_json:
        print_json({"weekly": [{"channel": name, "day": day, "time": time} for name, day, time in rows]})
    elif rows:
        table(("channel", "day", "time"), rows)
    else:
        click.echo("No channel gets a summary. Set one: alertd weekly set CHANNEL --on mon --at 07:00", err=True)


@weekly_group.command("show")
@click.argument("source", required=False)
@click.option("--language", type=click.Choice(channels.LANGUAGES), default="es", show_default=True)
@as_json
def show(source: str | None, language: str, as_json: bool) -> None:
    """The summary of the last seven days of SOURCE, without sending it."""
    with opened() as context:
        found, now = source_named(context.store, source), context.now()
        if found.snapshot_at is None:
            raise UsageTrouble(
                f"There is no whole snapshot of '{found.name}' yet; run 'alertd poll {found.name}' first."
            )
        day = local(now, found.timezone).date()
        facts = engine.gather(context.store, found, day, now)
        week = {**facts, "value_change": None, "next": (day + timedelta(days=7)).isoformat()}
        content = Content(kind="weekly", at=now, zone=found.timezone, source=found.name, company=found.company,
                          money=money_sign(found.timezone), week=week)  # fmt: skip
        said = wording.render(content, language, context.settings.url)
    if as_json:
        print_json({"source": found.name, "title": said.title, **facts})
    else:
        click.echo(f"{said.title}\n\n{said.text}")


@weekly_group.command("send")
@click.argument("channel")
@click.argument("source", required=False)
def send(channel: str, source: str | None) -> None:
    """Put a summary of SOURCE into the outbox for CHANNEL now, whatever the day."""
    with opened() as context:
        found, now = source_named(context.store, source), context.now()
        receiver = channels.get(context.store, channel)
        if found.snapshot_at is None:
            raise UsageTrouble(
                f"There is no whole snapshot of '{found.name}' yet; run 'alertd poll {found.name}' first."
            )
        day = local(now, found.timezone).date()
        engine.post(context.store, receiver, found, engine.gather(context.store, found, day, now), day, now)
    click.echo(f"The summary of '{found.name}' waits in the outbox for '{channel}'.", err=True)


COMMANDS = [weekly_group]
