"""A few of the questions of `python -m tests.fuzz`, always the same ones."""

from pathlib import Path

import pytest

from .asking import TARGETS, Asked, ask


@pytest.mark.parametrize("name", TARGETS)
def test_no_door_breaks(name: str, tmp_path: Path) -> None:
    """Whatever is thrown at it, it answers, and works afterwards."""
    target, said = TARGETS[name](tmp_path), Asked(name)
    ask(target, said, cases=60, start=1)
    target.close()
    assert said.cases >= 60
