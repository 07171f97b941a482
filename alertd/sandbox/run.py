"""Run a stand-in server in the foreground until it is told to stop. Wording its errors is left to the command line."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import TextIO

from alertd.sandbox import smartbis, smartepi
from alertd.sandbox.smartpyme import DEFAULT_KEY, Life, PortTaken, Shop, serve

__all__ = ["PortTaken", "run_smartbis", "run_smartepi", "run_smartpyme"]

DEFAULT_PORT = 8081
_LOOK_SECONDS = 0.2


def run_smartpyme(
    port: int = DEFAULT_PORT,
    products: int = 500,
    seed: int = 1,
    dialect: str = "deployed",
    pace: float = 30.0,
    *,
    host: str = "127.0.0.1",
    history_days: int = 90,
    stop: threading.Event | None = None,
    out: TextIO | None = None,
) -> None:
    """Serve an invented shop until SIGINT, SIGTERM or `stop`. `pace` is events a minute; at 0 the shop stands still.

    Raises `PortTaken` before anything is printed when somebody else listens there.
    """
    stop = stop or threading.Event()
    shop = Shop.seeded(products=products, seed=seed, dialect=dialect, history_days=history_days)
    life = Life(shop, pace, Random(seed)) if pace > 0 else None
    with ExitStack() as resources:
        server = resources.enter_context(serve(shop, host, port, life=life))
        signalled = resources.enter_context(_signals())
        say = out or sys.stdout
        say.write(f"ready {server.url} key {DEFAULT_KEY}\n")
        say.write(f"dialect {dialect}, {products} products, seed {seed}, {pace:g} events a minute\n")
        say.write(f"controls {server.origin}/_sandbox/\n")
        say.flush()
        _until(stop, signalled)


def run_smartepi(
    port: int = DEFAULT_PORT,
    products: int = 60,
    seed: int = 1,
    pace: float = 30.0,
    *,
    host: str = "127.0.0.1",
    history_days: int = 60,
    stock_field: str | None = None,
    stop: threading.Event | None = None,
    out: TextIO | None = None,
) -> None:
    """Serve an invented works until SIGINT, SIGTERM or `stop`. Its products tell stock only under `stock_field`.

    Raises `PortTaken` before anything is printed when somebody else listens there.
    """
    works = smartepi.Organisation.seeded(
        products=products, days=history_days, seed=seed, stock_field=stock_field, empty_every=5
    )
    life = smartepi.Life(works, pace) if pace > 0 else None
    with ExitStack() as resources:
        server = resources.enter_context(smartepi.serve(works, host, port, life=life))
        signalled = resources.enter_context(_signals())
        say = out or sys.stdout
        say.write(f"ready {server.url} key {smartepi.DEFAULT_KEY}\n")
        told = f"stock under '{stock_field}'" if stock_field else "no stock told"
        say.write(f"{products} products ({told}), seed {seed}, {pace:g} events a minute\n")
        say.write(f"webhook secret {smartepi.DEFAULT_SECRET}; controls {server.origin}/_sandbox/\n")
        say.flush()
        _until(stop or threading.Event(), signalled)


def run_smartbis(
    port: int = DEFAULT_PORT,
    products: int = 10,
    seed: int = 1,
    pace: float = 30.0,
    *,
    host: str = "127.0.0.1",
    envelope: str = "paged",
    stop: threading.Event | None = None,
    out: TextIO | None = None,
) -> None:
    """Serve an invented loyalty programme until SIGINT, SIGTERM or `stop`.

    Raises `PortTaken` before anything is printed when somebody else listens there.
    """
    programme = smartbis.Programme.seeded(rewards=products, seed=seed, envelope=envelope)
    life = smartbis.Life(programme, pace) if pace > 0 else None
    with ExitStack() as resources:
        server = resources.enter_context(smartbis.serve(programme, host, port, life=life))
        signalled = resources.enter_context(_signals())
        say = out or sys.stdout
        say.write(f"ready {server.url} key {smartbis.DEFAULT_KEY} secret {smartbis.DEFAULT_SECRET}\n")
        say.write(f"{products} rewards, lists come '{envelope}', seed {seed}, {pace:g} events a minute\n")
        say.write(f"controls {server.origin}/_sandbox/\n")
        say.flush()
        _until(stop or threading.Event(), signalled)


def _until(stop: threading.Event, signalled: list[int]) -> None:
    while not signalled:
        if stop.wait(_LOOK_SECONDS):
            break


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The stop signals that came in: the handler only notes them. Earlier handlers are put back afterwards."""
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    earlier = {number: signal.signal(number, lambda got, _frame: came.append(got)) for number in numbers}
    try:
        yield came
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
