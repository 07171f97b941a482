"""A shop that lives and misbehaves, polled through simulated time, and held against what was really on its shelves.

Also a program: `python -m tests.engine.simulation 1000` prints the counts of a long run; seed, products and seconds
between two polls may follow.
"""

import logging
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import stamina
import structlog

from alertd.engine.cycle import Cycle, due_lanes, run_cycle
from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, serve
from alertd.sandbox.smartpyme.life import Life

from .workbench import Clock, Workbench

Key = tuple[int, str, str]
DAMAGE = (
    "500",
    "503",
    "html",
    "mislabelled",
    "truncated",
    "reset",
    "torn",
    "total",
    "empty_page",
    "no_id",
    "text_number",
    "slow",
)
PATHS = ("inventory", "inventory", "inventory", "sales", "returns", "")
PACE = 6
PAGE_SECONDS, SLOW_SECONDS = 0.2, 2.0
WRONG = (
    "false resolve", "false gone", "false low", "false sold-out", "wrong level", "level not seen", "missed low",
    "call over budget", "call while blocked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """What a level really was at a moment."""

    stock: float
    minimum: float | None
    enabled: bool
    visible: bool

    @property
    def low(self) -> bool:
        return self.enabled and self.minimum is not None and self.minimum > 0 and self.stock <= self.minimum


@dataclass
class Simulation:
    """Turns of the loop over a shop, each judged by what was true while it lasted."""

    folder: Path
    seed: int = 1
    products: int = 420
    every: float = 300.0
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.clock = Clock()
        self.shop = Shop.seeded(
            products=self.products, seed=self.seed, history_days=12, now=self.clock.now, clock=self.clock
        )
        self.shop.faults.sleep = lambda seconds: self.clock.forward(seconds=seconds)
        self.life = Life(self.shop, PACE, Random(self.seed))
        self.bench = Workbench(self.shop, serve(self.shop), self.clock, self.folder)
        self.bench.connect(every=self.every)
        self.bench.context.progress = self._meanwhile
        self._count_refusals()
        self.facts: dict[Key, set[Fact]] = {}
        self.removed: dict[int, int] = {}
        self.last_transition = 0
        self.blocked_hour: int | None = None
        self.hidden: str | None = None

    def _count_refusals(self) -> None:
        take = self.shop.quota.take

        def counted(key, dated, now) -> bool:
            let_in = take(key, dated, now)
            self.counts["call over budget"] += not let_in
            return let_in

        self.shop.quota.take = counted  # type: ignore[method-assign]

    def _meanwhile(self, *_: object) -> None:
        """Between two pages a moment passes, and somebody buys something."""
        self.clock.forward(seconds=PAGE_SECONDS)
        if self.dice.random() < 0.2:
            self.life.live(self.clock.now, 60 / self.life.pace)
            self._observe()

    def _observe(self) -> None:
        for product in self.shop.products.values():
            for level in product.inventarios:
                key = (product.id, level.bodega.nombre, level.bodega.sucursal)
                minimum = None if level.stock_minimo is None else float(level.stock_minimo)
                self.facts.setdefault(key, set()).add(Fact(float(level.stock), minimum, product.enable, level.visible))

    def run(self, polls: int) -> Counter[str]:
        """Turn after turn until so many lanes were polled."""
        while self.counts["polls"] < polls:
            self.turn()
        self.counts["calls"] = self.shop.call_log()["total"]
        return self.counts

    def turn(self) -> None:
        """One interval of life, then what the loop would do, then the judgement."""
        self.clock.forward(seconds=self.every + self.dice.uniform(0, self.every / 15))
        self.life.live(self.clock.now, self.every)
        self._events()
        self._misbehave()
        self.facts = {}
        self._observe()
        calls, hour = self.shop.call_log()["total"], self._hour()
        cycle = self.look()
        self._observe()
        self.shop.faults.clear()
        self.counts["turns"] += 1
        self._tally(cycle, self.shop.call_log()["total"] - calls, hour)
        self._judge(cycle)

    def look(self) -> Cycle:
        """What the loop would do now."""
        return run_cycle(self.bench.context, self.bench.source, due_lanes(self.bench.context, self.bench.source))

    def _hour(self) -> int:
        return self.clock.moment() // 3_600_000

    def _events(self) -> None:
        """Now and then a product goes, or a warehouse is hidden for some hours."""
        chance = self.dice.random()
        if chance < 0.04:
            gone = self.dice.choice(list(self.shop.products))
            self.shop.remove_product(gone)
            self.removed[gone] = self.counts["turns"]
            self.counts["products removed"] += 1
        elif chance < 0.06:
            self.shop.remove_product(self.dice.choice(list(self.shop.products)), soft=True)
        elif chance < 0.16 and self.hidden is None:
            self.hidden = self.dice.choice([each for each in self.shop.warehouses if each.activa]).nombre
            self.shop.hide_warehouse(self.hidden)
            self.counts["warehouses hidden"] += 1
        elif chance < 0.25 and self.hidden is not None:
            self.shop.show_warehouse(self.hidden)
            self.hidden = None
        elif chance > 0.96:
            self.shop.add_product(
                nombre=f"Nuevo {self.counts['turns']}",
                codigo=f"N-{self.counts['turns']}",
                inventarios=[{"nombre_bodega": self.shop.warehouses[0].nombre, "stock": 20, "stock_minimo": 5}],
            )

    def _misbehave(self) -> None:
        if self.dice.random() < 0.5:
            return
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            kind = self.dice.choice(DAMAGE) if self.dice.random() > 0.02 else "429"
            path, share = self.dice.choice(PATHS), self.dice.choice((1.0, 0.5, 0.2))
            times, after = self.dice.choice((1, 2, 3, 6, None)), self.dice.choice((0, 0, 1, 2, 5))
            self.shop.faults.add(kind, path=path, probability=share, times=times, after=after, seconds=SLOW_SECONDS)
            self.counts[f"fault {kind}"] += 1

    def _tally(self, cycle: Cycle, calls: int, hour: int) -> None:
        """Count. A turn that slow answers carried over into the next `hour` is not accused of calling while blocked."""
        if self.blocked_hour == hour:
            self.counts["call while blocked"] += calls
        for poll in cycle.polls:
            self.counts["polls"] += 1
            self.counts[f"{poll.lane} {'complete' if poll.complete else 'failed'}"] += 1
            self.counts["torn and refused"] += poll.torn
            self.counts["records set aside"] += poll.quarantined
            if (
                poll.error_kind == "quota"
                and "used up" in str(poll.error)
                and "budget" not in str(poll.error)
                and hour == self._hour()
            ):
                self.blocked_hour = hour
        self.counts["most calls in an hour"] = max(
            self.counts["most calls in an hour"], self.shop.quota.used(DEFAULT_KEY, self.clock.now)
        )

    def _judge(self, cycle: Cycle) -> None:
        self._judge_transitions()
        self._judge_gone()
        swept = [poll for poll in cycle.polls if poll.lane == "sweep" and poll.complete]
        if swept and not swept[0].quarantined:
            self._judge_levels()
            self._judge_lows()

    def _judge_transitions(self) -> None:
        rows = self.bench.context.store.rows(
            "SELECT t.id, t.became, t.was, t.severity, t.reason, a.subject ->> 'id' AS product,"
            " a.subject ->> 'nombre_bodega' AS warehouse, a.subject ->> 'nombre_sucursal' AS branch"
            " FROM transition t JOIN alert a ON a.id = t.alert_id WHERE t.id > ? AND a.rule = 'low' ORDER BY t.id",
            (self.last_transition,),
        )
        for row in rows:
            self.last_transition = row["id"]
            key: Key = (int(row["product"]), row["warehouse"], row["branch"])
            facts = self.facts.get(key, set())
            if row["became"] == "resolved":
                self.counts["resolved"] += 1
                gone = "catalogue" in row["reason"]
                true = key[0] in self.removed if gone else any(not fact.low for fact in facts)
                self.counts["false gone" if gone else "false resolve"] += not true
            if row["became"] == "firing":
                self.counts["fired"] += row["was"] != "firing"
                self.counts["false low"] += not any(fact.low for fact in facts)
                true = any(fact.stock <= 0 for fact in facts) if row["severity"] == "critical" else True
                self.counts["false sold-out"] += not true
                self.counts["critical"] += row["severity"] == "critical"

    def _judge_gone(self) -> None:
        for identity, count in self.bench.context.store.execute(
            "SELECT p.external_id, count(*) FROM product p LEFT JOIN level l ON l.product_id = p.id"
            " WHERE p.source_id = ? AND (p.gone_at IS NOT NULL OR l.gone_at IS NOT NULL) GROUP BY 1",
            (self.bench.source.id,),
        ):
            self.counts["false gone"] += 0 if identity in self.removed else count

    def _judge_levels(self) -> None:
        """After a whole sweep every level that is believed was true while it was read."""
        believed = self.bench.context.store.execute(
            "SELECT external_id, warehouse, branch, stock FROM stock_row WHERE source_id = ? AND present AND NOT gone",
            (self.bench.source.id,),
        ).fetchall()
        seen = {(identity, warehouse, branch) for identity, warehouse, branch, _ in believed}
        for key, facts in self.facts.items():
            there = key[0] in self.shop.products and all(fact.visible for fact in facts)
            self.counts["level not seen"] += there and key not in seen
        for identity, warehouse, branch, stock in believed:
            true = {fact.stock for fact in self.facts.get((identity, warehouse, branch), ())}
            self.counts["levels compared"] += 1
            self.counts["wrong level"] += stock not in true
            self.counts["false sold-out"] += stock <= 0 and not any(each <= 0 for each in true)

    def _judge_lows(self) -> None:
        """After a whole sweep everything that was low all the while is firing."""
        firing = {
            (int(row[0]), row[1], row[2])
            for row in self.bench.context.store.execute(
                "SELECT subject ->> 'id', subject ->> 'nombre_bodega', subject ->> 'nombre_sucursal' FROM alert"
                " WHERE state = 'firing' AND rule = 'low'"
            )
        }
        for key, facts in self.facts.items():
            if key[0] in self.shop.products and all(fact.low and fact.visible for fact in facts):
                self.counts["lows looked for"] += 1
                self.counts["missed low"] += key not in firing

    def close(self) -> None:
        self.bench.server.close()
        self.bench.close()


def main(polls: int, seed: int, products: int, every: float) -> int:
    """Run, print the counts, and say whether anything was wrong."""
    logging.disable()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    stamina.set_testing(True, attempts=3, cap=True)
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(Path(folder), seed=seed, products=products, every=every)
        counts = simulation.run(polls)
        simulation.close()
    groups: dict[bool, list[str]] = defaultdict(list)
    for name in sorted(set(counts) | set(WRONG)):
        groups[name in WRONG].append(f"{counts[name]:>8,} {name}")
    sys.stdout.write("\n".join([*groups[False], "--- and wrong:", *groups[True], ""]))
    return int(any(counts[name] for name in WRONG))


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*(given + [1000, 1, 420, 300][len(given) :])))
