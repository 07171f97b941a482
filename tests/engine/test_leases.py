"""Two servers on one database: a lane is one server's at a time, and a server that died is not waited for long."""

from collections.abc import Callable

from alertd.engine.holding import LEASE_SECONDS
from alertd.store import polls

from .workbench import WAREHOUSE, Workbench


def other_takes(bench: Workbench, lane: str) -> bool:
    """Whether another server gets the lane now."""
    return polls.lease_lane(
        bench.context.store,
        bench.source.id,
        lane,
        worker="other:1:a.b",
        now=bench.clock.moment(),
        seconds=LEASE_SECONDS,
    )


def at_each_page(bench: Workbench, happens: Callable[[], None]) -> None:
    bench.context.progress = lambda _source, _lane, _page, _pages: happens()


def test_a_server_killed_elsewhere_is_waited_for_three_minutes(bench: Workbench) -> None:
    """Nobody here can see whether its process lives; its lease says how long it may be silent."""
    assert other_takes(bench, "sweep")
    assert bench.cycle("sweep").polls == []
    bench.clock.forward(minutes=2, seconds=59)
    assert bench.cycle("sweep").polls == []
    bench.clock.forward(seconds=1)
    assert bench.poll().complete


def test_a_long_reading_is_nobody_elses(bench: Workbench) -> None:
    """A first history of many pages, a minute and a half each: the other server is refused at every one of them."""
    bench.shop.sell([(1, 1)], WAREHOUSE)
    refused: list[bool] = []

    def happens() -> None:
        bench.clock.forward(seconds=90)
        refused.append(not other_takes(bench, "sales"))

    at_each_page(bench, happens)
    done = bench.poll("sales")
    assert (done.complete, done.new, all(refused)) == (True, 1, True)
    assert len(refused) * 90 > 5 * LEASE_SECONDS
    assert other_takes(bench, "sales"), "it was given back"


def test_who_was_silent_for_too_long_writes_nothing(bench: Workbench) -> None:
    """The other server has begun: what was read before is old, so neither stock nor a message comes of it."""
    bench.poll()
    before, bench.context.progress = bench.levels(), bench.context.progress
    bench.shop.set_level(1, WAREHOUSE, stock=0)
    bench.clock.forward(hours=1)

    def happens() -> None:
        bench.clock.forward(minutes=4)
        assert other_takes(bench, "sweep")

    at_each_page(bench, happens)
    done = bench.poll()
    assert (done.complete, done.error_kind, bench.levels()) == (False, "stopped", before)
    assert bench.context.store.value("SELECT count(*) FROM message") == 0 and bench.alerts() == []
    assert bench.lane("sweep")["lease_by"] == "other:1:a.b", "the other one keeps it"
