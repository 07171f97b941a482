"""Drop what is older than anybody asks for, in slices so short that the service goes on beside it.

Rows are looked for without the write lock and deleted by their keys under it, with the condition asked again. What is
kept, however old: the row of history that was in force at the cut, so that every moment since can still be told; what
the reconciliation has not settled; everything about open alerts; the newest row of each list whose ids are counted on.

Sums by day and documents are kept for 400 days at least: rules look back that far, and a document that is read again
must be found, or it would be booked twice.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from .db import Store

Parameters = dict[str, object]
DAY = 86_400_000
LEAST_DOCUMENT_DAYS = 400
"""Longer than any rule's window and than any list that is read again."""
SLICE_SECONDS = 0.04
"""What one slice should hold the write lock for; a slow disk may make it twice that."""
_FIRST, _LEAST, _MOST = 100, 20, 5_000


@dataclass(frozen=True, slots=True)
class Cut:
    """The moments before which rows are dropped, and the day of the longer ones."""

    at: int
    long_at: int

    @property
    def parameters(self) -> Parameters:
        """As the statements know them."""
        return {
            "at": self.at, "long_at": self.long_at, "long_day": self.long_at // DAY, "hour": self.at // 3_600_000,
            "long_date": time.strftime("%Y-%m-%d", time.gmtime(self.long_at / 1000)),
        }  # fmt: skip


@dataclass(slots=True)
class Pruned:
    """What was dropped, by table, and how long the write lock was held at most."""

    removed: dict[str, int] = field(default_factory=dict)
    slices: int = 0
    longest_slice_ms: float = 0.0

    @property
    def rows(self) -> int:
        """All of it."""
        return sum(self.removed.values())


_ONE_OF = "(SELECT value FROM json_each(:keys))"
_OLD_MESSAGE = (
    "state <> 'waiting' AND created_at < :at AND coalesce(sent_at, 0) < :at"
    " AND NOT EXISTS (SELECT 1 FROM told t WHERE t.message_id = message.id)"
    " AND NOT EXISTS (SELECT 1 FROM message_alert l JOIN alert a ON a.id = l.alert_id"
    " WHERE l.message_id = message.id AND a.state <> 'resolved')"
)
_OLD_ALERT = (
    "state = 'resolved' AND resolved_at < :at AND coalesce(snoozed_until, 0) < :at AND folded_until IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM told t WHERE t.alert_id = alert.id)"
    " AND NOT EXISTS (SELECT 1 FROM message_alert l JOIN message m ON m.id = l.message_id"
    " WHERE l.alert_id = alert.id AND m.state = 'waiting')"
)
_OLD_DOCUMENT = (
    "date < :long_date AND changed_at < :long_at"
    " AND NOT EXISTS (SELECT 1 FROM movement m WHERE m.document_id = document.id AND m.seen_at >= :long_at)"
)
# Rows that stay however old they are, looked up once: asked again for each row they would take hours.
_KEPT = {
    # The last message of each channel that arrived says that it works; the newest number is not given again.
    "message": "SELECT max(id) FROM message UNION SELECT max(id) FROM message WHERE state = 'sent' GROUP BY channel_id",
    # The page says how each lane fared last, and rules ask when stock last moved.
    "poll": (
        "SELECT max(id) FROM poll GROUP BY source_id, lane UNION SELECT id FROM (SELECT id, max(finished_at) FROM poll"
        " WHERE complete AND changed + new > 0 AND lane IN ('sweep', 'low') GROUP BY source_id)"
    ),
    # Rules and reconciliation remember up to which movement they have looked.
    "document": "SELECT document_id FROM movement WHERE id = (SELECT max(id) FROM movement)",
}
# By table: the column of its key and the condition under which a row is dropped. Children go with their parents.
BY_KEY = {
    "message": ("id", _OLD_MESSAGE),
    "alert": ("id", _OLD_ALERT),
    "transition": (
        "id",
        "at < :at AND EXISTS (SELECT 1 FROM alert a WHERE a.id = transition.alert_id"
        " AND a.episode > transition.episode)",
    ),
    "poll": ("id", "outcome <> 'running' AND started_at < :at"),
    "audit": ("id", "at < :at"),
    "delivery": ("id", "last_at < :at"),
    "delivery_refused": ("id", "at < :at"),
    "silence": ("id", "ends_at < :at"),
    "sign_in_failure": ("id", "at < :at"),
    "link_miss": ("id", "at < :at"),
    "setup_link": ("digest", "expires_at < :at"),
    "web_session": ("digest", "last_seen_at < :at"),
    "budget": ("hour", "hour < :hour"),
    "quarantine": ("key", "last_seen_at < :at"),
    "document": ("id", _OLD_DOCUMENT),
    "variance": (
        "id",
        "closed_at < :long_at AND closed_at < (SELECT r.settled_at FROM reconciled r WHERE r.source_id ="
        " variance.source_id)",
    ),
    "consumption_day": ("day", "source_id IN (SELECT id FROM source) AND day < :long_day"),
    "shelf_hour": ("at", "at < :at"),
    "document_reading": ("date", "date < :long_date"),
    "snapshot": (
        "at",
        "at < :at AND at < coalesce((SELECT r.settled_at FROM reconciled r WHERE r.source_id = snapshot.source_id), 0)"
        " AND at < (SELECT max(n.at) FROM snapshot n WHERE n.source_id = snapshot.source_id AND n.at <= :at)",
    ),
}


