"""A living, misbehaving shop: nothing false is believed, nothing true is missed. `simulation` can run it for longer."""

from pathlib import Path

from .simulation import WRONG, Simulation


def test_nothing_false_is_believed_and_no_low_is_missed(tmp_path: Path) -> None:
    """A hundred and fifty polls under faults of every kind, held against the real shelves."""
    simulation = Simulation(tmp_path, products=320)
    try:
        counts = simulation.run(150)
    finally:
        simulation.close()
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    # It was a real trial: polls failed, alerts came and went, and there was something to miss.
    assert counts["sweep failed"] >= 2 and counts["fired"] > 20 and counts["resolved"] > 5
    assert counts["lows looked for"] > 100 and counts["levels compared"] > 5_000
