"""What the first page shows: how every source is doing, what the shelves look like, what waits to be sent.

Alerts are in `pages_alerts`. The state of a level comes in as the SQL expression of `alertd.rules`, never from here.
"""

from dataclasses import dataclass, field

from .db import Store
from .pages import State
from .pages_products import NOTABLE

# No more polls than this run at the same time.
MOST_AT_ONCE = 100
DEAD_LETTERS_SHOWN_FOR = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a source: when it comes next, when it last worked, what its last poll said."""

    source_id: int
    name: str
    next_due_at: int
    last_success_at: int | None
    failures: int
    stopped: str | None
    polled_at: int | None
    outcome: str | None
    error: str | None
    error_kind: str | None


@dataclass(frozen=True, slots=True)
class SourceNow:
    """A connected system and its lanes."""

    id: int
    name: str
    kind: str
    company: str | None
    timezone: str
    every_seconds: float
    snapshot_at: int | None
    held_because: str | None
    lanes: list[Lane] = field(default_factory=list)

    @property
    def seen_at(self) -> int | None:
        """When its stock was last read with success."""
        return max((at for at in [self.snapshot_at, *self._successes()] if at is not None), default=None)

    @property
    def next_due_at(self) -> int | None:
        """When something will be read next; None when every lane was stopped."""
        return min((lane.next_due_at for lane in self.lanes if lane.stopped is None), default=None)

    @property
    def trouble(self) -> Lane | None:
        """The lane a person should know about: one that was stopped, else one whose last poll failed."""
        bad = [lane for lane in self.lanes if lane.stopped or lane.failures]
        return min(bad, key=lambda lane: (lane.stopped is None, -lane.failures), default=None)

    def _successes(self) -> list[int | None]:
        return [lane.last_success_at for lane in self.lanes if lane.name in ("sweep", "low")]


@dataclass(frozen=True, slots=True)
class Shelf:
    """How much a source holds: products, levels, and how many levels stand in each notable state."""

    products: int = 0
    levels: int = 0
    states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages that wait, that wait after a failed try, and that were given up lately."""

    waiting: int
    retrying: int
    dead: int
    last_sent_at: int | None


def source_names(store: Store) -> list[str]:
    """Every source by name."""
    return [row["name"] for row in store.rows("SELECT name FROM source ORDER BY name")]


def sources_now(store: Store) -> list[SourceNow]:
    """Every source with its lanes, by name."""
    lanes = [
        Lane(**row)
        for row in store.rows(
            "SELECT l.source_id, l.name, l.next_due_at, l.last_success_at, l.failures, l.stopped, "
            "coalesce(p.finished_at, p.started_at) AS polled_at, p.outcome, p.error, p.error_kind "
            "FROM lane l LEFT JOIN poll p ON p.id = "
            "(SELECT id FROM poll WHERE source_id = l.source_id AND lane = l.name AND outcome <> 'running' "
            "ORDER BY id DESC LIMIT 1) ORDER BY l.name"
        )
    ]
    sources = store.rows(
        "SELECT s.id, s.name, s.kind, s.company, s.timezone, s.every_seconds, s.snapshot_at, "
        "h.reason AS held_because FROM source s LEFT JOIN held_sweep h ON h.source_id = s.id ORDER BY s.name"
    )
    return [SourceNow(**row, lanes=[lane for lane in lanes if lane.source_id == row["id"]]) for row in sources]


def newest_poll(store: Store) -> tuple[object, ...]:
    """A value that changes when a poll ends or takes a catalogue over: what was counted before that is old."""
    last = store.execute(
        "SELECT max(id), max(finished_at) FROM poll WHERE id > (SELECT max(id) FROM poll) - ?"
        " AND finished_at IS NOT NULL",
        (MOST_AT_ONCE,),
    ).fetchone()
    lanes = store.execute("SELECT count(*), sum(planned_at), sum(last_success_at), sum(failures) FROM lane").fetchone()
    sources = store.execute("SELECT count(*), max(id), sum(snapshot_at) FROM source").fetchone()
    return (last, lanes, sources)


def sizes(store: Store) -> dict[int, Shelf]:
    """By source, how many products and levels it holds. What is gone was absent before, so that two indexes tell."""
    sums = store.execute("SELECT source_id, count(*), sum(level_count) FROM product GROUP BY source_id").fetchall()
    gone = {
        source: (products, levels)
        for source, products, levels in store.execute(
            "SELECT source_id, count(*), sum(level_count) FROM product"
            " WHERE absent_at IS NOT NULL AND gone_at IS NOT NULL GROUP BY source_id"
        )
    }
    return {
        source: Shelf(products - gone.get(source, (0, 0))[0], levels - gone.get(source, (0, 0))[1])
        for source, products, levels in sums
    }


# What the state of a level asks for, without the rest of `stock_row`: of a large shop that is half the time.
_ROWS = (
    "SELECT l.product_id, p.source_id, l.stock, l.minimum, l.maximum, p.enabled, p.kind, 1 AS present, 0 AS gone,"
    " coalesce(l.last_seen_at, max(l.changed_at, coalesce(s.snapshot_at, 0))) AS seen_at"
    " FROM level l CROSS JOIN product p ON p.id = l.product_id CROSS JOIN source s ON s.id = p.source_id"
    f" WHERE {NOTABLE} AND l.absent_at IS NULL AND l.gone_at IS NULL AND p.absent_at IS NULL AND p.gone_at IS NULL"
    " AND l.warehouse_id NOT IN (SELECT id FROM warehouse WHERE hidden_at IS NOT NULL) AND p.source_id = :source"
)
_NOTABLE_STATES = ("negative", "out", "low", "over", "unknown", "ok")


def shelves(store: Store, state: State) -> dict[int, Shelf]:
    """By source, what it holds. Reads every notable level, so callers keep the answer until `newest_poll` changes."""
    sums = ", ".join(f"total(state = '{name}')" for name in _NOTABLE_STATES)
    # Sums and no groups, which would be sorted; the limit keeps the state from being worked out for each sum.
    counted = f"SELECT {sums} FROM (SELECT {state.sql} AS state FROM ({_ROWS}) r LIMIT -1)"
    found = {}
    for source, size in sizes(store).items():
        counts = store.execute(counted, {**state.parameters, "source": source}).fetchone()
        states = {name: int(count) for name, count in zip(_NOTABLE_STATES, counts, strict=True) if count}
        found[source] = Shelf(size.products, size.levels, states)
    return found


def outbox(store: Store, now: int) -> Outbox:
    """How the messages are doing."""
    waiting, retrying = store.execute(
        "SELECT count(*), coalesce(sum(attempts > 0), 0) FROM message WHERE state = 'waiting'"
    ).fetchone()
    dead = dead_letters(store, now)
    last = store.value("SELECT sent_at FROM message WHERE state = 'sent' ORDER BY created_at DESC, id DESC LIMIT 1")
    return Outbox(waiting, retrying, dead, last)


def dead_letters(store: Store, now: int) -> int:
    """How many messages were given up lately."""
    found: int = store.value(
        "SELECT count(*) FROM message WHERE state = 'dead' AND created_at >= ?", (now - DEAD_LETTERS_SHOWN_FOR,)
    )
    return found


def channel_count(store: Store) -> int:
    """How many channels there are to tell anybody."""
    count: int = store.value("SELECT count(*) FROM channel")
    return count
