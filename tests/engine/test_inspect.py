"""What `source test` tells a person."""

from collections.abc import Callable

from alertd.engine import actions
from alertd.engine.inspect import inspect_source
from alertd.sandbox.smartpyme import DEFAULT_KEY

from .workbench import WAREHOUSE, Workbench

Make = Callable[..., Workbench]


def said(bench: Workbench) -> str:
    return "\n".join(inspect_source(bench.context, bench.source).lines())


def test_the_systems_own_word_stands_beside_ours(make: Make) -> None:
    """Where its summary works, both counts are shown, and neither changes the other."""
    bench = make("documented", products=5)
    bench.shop.set_level(1, WAREHOUSE, stock=4)
    bench.poll()
    assert "the system's own summary says 1 products low; alertd counts 1" in said(bench)


def test_a_summary_that_always_fails_is_no_outage(bench: Workbench) -> None:
    """Known of the deployed servers: said in one line, and everything else goes on."""
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.cycle("sales")
    text = said(bench)
    assert "summary of the stock does not work, which is known of this system; alertd counts 0" in text
    assert "1 sales from 2026-11-13 to 2026-11-20" in text and "alertd keeps 1" in text and "Reachable: yes" in text


def test_unknown_states_are_listed(bench: Workbench) -> None:
    """Kept, unverified, and a person can see which."""
    bench.shop.sell([(1, 1)], WAREHOUSE, estado="Apartado")
    bench.poll("sales")
    assert "1 documents of kind 'sale' are 'Apartado'; unverified" in said(bench)


def test_a_mended_server_is_asked_for_its_sales_again(make: Make) -> None:
    """The vendor repaired the list: a person asks, and the lane runs again at once."""
    bench = make("unified", products=1)
    bench.shop.sell([(1, 1)], WAREHOUSE)
    bench.turn()
    bench.clock.forward(minutes=10)
    assert "cannot list them" in said(bench) and bench.lane("sales")["stopped"]
    bench.shop.sales.clear()
    assert "cannot list them" not in said(bench) and bench.lane("sales")["stopped"] is None
    assert "sales" in [poll.lane for poll in bench.turn().polls]


def test_a_refused_key_is_one_sentence(bench: Workbench) -> None:
    """What is wrong, and where to find the key."""
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.clock.forward(hours=2)
    found = inspect_source(bench.context, bench.source)
    assert not found.reachable and "copy the API key again" in str(found.error)


def test_a_key_that_is_refused_since_is_told_as_such_on_the_page(bench: Workbench) -> None:
    """Of a system that was read before as of one that is new: what to do about it hangs on the kind of fault."""
    bench.shop.keys.revoke(DEFAULT_KEY, at_once=True)
    found = actions.check(bench.context, bench.source)
    assert (found.reachable, found.error_kind) == (False, "key") and found.error
