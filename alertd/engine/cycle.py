"""One turn for one source: which lanes run, in which order, under which lease, and when they run next."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from ..errors import SourceTrouble, UsageTrouble
from ..sources.registry import KINDS
from ..store import alerts, polls, snapshots, sources, staging
from ..store.polls import Poll
from ..store.sources import Source
from . import catalogue, holding, papers, planner, transacting
from .context import Context
from .heartbeat import tell_watchers
from .holding import LEASE_SECONDS
from .opening import Allowing, open_reader
from .turn import Turn
from .watching import judge_source

log = structlog.get_logger()
READ: dict[str, Callable[[Turn, Poll], None]] = {
    "sweep": catalogue.sweep,
    "low": catalogue.low,
    "sales": papers.read,
    "returns": papers.read,
    transacting.LANE: transacting.read,
}
"""Each fills its `Poll`, takes over what is whole, and raises SourceTrouble when it cannot finish."""
CATALOGUE = frozenset({"sweep", "low"})
ASK_AGAIN_SECONDS = 86_400.0
VOUCHERS_EVERY_SECONDS = 3_600.0


@dataclass(slots=True)
class Cycle:
    """What a cycle did over all its sources."""

    polls: list[Poll] = field(default_factory=list)
    new_firing: int = 0
    new_resolved: int = 0
    queued: int = 0

    @property
    def failed(self) -> bool:
        """Whether any lane could not finish. One that a system does not offer is said, and is no failure."""
        return any(not poll.complete and poll.error_kind != "unsupported" for poll in self.polls)

    def add(self, turn: Turn) -> None:
        """Count what one source's turn did."""
        self.new_firing += turn.new_firing
        self.new_resolved += turn.new_resolved
        self.queued += turn.queued


def run_cycle(context: Context, source: Source, wanted: Iterable[str]) -> Cycle:
    """Poll lanes of a source, then evaluate its rules. Faults of the upstream end up in the polls, not in the air."""
    cycle = Cycle()
    reader, purse = open_reader(context, source)
    book = context.rules.book(context.now())
    reader.dialect = source.dialect
    turn = Turn(context, source, reader, book, detail=lambda: _set_lane(purse, "detail"))
    try:
        for lane in wanted:
            purse.lane = lane
            poll = _run_lane(turn, purse, lane)
            if poll is None:
                continue
            cycle.polls.append(poll)
            if poll.error_kind in ("key", "quota", "stopped"):
                break
            if lane == "sweep" and poll.complete:
                _spare_low(context, source)
        _evaluate_anyway(turn, cycle)
        _judge_source(turn)
    finally:
        reader.close()
    cycle.add(turn)
    if cycle.polls and not cycle.failed:
        tell_watchers(context, source)
    return cycle


def _evaluate_anyway(turn: Turn, cycle: Cycle) -> None:
    """Rules may have changed although no catalogue was read, and documents may have come after it was.

    While the catalogue cannot be read every state is frozen instead: nothing fires or ends by the clock alone.
    """
    if turn.evaluated or turn.source.snapshot_at is None:
        return
    state = polls.lanes(turn.context.store, turn.source.id)
    # A sweep that is whole tells more than the short look that failed before it, and that it spares from now on.
    swept = any(poll.lane == "sweep" and poll.complete for poll in cycle.polls)
    if not swept and any(state[lane]["failures"] for lane in CATALOGUE if lane in state):
        return
    read_at = sources.get_source(turn.context.store, turn.source.name).snapshot_at or turn.source.snapshot_at
    age = turn.context.now() - read_at
    old = age > 2_000 * lane_interval(turn.context, turn.source, "sweep")
    catalogue.evaluate_anew(turn, old=old)


def _judge_source(turn: Turn) -> None:
    """How the polls themselves went, now that all of them are written down."""
    outcome, queued = judge_source(turn.context.store, turn.source, turn.book.rules, turn.context.now())
    turn.new_firing += outcome.new_firing
    turn.new_resolved += outcome.new_resolved
    turn.queued += queued


def _set_lane(purse: Allowing, lane: str) -> None:
    purse.lane = lane


def _spare_low(context: Context, source: Source) -> None:
    """A sweep has just read all that the short look at low products would read again."""
    if "low" in KINDS[source.kind].lanes:
        now = context.now()
        polls.postpone(context.store, source.id, "low", now + int(source.every * 1000), now)


def _run_lane(turn: Turn, purse: Allowing, lane: str) -> Poll | None:
    """Poll one lane under its lease; None when another process is at it."""
    context, source = turn.context, turn.source
    store = context.store
    turn.hold = holding.take(store, source.id, lane, worker=context.worker, now=context.now)
    if turn.hold is None:
        return None
    poll = Poll(source=source.name, lane=lane)
    poll_id = polls.begin_poll(store, source.id, lane, context.now())
    # Whatever is logged meanwhile, by whatever room, tells which poll it belongs to.
    with structlog.contextvars.bound_contextvars(poll=poll_id, source=source.name, lane=lane):
        _read_lane(turn, purse, poll, poll_id)
        _log(poll)
    turn.hold = None
    return poll


def _read_lane(turn: Turn, purse: Allowing, poll: Poll, poll_id: int) -> None:
    context, source, store, lane = turn.context, turn.source, turn.context.store, poll.lane
    started, calls = time.monotonic(), turn.reader.requests
    retry_at: int | None = None
    try:
        READ[lane](turn, poll)
    except SourceTrouble as fault:
        poll.error, poll.error_kind = str(fault), fault.kind
        retry_at = fault.retry_at or (purse.refused() if fault.kind == "quota" else None)
    except BaseException as fault:
        poll.error, poll.error_kind = f"alertd itself failed ({type(fault).__name__}); its log tells more.", "own"
        raise
    finally:
        poll.requests = turn.reader.requests - calls
        poll.seconds = round(time.monotonic() - started, 3)
        polls.end_poll(store, poll_id, poll, context.now())
        _give_back(context, source, lane, poll, retry_at)


