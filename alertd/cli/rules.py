"""`alertd rules`: check the files, list what is in force, and try rules on the present, on cases and on the past."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec

from ..clock import rfc3339
from ..engine.backtest import Replay, replay
from ..engine.context import Context
from ..engine.preview import Match
from ..engine.preview import preview as find_matches
from ..engine.rulebook import check_rules
from ..engine.ruletest import run_files
from ..errors import UsageTrouble
from ..model import Subject
from ..rules.rule import Rule
from ..rules.schema import schema as rule_schema
from ..rules.suggest import did_you_mean
from ..store import rulestate
from .output import as_json, duration, number, opened, print_json, table


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
        failing = [{**row, "failed_at": rfc3339(row["failed_at"])} for row in rulestate.failing(context.store)]
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
        print_json({"rules": documents, "errors": msgspec.to_builtins(book.errors), "failing": failing})
        return
    rows = [
        (rule.name, "on" if rule.enabled else "off", rule.title["es"], f"{rule.file}:{rule.line}")
        for rule in book.rules
    ]
    table(("name", "", "title", "file"), rows)
    for error in book.errors:
        click.echo(str(error), err=True)
    for row in failing:
        told = f"could not be run {row['failures']} times in a row on {row['source']}: {row['error']}."
        click.echo(f"alertd: rule '{row['rule']}' {told}", err=True)


def _rule_named(context: Context, name: str) -> Rule:
    """A rule in force, switched on or not. Raises UsageTrouble with the nearest name."""
    book = context.rules.book(context.now())
    for rule in book.rules:
        if rule.name == name:
            return rule
    hint = did_you_mean(name, [rule.name for rule in book.rules]) or "'alertd rules list' shows them all."
    raise UsageTrouble(f"There is no rule called '{name}'. {hint}")


@rules.command("preview")
@click.argument("name")
@as_json
def preview(name: str, as_json: bool) -> None:
    """What a rule matches now, and why. Nothing fires and nobody is told."""
    with opened() as context:
        rule = _rule_named(context, name)
        found = find_matches(context.store, rule, context.now())
    if as_json:
        print_json({"rule": name, "count": len(found), "matches": [_match(each) for each in found]})
        return
    for match in found:
        click.echo(f"{match.severity}: {_about(match.subject)} ({match.source}): {_listed(match.values)}")
        for each in match.explained:
            inputs = ", ".join(f"{part.label} {_shown(part.value)}" for part in each.inputs if part.value is not None)
            click.echo(f"    {each.measure} = {each.formula}: {inputs} -> {_shown(each.result)}")
            if each.note:
                click.echo(f"        {each.note}")
    click.echo(f"{len(found)} matches")


def _match(match: Match) -> dict[str, Any]:
    """One match as programs read it: its parts by name, and subject and values once more at the top."""
    subject = _subject(match.subject)
    return {
        **subject,
        **match.values,
        "source": match.source,
        "subject": subject,
        "values": match.values,
        "severity": match.severity,
        "explain": [each.document() for each in match.explained],
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {key: value for key, value in msgspec.to_builtins(subject).items() if value is not None}


def _about(subject: Subject) -> str:
    parts = (subject.codigo, subject.nombre, subject.nombre_sucursal, subject.nombre_bodega)
    return ", ".join(part for part in parts if part) or "the source"


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{word} {_shown(value)}" for word, value in values.items())


def _shown(value: Any) -> str:
    return "?" if value is None else number(value) if isinstance(value, int | float) else str(value)


@rules.command("test")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json
def test(files: tuple[Path, ...], as_json: bool) -> int:
    """Run given/expect cases over simulated time. FILES are files of cases, or folders that hold *.test.yaml."""
    for path in files:
        if not path.exists():
            raise UsageTrouble(f"There is no file or folder called {path}.")
    report = run_files(files)
    if as_json:
        cases = [{**asdict(each), "ok": each.problem is None} for each in report.verdicts]
        errors = msgspec.to_builtins(report.errors)
        print_json({"passed": report.passed, "failed": report.failed, "cases": cases, "errors": errors})
        return 1 if report.failed else 0
    for error in report.errors:
        click.echo(str(error), err=True)
    for each in report.verdicts:
        if each.problem is not None:
            click.echo(f"{each.file}:{each.line}: {each.name}: {each.problem}", err=True)
    click.echo(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


@rules.command("backtest")
@click.argument("name")
@click.option("--since", default="30d", show_default=True, callback=duration, help="How far back: 12h, 30d.")
@as_json
def backtest(name: str, since: float, as_json: bool) -> None:
    """Replay a rule over stored history: when it would have fired and resolved, and how many messages."""
    with opened() as context:
        rule = _rule_named(context, name)
        now = context.now()
        found = replay(context.store, rule, since=now - int(since * 1000), now=now)
    if as_json:
        print_json(_backtest(found))
        return
    rows = [
        (each.severity, _about(each.subject), rfc3339(each.fired_at), rfc3339(each.resolved_at) or "still firing")
        for each in found.episodes
    ]
    table(("severity", "subject", "fired (UTC)", "resolved (UTC)"), rows)
    for out in found.stock_outs:
        early = "not warned" if out.hours_before is None else f"warned {number(round(out.hours_before, 1))} h before"
        click.echo(f"out of stock {rfc3339(out.at)}: {_about(out.subject)}: {early}")
    click.echo(f"{len(found.episodes)} episodes, {found.messages} messages since {rfc3339(found.since)}")


def _backtest(found: Replay) -> dict[str, Any]:
    episodes = [
        {
            "fingerprint": each.fingerprint,
            "source": each.source,
            "subject": _subject(each.subject),
            "severity": each.severity,
            "fired_at": rfc3339(each.fired_at),
            "resolved_at": rfc3339(each.resolved_at),
        }
        for each in found.episodes
    ]
    outs = [
        {
            "source": each.source,
            "subject": _subject(each.subject),
            "at": rfc3339(each.at),
            "hours_before": each.hours_before,
        }
        for each in found.stock_outs
    ]
    return {
        "rule": found.rule,
        "since": rfc3339(found.since),
        "messages": found.messages,
        "episodes": episodes,
        "stock_outs": outs,
    }


@rules.command("schema")
@click.option("--json", "as_json", is_flag=True, help="The same: a schema is JSON.")
def schema(as_json: bool) -> None:
    """A JSON Schema of rule files, for editors that complete and check while one types."""
    print_json(rule_schema())


COMMANDS = [rules]
