"""`alertd stock`: what is there now, what was there then, and how a product's levels changed."""

import click

from .. import clock
from ..errors import UsageTrouble
from ..rules.state import past_state_sql, state_sql
from ..store import levels, sources
from ..store.db import Store
from ..web.api import shapes
from .output import as_json, duration, local_time, number, opened, print_json, table


@click.group(invoke_without_command=True)
@click.option("--source", help="Only of this source.")
@click.option("--sku", help="Only the product with this code.")
@click.option("--at", help="As it was then, on the shop's clock: 2025-01-31T12:00.")
@as_json
@click.pass_context
def stock(invoked: click.Context, source: str | None, sku: str | None, at: str | None, as_json: bool) -> None:
    """Stock by product and warehouse, with its state."""
    if invoked.invoked_subcommand:
        return
    with opened() as context:
        zone = _zone(context.store, source)
        moment = context.now() if at is None else clock.parse_moment(at, zone)
        today = clock.day_number(clock.local(moment, zone).date())
        found = (
            levels.list_levels(context.store, state=state_sql(), today=today, source=source, sku=sku)
            if at is None
            else levels.levels_at(context.store, at=moment, state=past_state_sql(), today=today, source=source, sku=sku)
        )
    if as_json:
        print_json({"levels": [shapes.level(row) for row in found]})
        return
    rows = [
        (row["source"], row["codigo"], row["nombre"], row["nombre_sucursal"], row["nombre_bodega"])
        + (number(row["stock"]), number(row["stock_minimo"]), number(row["stock_maximo"]), row["state"])
        for row in found
    ]
    table(
        ("source", "code", "product", "branch", "warehouse", "stock", "minimum", "maximum", "state"),
        rows,
        right=[5, 6, 7],
    )


def _zone(store: Store, source: str | None) -> str:
    """The shop's zone: of the named source, else of the first there is."""
    if source is not None:
        return sources.get_source(store, source).timezone
    return next((each.timezone for each in sources.list_sources(store)), "UTC")


@stock.command("history")
@click.argument("sku")
@click.option("--since", default="30d", show_default=True, callback=duration, help="How far back: 12h, 30d.")
@click.option("--source", help="Only of this source.")
@as_json
def history(sku: str, since: float, source: str | None, as_json: bool) -> None:
    """Every change of a product's levels."""
    with opened() as context:
        zone = _zone(context.store, source)
        found = levels.history(context.store, sku, since=context.now() - int(since * 1000), source=source)
        if not found and not levels.history(context.store, sku, since=0, source=source):
            raise UsageTrouble(f"No product has the code '{sku}'; 'alertd stock' lists them.")
    if as_json:
        print_json({"codigo": sku, "changes": [shapes.change(row) for row in found]})
        return
    rows = [
        (local_time(row["at"], zone), row["nombre_sucursal"], row["nombre_bodega"], number(row["stock"]))
        + (number(row["stock_minimo"]),)
        for row in found
    ]
    table(("when", "branch", "warehouse", "stock", "minimum"), rows, right=[3, 4])


COMMANDS = [stock]
