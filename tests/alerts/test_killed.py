"""Healthchecks #212 and all the others: a crash may repeat a message, and never loses one."""

from pathlib import Path

from . import killing


def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path):
    """A short version of the run whose figures stand in docs/alerts.md."""
    toll = killing.run(6, tmp_path)
    assert (toll.lost, toll.told_under_two_ids) == ([], [])
