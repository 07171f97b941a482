"""A sweep is believed whole or not at all."""

from collections.abc import Callable

import pytest

from alertd.model import Page, Product, Quarantined, StockLevel
from alertd.engine.sweep import read_sweep

from .workbench import WAREHOUSE, Workbench, row

Make = Callable[..., Workbench]


def test_a_product_exactly_at_its_minimum_fires(bench: Workbench) -> None:
    """The shop reorders when the last minimum box is reached, not after it is gone."""
    bench.shop.set_level(2, WAREHOUSE, stock=4)
    bench.poll()
    assert bench.alerts() == [(2, "warning")]
