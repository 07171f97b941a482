"""Everything that must survive a restart, and the only room that knows SQL: one module per noun.

A function takes the `Store` first and moments as arguments, and returns plain values. Nothing here decides anything.
"""

from .db import Store, open_store

__all__ = ["Store", "open_store"]
