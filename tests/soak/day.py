"""Twenty-four simulated hours with everything at once, and a clock that jumps: the engine with a clock handed in.

The living, misbehaving shop of `tests.engine.simulation` with dispensers beside it (`works`), three channels that fail
each in its own way, people who edit rules, silence and snooze, a full disk, a process that is killed, and a clock of
alertd's own that is set wrong. Judged by what was really on the shelves, by what the receivers took, and by whether
every channel was told or had a reason (`judging`).
"""

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import stamina

from alertd.clock import moment
from alertd.engine.cycle import Cycle, due_lanes, run_cycle, run_sources
from alertd.engine.holding import free_lanes_of_the_dead
from alertd.engine.hooks import evaluate_due
from alertd.engine.loop import Ailment
from alertd.engine.pruning import Caretaker
from alertd.engine.tending import Tender
from alertd.notify.register import register
from alertd.notify.worker import deliver_pass
from alertd.reconcile.report import reconcile
from alertd.sandbox.smartpyme import Shop, serve
from alertd.store import budget, open_store, polls
from tests.engine.simulation import DAMAGE, WRONG, Simulation
from tests.engine.workbench import WAREHOUSE, Clock, Workbench, row

from . import works
from .judging import Judge
from .programme import HAPPENINGS, LEAST, MANY_UNITS, PROGRAMME, QUIET, RULES, Happening
from .stage import Line, Receiver

TURNS_A_DAY = 288
PACE = (1, 1, 1, 1, 1, 1, 1, 2, 4, 6, 6, 6, 6, 4, 4, 6, 6, 6, 4, 2, 1, 1, 1, 1)
"""Events a minute by the hour of the shop's clock: people come by day."""
ZONE = timedelta(hours=-6)
"""The shop's clock against ours."""
UNREADABLE = frozenset(("upstream away", "the key is refused", "full", "readonly"))
LONGEST_UNREAD = 15
"""Turns: the quota may be gone for an hour, and the next try comes a quarter of an hour later at most."""


class KilledError(BaseException):
    """The process is gone, in the middle of whatever it did."""


