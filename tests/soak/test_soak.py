"""The quick parts of the soak as tests, and that its table tells the truth about what it is given."""

from pathlib import Path

from . import day
from .__main__ import table
from .stage import Line


def test_a_clock_that_jumps_loses_nothing_and_ends_nothing(tmp_path: Path):
    """Forward and back by hours and days: each product that ran out is told once, and no alert ends by the clock."""
    line = day.clock_jumps(tmp_path)
    assert (line.lost, line.duplicates, line.wrong) == (0, 0, [])
    assert line.alerts == len(day.JUMPS)


def test_two_simulated_hours_with_everything_at_once_lose_nothing(tmp_path: Path):
    """The beginning of the day that `make soak` lives to its end."""
    line = day.whole_day(tmp_path, turns=24)
    assert (line.lost, line.duplicates, line.wrong) == (0, 0, [])
    assert line.polls > 24


def test_the_table_counts_what_was_lost():
    """A suite that cannot fail proves nothing."""
    bad = Line("a trial", polls=3, alerts=2, lost=1, wrong=["it broke"])
    assert not bad.ok
    told = table([bad, Line("another")])
    assert "lost 1;" in told
    assert "WRONG a trial: it broke" in told
