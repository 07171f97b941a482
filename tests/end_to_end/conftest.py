"""The real command line in child processes, a stand-in shop on loopback, and real receivers at the end of channels."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve

from .house import House
from .receivers import PostOffice, WebService

COFFEE, RICE = 1, 2
FAR = 0.04
WAREHOUSE = "Bodega Principal"


class HeldPages:
    """Hangs every page but the first of the catalogue until it is let go, so that a test can act in the middle."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.reached = threading.Event()
        self._free = threading.Event()

    def hold(self) -> None:
        """Hang from now on. The first page takes as long as one from a far server does."""
        self._shop.faults.sleep = self._wait
        self._shop.faults.add("slow", path="inventory", times=1, seconds=FAR)
        self._shop.faults.add("slow", path="inventory", after=1)

    def _wait(self, seconds: float) -> None:
        if seconds == FAR:
            self._free.wait(FAR)
            return
        self.reached.set()
        self._free.wait(30)

    def let_go(self) -> None:
        self._shop.faults.clear()
        self._free.set()


@pytest.fixture
def house(alertd) -> Iterator[House]:
    made = House()
    yield made
    made.close()


@pytest.fixture
def web_service() -> Iterator[WebService]:
    made = WebService()
    yield made
    made.close()


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    made = PostOffice()
    yield made
    made.close()


@pytest.fixture
def shop() -> Shop:
    """Two products in one warehouse, both comfortably above their minimum."""
    made = Shop.empty(dialect="deployed")
    for identity, name in ((COFFEE, "Café molido Ñandú"), (RICE, "Arroz precocido")):
        made.add_product(id=identity, nombre=name, codigo=f"P-{identity}", inventarios=[stock(10, 4)])
    return made


def stock(units: float, minimum: float | None = None) -> dict[str, object]:
    return {"nombre_bodega": WAREHOUSE, "stock": units, "stock_minimo": minimum}


@pytest.fixture
def upstream(shop: Shop) -> Iterator[RunningServer]:
    with serve(shop) as server:
        yield server


@pytest.fixture
def held_pages(shop: Shop, upstream: RunningServer) -> Iterator[HeldPages]:
    made = HeldPages(shop)
    yield made
    made.let_go()


@pytest.fixture
def connected(house: House, alertd: Callable[..., Any], upstream: RunningServer) -> House:
    """A home that the shop is connected to, its first reading done: nothing is low."""
    add_shop(alertd, upstream)
    alertd("poll", "tienda", "--lane", "sweep")
    return house


def add_shop(run: Callable[..., Any], upstream: RunningServer, *more: str) -> None:
    run("source", "add", "smartpyme", "tienda", "--base-url", upstream.url, "--api-key", DEFAULT_KEY, *more)