class Watched:
    """The shop as its life sees it; what moves without a document is kept, by product."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.undocumented: dict[int, Decimal] = defaultdict(Decimal)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    def move(self, product_id: int, warehouse: Any, delta: Decimal) -> None:
        before = self._held(product_id)
        self.shop.move(product_id, warehouse, delta)
        self.undocumented[product_id] += self._held(product_id) - before

    def _held(self, product_id: int) -> Decimal:
        product = self.shop.products.get(product_id)
        return sum((level.stock for level in product.inventarios), Decimal(0)) if product else Decimal(0)


class Day(Simulation):
    """The simulation, and all that a service and its people do beside polling."""

    def begin(self, length: int) -> None:
        """Connect everything, read the shop once in peace, and count from there."""
        context = self.bench.context
        self.length = length
        self.skew = timedelta()
        self.going: list[Happening] = []
        self.doomed_at_page = self.doomed_at_message = False
        self.still, self.closed = True, False
        self.taken_before = self.unread = 0
        self.repeatable: set[str] = set()
        context.now = lambda: moment(self.clock.now + self.skew)
        context.sleep = lambda seconds: None
        self.receivers = {name: Receiver() for name in ("gancho", "compras", "diario")}
        for name, receiver in self.receivers.items():
            digest = "08:00" if name == "diario" else None
            register(
                context.store, context.vault, name=name, url=receiver.url, digest=digest, now=context.now()
            )  # fmt: skip
        self.works = works.Works(context, self.clock, self.dice, self.counts)
        self._write_rules()
        self.life.shop = self.watched = Watched(self.shop)  # type: ignore[assignment]
        self._awake()
        self.judge = Judge(context, self.receivers, quiet_rule=QUIET)
        self.turn()
        self.watched.undocumented.clear()
        self.still = False
        self.began_at = context.now()

    def _write_rules(self) -> None:
        for name, text in RULES.items():
            self.bench.rule(f"name: {name}\n" + text.format(least=LEAST, units=MANY_UNITS), name)
        self.bench.rule(works.RULE, "epi")

    def _awake(self) -> None:
        """What a process does when it starts."""
        context = self.bench.context
        self.ailment, self.tender, self.caretaker = Ailment(context), Tender(context), Caretaker(context)
        self.ailment.over()
        free_lanes_of_the_dead(context.store, context.now())
        polls.close_interrupted(context.store, context.now())
        budget.forget_before(context.store, context.now())

    # One turn

    def turn(self) -> None:
        """An interval of everything."""
        self.life.pace = 0 if self.closed else PACE[(self.clock.now + ZONE).hour]
        self._programme()
        super().turn()
        for part in (self._dispensers, self._tend, self._deliver, self._care):
            self._survive(part)
        self._survive(lambda: self.judge.turn(patient=self.ailment.word is not None))

    def look(self) -> Cycle:
        """Poll the shop; nothing was polled where the process died or the database failed."""
        cycle = self._survive(self._poll) or Cycle()
        if not UNREADABLE.isdisjoint(each.name for each in self.going) or any(
            poll.lane == "sweep" and poll.complete for poll in cycle.polls
        ):
            self.unread = 0
        self.unread += 1
        self.counts["most turns unread"] = max(self.counts["most turns unread"], self.unread)
        return cycle

    def _poll(self) -> Cycle:
        context, source = self.bench.context, self.bench.source
        stopped = any(row["stopped_kind"] == "key" for row in polls.lanes(context.store, source.id).values())
        if stopped and "the key is refused" not in [each.name for each in self.going]:
            self.counts["key mended"] += 1
            return run_sources(context, [source.name])
        cycle = run_cycle(context, source, due_lanes(context, source))
        self.ailment.over()
        return cycle

    def _meanwhile(self, *told: object) -> None:
        if self.doomed_at_page:
            self._die()
        if not self.still:
            super()._meanwhile(*told)

    def _misbehave(self) -> None:
        if not self.still:
            super()._misbehave()

    def _events(self) -> None:
        if not self.still:
            super()._events()

    def _dispensers(self) -> None:
        # Who counts at the very second at which somebody takes something cannot know whether it was counted.
        counting = self.counts["turns"] in (2, self.length * 9 // 20)
        if counting:
            self.works.fill_up()
        self.works.poll(faults=not self.still)
        if not (self.still or counting):
            self.works.hand_out()

    def _tend(self) -> None:
        evaluate_due(self.bench.context)
        self.tender.turn()

    def _deliver(self) -> None:
        if not self.still and self.dice.random() < 0.15:
            return
        context = self.bench.context
        before = {name: receiver.arrivals.copy() for name, receiver in self.receivers.items()}
        try:
            self.counts["messages sent"] += deliver_pass(
                context.store, context.vault, url="http://x", now=context.now(), clock=self._clock_of_sender
            )["sent"]
        except (KilledError, sqlite3.Error):
            # What was taken and could not be written down comes again, under its own id.
            for name, receiver in self.receivers.items():
                self.repeatable |= set(receiver.arrivals - before[name])
            raise

    def _clock_of_sender(self) -> int:
        taken = sum(map(len, (receiver.arrivals for receiver in self.receivers.values())))
        if self.doomed_at_message and taken > self.taken_before:
            self._die()
        return self.bench.context.now()

    def _care(self) -> None:
        if self.counts["turns"] % 40 == 20:
            self.restart()
        if self.counts["turns"] % 72 == 71:
            self.caretaker.turn()

    # Dying and living on

    def _survive(self, part: Callable[[], Any]) -> Any:
        """As the loop does: a fault of the database is told and lived through, a process that is gone is started."""
        try:
            return part()
        except KilledError:
            self._revive()
        except sqlite3.Error as fault:
            self.counts[f"database fault {fault}"] += 1
            self.ailment.note(fault)
        return None

    def _die(self) -> None:
        """What lies on the disk at this moment is all that will be left."""
        self.doomed_at_page = self.doomed_at_message = False
        for ending in ("", "-wal"):
            shutil.copyfile(f"{self.bench.context.store.path}{ending}", self.folder / f"left{ending}")
        raise KilledError

    def _revive(self) -> None:
        path = self.bench.context.store.path
        self.bench.context.store.close()
        for ending in ("-wal", "-shm"):
            Path(path + ending).unlink(missing_ok=True)
        for ending in ("", "-wal"):
            shutil.copyfile(self.folder / f"left{ending}", f"{path}{ending}")
        self.restart()
        self.counts["killed"] += 1

    def restart(self) -> None:
        """The process is gone and comes back: nothing but the file is left of it."""
        context = self.bench.context
        context.store.close()
        context.store = open_store(context.store.path)
        context.store.execute("PRAGMA synchronous = OFF")
        context.rules = type(context.rules)(context.store, context.rules_folder)
        self._awake()
        self.counts["restarts"] += 1

    # The programme

    def _programme(self) -> None:
        if self.still:
            return
        number = self.counts["turns"]
        for each in [each for each in self.going if each.until <= number]:
            each.going.__exit__(None, None, None)
            self.going.remove(each)
        for name, begin, end in PROGRAMME:
            if round(begin * self.length) == number and name not in [each.name for each in self.going]:
                until = max(number + 1, round(end * self.length))
                happening = Happening(name, until, HAPPENINGS[name](self, until))
                happening.going.__enter__()
                self.going.append(happening)
                self.counts[f"happened: {name}"] += 1

    def end_of(self, turn: int) -> int:
        """The moment of a turn by alertd's clock."""
        return self.bench.context.now() + round((turn - self.counts["turns"]) * self.every * 1000)

    # The end

    def settle(self) -> None:
        """Nothing misbehaves any more: the quiet hours and the hour of the digest pass, and all is told."""
        self.still = True
        for each in self.going:
            each.going.__exit__(None, None, None)
        self.going.clear()
        if self.hidden:
            self.shop.show_warehouse(self.hidden)
        self.every = 2_460.0
        for self.closed in (False, False, True):
            self.turn()
        context = self.bench.context
        context.store.execute("UPDATE message SET due_at = 0 WHERE state = 'waiting'")
        for _ in range(3):
            self._deliver()
        self.judge.turn()

    def miscounted(self) -> int:
        """Products whose reconciliation over the day is off by another number than what moved without a document."""
        context = self.bench.context
        report = reconcile(context.store, self.bench.source, self.began_at, context.now(), every=True)
        keys = {line.product_id: line for line in report.lines}
        found = {
            identity: keys.get(key)
            for key, identity in context.store.execute(
                "SELECT id, external_id FROM product WHERE source_id = ?", (self.bench.source.id,)
            )
        }
        wrong = 0
        for product in self.shop.products.values():
            line = found.get(product.id)
            if line is None or line.unexplained is None or product.borrado:
                continue
            self.counts["products reconciled"] += 1
            wrong += line.unexplained != float(self.watched.undocumented[product.id])
        return wrong

    def missold(self) -> int:
        """Products that fire for what they sold and did not sell it, or the reverse."""
        units: Counter[int] = Counter()
        first = (self.clock.now + ZONE).date() - timedelta(days=6)
        for sale in self.shop.sales.values():
            if not sale.cotizacion and sale.estado != "Anulada" and sale.fecha >= first:
                for line in sale.detalles:
                    units[line.product_id or 0] += int(line.cantidad)
        firing = {
            int(one)
            for (one,) in self.bench.context.store.execute(
                "SELECT subject ->> 'id' FROM alert WHERE rule = 'ventas' AND state = 'firing'"
            )
        }
        there = {key for key in units if key in self.shop.products}
        return len({key for key in there if units[key] >= MANY_UNITS} ^ (firing & there))

    def close(self) -> None:
        super().close()
        self.works.server.close()
        for receiver in self.receivers.values():
            receiver.close()


