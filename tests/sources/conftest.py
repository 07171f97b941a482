"""The house that reads whatever stands in for an upstream system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.store.close()
