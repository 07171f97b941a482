"""A programme behind a real port, and a house that reads it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from alertd.sandbox.serving import Serving
from alertd.sandbox.smartbis import DEFAULT_KEY, DEFAULT_SECRET, Programme, serve
from sources.house import House


@pytest.fixture
def connected(house: House) -> Iterator[Callable[..., tuple[Programme, Serving]]]:
    """A maker of programmes that the house reads under the name 'fonte'."""
    with ExitStack() as resources:

        def make(*coupons: tuple[str, float | None], **settings: Any) -> tuple[Programme, Serving]:
            programme = Programme(clock=house.seconds, **settings)
            for name, stock in coupons:
                programme.add(name, stock)
            server = resources.enter_context(serve(programme))
            house.connect("smartbis", server.url, api_key=DEFAULT_KEY, api_secret=DEFAULT_SECRET)
            return programme, server

        yield make
