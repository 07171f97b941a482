"""`alertd silence`: hold back messages by matcher, for a while."""

import click

from .. import clock
from ..alerts.silence import Silence
from ..engine.context import Context
from ..errors import UsageTrouble
from ..people import default_name
from ..rules.matchers import check_matchers
from ..store import silences as stored
from ..store import sources
from ..web.api.shapes import silence as silence_shape
from .output import as_json, duration, local_time, opened, print_json, table


@click.group()
def silence() -> None:
    """Hold back messages by matcher, for a while; what is silenced still fires and shows."""


@silence.command("add")
@click.option("--match", "matches", multiple=True, required=True, metavar="KEY=VALUE", help="All of them must fit.")
@click.option("--for", "seconds", callback=duration, required=True, metavar="DURATION", help="How long, such as 8h.")
@click.option("--comment", required=True, metavar="TEXT", help="Why, for whoever finds it.")
@click.option("--from", "start", metavar="TIME", help="When it begins, such as 2025-01-31T20:00 UTC; default: now.")
@click.option("--by", metavar="NAME", help="Who says so; default: the name of whoever runs this.")
@as_json
def add(
    matches: tuple[str, ...], seconds: float, comment: str, start: str | None, by: str | None, as_json: bool
) -> None:
    """Add a silence. KEY is rule, source, severity, codigo, nombre_bodega, nombre_sucursal or a label of a rule."""
    if not comment.strip():
        raise UsageTrouble("A silence needs a comment that says why, such as --comment 'inventario del sábado'.")
    with opened() as context:
        matchers = _matchers(context, matches)
        now = context.now()
        begin = now if start is None else clock.parse_moment(start)
        if begin + round(seconds * 1000) <= now:
            raise UsageTrouble("This silence would be over already; check --from and --for.")
        made = stored.add(
            context.store,
            matchers,
            comment=comment.strip(),
            now=now,
            starts_at=begin,
            ends_at=begin + round(seconds * 1000),
            by=by or default_name(),
        )
    if as_json:
        print_json(silence_shape(made, now))
    click.echo(f"Silence {made.id} holds until {local_time(made.ends_at)} UTC.", err=True)


def _matchers(context: Context, matches: tuple[str, ...]) -> dict[str, str]:
    """The matchers as written. Raises UsageTrouble."""
    pairs = [_pair(text) for text in matches]
    there = [source.name for source in sources.list_sources(context.store)]
    return check_matchers(pairs, context.rules.book(context.now()).rules, there)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not key or not value:
        raise UsageTrouble(
            f"'{text}' is not a matcher; write it like rule=low-stock or nombre_bodega='Bodega Central'."
        )
    return key, value


@silence.command("list")
@click.option("--all", "everything", is_flag=True, help="Ended ones too.")
@as_json
def list_(everything: bool, as_json: bool) -> None:
    """The silences that hold now or will."""
    with opened() as context:
        now = context.now()
        found = stored.recent(context.store) if everything else stored.not_over(context.store, now)
    if as_json:
        print_json({"silences": [silence_shape(each, now) for each in found]})
        return
    if not found:
        click.echo("No silence holds anything back.", err=True)
        return
    rows = [
        (each.id, each.state(now), _said(each), local_time(each.starts_at), local_time(each.ends_at), each.created_by)
        + (each.comment,)
        for each in found
    ]
    table(("id", "state", "match", "from (UTC)", "until (UTC)", "by", "comment"), rows, right=[0])


def _said(each: Silence) -> str:
    return " ".join(f"{key}={value}" for key, value in each.matchers.items())


@silence.command("remove")
@click.argument("number", type=int, metavar="ID")
def remove(number: int) -> None:
    """End a silence now; what it held back and still is true is told."""
    with opened() as context:
        stored.end(context.store, number, context.now())
    click.echo(f"Silence {number} has ended.", err=True)


COMMANDS = [silence]
