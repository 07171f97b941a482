"""The commands that stay: `serve`, `worker`, `demo`, `sandbox`. Each ends cleanly on Ctrl-C or SIGTERM."""

import logging

import click

from ..engine.service import Service, heed_signals, let_somebody_in
from ..errors import Trouble, UsageTrouble
from .output import opened

DIALECTS = ("documented", "deployed", "unified")
ENVELOPES = ("bare", "data", "paged")


@click.command()
@click.option("--no-worker", is_flag=True, help="Only the page; run 'alertd worker' beside it.")
def serve(no_worker: bool) -> None:
    """The page and the worker in one process: the way alertd is meant to be deployed."""
    with opened(logging.INFO) as context:
        wait = heed_signals()
        service = Service(context, work=not no_worker)
        link = let_somebody_in(context)
        service.start()
        click.echo(f"alertd: the page is at {service.url}", err=True)
        if link:
            click.echo(f"alertd: open this link once, within a day, to create the administrator: {link}", err=True)
        wait()
        click.echo("alertd: stopping; what is on its way is finished first ...", err=True)
        service.stop()


@click.command()
def worker() -> None:
    """The worker alone: polls and sends, without the page."""
    with opened(logging.INFO) as context:
        wait = heed_signals()
        service = Service(context, page=False)
        service.start()
        wait()
        click.echo("alertd: stopping; what is on its way is finished first ...", err=True)
        service.stop()


@click.command()
@click.option("--products", default=500, show_default=True, type=click.IntRange(1, 200_000))
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--dialect", default="deployed", show_default=True, type=click.Choice(DIALECTS))
def demo(products: int, seed: int, dialect: str) -> None:
    """The whole product on an invented shop: no account needed, nothing kept."""
    from ..demo import run_demo

    run_demo(products=products, seed=seed, dialect=dialect)


@click.command()
@click.argument("kind")
@click.option("--port", default=9001, show_default=True, type=click.IntRange(0, 65_535), help="0 takes any free one.")
@click.option("--products", default=500, show_default=True, type=click.IntRange(0, 200_000))
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--dialect", default="deployed", show_default=True, type=click.Choice(DIALECTS))
@click.option("--pace", default=30.0, show_default=True, type=click.FloatRange(0), help="Events a minute, or 0.")
@click.option("--history-days", default=90, show_default=True, type=click.IntRange(0, 730), help="Sales of the past.")
@click.option("--stock-field", help="smartepi: the field in which products tell their stock; none tell any else.")
@click.option(
    "--envelope", default="paged", show_default=True, type=click.Choice(ENVELOPES), help="smartbis: of lists."
)
def sandbox(
    kind: str,
    port: int,
    products: int,
    seed: int,
    dialect: str,
    pace: float,
    history_days: int,
    stock_field: str | None,
    envelope: str,
) -> None:
    """A stand-in for an upstream system, over real HTTP. KIND is smartpyme, smartepi or smartbis."""
    from ..sandbox.run import PortTaken, run_smartbis, run_smartepi, run_smartpyme

    try:
        if kind == "smartpyme":
            run_smartpyme(port, products, seed, dialect, pace, history_days=history_days)
        elif kind == "smartepi":
            run_smartepi(port, products, seed, pace, history_days=min(history_days, 60), stock_field=stock_field)
        elif kind == "smartbis":
            run_smartbis(port, products, seed, pace, envelope=envelope)
        else:
            raise UsageTrouble(f"There is no sandbox called '{kind}'; there is smartpyme, smartepi and smartbis.")
    except PortTaken:
        raise Trouble(f"Port {port} is taken; choose another with --port, or 0 for any free one.") from None


COMMANDS = [demo, serve, worker, sandbox]
