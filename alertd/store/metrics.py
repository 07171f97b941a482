"""The figures of alertd itself, for `/metrics`: read from the store, so that a page without the worker tells them too.

What only grows comes from `tally`, which triggers keep; the rest is counted through small partial indexes. Labels are
names an operator gave (sources, channels, rules) and words of ours, never a product.
"""

from dataclasses import dataclass

from . import budget
from .db import Store

Labels = tuple[str, ...]
PLAIN_CALLS = budget.Allowance().plain


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One connected system. `quota_left` is None where its kind counts no calls an hour."""

    name: str
    kind: str
    products: int
    levels: int
    snapshot_at: int | None
    evaluated_at: int | None
    held: bool
    calls: int


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """One kind of reading of a source."""

    source: str
    lane: str
    failures: int
    stopped: bool
    last_success_at: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The outbox: what waits, what of it was tried in vain, what was given up, and when the oldest was made."""

    waiting: int
    failed: int
    dead: int
    oldest_at: int | None


def grown(store: Store) -> dict[str, dict[Labels, float]]:
    """By name and labels, what only grows."""
    found: dict[str, dict[Labels, float]] = {}
    for name, a, b, c, value in store.execute("SELECT name, a, b, c, value FROM tally ORDER BY name, a, b, c"):
        found.setdefault(name, {})[(a, b, c)] = value
    return found


def sources(store: Store, now: int) -> list[SourceFigures]:
    """Every connected system."""
    rows = store.rows(
        "SELECT s.name, s.kind, count(p.id) AS products, coalesce(sum(p.level_count), 0) AS levels, s.snapshot_at,"
        " s.evaluated_at, EXISTS (SELECT 1 FROM held_sweep h WHERE h.source_id = s.id) AS held,"
        " coalesce((SELECT used FROM budget b WHERE b.budget_key = s.budget_key AND b.hour = ?), 0) AS calls"
        " FROM source s LEFT JOIN product p ON p.source_id = s.id AND p.absent_at IS NULL"
        " GROUP BY s.id ORDER BY s.name",
        (now // budget.HOUR,),
    )
    return [SourceFigures(**{**row, "held": bool(row["held"])}) for row in rows]


def lanes(store: Store) -> list[LaneFigures]:
    """Every lane that is on the schedule."""
    rows = store.rows(
        "SELECT s.name AS source, l.name AS lane, l.failures, l.stopped IS NOT NULL AS stopped, l.last_success_at"
        " FROM lane l JOIN source s ON s.id = l.source_id ORDER BY 1, 2"
    )
    return [LaneFigures(**{**row, "stopped": bool(row["stopped"])}) for row in rows]


def open_alerts(store: Store) -> dict[Labels, int]:
    """How many alerts are open, by state, severity and rule."""
    rows = store.execute("SELECT state, severity, rule, count(*) FROM alert WHERE state <> 'resolved' GROUP BY 1, 2, 3")
    return {(state, severity, rule): count for state, severity, rule, count in rows}


def outbox(store: Store) -> Waiting:
    """How the messages are doing."""
    waiting, failed, oldest = store.execute(
        "SELECT count(*), coalesce(sum(error IS NOT NULL), 0), min(created_at) FROM message WHERE state = 'waiting'"
    ).fetchone()
    dead = store.value("SELECT count(*) FROM message WHERE state = 'dead'")
    return Waiting(waiting, failed, dead, oldest)


def last_sent_at(store: Store) -> int | None:
    """When the last message left."""
    at: int | None = store.value("SELECT sent_at FROM message WHERE state = 'sent' ORDER BY created_at DESC LIMIT 1")
    return at


def failing_rules(store: Store) -> int:
    """How many rules could not be run when they were last tried."""
    count: int = store.value("SELECT count(DISTINCT rule) FROM rule_evaluation WHERE failures > 0")
    return count


def troubles(store: Store) -> dict[str, int]:
    """alertd's own troubles that are not mended yet, by kind."""
    return dict(store.execute("SELECT kind, count(*) FROM trouble GROUP BY kind").fetchall())


def silences(store: Store, now: int) -> int:
    """How many silences hold now."""
    count: int = store.value("SELECT count(*) FROM silence WHERE ends_at > ?1 AND starts_at <= ?1", (now,))
    return count


def database_bytes(store: Store) -> int:
    """The size of the database, without its write-ahead log."""
    return int(store.value("PRAGMA page_count")) * int(store.value("PRAGMA page_size"))
