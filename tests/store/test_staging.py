"""The waiting room of a sweep holds what came, however much it is, and whatever becomes of who reads it."""

from collections.abc import Iterator

import pytest

from alertd.model import Product
from alertd.store import open_store, staging
from alertd.store.db import Store
from alertd.store.staging import Stage


@pytest.fixture
def store() -> Iterator[Store]:
    made = open_store(":memory:")
    yield made
    made.close()


@pytest.fixture(params=[2, 100], ids=["spilt", "in memory"])
def stage(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Six products came, one page after the other; the second twice, with another name the second time."""
    monkeypatch.setattr(staging, "IN_MEMORY", request.param)
    made = Stage(store)
    for number in (1, 2, 3, 4, 5):
        made.put([(number, Product(number, f"Cosa {number}", ()))])
    made.put([(6, Product(6, "Cosa 6", ()))])
    made.put([(22, Product(2, "Cosa dos", ()))])
    return made


def names(stage: Stage) -> list[str]:
    return sorted(product.name for _, product in stage.products())


EVERYTHING = ["Cosa 1", "Cosa 3", "Cosa 4", "Cosa 5", "Cosa 6", "Cosa dos"]


def test_a_later_reading_takes_the_place_of_the_earlier(stage: Stage):
    """Whether that one waits in memory or was put aside."""
    assert names(stage) == EVERYTHING
    stage.drop(2)
    stage.drop(5)
    assert names(stage) == ["Cosa 1", "Cosa 3", "Cosa 4", "Cosa 6"]


def test_a_transaction_that_is_undone_takes_nothing_out_of_it(store: Store, stage: Stage):
    """A sweep that is hard to believe is undone and then kept for a person: all of it."""
    with pytest.raises(ZeroDivisionError), store.write():
        assert names(stage) == EVERYTHING
        raise ZeroDivisionError
    assert names(stage) == EVERYTHING
    assert not stage.empty


def test_what_was_closed_is_empty(stage: Stage):
    """The next sweep begins with nothing."""
    stage.close()
    assert stage.empty and names(stage) == []
