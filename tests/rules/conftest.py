"""A database in memory for the stories that run the real SQL."""

from collections.abc import Iterator

import pytest

from alertd.store.db import Store, open_store


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty shop."""
    opened = open_store(":memory:")
    yield opened
    opened.close()
