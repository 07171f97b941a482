"""A shop behind a real port, read by the real engine, with one clock for both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import stamina

from alertd.clock import moment
from alertd.engine.context import Context, open_context
from alertd.engine.cycle import run_cycle
from alertd.reconcile.report import Line, Report, reconcile
from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve
from alertd.settings import read_settings
from alertd.store import sources
from alertd.store.sources import Source

MORNING = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
MAIN = "Bodega Principal"


@dataclass
class Bench:
    """A shop, its server, and the engine's context on a home of its own. Nothing waits; the clock is moved by hand."""

    shop: Shop
    server: RunningServer
    home: Path
    clock: "Clock"
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        rules = self.home / "rules"
        rules.mkdir(parents=True, exist_ok=True)
        settings = read_settings({"ALERTD_HOME": str(self.home / "home"), "ALERTD_RULES": str(rules)})
        self.context = open_context(settings)
        self.context.now = self.clock.moment
        self.context.dice = Random(7)
        sources.add_source(
            self.context.store, self.context.vault, name="tienda", kind="smartpyme", base_url=self.server.url,
            secrets={"api_key": DEFAULT_KEY}, timezone="America/El_Salvador", every=300.0, sweep_every=None,
            now=self.clock.moment(),
        )  # fmt: skip

    @property
    def source(self) -> Source:
        return sources.get_source(self.context.store, "tienda")

    def poll(self, *lanes: str, hours: float = 1.0) -> None:
        """A cycle of these lanes, or of all, and then so much time."""
        done = run_cycle(self.context, self.source, lanes or ("sweep", "sales", "returns"))
        assert not done.failed, [poll.error for poll in done.polls]
        self.clock.forward(hours=hours)

    def report(self, **more: Any) -> Report:
        """Everything since the first snapshot."""
        return reconcile(self.context.store, self.source, 0, self.clock.moment(), **more)

    def line(self, code: str) -> Line:
        return next(line for line in self.report().lines if line.codigo == code)

    def product(self, code: str, stock: float, *, bodega: str = MAIN, **more: Any) -> int:
        """A product with one shelf."""
        usual = [{"nombre_bodega": bodega, "stock": stock, "stock_minimo": more.pop("minimo", None)}]
        told = {"costo": 2, "costo_promedio": 2, "inventarios": usual, **more}
        return self.shop.add_product(nombre=f"Producto {code}", codigo=code, **told)


@dataclass
class Clock:
    """The one clock of shop and engine."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def moment(self) -> int:
        return moment(self.now)

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    stamina.set_testing(True, attempts=2, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """A maker of empty shops in a dialect."""
    made: list[Bench] = []

    def build(dialect: str = "deployed") -> Bench:
        clock = Clock()
        shop = Shop.empty(dialect=dialect, clock=clock)
        shop.add_warehouse(MAIN, "Sucursal Central")
        shop.add_warehouse("Bodega Norte", "Sucursal Norte")
        bench = Bench(shop, serve(shop), tmp_path / f"shop{len(made)}", clock)
        made.append(bench)
        return bench

    yield build
    for bench in made:
        bench.server.close()
        bench.context.store.close()


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()
