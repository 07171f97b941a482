"""A shop that can be told what it has, read by the real engine over a clock that stands where it is put."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import pytest

from alertd.clock import parse_moment
from alertd.engine.calm import tell
from alertd.engine.context import Context
from alertd.engine.cycle import Cycle, run_cycle
from alertd.engine.rulebook import RuleShelf
from alertd.notify.content import Content, decode
from alertd.notify.register import register
from alertd.notify.render import Rendered, render
from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop
from alertd.sandbox.smartpyme.app import create_app
from alertd.settings import read_settings
from alertd.store import alerts, open_store, sources
from alertd.vault import Vault

ZONE = "America/El_Salvador"
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = parse_moment("2026-11-20T10:20", ZONE)
LOW = "name: bajo\ntitle: {es: Bajo el mínimo}\non: stock\nwhen: stock <= stock_minimo and stock_minimo > 0\n"
BODEGA = "Bodega Central"


class House:
    """One home folder with one source, its shop, its rules and its channels."""

    def __init__(self, home: Path, rules: str = LOW) -> None:
        self.at = START
        self.home = home
        self.shop = Shop.empty(dialect="documented", clock=lambda: datetime.fromtimestamp(self.at / 1000, UTC))
        self.rules_folder = home / "rules"
        self.rules_folder.mkdir(exist_ok=True)
        self.write_rules(rules)
        self.open()
        sources.add_source(
            self.store, self.vault, name="tienda", kind="smartpyme", base_url="http://shop.test/api/external/v1/",
            secrets={"api_key": DEFAULT_KEY}, timezone=ZONE, every=300.0, sweep_every=None, now=self.at,
        )  # fmt: skip

    def open(self) -> None:
        """Start over a database that may be there already: a restart."""
        self.store = open_store(self.home / "alertd.db")
        self.vault = Vault("a key of the tests")
        self.context = Context(
            store=self.store,
            vault=self.vault,
            settings=read_settings({"ALERTD_HOME": str(self.home)}),
            rules=RuleShelf(self.store, self.rules_folder),
            rules_folder=self.rules_folder,
            now=lambda: self.at,
            dice=Random(1),
            transport=httpx.WSGITransport(app=create_app(self.shop)),
        )

    def restart(self) -> None:
        self.store.close()
        self.open()

    def write_rules(self, text: str, name: str = "rules.yaml") -> None:
        (self.rules_folder / name).write_text(text)

    def channel(self, name: str = "correo", **more: object) -> None:
        register(self.store, self.vault, name=name, url=f"json://127.0.0.1:1/{name}", now=self.at, **more)

    def product(self, key: int, stock: float, minimum: float | None = 5, **more: object) -> None:
        level = {"nombre_bodega": BODEGA, "stock": stock, "stock_minimo": minimum}
        self.shop.add_product(
            id=key, **{"nombre": f"Producto {key}", "codigo": f"P-{key}", **more}, inventarios=[level]
        )

    def stock(self, key: int, stock: float) -> None:
        self.shop.set_level(key, BODEGA, stock=stock)

    def poll(self, lane: str = "sweep") -> Cycle:
        return run_cycle(self.context, sources.get_source(self.store, "tienda"), [lane])

    def after(self, milliseconds: int, *, poll: bool = True) -> Cycle | None:
        """Let time pass, then read."""
        self.at += milliseconds
        return self.poll() if poll else None

    def tick(self, milliseconds: int = 0) -> int:
        """Let time pass without reading, and look what is due to be told."""
        self.at += milliseconds
        book = self.context.rules.book(self.at)
        return tell(self.store, sources.get_source(self.store, "tienda"), book.rules, now=self.at)

    def contents(self, channel: str = "correo", state: str | None = None) -> list[Content]:
        """What was put into the outbox for a channel, in order."""
        rows = self.store.rows(
            "SELECT content FROM message WHERE channel = ? AND state = coalesce(?, state) ORDER BY id", (channel, state)
        )
        return [decode(row["content"]) for row in rows]

    def told(self, channel: str = "correo") -> list[list[tuple[str, str]]]:
        """The same as the bare events: for each message, event and product."""
        return [[(item.event, item.subject.nombre or "") for item in each.items] for each in self.contents(channel)]

    def events(self, channel: str = "correo") -> list[str]:
        """Every event told, over all messages."""
        return [item.event for each in self.contents(channel) for item in each.items]

    def rendered(self, channel: str = "correo", language: str = "es") -> Rendered:
        """The newest message in words."""
        return render(self.contents(channel)[-1], language, "https://avisos.tienda.test", now=self.at)

    def alert(self, key: int = 1) -> dict:
        return next(row for row in alerts.list_alerts(self.store) if row["subject"]["id"] == key)

    def fail(self, times: int = 1) -> None:
        """The shop's server has a bad time."""
        self.shop.faults.add("500", path="inventory", times=times)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def calm_house(house: House) -> House:
    """With a channel, after a first reading in which nothing was wrong."""
    house.channel()
    for key in range(1, 6):
        house.product(key, 10)
    house.poll()
    house.at += 5 * MINUTE
    return house
