"""A clock that is set back an hour or a day, a machine that sleeps for eight: nothing waits for a moment that was."""

import pytest

from alertd.engine.cycle import due_lanes, run_cycle
from alertd.engine.selfcare import tend
from alertd.engine.tending import tell_due
from alertd.engine.watching import judge_sources
from alertd.store import outbox, polls, sources

from .conftest import DAY, HOUR, LOW, MINUTE, SECOND, START, House

SILENT = "name: callada\non: source\nwhen: minutes_since_success > 360\n"
STEPS = pytest.mark.parametrize("step", [HOUR, DAY])


def source(house: House):
    return sources.get_source(house.store, "tienda")


def turn(house: House) -> list[str]:
    """What the loop would poll now; and it does."""
    due = due_lanes(house.context, source(house))
    if due:
        run_cycle(house.context, source(house), due)
    return due


@STEPS
def test_lanes_that_were_planned_for_the_future_are_due_when_the_clock_is_set_back(calm_house: House, step):
    """Else nobody would look for an hour, or a day."""
    turn(calm_house)
    assert turn(calm_house) == []
    calm_house.at -= step
    assert "sweep" in turn(calm_house)
    assert turn(calm_house) == []
    calm_house.at += 6 * MINUTE
    assert "sweep" in turn(calm_house)


@STEPS
def test_a_lane_that_was_leased_in_the_future_is_free(calm_house: House, step):
    """A process that was killed before the clock was set back must not hold a lane for that long."""
    polls.lease_lane(calm_house.store, source(calm_house).id, "sweep", worker="dead", now=calm_house.at, seconds=1800)
    calm_house.at -= step
    assert "sweep" in turn(calm_house)
    assert polls.last_poll(calm_house.store, source(calm_house).id, "sweep")["started_at"] == calm_house.at


def test_a_clock_that_is_corrected_by_a_moment_changes_no_plan(calm_house: House):
    """What a time server does all day is nothing to poll for."""
    turn(calm_house)
    calm_house.at -= 3 * SECOND
    assert turn(calm_house) == []


@STEPS
def test_what_falls_after_the_clock_was_set_back_is_told_and_nothing_twice(calm_house: House, step):
    """What was told stays told; what is new is new."""
    calm_house.stock(1, 0)
    calm_house.poll()
    calm_house.at -= step
    calm_house.stock(2, 0)
    turn(calm_house)
    assert calm_house.told() == [[("firing", "Producto 1")], [("firing", "Producto 2")]]
    calm_house.stock(1, 20)
    calm_house.at += 6 * MINUTE
    turn(calm_house)
    assert calm_house.events() == ["firing", "firing", "resolved"]


@STEPS
def test_a_message_that_waited_for_a_later_try_is_due(calm_house: House, step):
    """Its next try and its lease lie in the future of the old clock."""
    calm_house.stock(1, 0)
    calm_house.poll()
    (one,) = outbox.claim(calm_house.store, worker="w", now=calm_house.at, lease_seconds=30, limit=9)
    later = calm_house.at + 30 * MINUTE
    outbox.mark_retry(calm_house.store, one.id, worker="w", due_at=later, error="503")
    calm_house.at -= step
    again = outbox.claim(calm_house.store, worker="w", now=calm_house.at, lease_seconds=30, limit=9)
    assert [each.id for each in again] == [one.id]
    calm_house.at -= step
    held = outbox.claim(calm_house.store, worker="other", now=calm_house.at, lease_seconds=30, limit=9)
    assert [each.id for each in held] == [one.id]


def test_a_digest_comes_every_day_although_the_clock_was_wrong_by_years(calm_house: House):
    """A machine that woke up in 2031 for a moment has told of days that have not come."""
    calm_house.channel("resumen", digest="08:00")
    calm_house.at += 5 * 365 * DAY
    tell_due(calm_house.context)
    assert len(calm_house.contents("resumen")) == 1
    calm_house.at = START + DAY
    assert tell_due(calm_house.context) == 1
    assert tell_due(calm_house.context) == 0
    calm_house.at += DAY
    assert tell_due(calm_house.context) == 1


def test_a_fold_that_was_to_end_in_the_future_ends_within_a_day(calm_house: House):
    """What comes and goes is told at the next digest hour of the clock that is right now."""
    for _ in range(6):
        for stock in (4, 9):
            calm_house.stock(1, stock)
            calm_house.after(5 * MINUTE)
    told = len(calm_house.contents())
    calm_house.at -= 3 * DAY
    calm_house.tick()
    assert len(calm_house.contents()) == told + 1


def test_eight_hours_of_sleep_are_no_silence_of_the_source(calm_house: House):
    """It was the machine that slept: the first look after it decides, and one slip alone is no silence."""
    calm_house.write_rules(SILENT, "s.yaml")
    turn(calm_house)
    calm_house.at += 8 * HOUR
    assert (judge_sources(calm_house.context), tend(calm_house.context)) == (0, 0)
    calm_house.fail(1)
    turn(calm_house)
    assert tend(calm_house.context) == 0
    calm_house.at += MINUTE
    turn(calm_house)
    assert [each.trouble for each in calm_house.contents() if each.kind == "trouble"] == []


def test_eight_hours_of_sleep_count_neither_for_waiting_nor_for_keeping(calm_house: House):
    """`for: 1h` was looked at for five minutes, whatever the clock says; a repeat that fell due comes once."""
    calm_house.write_rules(LOW + "for: 1h\n")
    calm_house.stock(1, 0)
    turn(calm_house)
    calm_house.at += 8 * HOUR
    turn(calm_house)
    assert calm_house.alert()["state"] == "pending"
    calm_house.write_rules(LOW + "repeat: 1h\n")
    for _ in range(3):
        calm_house.at += 6 * MINUTE
        turn(calm_house)
    calm_house.at += 8 * HOUR
    said = [calm_house.tick(SECOND) for _ in range(5)]
    assert sum(said) == 1
