"""Ten days of the simulated quarter: what was planted is found, and next to nothing else is."""

from bench.quarter import live


def test_planted_losses_are_found_and_little_else_is(tmp_path):
    """The whole quarter is `python -m bench.quarter`; these are the same goals on a shop that fits into a test."""
    found = live(tmp_path, days=8, products=400, sales=60, losses=12, seed=3)
    assert found.recall >= 0.95, found.missed
    assert len(found.false) <= max(1, found.lines // 20), found.false