def own_size() -> tuple[int, float]:
    """Open files and resident memory of this process."""
    status = Path("/proc/self/status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return len(list(Path("/proc/self/fd").iterdir())), resident / 1024


def whole_day(folder: Path, turns: int = TURNS_A_DAY, products: int = 300) -> Line:
    """Every fault at once, a turn every five minutes."""
    stamina.set_testing(True, attempts=3, cap=True)
    day = Day(folder, seed=11, products=products)
    looks = []
    try:
        day.begin(turns)
        for number in range(turns):
            day.turn()
            if number in (turns // 6, turns - 1):
                looks.append(own_size())
        day.settle()
        line = _judge(day, whole=turns >= TURNS_A_DAY)
        line.name = f"{turns * 300 / 3600:.0f} hours, everything at once"
        line.files, line.memory = (looks[0][0], looks[-1][0]), (looks[0][1], looks[-1][1])
        return line
    finally:
        stamina.set_testing(False)
        day.close()


def _judge(day: Day, *, whole: bool) -> Line:
    counts, judge = day.counts, day.judge
    counts["miscounted products"] = day.miscounted()
    counts["missold products"] = day.missold()
    counts["wrong dispensers"] = day.works.wrong()
    named = (*WRONG, "miscounted products", "missold products", "wrong dispensers")
    wrong = [f"{name}: {counts[name]}" for name in named if counts[name]]
    wrong += [f"{name}: {count}" for name, count in judge.wrong.items() if count]
    if counts["most turns unread"] > LONGEST_UNREAD:
        wrong.append(f"the shop was there and was not read for {counts['most turns unread']} turns")
    lost, two_ids = judge.lost(), judge.two_ids()
    again = {key: count - 1 for taker in day.receivers.values() for key, count in taker.arrivals.items() if count > 1}
    allowed = day.repeatable.union(*(taker.unanswered for taker in day.receivers.values()))
    wrong += [f"message {key} came again without a reason" for key in again if key not in allowed]
    if whole:
        wrong += [f"never happened: {what}" for what in _missing(day)]
    faults = sum(count for name, count in counts.items() if "fault" in name)
    return Line(
        "", polls=counts["polls"] + counts["epi polls"], alerts=counts["fired"], lost=len(lost),
        duplicates=sum(again.values()), two_ids=len(two_ids), wrong=[*wrong, *lost[:20], *two_ids[:20]],
        note=f"{faults} faults, {counts['restarts']} restarts, {counts['killed']} of them killed, "
        f"{counts['messages sent']} messages",
    )  # fmt: skip


WANTED = (
    *(f"fault {kind}" for kind in (*DAMAGE, "429")), *(f"epi fault {kind}" for kind in works.FAULTS),
    "database fault database or disk is full", "database fault attempt to write a readonly database",
    "webhook answered 200", "webhook answered 401", "epi polls failed", "key mended", "killed", "snoozed", "ordered",
    "resolved", "dispensers counted", "products reconciled", "lows looked for",
)  # fmt: skip
ANSWERED = ("told", "silenced", "quiet", "digest", "folded")
SAID = ("gancho: alerts", "compras: alerts", "diario: digest", "gancho: trouble", "storms")


def _missing(day: Day) -> list[str]:
    """What a day with everything must have seen, and this one has not."""
    wanted = ((day.counts, WANTED), (day.judge.answers, ANSWERED), (day.judge.kinds, SAID))
    return [name for seen, names in wanted for name in names if not seen[name]]


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
