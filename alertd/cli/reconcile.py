"""`alertd reconcile`: expected stock against actual stock, between any two whole snapshots."""

from datetime import timedelta
from pathlib import Path

import click

from .. import clock
from ..errors import UsageTrouble
from ..reconcile import export, words
from ..reconcile.report import Line, Part, Report, document, reconcile
from ..store import reconciliation, sources
from ..store.db import Store
from ..store.sources import Source
from .output import as_json, local_time, opened, print_json

USUAL_DAYS = 30
MOST_SHOWN = 20
_FILE = click.Path(dir_okay=False, path_type=Path)
_TITLES = {
    "since": ("Del {0} al {1}", "De {0} a {1}", "From {0} to {1}"),
    "until": (
        "Documentos leídos hasta {0}; lo posterior puede aparecer sin documento.",
        "Documentos lidos até {0}; o posterior pode aparecer sem documento.",
        "Documents are known up to {0}; what came later may show without one.",
    ),
    "balanced": ("Cuadran {0} productos", "{0} produtos fecham", "{0} products balance"),
    "undocumented": ("Sin documento: {0}", "Sem documento: {0}", "Without a document: {0}"),
    "guessed": ("Con explicación probable: {0}", "Com explicação provável: {0}", "With a likely explanation: {0}"),
    "unmatched": ("Producto no identificado: {0}", "Produto não identificado: {0}", "Product not identified: {0}"),
    "unknown": ("Sin dato: {0}", "Sem dado: {0}", "Not known: {0}"),
    "more": ("... y {0} más", "... e mais {0}", "... and {0} more"),
}


@click.command("reconcile")
@click.argument("source", required=False)
@click.option(
    "--since", help="From the snapshot in force then, on the shop's clock: 2025-01-31. [default: 30 days ago]"
)
@click.option("--until", help="To the snapshot in force then; a date without a time means its end. [default: now]")
@click.option("--csv", "csv_file", type=_FILE, help="Also write the lines to this CSV file.")
@click.option("--xlsx", "xlsx_file", type=_FILE, help="Also write the lines to this XLSX file.")
@click.option("--language", type=click.Choice(words.LANGUAGES), default="es", show_default=True)
@click.option(
    "--set-limit",
    "limit",
    type=click.FloatRange(0, 1e9),
    metavar="VALUE",
    help="From now on, list no difference worth less than this at cost; 0 lists all.",
)
@click.option("--all", "every", is_flag=True, help="Also list the products on which nothing happened.")
@as_json
def reconcile_command(
    source: str | None,
    since: str | None,
    until: str | None,
    csv_file: Path | None,
    xlsx_file: Path | None,
    language: str,
    limit: float | None,
    every: bool,
    as_json: bool,
) -> None:
    """What moved without a document: expected stock against actual stock.

    Stock, sales and returns are compared as SmartPyme tells them; purchases and transfers it does not tell, so stock
    that came in is normal and shown with its likely cause. Before the first snapshot there is nothing to compare with:
    an earlier --since opens at the first one.
    """
    with opened() as context:
        found = source_named(context.store, source)
        begin, end = _span(since, until, context.now(), found.timezone)
        if limit is not None:
            reconciliation.set_value_limit(context.store, found.id, limit)
        report = reconcile(context.store, found, begin, end, every=every)
    if csv_file:
        export.csv_file(report, csv_file, language)
    if xlsx_file:
        export.xlsx_file(report, xlsx_file, language)
    if as_json:
        print_json(document(report, language))
    else:
        _tell(report, found.timezone, language)
    for path in (csv_file, xlsx_file):
        if path:
            click.echo(f"{len(report.lines):,} lines in {path}", err=True)


def source_named(store: Store, name: str | None) -> Source:
    """The named source, or the only one there is."""
    if name is not None:
        return sources.get_source(store, name)
    there = sources.list_sources(store)
    if len(there) == 1:
        return there[0]
    if not there:
        raise UsageTrouble("There is no source yet; add one with 'alertd source add'.")
    raise UsageTrouble(f"There are several sources; name one of: {', '.join(each.name for each in there)}.")


def _span(since: str | None, until: str | None, now: int, zone: str) -> tuple[int, int]:
    end = now
    if until is not None:
        end = clock.parse_moment(until, zone)
        if len(until.strip()) <= len("2025-01-31"):
            day = clock.local(end, zone) + timedelta(days=1)
            end = clock.moment(day.replace(tzinfo=day.tzinfo)) - 1
    begin = end - USUAL_DAYS * 86_400_000 if since is None else clock.parse_moment(since, zone)
    if begin > end:
        raise UsageTrouble("--since lies after --until; turn them round.")
    return begin, end


def _title(key: str, language: str, *values: object) -> str:
    return _TITLES[key][words.LANGUAGES.index(language)].format(*values)


def _tell(report: Report, zone: str, language: str) -> None:
    """The report as text: what nothing explains first, each with its sum."""
    span = (local_time(report.since, zone), local_time(report.until, zone))
    click.echo(f"{report.source} · {_title('since', language, *span)}")
    if report.documents_until is None or report.documents_until < report.until:
        click.echo(_title("until", language, local_time(report.documents_until, zone) or "—"), err=True)
    undocumented = report.undocumented()
    loose = [line for line in report.lines if line.cause == "unmatched"]
    unknown = [line for line in report.lines if line.unexplained is None and line.cause != "unmatched"]
    listed = {id(line) for line, _ in undocumented}
    guessed = [line for line in report.lines if line.parts and id(line) not in listed and line not in unknown]
    click.echo(_title("balanced", language, f"{report.balanced:,}"))
    click.echo(_title("undocumented", language, len(undocumented)))
    _each([_undocumented(line, part, language) for line, part in undocumented], language)
    click.echo(_title("guessed", language, len(guessed)))
    _each([_guessed(line, language) for line in guessed], language)
    for key, lines in (("unmatched", loose), ("unknown", unknown)):
        if lines:
            click.echo(_title(key, language, len(lines)))
            _each([f"  {_name(line)}: {words.evidence(line, language)}" for line in lines], language)


def _each(told: list[str], language: str) -> None:
    for text in told[:MOST_SHOWN]:
        click.echo(text)
    if len(told) > MOST_SHOWN:
        click.echo(f"  {_title('more', language, len(told) - MOST_SHOWN)}")


def _name(line: Line) -> str:
    return " ".join(part for part in (line.codigo, line.nombre) if part) or "?"


def _undocumented(line: Line, part: Part, language: str) -> str:
    worth = "" if part.value is None else f" ({words.money(part.value, language)})"
    told = f"  {_name(line)}: {words.number(part.units, language)}{worth}\n      {words.equation(line, language)}"
    why = words.part_evidence(part, language)
    return f"{told}\n      {why}" if why else told


def _guessed(line: Line, language: str) -> str:
    return f"  {_name(line)}: {words.cause(line.cause, language)}; {words.evidence(line, language)}"


COMMANDS = [reconcile_command]
