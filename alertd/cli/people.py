"""`alertd user`: who may sign in to the page."""

import sys

import click

from .. import people
from ..clock import rfc3339
from ..errors import UsageTrouble
from ..store import users
from .output import as_json, local_time, opened, print_json, table


@click.group()
def user() -> None:
    """Who may sign in to the page."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(people.ROLES), default="viewer", show_default=True)
def add(name: str, role: str) -> None:
    """Let a person in; the password is asked for, or read from standard input."""
    with opened() as context:
        users.add_user(context.store, name, _password(), role, context.now())
    click.echo(f"Added the user '{name}' ({role}).", err=True)


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise UsageTrouble("A password is needed on standard input.")
    return password


@user.command("list")
@as_json
def list_(as_json: bool) -> None:
    """Everybody who may sign in."""
    with opened() as context:
        found = users.list_users(context.store)
    if as_json:
        print_json(
            {
                "users": [
                    {"name": each.name, "role": each.role, "last_seen_at": rfc3339(each.last_seen_at)} for each in found
                ]
            }
        )
        return
    table(
        ("name", "role", "last seen (UTC)"), [(each.name, each.role, local_time(each.last_seen_at)) for each in found]
    )


@user.command("password")
@click.argument("name")
def password(name: str) -> None:
    """Set a new password; the person is signed out everywhere."""
    with opened() as context:
        users.set_password(context.store, name, _password(), context.now())
    click.echo(f"The password of '{name}' was changed.", err=True)


@user.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Take a person's access away."""
    with opened() as context:
        users.remove_user(context.store, name)
    click.echo(f"Removed the user '{name}'.", err=True)


COMMANDS = [user]
