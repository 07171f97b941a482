"""A machine whose clock was wrong for a while: what was seen in a future that never came is history all the same."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from alertd.clock import moment
from alertd.reconcile.report import Report, reconcile
from alertd.sandbox.smartpyme import Shop, serve
from alertd.store import levels
from tests.engine.workbench import WAREHOUSE, Clock, Workbench, row


class Machine(Workbench):
    """A workbench whose own clock may be wrong; the shop's is right."""

    wrong = timedelta()

    def start(self) -> None:
        self.context.now = lambda: moment(self.clock.now + self.wrong)
        self.connect()
        for _ in range(3):
            self.clock.forward(hours=1)
            self.turn()

    def sell(self, product: int, count: int = 1) -> None:
        """Five minutes later somebody buys something, and alertd looks."""
        self.clock.forward(minutes=4)
        self.shop.sell([(product, count)], WAREHOUSE, estado="Pagada")
        self.clock.forward(minutes=1)
        self.cycle("sweep", "sales", "returns")

    def report(self) -> Report:
        return reconcile(self.context.store, self.source, 0, self.context.now(), every=True)

    def held(self, product: int) -> float | None:
        """What the history says is there now."""
        found = levels.levels_at(self.context.store, at=self.context.now(), state="''", today=0)
        return next(each["stock"] for each in found if each["id"] == product)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    clock = Clock()
    shop = Shop.empty(dialect="deployed", clock=clock)
    for number in (1, 2):
        shop.add_product(id=number, nombre=f"Cosa {number}", codigo=f"C-{number}", inventarios=[row(20, 2)])
    made = Machine(shop, serve(shop), clock, tmp_path)
    made.start()
    yield made
    made.server.close()
    made.close()


@pytest.mark.parametrize("hours", [2, -1, 30, -30, 24 * 365, -24 * 365])
def test_a_clock_that_was_wrong_for_a_while_leaves_no_false_difference(machine: Machine, hours: int) -> None:
    """Ahead or behind: what was sold meanwhile is sold, nothing is missing, and the history ends with what is there."""
    machine.sell(1)
    machine.wrong = timedelta(hours=hours)
    machine.sell(1, 2)
    machine.sell(2, 4)
    machine.wrong = timedelta()
    machine.sell(1, 3)
    for _ in range(3):
        machine.clock.forward(hours=1)
        machine.cycle("sweep", "sales", "returns")
    lines = {line.codigo: line for line in machine.report().lines}
    told = [(lines[code].sold, lines[code].actual, lines[code].unexplained) for code in ("C-1", "C-2")]
    assert told == [(6.0, 14.0, 0.0), (4.0, 16.0, 0.0)]
    assert not any(line.parts for line in lines.values())
    assert (machine.held(1), machine.held(2)) == (14, 16)
    assert machine.context.store.execute("SELECT count(*) FROM variance").fetchone() == (0,)


def test_a_clock_that_is_behind_takes_nothing_from_the_history(machine: Machine) -> None:
    """A machine without a clock of its own starts in another decade: what was seen before stays as it was."""
    machine.sell(1)
    machine.sell(1)
    steps, snapshots = (machine.context.store.rows(f"SELECT * FROM {table}") for table in ("stock_change", "snapshot"))
    machine.wrong = timedelta(days=-9_000)
    machine.sell(1)
    machine.sell(2)
    now = machine.context.store.rows("SELECT * FROM stock_change")
    assert [step for step in now if step["at"] <= max(step["at"] for step in steps)] == steps
    assert machine.context.store.rows("SELECT * FROM snapshot") == snapshots
    assert {step["stock"] for step in now if step not in steps} == {17, 19}


def test_what_is_missing_while_the_clock_is_wrong_is_found_once_it_is_right(machine: Machine) -> None:
    """Two units go without a document in the hour that never was."""
    machine.sell(1)
    machine.wrong = timedelta(hours=2)
    machine.shop.set_level(1, WAREHOUSE, stock=Decimal(17))
    machine.sell(2)
    machine.wrong = timedelta()
    machine.sell(2)
    machine.sell(2)
    (line,) = [line for line in machine.report().lines if line.codigo == "C-1"]
    assert (line.actual, line.unexplained) == (17.0, -2.0)
    assert machine.context.store.rows("SELECT units FROM variance") == [{"units": -2.0}]
