"""Run a stand-in server in the foreground until it is told to stop. Wording its errors is left to the command line."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import TextIO

from alertd.sandbox.smartpyme import DEFAULT_KEY, Life, PortTaken, Shop, serve

__all__ = ["PortTaken", "run_smartpyme"]

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
