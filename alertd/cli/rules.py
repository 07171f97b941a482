"""`alertd rules`: check the files, list what is in force."""

from pathlib import Path

import click
import msgspec

from ..engine.rulebook import check_rules
from ..errors import UsageTrouble
from .later import not_yet
from .output import as_json, opened, print_json, table


@click.group()
def rules() -> None:
    """What is watched for: readable YAML, checked before it runs."""


@rules.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@as_json
def check(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check rule files and folders, by default the folder in use. Exit status 1 when anything is wrong."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UsageTrouble(f"There is no file or folder called {missing[0]}.")
    with opened() as context:
        book = check_rules(context.store, paths or [context.rules_folder])
    if as_json:
        print_json({"ok": not book.errors, "errors": msgspec.to_builtins(book.errors)})
    else:
        for error in book.errors:
            click.echo(str(error), err=True)
        click.echo(f"{len(book.rules)} rules are good, {len(book.errors)} mistakes")
    return 1 if book.errors else 0


@rules.command("list")
@as_json
def list_(as_json: bool) -> None:
    """The rules in force."""
    with opened() as context:
        book = context.rules.book(context.now())
    if as_json:
        documents = [
            {
                "name": rule.name,
                "title": rule.title,
                "on": rule.on,
                "source": rule.sources,
                "notify": rule.notify,
                "enabled": rule.enabled,
                "file": rule.file,
                "line": rule.line,
                "last_good_version": rule.name in book.kept,
            }
            for rule in book.rules
        ]
        print_json({"rules": documents, "errors": msgspec.to_builtins(book.errors)})
        return
    rows = [
        (rule.name, "on" if rule.enabled else "off", rule.title["es"], f"{rule.file}:{rule.line}")
        for rule in book.rules
    ]
    table(("name", "", "title", "file"), rows)
    for error in book.errors:
        click.echo(str(error), err=True)


for _name, _what in (
    ("preview", "What a rule matches now, and why"),
    ("test", "Run given/expect cases"),
    ("backtest", "Replay a rule over stored history"),
    ("schema", "A JSON Schema for editors"),
):
    rules.add_command(not_yet(f"rules {_name}", _what))

COMMANDS = [rules]
