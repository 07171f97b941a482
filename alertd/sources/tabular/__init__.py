"""A table that a shop keeps itself: a CSV file or address, or a list in JSON, with columns that a person named."""

from .client import Table
from .columns import WORDS
from .place import address_of

__all__ = ["WORDS", "Table", "address_of"]
