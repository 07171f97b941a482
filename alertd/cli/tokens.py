"""`alertd token`: who may call the JSON API, and take it back."""

import click

from ..clock import rfc3339
from ..people import default_name
from ..store import audit
from ..store import tokens as stored
from .output import as_json, duration, local_time, opened, print_json, table


@click.group()
def token() -> None:
    """Tokens for the JSON API."""


@token.command("add")
@click.argument("name")
@click.option("--scope", type=click.Choice(stored.SCOPES), default="read", show_default=True)
@click.option("--expires", "life", callback=duration, metavar="DURATION", help="How long it is good, such as 90d.")
@as_json
def add(name: str, scope: str, life: float | None, as_json: bool) -> None:
    """Make a token. It is printed once, on standard output; only its digest is kept."""
    with opened() as context:
        now, by = context.now(), default_name()
        milliseconds = None if life is None else round(life * 1000)
        with context.store.write():
            made, text = stored.add(context.store, name, scope=scope, life=milliseconds, by=by, now=now)
            audit.note(context.store, who=by, what="token.added", about=name, now=now, facts={"scope": scope})
    if as_json:
        print_json({**_document(made), "token": text})
    else:
        click.echo(text)
    until = f"until {local_time(made.expires_at)} UTC" if made.expires_at else "until it is removed"
    click.echo(f"This is the only time it is shown. It may {scope}, {until}.", err=True)


@token.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Every token: what it may do, until when, and when it was used last."""
    with opened() as context:
        found, now = stored.all_tokens(context.store), context.now()
    if as_json:
        print_json({"tokens": [_document(each) for each in found]})
        return
    if not found:
        click.echo("No token yet. Make one: alertd token add NAME", err=True)
        return
    rows = [
        (each.name, each.scope, (local_time(each.expires_at) or "never") + (" (over)" if each.over(now) else ""))
        + (local_time(each.last_used_at), each.created_by)
        for each in found
    ]
    table(("name", "scope", "expires (UTC)", "last used (UTC)", "made by"), rows)


def _document(each: stored.Token) -> dict[str, object]:
    return {
        "name": each.name,
        "scope": each.scope,
        "created_at": rfc3339(each.created_at),
        "created_by": each.created_by,
        "expires_at": rfc3339(each.expires_at),
        "last_used_at": rfc3339(each.last_used_at),
    }


@token.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Take a token back; whoever holds it is refused from now on."""
    with opened() as context, context.store.write():
        stored.remove(context.store, name)
        audit.note(context.store, who=default_name(), what="token.removed", about=name, now=context.now())
    click.echo(f"The token '{name}' is refused from now on.", err=True)


COMMANDS = [token]
