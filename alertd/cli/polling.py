"""`alertd poll` and `alertd deliver`: one cycle now, and one pass over the messages that wait."""

import click

from ..engine import cycle as engine
from ..engine.context import Context
from ..engine.cycle import Cycle
from ..engine.holding import free_lanes_of_the_dead
from ..store import outbox, sources
from ..store.polls import Poll
from .output import as_json, counted, opened, print_json, show_progress

LANES = ("sweep", "low", "sales", "returns", "transactions")
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
        free_lanes_of_the_dead(context.store, context.now())
        done = engine.run_sources(context, names, lane)
        report(context, done, as_json)
    return 1 if done.failed else 0


def report(context: Context, done: Cycle, as_json: bool) -> None:
    """Print what a cycle did; what went wrong goes to standard error, a line for each thing to mend."""
    counts = engine.alert_counts(context, done)
    if as_json:
        polls = [{name: getattr(poll, name) for name in _SHOWN} for poll in done.polls]
        print_json({"polls": polls, "alerts": counts, "queued": done.queued})
    else:
        for poll in done.polls:
            if poll.complete:
                click.echo(_sentence(poll))
        click.echo(
            f"alerts: {counts['firing']:,} firing, {counts['pending']:,} pending"
            f" ({counts['new_firing']:,} new, {counts['new_resolved']:,} resolved);"
            f" {counted(done.queued, 'message')} queued"
        )
    for line in (*_mistakes(context), *_troubles(context, done)):
        click.echo(f"alertd: {line}", err=True)


def _sentence(poll: Poll) -> str:
    return (
        f"{poll.source} {poll.lane}: {poll.products:,} read, {poll.changed:,} changed, {poll.new:,} new,"
        f" {poll.gone:,} gone ({counted(poll.requests, 'call')}, {poll.seconds:.1f} s)"
    )


def _troubles(context: Context, done: Cycle) -> list[str]:
    """What to mend. Lanes that failed for the same reason share a line: a dead host is one trouble, not four."""
    lanes: dict[tuple[str, str], list[str]] = {}
    for poll in done.polls:
        if not poll.complete and poll.error:
            lanes.setdefault((poll.source, poll.error), []).append(poll.lane)
    lines = [f"{source} {', '.join(names)}: {error}" for (source, error), names in lanes.items()]
    for poll in done.polls:
        if poll.quarantined:
            lines.append(
                f"{poll.source} {poll.lane}: {counted(poll.quarantined, 'record')} could not be read and set aside;"
                f" 'alertd source test {poll.source}' shows what is wrong."
            )
    if not done.polls:
        lines.append(_nothing_polled(context))
    return lines


def _nothing_polled(context: Context) -> str:
    if sources.list_sources(context.store):
        return "Nothing was read: another alertd is reading it just now."
    return "There is no source yet. Connect one: alertd source add smartpyme NAME --api-key -"


def _mistakes(context: Context) -> list[str]:
    """Mistakes in the rule files: the others were evaluated, and this poll did not fail for it."""
    return [f"{error}" for error in context.rules.book(context.now()).errors]


@click.command()
@as_json
def deliver(as_json: bool) -> int:
    """One pass over the messages that wait. Exit status 1 when any could not be delivered."""
    from ..engine.tending import tell_due
    from ..notify.worker import deliver_pass

    with opened() as context:
        # What was held back may go by now: a silence or a quiet night is over, a reminder or a digest is due.
        tell_due(context)
        done = deliver_pass(
            context.store,
            context.vault,
            url=context.settings.url,
            now=context.now(),
            clock=context.now,
            private=context.settings.private_networks,
        )
        undelivered = outbox.recent(context.store, limit=500) if done["failed"] else []
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done['sent']} sent, {done['failed']} failed, {done['waiting']} waiting, {done['dead']} given up")
    reasons = {(each.channel, each.state, each.error): None for each in undelivered if each.error}
    for channel, state, error in reasons:
        after = "It is tried again by itself." if state == "waiting" else "The message is given up."
        click.echo(f"alertd: channel '{channel}': {error} {after}", err=True)
    return 1 if done["failed"] else 0


COMMANDS = [poll, deliver]
