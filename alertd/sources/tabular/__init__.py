"""A table that a shop keeps itself: a CSV file, a workbook or a list in JSON, with columns that a person named."""

from .client import Table
from .columns import WORDS
from .place import address_of
from .reading import Look, headings_of, look_at

__all__ = ["WORDS", "Look", "Table", "address_of", "headings_of", "look_at"]
