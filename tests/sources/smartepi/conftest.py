"""A works behind a real port, and a house that reads it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from alertd.sandbox.smartepi import DEFAULT_KEY, Organisation, serve
from sources.house import House

SECRET = "whsec_alertd_example_secret"


@pytest.fixture
def connected(house: House) -> Iterator[Callable[..., Organisation]]:
    """A maker of works that the house reads under the name 'fonte'."""
    with ExitStack() as resources:

        def make(*products: tuple[str, float | None], **settings: Any) -> Organisation:
            works = Organisation(clock=house.seconds, **{"rate": 10_000.0, **settings})
            for name, stock in products:
                works.add_product(name, stock=stock)
            server = resources.enter_context(serve(works))
            house.connect("smartepi", server.url, api_key=DEFAULT_KEY, webhook_secret=SECRET)
            return works

        yield make
