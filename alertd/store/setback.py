"""After the clock was set back: what was seen in a future that never came was seen now.

A machine that starts with a wrong clock and is put right minutes later has written down sightings of hours to come.
Left alone, each of them would outlive what is seen until then, and the history and the count would tell a stock that
was corrected long ago.
"""

from .db import Store
from .instants import MOST_AHEAD_MS

_LEVELS = "SELECT l.id FROM level l JOIN product p ON p.id = l.product_id WHERE p.source_id = :source"


def bring_back(store: Store, source_id: int, now: int) -> set[int]:
    """Date back to `now` what a source was seen to hold after it; in the caller's transaction.

    Returns the products that this concerns, to be counted again. The steps in between are given up: nobody knows
    when they were. The snapshots of that time are forgotten, and documents count as read up to the last one before.
    """
    marks = {"source": source_id, "now": now}
    # A change is dated after every look, so it may lie ahead by as long as somebody waited for the lock.
    if not store.value(
        "SELECT (SELECT max(at) FROM snapshot WHERE source_id = :source) > :ahead"
        " OR EXISTS (SELECT 1 FROM document_reading WHERE source_id = :source AND began_at > :ahead)",
        {"source": source_id, "ahead": now + MOST_AHEAD_MS},
    ):
        return set()
    with store.write():
        found = {row[0] for row in store.execute(_CONCERNED, marks)}
        for statement in _BACK:
            store.execute(statement, marks)
    return found


_CONCERNED = f"""
    SELECT product_id FROM level
        WHERE id IN (SELECT level_id FROM stock_change WHERE level_id IN ({_LEVELS}) AND at > :now)
    UNION SELECT product_id FROM movement
        WHERE source_id = :source AND product_id IS NOT NULL AND (seen_at > :now OR not_before > :now)
    UNION SELECT product_id FROM variance WHERE source_id = :source AND closed_at > :now
"""
_LAST = "(SELECT max(at) FROM snapshot WHERE source_id = :source AND at < :now)"
_BACK = (
    # What is there now already is newer than what was seen before the clock was right.
    "INSERT OR IGNORE INTO stock_change SELECT level_id, :now, stock, minimum, maximum FROM stock_change c"
    f" WHERE level_id IN ({_LEVELS}) AND at > :now"
    " AND at = (SELECT max(at) FROM stock_change n WHERE n.level_id = c.level_id)",
    f"DELETE FROM stock_change WHERE level_id IN ({_LEVELS}) AND at > :now",
    "UPDATE level SET changed_at = min(changed_at, :now), absent_at = min(absent_at, :now)"
    f" WHERE id IN ({_LEVELS}) AND (changed_at > :now OR absent_at > :now)",
    "UPDATE product SET changed_at = min(changed_at, :now), absent_at = min(absent_at, :now)"
    " WHERE source_id = :source AND (changed_at > :now OR absent_at > :now)",
    "UPDATE movement SET seen_at = min(seen_at, :now), not_before = min(not_before, :now)"
    " WHERE source_id = :source AND (seen_at > :now OR not_before > :now)",
    f"UPDATE document_reading SET began_at = {_LAST} WHERE source_id = :source AND began_at > :now AND {_LAST} > 0",
    "DELETE FROM document_reading WHERE source_id = :source AND began_at > :now",
    f"UPDATE reconciled SET settled_at = coalesce({_LAST}, :now) WHERE source_id = :source AND settled_at > :now",
    "DELETE FROM variance WHERE source_id = :source AND closed_at > :now",
    "DELETE FROM snapshot WHERE source_id = :source AND at > :now",
)
