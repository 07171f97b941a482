"""When the clock was set back: what is seen now must follow what was seen before, whatever the clock says.

Two things look alike. A clock that was ahead and is right now has left sightings of hours to come: left alone, each of
them would outlive what is seen until then. A clock that was right and is behind now writes what it sees into the middle
of what is known already. In either case the history, and the count that rests on it, would tell a stock of long ago.
"""

from .db import Store


def bring_back(store: Store, source_id: int, now: int) -> set[int]:
    """Where the clock was ahead until just now, date back to `now` what a source was seen to hold in that time.

    In the caller's transaction. Returns the products that this concerns, to be counted again. The steps in between are
    given up, for nobody knows when they were; the snapshots of that time are forgotten, and documents count as read up
    to the last one before.
    """
    marks = {"source": source_id, "now": now}
    if not _was_ahead(store, source_id, now):
        return set()
    with store.write():
        found = {row[0] for row in store.execute(_CONCERNED, marks)}
        for statement in _BACK:
            store.execute(statement, marks)
    return found


def hold_on(store: Store, source_id: int, now: int) -> bool:
    """Where the clock is behind the last snapshot, date what was seen just now to right after that one.

    In the caller's transaction. Whether it is so: nothing can be counted then until the clock has caught up.
    """
    last = store.value("SELECT max(at) FROM snapshot WHERE source_id = ?", (source_id,))
    if last is None or last <= now:
        return False
    with store.write():
        for statement in _FORWARD:
            store.execute(statement, {"source": source_id, "now": now, "after": last + 1})
    return True


def _was_ahead(store: Store, source_id: int, now: int) -> bool:
    """Whether what was seen after `now` was seen by a clock that was ahead, and not by one that was right.

    A wrong clock runs as fast as a right one: what it wrote down in the future took no longer than has passed since
    the last snapshot before. A clock that is behind finds a future that is longer than that. In doubt nothing is given
    up.
    """
    begin, end, before = store.execute(
        "SELECT min(at) FILTER (WHERE at > :now), max(at), max(at) FILTER (WHERE at <= :now) FROM snapshot"
        " WHERE source_id = :source AND at >= coalesce((SELECT max(at) FROM snapshot WHERE source_id = :source"
        " AND at <= :now), 0)",
        {"source": source_id, "now": now},
    ).fetchone()
    return None not in (begin, before) and end - begin <= now - before


_LEVELS = "SELECT l.id FROM level l JOIN product p ON p.id = l.product_id WHERE p.source_id = :source"
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
_FORWARD = (
    # A second sighting of the same level while the clock is behind takes the place of the first.
    "INSERT OR REPLACE INTO stock_change SELECT level_id, :after, stock, minimum, maximum FROM stock_change"
    f" WHERE level_id IN ({_LEVELS}) AND at = :now",
    f"DELETE FROM stock_change WHERE level_id IN ({_LEVELS}) AND at = :now",
    "INSERT INTO unsettled SELECT DISTINCT :source, product_id, :after FROM level"
    f" WHERE id IN ({_LEVELS}) AND (changed_at = :now OR absent_at = :now)"
    " ON CONFLICT DO UPDATE SET since = min(since, :after)",
    f"UPDATE level SET changed_at = :after WHERE changed_at = :now AND id IN ({_LEVELS})",
    f"UPDATE level SET absent_at = :after WHERE absent_at = :now AND id IN ({_LEVELS})",
    # What was written down a moment before this was not counted yet.
    "UPDATE movement SET seen_at = :after, not_before = min(not_before, :after) WHERE source_id = :source"
    " AND seen_at < :after AND id > coalesce((SELECT movement_id FROM reconciled WHERE source_id = :source), 0)",
)
