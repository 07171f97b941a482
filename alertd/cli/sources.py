"""`alertd source`: connect a system, see what is connected, accept a sweep that was held back, disconnect."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from .. import clock
from ..engine import counting, cycle, hooks, inspect
from ..errors import Trouble, UsageTrouble
from ..sources.loose import decimal
from ..sources.registry import Kind, address_for, kind_named
from ..sources.values import BadValueError
from ..store import ledger, options
from ..store import sources as stored
from ..store.db import Row
from .output import as_json, duration, local_time, number, opened, print_json, table
from .polling import report

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
DEFAULT_EVERY = "5m"


@click.group()
def source() -> None:
    """The systems alertd reads stock from."""


@source.command("add")
@click.argument("kind")
@click.argument("name")
@click.option("--base-url", help="Where the API is; the vendor's public address by default.")
@click.option(
    "--api-key", help="The key; '-' reads it from standard input, so that it stays out of the shell's history."
)
@click.option("--api-secret", help="For systems that need a second secret; '-' reads it like the key, after it.")
@click.option("--webhook-secret", help="For systems that send webhooks; '-' reads it, after the others.")
@click.option("--columns", multiple=True, help="csv: which column is what, as codigo=SKU,stock=Qty.")
@click.option("--timezone", help="The shop's zone; America/El_Salvador or, for Brazilian systems, America/Sao_Paulo.")
@click.option("--every", default=DEFAULT_EVERY, show_default=True, callback=duration, help="Time between two polls.")
@click.option("--sweep-every", callback=duration, help="Time between two whole readings; as --every by default.")
def add(
    kind: str,
    name: str,
    base_url: str | None,
    api_key: str | None,
    api_secret: str | None,
    webhook_secret: str | None,
    columns: tuple[str, ...],
    timezone: str | None,
    every: float,
    sweep_every: float | None,
) -> None:
    """Connect a system. KIND is smartpyme, smartepi, smartbis or csv; NAME is yours: small letters and dashes."""
    known = kind_named(kind)
    if not _NAME.fullmatch(name):
        raise UsageTrouble(f"'{name}' is no name for a source; use small letters, digits and dashes.")
    address = address_for(known, base_url)
    zone = clock.check_zone(timezone or known.zone)
    given = {"api_key": api_key, "api_secret": api_secret, "webhook_secret": webhook_secret}
    secrets = {secret: _read_secret(secret, text, secret in known.secrets) for secret, text in given.items()}
    settled = dict(_setting(known, f"column.{text}") for text in _columns(columns))
    with opened() as context:
        added = stored.add_source(
            context.store,
            context.vault,
            name=name,
            kind=kind,
            base_url=address,
            secrets={key: value for key, value in secrets.items() if value},
            timezone=zone,
            every=every,
            sweep_every=sweep_every,
            now=context.now(),
        )
        options.put(context.store, added.id, settled)
    click.echo(f"Added the source '{name}'. Next: 'alertd source test {name}', then 'alertd poll {name}'.", err=True)


def _columns(written: Sequence[str]) -> list[str]:
    """The pairs of --columns; a comma ends a pair only where another one begins, for headings may hold one."""
    return [pair.strip() for text in written for pair in re.split(r",(?=\s*[a-z_]+=)", text) if pair.strip()]


def _read_secret(name: str, given: str | None, needed: bool) -> str:
    """A secret from its option or from standard input; empty where it was left out and is not needed."""
    key = sys.stdin.readline().strip() if given == "-" else (given or "").strip()
    if not key and (needed or given):
        option, what = f"--{name.replace('_', '-')}", "key" if name == "api_key" else "secret"
        raise UsageTrouble(
            f"A {what} is needed: {option} {what.upper()}, or '{option} -' to read it from standard input."
        )
    if any(letter.isspace() or not letter.isprintable() for letter in key) or not key.isascii():
        raise UsageTrouble("The key holds a space or a letter that no key has; copy it again.")
    return key


@source.command("list")
@as_json
def list_(as_json: bool) -> None:
    """What is connected, and how fresh it is."""
    with opened() as context:
        found = stored.list_sources(context.store)
    if as_json:
        print_json({"sources": [_document(each) for each in found]})
        return
    if not found:
        click.echo("No source yet. Connect one: alertd source add smartpyme NAME --api-key -", err=True)
        return
    rows = [
        (each.name, each.kind, each.company, local_time(each.snapshot_at, each.timezone), each.base_url)
        for each in found
    ]
    table(("name", "kind", "company", "last sweep", "address"), rows)


def _document(each: stored.Source) -> dict[str, object]:
    return {
        "name": each.name,
        "kind": each.kind,
        "base_url": each.base_url,
        "company": each.company,
        "dialect": each.dialect,
        "timezone": each.timezone,
        "every_seconds": each.every,
        "sweep_every_seconds": each.sweep_every,
        "last_snapshot_at": clock.rfc3339(each.snapshot_at),
    }


@source.command("test")
@click.argument("name")
@as_json
def test(name: str, as_json: bool) -> None:
    """Ask the system a few questions and say in plain words what alertd found."""
    with opened() as context:
        findings = inspect.inspect_source(context, stored.get_source(context.store, name))
    if as_json:
        print_json(findings.document())
    else:
        for line in findings.lines():
            click.echo(line)
    if findings.error:
        raise Trouble(findings.error)


@source.command("set")
@click.argument("name")
@click.argument("settings", nargs=-1, required=True)
def set_(name: str, settings: tuple[str, ...]) -> None:
    """Settle what its kind leaves open: SETTINGS such as field.stock=quantity; an empty value forgets one."""
    with opened() as context:
        found = stored.get_source(context.store, name)
        options.put(context.store, found.id, dict(_setting(kind_named(found.kind), text) for text in settings))
    click.echo(f"Settled. 'alertd source test {name}' shows what it comes to.", err=True)


def _setting(kind: Kind, text: str) -> tuple[str, str | None]:
    option, equals, value = text.partition("=")
    if not equals or option not in kind.options:
        there = ", ".join(sorted(kind.options)) or "none"
        raise UsageTrouble(f"'{text}' is no setting of a source of kind {kind.name}; write OPTION=VALUE with: {there}.")
    allowed = kind.options[option]
    if value and allowed and value not in allowed:
        raise UsageTrouble(f"'{option}' may be {', '.join(allowed)}.")
    return option, value.strip() or None


@source.command("secret")
@click.argument("name")
@click.argument("secret")
def secret(name: str, secret: str) -> None:
    """Take a new webhook SECRET in ('-' reads it from standard input); the one before is good for a week more."""
    with opened() as context:
        found = stored.get_source(context.store, name)
        if found.kind != hooks.KIND:
            raise UsageTrouble(f"'{name}' sends no webhooks; only sources of kind {hooks.KIND} do.")
        hooks.change_secret(context, found, _read_secret("webhook_secret", secret, True))
    click.echo(f"The new webhook secret of '{name}' is in force.", err=True)


@source.command("count")
@click.argument("name")
@click.argument("product", required=False)
@click.argument("quantity", required=False)
@click.option("--minimum", help="Its minimum from now on; the one given before stays without it.")
@click.option("--csv", "file", type=click.Path(exists=True, dir_okay=False), help="Many: codigo, cantidad, minimo.")
@click.option("--by", help="Who counted.")
@as_json
def count(
    name: str,
    product: str | None,
    quantity: str | None,
    minimum: str | None,
    file: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Say how many of a PRODUCT there are, where the system tells no stock; without one, show the last counts."""
    with opened() as context:
        found = stored.get_source(context.store, name)
        if file:
            counts = counting.parse_counts(Path(file).read_bytes())
        elif product is not None:
            counts = [_count(product, quantity, minimum)]
        else:
            _show_counts(ledger.counts(context.store, found.id), found, as_json)
            return
        written = counting.take_counts(context, found, counts, by=by)
    click.echo(f"Counted {written} of '{name}'; what moves from now on is taken off or added.", err=True)


