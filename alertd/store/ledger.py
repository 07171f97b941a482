"""Stock of systems that tell none: what a person counted, carried forward by the movements since."""

from ..model import StockLevel
from .db import Store


def levels_of(store: Store, source_id: int, identity: int | str) -> tuple[StockLevel, ...]:
    """The level of a product by its last count; empty where nobody counted it."""
    return ()
