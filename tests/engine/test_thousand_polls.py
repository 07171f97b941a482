"""A living, misbehaving shop: nothing false is believed, nothing true is missed. `simulation` can run it for longer."""

from pathlib import Path

from .simulation import DAMAGE, WRONG, Simulation


def test_nothing_false_is_believed_and_no_low_is_missed(tmp_path: Path) -> None:
    """A hundred polls under faults of every kind, held against the real shelves."""
    simulation = Simulation(tmp_path, seed=4, products=260)
    try:
        counts = simulation.run(110)
    finally:
        simulation.close()
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    # It was a real trial: calls were spoiled, polls failed, alerts came and went, and there was something to miss.
    # How many exactly depends on which call met which fault, and that on how far away the server seemed.
    assert sum(counts[f"fault {kind}"] for kind in (*DAMAGE, "429")) > 10
    assert sum(counts[f"{lane} failed"] for lane in ("sweep", "low", "sales", "returns")) > 0
    assert min(counts["fired"], counts["resolved"], counts["lows looked for"]) > 10
    assert counts["levels compared"] > 5_000
