"""`alertd buying`: what to order today, the terms of buying, and what is on its way."""

from dataclasses import asdict
from typing import Any

import click

from ..buying.learning import learn
from ..buying.listing import Line, Purchases, Supplier, Transfer, purchases
from ..buying.saying import read_terms
from ..clock import rfc3339
from ..engine.context import Context
from ..errors import UsageTrouble
from ..people import default_name
from ..reconcile.ordering import TERMS, Said
from ..rules.suggest import did_you_mean
from ..store import buying as stored
from ..store import sources, supply
from ..store.sources import Source
from .output import as_json, local_time, number, opened, print_json, table

_FLAGS = {
    "lead_days": ("--lead", "DAYS", "How many days an order takes to come."),
    "lead_spread": ("--lead-spread", "DAYS", "By how many days that differs."),
    "review_days": ("--review", "DAYS", "How often one orders: 1 is daily, 7 weekly."),
    "safety_days": ("--safety", "DAYS", "Days of sales kept in reserve."),
    "service": ("--service", "PERCENT", "The reserve by level of service instead: 90, 95, 98 or 99."),
    "coverage_days": ("--coverage", "DAYS", "How many days an order should last."),
    "pack": ("--pack", "UNITS", "How many come in a pack."),
    "least": ("--least", "UNITS", "The least that can be ordered of a product."),
    "cutoff": ("--cutoff", "HH:MM", "Until when orders are taken for the day."),
}


@click.group()
def buying() -> None:
    """What to order today, by supplier; how each one delivers; what is on its way."""


def _terms_options(command: Any) -> Any:
    for name, (flag, metavar, text) in reversed(_FLAGS.items()):
        command = click.option(flag, name, metavar=metavar, help=text)(command)
    return command


def _whose(command: Any) -> Any:
    """Which terms are meant: those of a product, a supplier, or the whole source."""
    command = click.option("--sku", metavar="CODE", help="Of one product, by its code.")(command)
    command = click.option("--supplier", metavar="NAME", help="Of one supplier.")(command)
    return click.argument("source")(command)


def _subject(context: Context, source: Source, supplier: str | None, sku: str | None) -> tuple[str | None, int]:
    if supplier and sku:
        raise UsageTrouble("Terms belong to a supplier or to a product; give --supplier or --sku, not both.")
    if sku:
        return None, int(stored.product_of_code(context.store, source.id, sku)["id"])
    if supplier:
        known = stored.suppliers(context.store, source.id)
        found = next((each for each in known if stored.folded(each) == stored.folded(supplier)), None)
        if found is None:
            hint = did_you_mean(supplier, known) or "Write it as the products name it."
            raise UsageTrouble(f"No product of '{source.name}' comes from '{supplier}'. {hint}")
        return found, 0
    return None, 0


@buying.command("set")
@_whose
@_terms_options
@click.option("--by", metavar="NAME", help="Who says so; default: the name of whoever runs this.")
@as_json
def set_(
    source: str, supplier: str | None, sku: str | None, by: str | None, as_json: bool, **typed: str | None
) -> None:
    """Say how SOURCE, one of its suppliers or one of its products is bought. An empty value ('') takes a term back."""
    given = {name: text for name, text in typed.items() if text is not None}
    if not given:
        raise UsageTrouble("Nothing was said; give at least one term, such as --lead 3 or --pack 12.")
    with opened() as context:
        shop = sources.get_source(context.store, source)
        name, product_id = _subject(context, shop, supplier, sku)
        with context.store.write():
            before = stored.said_of(context.store, shop.id, supplier=name, product_id=product_id)
            said = read_terms(given, before)
            stored.say(
                context.store, shop.id, said, supplier=name, product_id=product_id, by=by or default_name(),
                now=context.now(),
            )  # fmt: skip
    if as_json:
        print_json({"source": source, "supplier": name, "codigo": sku, "terms": asdict(said)})
    click.echo(f"{sku or name or source}: {_told(asdict(said))}", err=True)


def _told(terms: dict[str, Any]) -> str:
    said = [f"{_FLAGS[key][0].lstrip('-')} {terms[key]}" for key in TERMS if terms[key] is not None]
    return ", ".join(said) or "nothing of its own"


@buying.command("remove")
@_whose
@as_json
def remove(source: str, supplier: str | None, sku: str | None, as_json: bool) -> None:
    """Forget the terms of SOURCE, of one supplier or of one product; the next wider ones hold."""
    with opened() as context:
        shop = sources.get_source(context.store, source)
        name, product_id = (supplier, 0) if supplier and not sku else _subject(context, shop, supplier, sku)
        if not stored.unsay(context.store, shop.id, supplier=name, product_id=product_id, now=context.now()):
            raise UsageTrouble(f"Nothing was said of {sku or name or source}; 'alertd buying list' shows what was.")
    if as_json:
        print_json({"source": source, "supplier": name, "codigo": sku, "terms": asdict(Said())})
    click.echo(f"The terms of {sku or name or source} are forgotten.", err=True)


