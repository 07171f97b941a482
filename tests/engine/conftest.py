"""A small shop behind a real port, and the engine that reads it. Retries do not wait."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from alertd.sandbox.smartpyme import Shop, serve

from .workbench import Clock, Workbench, row


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Three tries as ever, without the pauses between them."""
    stamina.set_testing(True, attempts=3, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Workbench]]:
    """A maker of connected shops; without products unless the test adds them."""
    made: list[Workbench] = []

    def build(dialect: str = "deployed", products: int = 0, **options: Any) -> Workbench:
        clock = Clock()
        shop = Shop.empty(dialect=dialect, clock=clock)
        for number in range(1, products + 1):
            shop.add_product(id=number, nombre=f"Cosa {number:04}", codigo=f"C-{number}", inventarios=[row(10, 4)])
        bench = Workbench(shop, serve(shop), clock, tmp_path / f"shop{len(made)}")
        made.append(bench)
        bench.connect(**options)
        return bench

    yield build
    for bench in made:
        bench.server.close()
        bench.close()


@pytest.fixture
def bench(make: Callable[..., Workbench]) -> Workbench:
    """Three products, each with ten in stock and a minimum of four, read once."""
    found = make(products=3)
    assert found.poll().complete
    return found
