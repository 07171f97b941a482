"""Twenty-four simulated hours with everything at once, and a clock that jumps: the engine with a clock handed in.

The living, misbehaving shop of `tests.engine.simulation`, with a channel that comes and goes, upkeep every six hours,
restarts in between; judged by what was really on the shelves and by what the channel took.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import stamina

from alertd.engine.pruning import Caretaker
from alertd.engine.tending import Tender
from alertd.notify.register import register
from alertd.notify.worker import deliver_pass
from alertd.sandbox.smartpyme import Shop, serve
from alertd.store import open_store
from tests.engine.simulation import WRONG, Simulation
from tests.engine.workbench import WAREHOUSE, Clock, Workbench, row

from .stage import Line, Receiver

TURNS_A_DAY = 288
HOUR = 3_600_000


class Day(Simulation):
    """The simulation, and all that a service does beside polling."""

    def begin(self, receiver: Receiver) -> None:
        """Add the channel and count what is told."""
        self.receiver = receiver
        self.restarts = 0
        context = self.bench.context
        register(context.store, context.vault, name="gancho", url=receiver.url, now=self.clock.moment())

    def beside(self) -> None:
        """One interval of everything else."""
        context, turn = self.bench.context, self.counts["turns"]
        if turn % 40 == 20:
            self.restart()
        Tender(context).turn()
        if turn % 72 == 71:
            Caretaker(context).turn()
        if self.dice.random() > 0.15:
            deliver_pass(context.store, context.vault, url="http://x", now=self.clock.moment(), clock=self.clock.moment)

    def restart(self) -> None:
        """The process is gone and comes back: nothing but the file is left of it."""
        context = self.bench.context
        path = context.store.path
        context.store.close()
        context.store = open_store(path)
        context.store.execute("PRAGMA synchronous = OFF")
        context.rules = type(context.rules)(context.store, context.rules_folder)
        self.restarts += 1

    def untold(self) -> int:
        """Alerts that fire and that no message which arrived spoke of."""
        rows = self.bench.context.store.execute(
            "SELECT a.id, group_concat(m.key) FROM alert a LEFT JOIN message_alert l ON l.alert_id = a.id"
            " LEFT JOIN message m ON m.id = l.message_id WHERE a.state = 'firing' GROUP BY a.id"
        )
        return sum(not any(self.receiver.arrivals[key] for key in (keys or "").split(",")) for _, keys in rows)


def own_size() -> tuple[int, float]:
    """Open files and resident memory of this process."""
    status = Path("/proc/self/status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return len(list(Path("/proc/self/fd").iterdir())), resident / 1024


def whole_day(folder: Path, turns: int = TURNS_A_DAY) -> Line:
    """Every fault at once, a turn every five minutes."""
    stamina.set_testing(True, attempts=3, cap=True)
    receiver = Receiver()
    day = Day(folder, seed=11, products=300)
    day.begin(receiver)
    looks = []
    try:
        for number in range(turns):
            day.turn()
            day.beside()
            if number in (turns // 6, turns - 1):
                looks.append(own_size())
        context = day.bench.context
        for _ in range(3):
            deliver_pass(
                context.store, context.vault, url="http://x", now=day.clock.moment() + HOUR, clock=day.clock.moment
            )
        line = _judge(day, receiver)
        hours = turns * day.every / 3600
        line.name = f"{hours:.0f} hours, everything at once"
        line.files, line.memory = (looks[0][0], looks[-1][0]), (looks[0][1], looks[-1][1])
        line.note = f"{day.restarts} restarts, {sum(v for k, v in day.counts.items() if k.startswith('fault'))} faults"
        return line
    finally:
        stamina.set_testing(False)
        day.close()
        receiver.close()


def _judge(day: Day, receiver: Receiver) -> Line:
    wrong = [f"{name}: {day.counts[name]}" for name in WRONG if day.counts[name]]
    return Line(
        "",
        polls=day.counts["polls"],
        alerts=day.counts["fired"],
        lost=day.untold() + day.counts["missed low"],
        duplicates=sum(count - 1 for count in receiver.arrivals.values()),
        wrong=wrong,
    )


JUMPS = (("forward", 3), ("back", -2), ("a day forward", 24), ("two days back", -48), ("forward", 30), ("back", -1))


def clock_jumps(folder: Path) -> Line:
    """The clock is set forward and back by hours and days; each time a product runs out and must be told, once."""
    stamina.set_testing(True, attempts=1)
    clock, receiver, counts = Clock(), Receiver(), Counter[str]()
    shop = Shop.empty(dialect="deployed", clock=clock)
    for number in range(1, 30):
        shop.add_product(id=number, nombre=f"Cosa {number}", codigo=f"C-{number}", inventarios=[row(10, 4)])
    bench = Workbench(shop, serve(shop), clock, folder)
    bench.connect()
    context = bench.context
    register(context.store, context.vault, name="gancho", url=receiver.url, now=clock.moment())

    def turn() -> None:
        clock.forward(minutes=5)
        for _ in range(2):
            bench.turn()
        Tender(context).turn()
        deliver_pass(context.store, context.vault, url="http://x", now=clock.moment(), clock=clock.moment)
        counts["polls"] = context.store.value("SELECT count(*) FROM poll")

    try:
        turn()
        for number, (_, hours) in enumerate(JUMPS, start=1):
            shop.set_level(number, WAREHOUSE, stock=Decimal(1))
            clock.forward(hours=hours)
            for _ in range(3):
                turn()
        told = context.store.value(
            "SELECT count(DISTINCT l.alert_id) FROM message_alert l JOIN message m ON m.id = l.message_id"
            " WHERE m.state = 'sent'"
        )
        ended = context.store.value("SELECT count(*) FROM alert WHERE state = 'resolved'")
        return Line(
            "the clock jumps", polls=counts["polls"], alerts=len(JUMPS), lost=len(JUMPS) - told,
            duplicates=sum(count - 1 for count in receiver.arrivals.values()),
            wrong=[f"{ended} alerts ended by the clock"] if ended else [],
            note=", ".join(f"{name} {abs(hours)} h" for name, hours in JUMPS),
        )  # fmt: skip
    finally:
        stamina.set_testing(False)
        bench.server.close()
        bench.close()
        receiver.close()
