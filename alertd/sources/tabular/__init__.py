"""A table that a shop keeps itself: a CSV file, a workbook or a list in JSON, with columns that a person named."""

from .client import PIN, Table
from .columns import WORDS
from .place import Place, address_of
from .reading import Look, SheetLook, look_at, sheet_look

__all__ = ["PIN", "WORDS", "Look", "Place", "SheetLook", "Table", "address_of", "look_at", "sheet_look"]
