"""What the purchase list looks at, so that it need not look at every level of a large shop.

What is to be ordered is decided by the words of the rules; the texts here only leave out what cannot be.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from . import measures
from .db import Store, kind_of
from .measures import Moment
from .pages_products import NOTABLE

PATIENCE_SECONDS = 0.1

MAY_NEED = (
    f"SELECT id FROM level WHERE {NOTABLE} AND (stock <= 0 OR (minimum > 0 AND stock <= minimum))"
    " UNION SELECT d.level_id FROM level_demand d CROSS JOIN level l ON l.id = d.level_id"
    " WHERE l.stock <= d.reorder_point"
)
"""The levels that stand at or below nothing, their minimum or their reorder point: nothing is suggested for others."""

OF_THESE = "r.product_id IN (SELECT value FROM json_each(?))"
"""The condition that a row is of one of some products, given as a list in JSON."""


def bring_up_to_date(store: Store, source_id: int, moment: Moment) -> None:
    """Work out what changed of the demand; while a reading is being written, what was worked out today has to do.

    Somebody waits for a page: it does not stand behind a writer for longer than needed.
    """
    try:
        with store.impatient(PATIENCE_SECONDS), store.write():
            measures.bring_up_to_date(store, source_id, moment, demand=True, classed=False)
    except sqlite3.OperationalError as fault:
        if kind_of(fault) != "busy":
            raise
        of_today = "SELECT 1 FROM measured WHERE source_id = ? AND demand_day = ? AND buying_at = ?"
        if store.value(of_today, (source_id, moment.today, moment.buying_at)) is None:
            with store.write():
                measures.bring_up_to_date(store, source_id, moment, demand=True, classed=False)


@contextmanager
def one_look(store: Store) -> Iterator[None]:
    """Several questions, all answered as of the same moment."""
    store.execute("SAVEPOINT look")
    try:
        yield
    finally:
        store.execute("RELEASE look")


def has_several_places(store: Store, source_id: int) -> bool:
    """Whether there is another warehouse that could give something away."""
    places: int = store.value("SELECT count(*) FROM warehouse WHERE source_id = ? AND hidden_at IS NULL", (source_id,))
    return places > 1