def _give_back(context: Context, source: Source, lane: str, poll: Poll, retry_at: int | None) -> None:
    """Release the lane with its next time. A refused key stops it until a person has mended something."""
    now = context.now()
    state = polls.lanes(context.store, source.id)[lane]
    interval = lane_interval(context, source, lane)
    if poll.complete or poll.held:
        due = now + int(interval * 1000)
    elif retry_at is not None:
        due = retry_at
    elif poll.error_kind == "unsupported":
        due = now + int(ASK_AGAIN_SECONDS * 1000)
    else:
        wait = planner.retry_after(state["failures"], interval) * context.dice.uniform(0.8, 1.2)
        due = now + int(wait * 1000)
    stopped_kind = poll.error_kind if poll.error_kind in ("key", "unsupported") and retry_at is None else None
    polls.release_lane(
        context.store,
        source.id,
        lane,
        worker=context.worker,
        now=now,
        next_due_at=due,
        success=poll.complete,
        stopped=poll.error if stopped_kind else None,
        stopped_kind=stopped_kind,
    )
    if stopped_kind == "key" and poll.error:
        polls.stop_all(context.store, source.id, KINDS[source.kind].lanes, poll.error)
    elif poll.error_kind == "key" and retry_at is not None:
        # The same key opens the other lanes; each of them would be refused once more.
        for other in KINDS[source.kind].lanes:
            polls.postpone(context.store, source.id, other, retry_at, context.now())
    elif poll.complete:
        polls.start_all(context.store, source.id)


def lane_interval(context: Context, source: Source, lane: str) -> float:
    """Seconds between two polls of a lane; a sweep runs as often as asked and as the quota bears."""
    if lane == transacting.LANE and KINDS[source.kind].lists_whole:
        # Vouchers are read whole, a page a second; nobody waits for them.
        return max(source.every, VOUCHERS_EVERY_SECONDS)
    if lane != "sweep":
        return source.every
    if KINDS[source.kind].calls_a_second is not None:
        return source.sweep_every or source.every
    products = snapshots.product_count(context.store, source.id)
    return planner.plan(products, every=source.every, sweep_every=source.sweep_every).sweep_every


def due_lanes(context: Context, source: Source, *, foreground: bool = False) -> list[str]:
    """The lanes to run now, in order.

    A person who asks in the foreground gets a sweep unless one was asked for less often and is not due yet; and when
    nothing is due at all, or the last one failed, a sweep all the same. A stopped lane runs only when a person asks.
    """
    now = context.now()
    polls.set_back(context.store, source.id, now, longest_lease=LEASE_SECONDS)
    state = polls.lanes(context.store, source.id)
    due = []
    for lane in KINDS[source.kind].lanes:
        row = state.get(lane)
        if row and row["stopped_kind"] == "key":
            # Only a person knows whether the key was mended; then every lane may try.
            if foreground:
                due.append(lane)
        elif row is None or row["next_due_at"] <= now:
            due.append(lane)
    rests = source.sweep_every is not None and due and "sweep" in state and not state["sweep"]["failures"]
    if foreground and "sweep" not in due and not rests:
        due.insert(0, "sweep")
    kind = KINDS[source.kind]
    if foreground and transacting.LANE in kind.lanes and transacting.LANE not in due and not kind.lists_whole:
        # What was handed out since is what a person wants to know; it is three calls.
        due.append(transacting.LANE)
    # A sweep reads everything that the short look at low products would.
    skip_low = "sweep" in due or source.snapshot_at is None
    return [lane for lane in due if lane != "low" or not skip_low]


def run_sources(context: Context, names: Iterable[str], lane: str | None = None) -> Cycle:
    """One cycle in the foreground over the named sources, or all of them."""
    wanted = list(names)
    chosen = (
        [sources.get_source(context.store, name) for name in wanted] if wanted else sources.list_sources(context.store)
    )
    total = Cycle()
    for source in chosen:
        if lane and lane not in KINDS[source.kind].lanes:
            if wanted:
                there = ", ".join(KINDS[source.kind].lanes)
                raise UsageTrouble(f"'{source.name}' has no lane '{lane}'; it has: {there}.")
            continue
        cycle = run_cycle(context, source, [lane] if lane else due_lanes(context, source, foreground=True))
        total.polls += cycle.polls
        total.new_firing += cycle.new_firing
        total.new_resolved += cycle.new_resolved
        total.queued += cycle.queued
    return total


def accept(context: Context, source: Source) -> Cycle | None:
    """Take over the sweep that was held back; None where none waits."""
    if staging.held(context.store, source.id) is None:
        return None
    reader, _ = open_reader(context, source)
    turn = Turn(context, source, reader, context.rules.book(context.now()))
    cycle = Cycle([Poll(source=source.name, lane="sweep")])
    try:
        catalogue.accept_held(turn, cycle.polls[0])
    finally:
        reader.close()
    cycle.add(turn)
    return cycle


def alert_counts(context: Context, cycle: Cycle) -> dict[str, int]:
    """The numbers of alerts by state, and what this cycle added to firing and resolved."""
    found = alerts.counts(context.store)
    return {**found, "new_firing": cycle.new_firing, "new_resolved": cycle.new_resolved}


def _log(poll: Poll) -> None:
    facts = {
        name: getattr(poll, name)
        for name in ("source", "lane", "pages", "requests", "products", "changed", "new", "gone", "seconds", "error")
    }
    if poll.complete:
        log.info("poll complete", **{key: value for key, value in facts.items() if value is not None})
    else:
        log.warning("poll failed", **facts)
