"""What saving a rule on the page means for what fires: renamed, edited, removed, and judged without waiting."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from alertd.engine.authoring import Desk, preview
from alertd.engine.hooks import evaluate_due
from alertd.rules.load import load_text
from alertd.store import alerts, ruleversions
from alertd.store.glimpse import OutOfTimeError, glimpse
from alertd.web.rule_actions import Wish

from .workbench import LOW_RULE, Workbench, row


@pytest.fixture
def firing(make: Callable[..., Workbench]) -> Workbench:
    """One product below its minimum, and its alert."""
    bench = make()
    bench.shop.add_product(id=1, nombre="Aceite", codigo="A-1", inventarios=[row(2, 4)])
    bench.poll()
    assert states(bench) == [("low", "firing", None)]
    return bench


def states(bench: Workbench) -> list[tuple[str, str, str | None]]:
    return [(each["rule"], each["state"], each["resolved_reason"]) for each in alerts.list_alerts(bench.context.store)]


def save(bench: Workbench, was: str, change: Callable[[str], str]) -> None:
    desk = Desk(bench.context)
    found = desk.read(was)
    assert found is not None
    outcome = desk.save(Wish(change(found.text), was, found.mark, "marta"))
    assert outcome.name, outcome
    bench.clock.forward(seconds=1)
    evaluate_due(bench.context)


def test_a_rule_that_is_renamed_and_edited_at_once_keeps_its_alerts(firing: Workbench) -> None:
    """The files alone could not tell that it is the same rule; the page told."""
    before = alerts.list_alerts(firing.context.store)[0]
    save(firing, "low", lambda text: text.replace("name: low", "name: poco").replace("warning: true", "high: true"))
    assert states(firing) == [("poco", "firing", None)]
    after = alerts.list_alerts(firing.context.store)[0]
    assert (after["id"], after["since"], after["severity"]) == (before["id"], before["since"], "high")
    assert [each.what for each in ruleversions.of_rule(firing.context.store, "poco")] == ["renamed", "found"]


def test_a_saved_rule_is_judged_without_waiting_for_a_poll(firing: Workbench) -> None:
    """Within a turn of the worker; what it no longer speaks of is withdrawn."""
    save(firing, "low", lambda text: text.replace("stock <= stock_minimo and", "stock < 1 and"))
    assert [state for _, state, _ in states(firing)] == ["resolved"]


def test_removing_a_rule_ends_its_alerts_with_that_reason(firing: Workbench) -> None:
    """And its file is gone."""
    desk = Desk(firing.context)
    found = desk.read("low")
    assert found is not None
    assert desk.remove("low", found.mark, "marta").name == "low"
    firing.clock.forward(seconds=1)
    evaluate_due(firing.context)
    assert states(firing) == [("low", "resolved", "withdrawn")]
    assert desk.read("low") is None


def test_a_preview_that_takes_too_long_is_given_up(firing: Workbench) -> None:
    """The page says so; the connection is free again at once, and nothing is left half done."""
    store = firing.context.store
    with pytest.raises(OutOfTimeError), glimpse(store, 0.0) as look:
        look.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        ).fetchone()
    rule = load_text(LOW_RULE, "x").rules[0]
    assert preview(firing.context, rule, "es").count == 1


def test_a_preview_does_not_wait_for_a_poll_that_writes(firing: Workbench) -> None:
    """It reads what was there before; where it would have to write figures first, it gives way."""
    rule = load_text(LOW_RULE, "x").rules[0]
    measured = load_text(LOW_RULE.replace("stock <= stock_minimo", "days_of_cover < 900"), "x").rules[0]
    with firing.context.store.write():
        assert preview(firing.context, rule, "es").count == 1
        assert preview(firing.context, measured, "es").late
    assert not preview(firing.context, measured, "es").late


def test_a_preview_counts_no_further_than_it_must(make: Callable[..., Workbench], monkeypatch) -> None:
    """The first ones and "more than": no list of a whole catalogue is made while somebody types."""
    bench = make(products=9)
    bench.poll()
    monkeypatch.setattr("alertd.engine.authoring.MOST_COUNTED", 5)
    rule = load_text(LOW_RULE.replace("stock <= stock_minimo", "stock > 0"), "x").rules[0]
    found = preview(bench.context, replace(rule, enabled=False), "es")
    assert (found.count, found.more) == (5, True)
