"""One connected shop with a clock that stands still: the real engine over real HTTP, without a loop around it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from alertd.clock import moment
from alertd.engine.context import Context, open_context
from alertd.engine.cycle import Cycle, due_lanes, run_cycle
from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop
from alertd.settings import read_settings
from alertd.store import alerts, polls, sources
from alertd.store.polls import Poll
from alertd.store.sources import Source

NOON = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
WAREHOUSE = "Bodega Principal"
LOW_RULE = """
name: low
on: stock
query: {enable: 1}
when: stock <= stock_minimo and stock_minimo > 0
severity: {critical: stock <= 0, warning: true}
"""


@dataclass
class Clock:
    """The one clock of shop and engine. It moves when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def moment(self) -> int:
        return moment(self.now)

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class Workbench:
    """A shop, its server, and the engine's context on a home of its own."""

    shop: Shop
    server: RunningServer
    clock: Clock
    home: Path
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        folder = self.home / "rules"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "low.yaml").write_text(LOW_RULE, encoding="utf-8")
        settings = read_settings({"ALERTD_HOME": str(self.home / "home"), "ALERTD_RULES": str(folder)})
        self.context = open_context(settings)
        # No test here pulls the plug of the machine; thousands of commits need not reach the disk.
        self.context.store.execute("PRAGMA synchronous = OFF")
        self.context.now = self.clock.moment
        self.context.dice = Random(7)

    def rule(self, text: str, name: str = "low") -> None:
        """Replace the one rule, or add another."""
        (self.home / "rules" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def connect(self, name: str = "tienda", **options: Any) -> Source:
        told: dict[str, Any] = {"every": 300.0, "sweep_every": None, "timezone": "America/El_Salvador", **options}
        secrets = {"api_key": told.pop("api_key", DEFAULT_KEY)}
        return sources.add_source(
            self.context.store,
            self.context.vault,
            name=name,
            kind="smartpyme",
            base_url=told.pop("base_url", self.server.url),
            secrets=secrets,
            now=self.clock.moment(),
            **told,
        )

    @property
    def source(self) -> Source:
        return sources.get_source(self.context.store, "tienda")

    def cycle(self, *lanes: str) -> Cycle:
        return run_cycle(self.context, self.source, lanes)

    def poll(self, lane: str = "sweep") -> Poll:
        """One lane, now, due or not."""
        return self.cycle(lane).polls[0]

    def turn(self) -> Cycle:
        """What the loop would do now."""
        return self.cycle(*due_lanes(self.context, self.source))

    def levels(self) -> dict[tuple[int, str], float | None]:
        """What is believed of each present level."""
        rows = self.context.store.rows("SELECT external_id, warehouse, stock FROM stock_row WHERE present AND NOT gone")
        return {(row["external_id"], row["warehouse"]): row["stock"] for row in rows}

    def alerts(self, state: str = "firing") -> list[tuple[int, str]]:
        """Subject and severity of every alert in a state."""
        return sorted((row["subject"]["id"], row["severity"]) for row in alerts.list_alerts(self.context.store, state))

    def lane(self, name: str) -> dict[str, Any]:
        return polls.lanes(self.context.store, self.source.id)[name]

    def calls(self, beginning: str = "") -> list[str]:
        """The last calls, without the root of the API."""
        last = self.shop.call_log()["last"]
        found = [call["path"].partition("/v1/")[2] for call in last]
        return [path for path in found if path.startswith(beginning)]

    def used(self) -> int:
        """Calls the shop has counted in this hour."""
        return self.shop.quota.used(DEFAULT_KEY, self.clock.now)

    def dump(self, *without: str) -> list[str]:
        """Every table of the database as text, but for the record of polls, leases and calls."""
        skipped = ("poll", "lane", "budget", "tally", *without)
        return [
            line
            for line in self.context.store.connection.iterdump()
            if not any(f'INSERT INTO "{table}"' in line for table in skipped)
        ]

    def close(self) -> None:
        self.context.store.close()


def row(stock: Any, minimo: Any = None, bodega: str = WAREHOUSE, **more: Any) -> dict[str, Any]:
    return {"nombre_bodega": bodega, "stock": stock, "stock_minimo": minimo, **more}