# What was in force at the bound of its source is the beginning of what is kept of a level.
_OVER = (
    "c.at < (SELECT max(h.at) FROM stock_change h WHERE h.level_id = c.level_id AND h.at <= (SELECT b.value"
    " FROM json_each(:bounds) b WHERE b.key = (SELECT CAST(p.source_id AS TEXT) FROM level l JOIN product p"
    " ON p.id = l.product_id WHERE l.id = c.level_id)))"
)
# The same for costs and prices: the one in force at the cut stays.
_OVER_COST = "c.at < (SELECT max(h.at) FROM cost_change h WHERE h.product_id = c.product_id AND h.at <= :long_at)"
# Sums by day, all keyed by the product first: walked product by product.
BY_PRODUCT = ("product_day", "branch_day", "reconciled_day")


def prune(store: Store, pruned: Pruned, *, keep_days: float, now: int) -> Iterator[None]:
    """Drop what is older; yields after each slice, so that the caller may rest or stop. `pruned` adds it up."""
    kept = keep_days * DAY
    cut = Cut(now - round(kept), now - round(max(kept, LEAST_DOCUMENT_DAYS * DAY)))
    history = {**cut.parameters, "bounds": _bounds(store, cut)}
    yield from _walk(store, "stock_change", "level", "level_id", _OVER, history, pruned)
    yield from _walk(store, "cost_change", "product", "product_id", _OVER_COST, cut.parameters, pruned)
    for table in BY_PRODUCT:
        yield from _walk(store, table, "product", "product_id", "c.day < :long_day", cut.parameters, pruned)
    for table, (key, condition) in BY_KEY.items():
        yield from _table(store, table, key, condition, cut, pruned)


def _table(store: Store, table: str, key: str, condition: str, cut: Cut, pruned: Pruned) -> Iterator[None]:
    if table in _KEPT:
        condition += " AND id NOT IN (SELECT value FROM json_each(:kept))"
    parameters = {**cut.parameters, "kept": _as_json(store.execute(_KEPT[table])) if table in _KEPT else "[]"}
    look = f"SELECT DISTINCT {key} FROM {table} WHERE {condition} ORDER BY {key} LIMIT :limit"
    drop = f"DELETE FROM {table} WHERE {key} IN {_ONE_OF} AND {condition}"
    size = _FIRST if key in ("id", "digest") else _LEAST
    while True:
        keys = [row[0] for row in store.execute(look, {**parameters, "limit": size})]
        if not keys:
            return
        seconds, count = _slice(store, drop, {**parameters, "keys": msgspec.json.encode(keys).decode()})
        _note(pruned, table, seconds, count)
        size = _next(size, seconds)
        yield
        if not count:
            return


def _bounds(store: Store, cut: Cut) -> str:
    """By source, the moment from which on its history is needed: the cut, or where the reconciliation has stopped."""
    rows = store.execute(
        "SELECT s.id, min(coalesce(r.settled_at, ?1), ?1, coalesce((SELECT min(u.since) FROM unsettled u"
        " WHERE u.source_id = s.id), ?1)) FROM source s LEFT JOIN reconciled r ON r.source_id = s.id",
        (cut.at,),
    )
    return msgspec.json.encode({str(key): bound for key, bound in rows}).decode()


def _as_json(rows: Iterable[tuple[object, ...]]) -> str:
    return msgspec.json.encode([row[0] for row in rows]).decode()


def _walk(
    store: Store, table: str, parent: str, column: str, condition: str, parameters: Parameters, pruned: Pruned
) -> Iterator[None]:
    """Rows that belong to a level or a product, which are walked in order: one at first, because one may have a long
    history in a small busy shop, then as many at a time as a slice bears."""
    where = f"c.{column} > :first AND c.{column} <= :last AND {condition}"
    last, size = 0, 1
    while True:
        found = store.value(
            f"SELECT max(id) FROM (SELECT id FROM {parent} WHERE id > ? ORDER BY id LIMIT ?)", (last, size)
        )
        if found is None:
            return
        begun = time.perf_counter()
        span = {"first": last, "last": found, **parameters}
        if store.value(f"SELECT 1 FROM {table} c WHERE {where} LIMIT 1", span):
            seconds, count = _slice(store, f"DELETE FROM {table} AS c WHERE {where}", span)
            _note(pruned, table, seconds, count)
            yield
        size = _next(size, time.perf_counter() - begun)
        last = found


def _slice(store: Store, statement: str, parameters: Parameters) -> tuple[float, int]:
    """Delete under the write lock; how long it was held, the disk included, and how many rows went."""
    with store.write() as connection:
        begun = time.perf_counter()
        count = connection.execute(statement, parameters).rowcount
    return time.perf_counter() - begun, count


def _note(pruned: Pruned, table: str, seconds: float, count: int) -> None:
    if count:
        pruned.removed[table] = pruned.removed.get(table, 0) + count
    pruned.slices += 1
    pruned.longest_slice_ms = max(pruned.longest_slice_ms, round(1000 * seconds, 1))


def _next(size: int, seconds: float) -> int:
    """A slice that was too long is halved; one that was short grows slowly."""
    if seconds > SLICE_SECONDS:
        return max(1 if size < _LEAST else _LEAST, size // 2)
    return min(_MOST, size * 2) if seconds < SLICE_SECONDS / 4 else size
