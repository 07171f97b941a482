"""`alertd poll` and `alertd deliver`: one cycle now, and one pass over the messages that wait."""

import click

from ..engine import cycle as engine
from ..engine.context import Context
from ..engine.cycle import Cycle
from ..notify.worker import deliver_pass
from .output import as_json, opened, print_json, show_progress

LANES = ("sweep", "low", "sales", "returns")
_SHOWN = (
    "source", "lane", "complete", "torn", "held", "pages", "requests", "products", "levels", "changed", "new", "gone",
    "quarantined", "seconds", "error",
)  # fmt: skip


@click.command()
@click.argument("names", nargs=-1)
@click.option("--lane", type=click.Choice(LANES), help="Only this lane, due or not.")
@as_json
def poll(names: tuple[str, ...], lane: str | None, as_json: bool) -> int:
    """One cycle now, in the foreground: read what is due, evaluate the rules, queue the messages.

    Without NAMES every source is polled. Exit status 1 when a lane could not finish; what the others found counts.
    """
    with opened() as context:
        context.progress = show_progress()
        done = engine.run_sources(context, names, lane)
        report(context, done, as_json)
    return 1 if done.failed else 0


def report(context: Context, done: Cycle, as_json: bool) -> None:
    """Print what a cycle did."""
    counts = engine.alert_counts(context, done)
    if as_json:
        polls = [{name: getattr(poll, name) for name in _SHOWN} for poll in done.polls]
        print_json({"polls": polls, "alerts": counts, "queued": done.queued})
        return
    if not done.polls:
        click.echo("Nothing was due (or there is no source yet).", err=True)
    for poll in done.polls:
        if poll.complete:
            click.echo(
                f"{poll.source} {poll.lane}: {poll.products:,} read, {poll.changed:,} changed, {poll.new:,} new,"
                f" {poll.gone:,} gone ({poll.requests:,} calls, {poll.seconds:.1f} s)"
            )
        else:
            click.echo(f"alertd: {poll.source} {poll.lane}: {poll.error}", err=True)
        if poll.quarantined:
            click.echo(
                f"alertd: {poll.source} {poll.lane}: {poll.quarantined} records could not be read and were set aside;"
                f" 'alertd source test {poll.source}' shows them.",
                err=True,
            )
    click.echo(
        f"alerts: {counts['firing']:,} firing, {counts['pending']:,} pending"
        f" ({counts['new_firing']:,} new, {counts['new_resolved']:,} resolved); {done.queued:,} messages queued"
    )


@click.command()
@as_json
def deliver(as_json: bool) -> int:
    """One pass over the messages that wait. Exit status 1 when any could not be delivered."""
    with opened() as context:
        done = deliver_pass(
            context.store, context.vault, url=context.settings.url, now=context.now(), clock=context.now
        )
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done['sent']} sent, {done['failed']} failed, {done['waiting']} waiting, {done['dead']} given up")
    return 1 if done["failed"] else 0


COMMANDS = [poll, deliver]
