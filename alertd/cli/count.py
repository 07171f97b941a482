"""`alertd count`: what to count, what was counted, typed receipts, and how good the books are."""

from pathlib import Path

import click

from .. import clock, sheets
from ..errors import UsageTrouble
from ..reconcile import counts, typed
from ..store import knowledge
from .output import as_json, number, opened, print_json, table
from .reconcile import source_named

_SOURCE = click.option("--source", help="Which source; not needed where there is only one.")
_BY = click.option("--by", help="Who says so.")


@click.group()
def count() -> None:
    """Count by hand: the list to walk with, the results, and receipts that the system does not tell of."""


@count.command("sheet")
@_SOURCE
@click.option("--size", type=click.IntRange(1, 10_000), default=10, show_default=True)
@as_json
def sheet(source: str | None, size: int, as_json: bool) -> None:
    """The products worth counting, the most promising first."""
    with opened() as context:
        found = source_named(context.store, source)
        lines = counts.sheet(context.store, found.id, context.now(), size)
    if as_json:
        names = ("codigo", "nombre", "categoria", "sucursales", "stock", "chance", "expected_value", "gaps")
        print_json(
            {
                "source": found.name,
                "lines": [
                    {name: getattr(line, name) for name in names} | {"counted_at": clock.rfc3339(line.counted_at)}
                    for line in lines
                ],
            }
        )
        return
    rows = [(line.codigo, line.nombre, line.categoria, line.sucursales, number(line.stock), "____") for line in lines]
    table(("code", "product", "category", "branches", "book", "counted"), rows, right=[4])


@count.command("enter")
@click.argument("code")
@click.argument("quantity")
@_SOURCE
@_BY
@click.option("--note", help="What was seen.")
@as_json
def enter(code: str, quantity: str, source: str | None, by: str | None, note: str | None, as_json: bool) -> None:
    """Book a count of the product with this CODE over all its warehouses; counted and equal is a result too."""
    with opened() as context:
        found = source_named(context.store, source)
        product = _product(knowledge.products_by_code(context.store, found.id, [code]).get(code, []), code)
        try:
            counted = sheets.number(quantity, ".")
        except UsageTrouble:
            raise UsageTrouble(f"'{quantity[:40]}' is no quantity; write it like 12 or 12.5.") from None
        done = counts.enter(context.store, found.id, product, counted, context.now(), by=by, note=note)
    if as_json:
        print_json({"codigo": code, "book": done.book, "counted": done.counted, "difference": done.difference,
                    "value": done.value})  # fmt: skip
    else:
        click.echo(
            f"{code}: book {number(done.book)}, counted {number(done.counted)}, {number(done.difference) or '0'}"
        )


def _product(found: list[tuple[int, str]], code: str) -> int:
    if len(found) == 1:
        return found[0][0]
    why = "There is no product" if not found else f"{len(found)} products have the code; there is no single product"
    raise UsageTrouble(f"{why} with the code '{code[:40]}'.")


@count.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_SOURCE
@_BY
@click.option("--apply", is_flag=True, help="Book the lines that can be booked; without it they are only looked at.")
@as_json
def import_(file: Path, source: str | None, by: str | None, apply: bool, as_json: bool) -> int:
    """Receipts and adjustments from a CSV or XLSX file: codigo, cantidad, and if wanted fecha, tipo, sucursal, nota.

    Exit status 1 when a line could not be used; the others are booked all the same. The same file books nothing twice.
    """
    with opened() as context:
        found = source_named(context.store, source)
        now = context.now()
        preview = typed.preview(context.store, found.id, file.read_bytes(), clock.local(now, found.timezone).date())
        booked = 0
        if apply:
            booked = typed.book(context.store, found.id, preview.entries, zone=found.timezone, now=now, by=by)
    if as_json:
        errors = [{"line": each.line, "message": each.said("en", numbered=False)} for each in preview.errors]
        print_json({"lines": len(preview.entries), "booked": booked, "errors": errors})
    else:
        for each in preview.errors:
            click.echo(str(each), err=True)
        click.echo(f"{len(preview.entries):,} lines can be booked, {len(preview.errors):,} cannot; {booked:,} booked")
    return 1 if preview.errors else 0


@count.command("standing")
@_SOURCE
@click.option("--days", type=click.IntRange(1, 3_650), default=90, show_default=True)
@as_json
def standing(source: str | None, days: int, as_json: bool) -> None:
    """How good the books are: accuracy of counts, and what was missing at cost as a share of net sales."""
    with opened() as context:
        found = source_named(context.store, source)
        told = counts.standing(context.store, found.id, context.now(), days)
    if as_json:
        print_json({"source": found.name, **told})
        return
    shown = {name: "-" if told[name] is None else f"{told[name]:.2%}" for name in ("accuracy", "shrinkage")}
    click.echo(
        f"{told['counts']:,} counts in {days} days; accurate {shown['accuracy']}, shrinkage {shown['shrinkage']}"
    )


COMMANDS = [count]
