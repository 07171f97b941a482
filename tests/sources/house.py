"""A house with a real database and a clock that moves when told to, for tests of whole polls against a stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertd.engine.context import Context, open_context
from alertd.engine.cycle import Cycle, run_sources
from alertd.settings import read_settings
from alertd.store import levels, options, sources
from alertd.store.polls import Poll
from alertd.store.sources import Source

NOW = 1_795_000_000_000
LOW = """
name: bajo
on: stock
when: stock <= 3
severity: high
"""


@dataclass
class House:
    """One home folder. `slept` are the waits that were asked for; none of them was sat out."""

    folder: Path
    rules: str = LOW
    now: int = NOW
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[float], None] | None = None

    def __post_init__(self) -> None:
        rules = self.folder / "rules"
        rules.mkdir(parents=True, exist_ok=True)
        (rules / "rules.yaml").write_text(self.rules)
        settings = read_settings({"ALERTD_HOME": str(self.folder / "home"), "ALERTD_RULES": str(rules)})
        self.context: Context = open_context(settings)
        self.context.now = lambda: self.now
        self.context.sleep = self._sleep
        self.store = self.context.store

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.on_sleep:
            self.on_sleep(seconds)

    def seconds(self) -> float:
        """The clock as a stand-in wants it."""
        return self.now / 1000

    def forward(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def connect(
        self, kind: str, url: str, name: str = "fonte", zone: str = "America/Sao_Paulo", **secrets: str
    ) -> Source:
        return sources.add_source(
            self.store, self.context.vault, name=name, kind=kind, base_url=url, secrets=secrets, timezone=zone,
            every=300.0, sweep_every=None, now=self.now,
        )  # fmt: skip

    def settle(self, name: str = "fonte", **found: str | None) -> None:
        key = sources.get_source(self.store, name).id
        options.put(self.store, key, {option.replace("__", "."): value for option, value in found.items()})

    def settled(self, name: str = "fonte") -> dict[str, str]:
        return options.of(self.store, sources.get_source(self.store, name).id)

    def cycle(self, *names: str, lane: str | None = None) -> Cycle:
        """A minute later, one cycle in the foreground."""
        self.forward(60)
        return run_sources(self.context, names, lane)

    def poll(self, lane: str = "sweep", name: str = "fonte") -> Poll:
        return self.cycle(name, lane=lane).polls[0]

    def stock(self) -> dict[str, float]:
        """By name, what is on the shelf of every product that is there."""
        rows = self.store.execute("SELECT name, stock FROM stock_row WHERE present AND NOT gone")
        return dict(rows.fetchall())

    def products(self) -> set[str]:
        """The names of the products of the last snapshot."""
        return {name for (name,) in self.store.execute("SELECT name FROM product WHERE absent_at IS NULL")}

    def firing(self) -> set[str]:
        rows = self.store.execute(
            "SELECT p.name FROM alert a JOIN product p ON p.id = a.product_id WHERE state='firing'"
        )
        return {name for (name,) in rows}

    def everything_written(self) -> str:
        """Every byte of the home folder as text, the log of the database included."""
        self.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files: list[Any] = [path for path in (self.folder / "home").rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


__all__ = ["LOW", "NOW", "House", "levels"]