def _count(product: str, quantity: str | None, minimum: str | None) -> counting.Counted:
    try:
        counted, least = decimal(quantity, "quantity"), decimal(minimum, "minimum")
    except BadValueError:
        raise UsageTrouble("A count is a number: alertd source count NAME CODE 12 [--minimum 4].") from None
    if counted is None:
        raise UsageTrouble(f"How many of '{product}' are there? Write: alertd source count NAME CODE 12.")
    return counting.Counted(product, counted, least)


def _show_counts(rows: list[Row], found: stored.Source, as_json: bool) -> None:
    if as_json:
        print_json({"source": found.name, "counts": [{**row, "at": clock.rfc3339(row["at"])} for row in rows]})
        return
    if not rows:
        click.echo(f"Nothing of '{found.name}' was counted yet: alertd source count {found.name} CODE 12", err=True)
        return
    shown = [
        (row["code"] or row["id"], row["name"], local_time(row["at"], found.timezone), number(row["counted"]),
         number(row["minimum"]), number(row["stock"]))
        for row in rows
    ]  # fmt: skip
    table(("code", "name", "counted at", "counted", "minimum", "now"), shown, right=(3, 4, 5))


@source.command("accept")
@click.argument("name")
@as_json
def accept(name: str, as_json: bool) -> None:
    """Take the sweep that was held back as hard to believe."""
    with opened() as context:
        done = cycle.accept(context, stored.get_source(context.store, name))
        if done is None:
            raise Trouble(f"No sweep of '{name}' waits to be accepted.")
        report(context, done, as_json)


@source.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Disconnect a system; its stock, history and alerts are forgotten."""
    with opened() as context:
        stored.remove_source(context.store, name)
    click.echo(f"Removed the source '{name}'.", err=True)
