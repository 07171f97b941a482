"""The lanes of the catalogue: the whole of it, what is low between sweeps, and taking over what was read.

Reading happens outside the write lock; taking over is one transaction that also holds the evaluation, the transitions
and the messages it calls for. What is critical and new is looked at once more before it is told.
"""

from collections.abc import Callable
from functools import partial

from ..errors import SourceTrouble
from ..model import Product
from ..reconcile.step import step as settle
from ..sources.plain import digest
from ..store import documents, ledger, quarantine, snapshots, sources, staging, transactions
from ..store.known import Identity, Known
from ..store.polls import Poll
from ..store.snapshots import Applied
from ..store.staging import Stage
from .sweep import Sweep, read_sweep
from .thrift import give_memory_back
from .turn import DoubtedError, Turn, evaluate_and_tell

# Single records asked for in one cycle: enough for a bad morning, too few to hurt the quota.
MOST_DETAILS = 10


class DoubtfulError(Exception):
    """A sweep that is whole and hard to believe; its transaction is undone and it waits for a person."""


def sweep(turn: Turn, poll: Poll) -> None:
    """The whole catalogue."""
    store, since = turn.context.store, turn.context.now()
    known = snapshots.known_digests(store, turn.source.id)
    stage = Stage(store)
    try:
        found = read_sweep(turn.reader, stage, known, partial(turn.page_came, poll))
        poll.products = len(found.seen) + len(found.quarantined)
        poll.quarantined = len(found.quarantined)
        if found.torn:
            poll.torn = True
            raise SourceTrouble(found.torn, kind="torn")
        _believe_format(found)
        try:
            take_over(turn, found, stage, known, poll, since)
        except DoubtfulError as doubtful:
            poll.held = True
            poll.error, poll.error_kind = _held_sentence(turn.source.name, str(doubtful)), "held"
            seen, reason = found.seen | found.unread, str(doubtful)
            staging.hold(store, turn.source.id, stage, seen=seen, reason=reason, now=turn.context.now())
    finally:
        stage.close()
        give_memory_back()


def _believe_format(found: Sweep) -> None:
    """A few records that cannot be read are set aside; most of them are a system that writes differently now."""
    if len(found.quarantined) > len(found.seen):
        raise SourceTrouble(
            f"{len(found.quarantined)} of {len(found.quarantined) + len(found.seen)} products cannot be read"
            f" ({found.quarantined[0].reason}); nothing was taken over.",
            kind="answer",
        )


def _held_sentence(name: str, reason: str) -> str:
    return (
        f"This sweep was held back because {reason}. If that is true, run 'alertd source accept {name}'; "
        "else do nothing: stock and alerts stay as they were."
    )


def take_over(turn: Turn, found: Sweep, stage: Stage, known: Known, poll: Poll, since: int | None = None) -> None:
    """Make a whole sweep the present state, evaluate, fill the outbox: all, or nothing. Raises DoubtfulError."""
    store, source = turn.context.store, turn.source
    with store.write():
        now = turn.context.now()
        turn.still_ours()
        applied = snapshots.apply(
            store, source.id, stage.products(found.seen), seen=found.seen, unread=found.unread, known=known, now=now,
            nameless=found.nameless, since=since, marks=found.marks,
        )  # fmt: skip
        reason = snapshots.doubt(store, source.id, applied)
        if reason:
            raise DoubtfulError(reason)
        quarantine.keep(store, source.id, found.quarantined, applied.at)
        staging.drop_held(store, source.id)
        # The store knows all this now, and the evaluation of a large catalogue needs the room.
        found.seen.clear()
        found.marks.clear()
        known.clear()
        give_memory_back()
        _catalogue_changed(turn, applied, poll)
        poll.complete = True


def accept_held(turn: Turn, poll: Poll) -> None:
    """Take over the sweep that was held back: a person has said that it is true."""
    store, source = turn.context.store, turn.source
    known = snapshots.known_digests(store, source.id)
    seen, products = staging.held_products(store, source.id)
    with store.write():
        now = turn.context.now()
        applied = snapshots.apply(store, source.id, products, seen=seen, unread=set(), known=known, now=now)
        staging.drop_held(store, source.id)
        _catalogue_changed(turn, applied, poll)
        poll.products = len(seen)
        poll.complete = True


def low(turn: Turn, poll: Poll) -> None:
    """The products that the system calls low: news between sweeps. What is not listed tells nothing."""
    store, source = turn.context.store, turn.source
    known = snapshots.known_digests(store, source.id)
    stage = Stage(store)
    try:
        for page in turn.reader.low(known):
            stage.put(page.changed)
            poll.products += len(page.unchanged) + len(page.changed) + len(page.quarantined)
            poll.quarantined += len(page.quarantined)
            turn.page_came(poll)

        def take(now: int) -> None:
            turn.still_ours()
            applied = snapshots.apply(store, source.id, stage.products(), seen=None, unread=set(), known=known, now=now)
            _catalogue_changed(turn, applied, poll)

        confirmed(turn, stage, take)
        poll.complete = True
    finally:
        stage.close()


def _catalogue_changed(turn: Turn, applied: Applied, poll: Poll) -> None:
    """After the present state was brought up to date: learn, match lines that were left open, evaluate, tell."""
    store, source, now = turn.context.store, turn.source, applied.at
    sources.learn(store, source.id, company=turn.reader.company, dialect=turn.reader.dialect)
    poll.changed, poll.new, poll.gone = applied.changed, applied.new, applied.gone
    poll.levels = snapshots.level_count(store, source.id)
    if applied.new or applied.renamed:
        documents.rematch(store, source.id, now)
        ledger.refresh(store, source.id, transactions.rematch(store, source.id, now), now)
    settle(store, source.id, now, zone=source.timezone)
    evaluate_and_tell(turn, now)


def confirmed(turn: Turn, stage: Stage, take: Callable[[int], None], *, doubt: bool = True) -> None:
    """Do `take` in one write transaction; look once more at what it would raise as critical before it is told.

    The first try is undone where it finds anything critical and new: each such product is asked for on its own, joins
    the stage as it stands now, and the whole is done again. A product that cannot be asked for is told of all the same.
    """
    store = turn.context.store
    turn.must_confirm = doubt
    try:
        with store.write():
            take(turn.context.now())
    except DoubtedError as doubted:
        stage.put(_look_again(turn, doubted.products))
        turn.must_confirm = False
        with store.write():
            take(turn.context.now())
    finally:
        turn.must_confirm = False


def _look_again(turn: Turn, identities: list[Identity]) -> list[tuple[int, Product]]:
    found: list[tuple[int, Product]] = []
    turn.detail()
    for identity in identities[:MOST_DETAILS]:
        try:
            product = turn.reader.product(identity)
        except SourceTrouble as fault:
            if fault.kind in ("quota", "key", "stopped"):
                break
            continue
        if product is not None:
            # Over the product and not over bytes as sent: no page carries it, so the next sweep reads it afresh.
            found.append((digest(product), product))
    return found


def evaluate_anew(turn: Turn, *, old: bool) -> None:
    """Hold the rules against what the last sweep left, where no lane of this cycle read the catalogue.

    Where that is `old`, what is critical and new is looked at once more.
    """
    store, source = turn.context.store, turn.source
    stage = Stage(store)
    try:

        def take(now: int) -> None:
            if not stage.empty:
                known = snapshots.known_digests(store, source.id)
                given = stage.products()
                now = snapshots.apply(store, source.id, given, seen=None, unread=set(), known=known, now=now).at
            evaluate_and_tell(turn, now)

        confirmed(turn, stage, take, doubt=old)
    finally:
        stage.close()
