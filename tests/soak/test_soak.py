"""The quick parts of the soak as tests, and that its table and its judge tell the truth about what they are given."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from alertd.notify.register import register
from alertd.notify.worker import deliver_pass
from alertd.sandbox.smartpyme import Shop, serve
from alertd.store import outbox
from tests.engine.workbench import WAREHOUSE, Clock, Workbench, row

from . import day
from .__main__ import table
from .judging import PATIENCE_TURNS, Judge
from .stage import Line, Receiver


def test_a_clock_that_jumps_loses_nothing_and_ends_nothing(tmp_path: Path):
    """Forward and back by hours and days: each product that ran out is told once, and no alert ends by the clock."""
    line = day.clock_jumps(tmp_path)
    assert (line.lost, line.duplicates, line.wrong) == (0, 0, [])
    assert line.alerts == len(day.JUMPS)


def test_two_simulated_hours_with_everything_at_once_lose_nothing(tmp_path: Path):
    """The programme of the day that `make soak` lives to its end, in a twelfth of the time."""
    line = day.whole_day(tmp_path, turns=24, products=120)
    assert (line.lost, line.two_ids, line.wrong) == (0, 0, [])
    assert line.polls > 48
    assert "4 of them killed" in line.note


def test_the_table_counts_what_was_lost():
    """A suite that cannot fail proves nothing."""
    bad = Line("a trial", polls=3, alerts=2, lost=1, wrong=["it broke"])
    assert not bad.ok
    told = table([bad, Line("another")])
    assert "lost 1;" in told
    assert "WRONG a trial: it broke" in told


class Court(Workbench):
    """One product that is low, one channel that was told of it, and a judge who has seen nothing wrong yet."""

    def begin(self, receiver: Receiver) -> None:
        self.receiver = receiver
        register(
            self.context.store, self.context.vault, name="gancho", url=receiver.url, now=self.clock.moment()
        )  # fmt: skip
        self.connect()
        self.judge = Judge(self.context, {"gancho": receiver})
        self.cycle("sweep")
        self.deliver()

    def deliver(self) -> None:
        self.clock.forward(minutes=1)
        now = self.clock.moment()
        deliver_pass(self.context.store, self.context.vault, url="http://x", now=now, clock=self.clock.moment)

    def wrong(self, turns: int = 1) -> dict[str, int]:
        for _ in range(turns):
            self.judge.turn()
        return {what: count for what, count in self.judge.wrong.items() if count}


@pytest.fixture
def court(tmp_path: Path) -> Iterator[Court]:
    stamina.set_testing(True, attempts=1)
    clock, receiver = Clock(), Receiver()
    shop = Shop.empty(dialect="deployed", clock=clock)
    shop.add_product(id=1, nombre="Café", codigo="C-1", inventarios=[row(2, 4)])
    made = Court(shop, serve(shop), clock, tmp_path)
    made.begin(receiver)
    yield made
    made.server.close()
    made.close()
    receiver.close()
    stamina.set_testing(False)


def test_the_judge_finds_nothing_where_nothing_is_wrong(court: Court):
    """Told once, and it arrived."""
    assert court.wrong() == {}
    assert (court.judge.lost(), court.judge.two_ids()) == ([], [])
    assert court.judge.answers["told"] == 1


def test_the_judge_misses_a_message_that_never_arrived(court: Court):
    """The database says that it was sent; whoever should have it does not."""
    court.receiver.arrivals.clear()
    assert court.wrong() == {"sent, and never arrived": 1}
    assert len(court.judge.lost()) == 1


def test_the_judge_misses_what_was_neither_told_nor_held(court: Court):
    """As if nobody had ever thought of it; a moment of patience, then it is told."""
    for forgotten in ("told", "message_alert", "message"):
        court.context.store.execute(f"DELETE FROM {forgotten}")
    assert court.wrong(PATIENCE_TURNS) == {}
    assert court.wrong() == {"neither told nor held": 1}


def test_the_judge_sees_one_beginning_told_under_two_ids(court: Court):
    """The same words in a second message."""
    assert court.wrong() == {}
    store = court.context.store
    (sent,) = store.rows("SELECT channel_id, content FROM message")
    outbox.enqueue(
        store, channel_id=sent["channel_id"], channel="gancho", content=sent["content"], rule="low", source="tienda",
        severity="warning", now=court.clock.moment(),
    )  # fmt: skip
    court.deliver()
    assert court.wrong() == {}
    assert len(court.judge.two_ids()) == 1


def test_the_judge_hears_what_was_said_in_a_silence_or_in_the_quiet_hours(court: Court):
    """It has its own idea of both, and does not ask the one it judges."""
    court.judge.silenced.append((WAREHOUSE, 0, court.clock.moment()))
    court.judge.quiet_rule = "low"
    assert court.wrong() == {"told in the quiet hours": 1, "told while silenced": 1}


def test_the_table_in_the_docs_has_the_columns_that_are_printed():
    """docs/operations.md shows one, and says how each column is read."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    head = table([]).split("\n")[1]
    assert f"```text\n{head}\n" in page
    columns = re.split(r"\s{2,}", head)[1:]
    assert [column for column in columns if f"`{column}`" not in page] == []
