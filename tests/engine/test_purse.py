"""The hourly budget of a key: counted here, shared by every process, and never overdrawn."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer

from alertd.engine.cycle import due_lanes
from alertd.engine.opening import open_reader
from alertd.engine.purse import ALLOWANCE, Purse
from alertd.errors import SourceTrouble
from alertd.sandbox.smartpyme import DEFAULT_KEY
from alertd.store import budget, open_store, polls

from .workbench import WAREHOUSE, Workbench

Make = Callable[..., Workbench]


def spend(bench: Workbench, used: int) -> None:
    """Pretend that so many calls were made in this hour, there and here."""
    bench.shop.quota.set_used(DEFAULT_KEY, used, bench.clock.now)
    budget.at_least(bench.context.store, bench.source.budget_key, bench.clock.moment(), used)


def counted(bench: Workbench) -> int:
    return budget.used(bench.context.store, bench.source.budget_key, bench.clock.moment())


def test_every_call_is_counted_as_the_server_counts_it(bench: Workbench) -> None:
    """After a turn with sweep, sales and returns both counters agree."""
    bench.turn()
    assert counted(bench) == bench.used() > 10


def test_the_last_calls_of_the_hour_are_the_sweeps(bench: Workbench) -> None:
    """From 700 on the other lanes wait, so that the stock goes on being read."""
    spend(bench, ALLOWANCE.plain - ALLOWANCE.reserve)
    for lane in ("low", "sales", "returns"):
        assert bench.poll(lane).error_kind == "quota"
    assert bench.poll("sweep").complete
    assert bench.shop.call_log()["counts"].get("GET /api/external/v1/sales") is None


def test_a_spent_budget_sends_nothing_until_the_hour_turns(bench: Workbench) -> None:
    """No call leaves, and the lane is due a little after the full hour."""
    spend(bench, ALLOWANCE.plain)
    before = bench.shop.call_log()["total"]
    assert bench.poll("sweep").error_kind == "quota"
    assert bench.shop.call_log()["total"] == before
    wait = bench.lane("sweep")["next_due_at"] - bench.clock.moment()
    assert 50 * 60_000 + 3_000 <= wait <= 50 * 60_000 + 90_000
    bench.clock.forward(minutes=51, seconds=40)
    assert bench.poll("sweep").complete


def test_a_429_stops_the_key_until_the_hour_turns(bench: Workbench) -> None:
    """The server says so although we had counted less: not one more call in this hour, from any lane."""
    bench.shop.faults.add("429", times=1)
    assert bench.poll("sweep").error_kind == "quota"
    before = bench.shop.call_log()["total"]
    for lane in ("sweep", "low", "sales", "returns"):
        assert bench.poll(lane).error_kind == "quota"
    reader, _ = open_reader(bench.context, bench.source)
    with pytest.raises(SourceTrouble, match="budget"):
        reader.product(1)
    reader.close()
    assert bench.shop.call_log()["total"] == before
    bench.clock.forward(minutes=52)
    assert bench.poll("sweep").complete


def test_dated_calls_use_their_larger_allowance_only_where_no_sweep_is_waiting(make: Make) -> None:
    """One counter serves both: beyond a thousand they would stop the sweep for the rest of the hour."""
    bench = make(products=3, every=7200.0, sweep_every=7200.0)
    bench.turn()
    spend(bench, 1500)
    assert bench.poll("sales").complete
    polls.postpone(bench.context.store, bench.source.id, "low", 0)
    bench.context.store.execute("UPDATE lane SET next_due_at = 0 WHERE name = 'sweep'")
    assert bench.poll("sales").error_kind == "quota"


def test_the_servers_own_count_is_taken_over_where_it_is_higher(make: Make) -> None:
    """The documented server tells what is left; somebody else may draw on the same key."""
    bench = make("documented", products=3)
    bench.shop.quota.set_used(DEFAULT_KEY, 640, bench.clock.now)
    bench.poll("sweep")
    assert counted(bench) == bench.used() == 641


def test_a_server_that_allows_less_is_believed(make: Make) -> None:
    """A few calls an hour: we stop before it has to refuse us."""
    bench = make("documented", products=3)
    bench.shop.quota.standard, bench.shop.quota.with_date_filters = 10, 20
    refused = 0
    for _ in range(15):
        refused += bench.poll("sweep").error_kind == "quota"
    assert refused == 5 and all(call["status"] == 200 for call in bench.shop.call_log()["last"])


def test_two_sources_with_one_key_share_its_budget(bench: Workbench) -> None:
    """The counter belongs to the key, not to our name for it."""
    other = bench.connect("otra")
    spend(bench, 500)
    assert budget.used(bench.context.store, other.budget_key, bench.clock.moment()) == 500


def test_processes_that_draw_on_one_budget_together_never_overdraw_it(bench: Workbench) -> None:
    """Four real processes take as fast as they can; exactly the limit is let through."""
    script = (
        "import sys\n"
        "from alertd.store import budget, open_store\n"
        "store = open_store(sys.argv[1])\n"
        "print(sum(budget.take(store, 'k', 3600_000 * 5, limit=150) is None for _ in range(60)))\n"
    )
    path = bench.context.store.path
    children = [
        subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    taken = [int(child.communicate()[0]) for child in children]
    assert sum(taken) == 150 and budget.used(bench.context.store, "k", 3600_000 * 5) == 150


def test_the_budget_survives_a_restart(bench: Workbench) -> None:
    """What was spent before the process ended stays spent."""
    spend(bench, 640)
    again = open_store(bench.context.store.path)
    assert budget.used(again, bench.source.budget_key, bench.clock.moment()) == 640
    again.close()


def test_a_refused_key_stops_every_lane_after_one_call(bench: Workbench) -> None:
    """No storm of sign-ins: one refusal, and nothing more until a person asks."""
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.clock.forward(hours=2)
    before = bench.shop.call_log()["total"]
    done = bench.turn()
    assert [(poll.lane, poll.error_kind) for poll in done.polls] == [("sweep", "key")]
    assert "refused the key" in str(done.polls[0].error) and DEFAULT_KEY not in str(done.polls[0].error)
    for _ in range(5):
        bench.clock.forward(hours=1)
        assert bench.turn().polls == []
    assert bench.shop.call_log()["total"] == before + 1
    for lane in ("sweep", "low", "sales", "returns"):
        assert "refused the key" in bench.lane(lane)["stopped"]


def test_a_person_who_polls_by_hand_lets_a_mended_key_go_on(bench: Workbench) -> None:
    """One good call and every lane runs again."""
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.clock.forward(hours=2)
    bench.turn()
    assert bench.cycle(*due_lanes(bench.context, bench.source, foreground=True)).failed
    bench.shop.keys.add(DEFAULT_KEY)
    assert bench.poll("sweep").complete
    assert {bench.lane(lane)["stopped"] for lane in ("sweep", "low", "sales", "returns")} == {None}


def test_levels_stay_as_they_were_while_the_key_is_refused(bench: Workbench) -> None:
    """A refused key says nothing about the shelves."""
    bench.shop.set_level(1, WAREHOUSE, stock=1)
    bench.poll()
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.clock.forward(hours=2)
    bench.turn()
    assert bench.alerts() == [(1, "warning")] and len(bench.levels()) == 3


def test_what_the_server_says_never_raises_our_budget(bench: Workbench) -> None:
    """It may know of more calls than we do, never of fewer."""
    purse = Purse(bench.context, bench.source)
    spend(bench, 900)
    purse.told(999, 1000, False)
    assert counted(bench) == 900
    purse.told(1900, 2000, True)
    assert counted(bench) == 900
    purse.told(900, 2000, True)
    assert counted(bench) == 1100


def test_a_429_that_says_how_long_is_believed(bench: Workbench, httpserver: HTTPServer) -> None:
    """A server may name the seconds; then the key does not rest until the hour turns."""
    refusal = {"success": False, "error": "Too many requests", "code": 429}
    httpserver.expect_request("/v1/inventory").respond_with_json(refusal, status=429, headers={"Retry-After": "7"})
    with bench.context.store.write():
        bench.context.store.execute("UPDATE source SET base_url = ?", (httpserver.url_for("/v1/"),))
    assert bench.poll().error_kind == "quota"
    assert bench.lane("sweep")["next_due_at"] == bench.clock.moment() + 7_000
    bench.clock.forward(seconds=8)
    httpserver.clear()
    with bench.context.store.write():
        bench.context.store.execute("UPDATE source SET base_url = ?", (bench.server.url,))
    assert bench.poll().complete
