"""The moment to write down for a change, so that whoever looks for changes "since" finds each of them once.

Rules, and what is worked out for them, look at the rows that changed after their last look. That is exact only while a
change is never dated at or before a look that could not see it: a clock ticks in milliseconds, and a page may have
waited for the lock with a moment it took before.
"""

from .db import Store

MOST_AHEAD_MS = 60_000
"""Longer than anybody waits for the lock. Further ahead is a clock that was set back; then all is looked at anyway."""


def after_looks(store: Store, source_id: int, now: int) -> int:
    """`now`, or the first moment after the last look at a source; inside the write transaction of the change."""
    looked_at: int = store.value(
        "SELECT max(coalesce(s.evaluated_at, 0), coalesce(m.demand_at, 0), coalesce(s.snapshot_at, 0)) FROM source s"
        " LEFT JOIN measured m ON m.source_id = s.id WHERE s.id = ?",
        (source_id,),
    )
    return looked_at + 1 if now <= looked_at <= now + MOST_AHEAD_MS else now