@buying.command("list")
@click.argument("source", required=False)
@as_json
def list_(source: str | None, as_json: bool) -> None:
    """What to order today by supplier, the worst first; the terms that were said; what is on its way."""
    with opened() as context:
        store = context.store
        shops = [sources.get_source(store, source)] if source else sources.list_sources(store)
        found = [purchases(store, shop, context.now()) for shop in shops if shop.snapshot_at is not None]
        only = shops[0].id if source else None
        terms, coming = stored.list_terms(store, only), supply.open_orders(store, only)
        learnt = [(shop.name, each) for shop in shops for each in learn(supply.lead_times(store, shop.id))]
    if as_json:
        times = [
            {"source": name, "supplier": each.supplier or None, "orders": each.orders, "median_days": each.median,
             "p90_days": each.p90}
            for name, each in learnt
        ]  # fmt: skip
        print_json({
            "sources": [_document(each) for each in found],
            "terms": [_term(row) for row in terms],
            "on_order": [_order(row) for row in coming],
            "lead_times": times,
        })  # fmt: skip
        return
    for each in found:
        _show(each)
    if terms:
        click.echo("Terms")
        for row in terms:
            click.echo(f"  {row['source']}, {row['code'] or row['supplier'] or 'every product'}: {_told(row)}")
    for row in coming:
        size = number(row["quantity"]) if row["quantity"] is not None else "some"
        click.echo(f"on its way: {size} {row['product']}, expected by {local_time(row['expected_at'])} UTC")


def _show(found: Purchases) -> None:
    click.echo(f"{found.source}: {len(found.lines)} products to order, about {number(found.amount)}")
    for supplier in found.suppliers:
        until = f", orders until {supplier.terms.cutoff}" if supplier.terms.cutoff else ""
        click.echo(f"\n{supplier.name or 'Without a supplier'}: about {number(supplier.amount)}{until}")
        rows = [
            (line.code or "", line.name, f"{line.branch} / {line.warehouse}", number(line.stock), number(line.quantity))
            + (number(line.packs), number(line.amount), line.why)
            for line in supplier.lines
        ]
        table(("code", "product", "place", "stock", "order", "packs", "amount", "why"), rows, right=[3, 4, 5, 6])
    for each in found.transfers:
        click.echo(
            f"Before buying: {number(each.quantity)} {each.line.name} from {each.branch} to {each.line.branch}"
            f" ({number(each.spare)} too many there)"
        )
    click.echo("")


def _document(found: Purchases) -> dict[str, Any]:
    return {
        "source": found.source,
        "at": rfc3339(found.at),
        "read_at": rfc3339(found.read_at),
        "amount": found.amount,
        "suppliers": [_supplier(each) for each in found.suppliers],
        "transfers": [_transfer(each) for each in found.transfers],
    }


def _supplier(found: Supplier) -> dict[str, Any]:
    return {
        "supplier": found.name,
        "cutoff": found.terms.cutoff,
        "amount": found.amount,
        "lines": [_line(each) for each in found.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "codigo": line.code,
        "nombre": line.name,
        "nombre_sucursal": line.branch,
        "nombre_bodega": line.warehouse,
        "why": line.why,
        "stock": line.stock,
        "stock_minimo": line.minimum,
        "stock_maximo": line.maximum,
        "on_order": line.on_order,
        "days_of_cover": line.cover,
        "daily_sales": line.daily,
        "reorder_point": line.point,
        "quantity": line.quantity,
        "pack": line.pack,
        "packs": line.packs,
        "cost": line.cost,
        "amount": line.amount,
        "note": line.note,
    }


def _transfer(each: Transfer) -> dict[str, Any]:
    return {
        "codigo": each.line.code,
        "nombre": each.line.name,
        "from": each.branch,
        "to": each.line.branch,
        "quantity": each.quantity,
        "saved": each.saved,
    }


def _term(row: dict[str, Any]) -> dict[str, Any]:
    names = {"source": row["source"], "supplier": row["supplier"], "codigo": row["code"], "nombre": row["product"]}
    return {**names, **{name: row[name] for name in TERMS}}


def _order(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source": row["source"],
        "codigo": row["code"],
        "nombre": row["product"],
        "nombre_sucursal": row["branch"],
        "nombre_bodega": row["warehouse"],
        "supplier": row["supplier"],
        "quantity": row["quantity"],
        "remaining": row["remaining"],
        "ordered_at": rfc3339(row["ordered_at"]),
        "expected_at": rfc3339(row["expected_at"]),
        "by": row["by"],
    }


@buying.command("cancel")
@click.argument("order", type=int, metavar="ORDER")
def cancel(order: int) -> None:
    """An order on its way was not placed after all; 'alertd buying list --json' tells its id."""
    with opened() as context:
        if not supply.cancel(context.store, order, context.now()):
            raise UsageTrouble(f"There is no order {order} on its way.")
    click.echo(f"Order {order} counts no more.", err=True)


COMMANDS = [buying]
