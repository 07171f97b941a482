"""What each lane of a source reads, and how it is taken over. The order of lanes and their schedule are `cycle`'s.

Reading happens outside the write lock; taking over is one transaction that also holds the evaluation, the transitions
and the messages it calls for. Each lane fills its `Poll` and raises SourceTrouble when it cannot finish.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from ..clock import local
from ..errors import SourceTrouble
from ..model import Document, DocumentPage, Quarantined
from ..sources.registry import Reader
from ..store import documents, polls, quarantine, snapshots, sources
from ..store.polls import Poll
from ..store.snapshots import Applied, Identity, Stage
from ..store.sources import Source
from .context import Context
from .evaluate import Outcome, evaluate
from .messages import queue_messages
from .rulebook import Rulebook
from .sweep import OnPage, Sweep, read_sweep

# The vendor's server keeps this zone for every company, whatever its country.
SERVER_ZONE = "America/El_Salvador"
RECENT_DAYS = 3
DEEP_DAYS = 35
FIRST_DAYS = 90
POSTDATED_DAYS = 7
CHUNK_DAYS = 7
DEEP_EVERY_MS = 86_400_000
MOST_READINGS = 3
KINDS = {"sales": "sale", "returns": "return"}


class DoubtfulError(Exception):
    """A sweep that is whole and hard to believe; its transaction is undone and it waits for a person."""


@dataclass(slots=True)
class Turn:
    """What the lanes of one source share in a cycle."""

    context: Context
    source: Source
    reader: Reader
    book: Rulebook
    evaluated: bool = False
    new_firing: int = 0
    new_resolved: int = 0
    queued: int = 0


class _Mark(msgspec.Struct):
    """How far a documents lane has read: when it last read deep, and whether it has its first history."""

    deep_at: int = 0
    first_done: bool = False


def run(turn: Turn, lane: str, poll: Poll) -> None:
    """Read one lane and take over what is whole."""
    if lane == "sweep":
        sweep(turn, poll)
    elif lane == "low":
        low(turn, poll)
    else:
        read_documents(turn, lane, poll)


def sweep(turn: Turn, poll: Poll) -> None:
    """The whole catalogue."""
    store = turn.context.store
    known = snapshots.known_digests(store, turn.source.id)
    stage = Stage(store)
    try:
        found = read_sweep(turn.reader, stage, known, _page_counter(turn, poll))
        poll.products = len(found.seen) + len(found.quarantined)
        poll.quarantined = len(found.quarantined)
        if found.torn:
            poll.torn = True
            raise SourceTrouble(found.torn, kind="torn")
        try:
            take_over(turn, found, stage, known, poll)
        except DoubtfulError as doubtful:
            poll.held = True
            poll.error, poll.error_kind = _held_sentence(turn.source.name, str(doubtful)), "held"
            snapshots.hold(store, turn.source.id, seen=found.seen, reason=str(doubtful), now=turn.context.now())
    finally:
        stage.close()


def _held_sentence(name: str, reason: str) -> str:
    return (
        f"This sweep was held back because {reason}. If that is true, run 'alertd source accept {name}'; "
        "else do nothing: stock and alerts stay as they were."
    )


def take_over(turn: Turn, found: Sweep, stage: Stage, known: dict[int, Identity], poll: Poll) -> None:
    """Make a whole sweep the present state, evaluate, fill the outbox: all, or nothing. Raises DoubtfulError."""
    store, source, now = turn.context.store, turn.source, turn.context.now()
    with store.write():
        applied = snapshots.apply(
            store, source.id, stage.products(found.seen), seen=found.seen, unread=found.unread, known=known, now=now
        )
        reason = snapshots.doubt(store, source.id, applied)
        if reason:
            raise DoubtfulError(reason)
        quarantine.keep(store, source.id, found.quarantined, now)
        snapshots.drop_held(store, source.id)
        _catalogue_changed(turn, applied, poll, now)
        poll.complete = True


def accept_held(turn: Turn, poll: Poll) -> None:
    """Take over the sweep that was held back: a person has said that it is true."""
    store, source, now = turn.context.store, turn.source, turn.context.now()
    known = snapshots.known_digests(store, source.id)
    seen, products = snapshots.held_products(store, source.id)
    with store.write():
        applied = snapshots.apply(store, source.id, products, seen=seen, unread=set(), known=known, now=now)
        snapshots.drop_held(store, source.id)
        _catalogue_changed(turn, applied, poll, now)
        poll.products = len(seen)
        poll.complete = True


def low(turn: Turn, poll: Poll) -> None:
    """The products that the system calls low: news between sweeps. What is not listed tells nothing."""
    store, source = turn.context.store, turn.source
    known = snapshots.known_digests(store, source.id)
    stage = Stage(store)
    try:
        count = _page_counter(turn, poll)
        for page in turn.reader.low(known):
            stage.put(page.changed)
            poll.products += len(page.unchanged) + len(page.changed) + len(page.quarantined)
            poll.quarantined += len(page.quarantined)
            count(page.number, page.pages)
        now = turn.context.now()
        with store.write():
            applied = snapshots.apply(store, source.id, stage.products(), seen=None, unread=set(), known=known, now=now)
            _catalogue_changed(turn, applied, poll, now)
            poll.complete = True
    finally:
        stage.close()


def _catalogue_changed(turn: Turn, applied: Applied, poll: Poll, now: int) -> None:
    """After the present state was brought up to date: learn, match lines that were left open, evaluate, tell."""
    store, source = turn.context.store, turn.source
    sources.learn(store, source.id, company=turn.reader.company, dialect=turn.reader.dialect)
    poll.changed, poll.new, poll.gone = applied.changed, applied.new, applied.gone
    poll.levels = snapshots.level_count(store, source.id)
    if applied.new:
        documents.rematch(store, source.id, now)
    evaluate_and_tell(turn, now)


def evaluate_and_tell(turn: Turn, now: int) -> Outcome:
    """Hold the rules against the present state and put what changed into the outbox; in the caller's transaction."""
    store = turn.context.store
    # The very first poll learns the company's name, and its message should carry it.
    source = replace(turn.source, company=turn.reader.company or turn.source.company)
    outcome = evaluate(store, source, turn.book.rules, now)
    turn.queued += queue_messages(store, source, turn.book.rules, outcome, first=source.snapshot_at is None, now=now)
    turn.new_firing += outcome.new_firing
    turn.new_resolved += outcome.new_resolved
    turn.evaluated = True
    return outcome


def _page_counter(turn: Turn, poll: Poll) -> OnPage:
    def count(_page: int, pages: int | None) -> None:
        poll.pages += 1
        turn.context.progress(turn.source.name, poll.lane, poll.pages, pages)

    return count


def read_documents(turn: Turn, lane: str, poll: Poll) -> None:
    """Sales or returns of a trailing window, in chunks that are each taken over whole; late changes are differences."""
    store, source = turn.context.store, turn.source
    state = polls.lanes(store, source.id)[lane]
    mark = msgspec.json.decode(state["mark"], type=_Mark) if state["mark"] else _Mark()
    now = turn.context.now()
    deep = now - mark.deep_at >= DEEP_EVERY_MS
    days = FIRST_DAYS if not mark.first_done else DEEP_DAYS if deep else RECENT_DAYS
    today = local(now, SERVER_ZONE).date()
    for since, until in chunks(today - timedelta(days=days), today + timedelta(days=POSTDATED_DAYS)):
        _read_chunk(turn, lane, since.isoformat(), until.isoformat(), poll)
    if deep or not mark.first_done:
        polls.set_mark(store, source.id, lane, msgspec.json.encode(_Mark(now, True)).decode())
    sources.learn(store, source.id, dialect=turn.reader.dialect)
    poll.complete = True


def chunks(since: date, until: date) -> Iterator[tuple[date, date]]:
    """A window cut into spans of a week, the newest first, so that news does not wait for history."""
    end = until
    while end >= since:
        begin = max(since, end - timedelta(days=CHUNK_DAYS + POSTDATED_DAYS - 1 if end == until else CHUNK_DAYS - 1))
        yield begin, end
        end = begin - timedelta(days=1)


def _read_chunk(turn: Turn, lane: str, since: str, until: str, poll: Poll) -> None:
    store, source, kind = turn.context.store, turn.source, KINDS[lane]
    began_at = turn.context.now()
    found, unread = _read_whole(turn, kind, since, until, poll)
    now = turn.context.now()
    with store.write():
        taken = documents.take(store, source.id, found.values(), now)
        documents.retire(store, source.id, kind, since, until, set(found) | _identities(unread), now, taken)
        documents.note_reading(store, source.id, kind, since, until, began_at)
    poll.products += taken.documents
    poll.levels += taken.lines
    poll.changed += taken.changed
    poll.new += taken.new
    poll.gone += taken.gone
    poll.quarantined += len(unread)


def _identities(unread: list[Quarantined]) -> set[Identity]:
    keys = [record.key.partition(":")[2] for record in unread]
    return {int(key) if key.isdigit() else key for key in keys if key}


def _read_whole(
    turn: Turn, kind: str, since: str, until: str, poll: Poll
) -> tuple[dict[Identity, Document], list[Quarantined]]:
    """Every document of a window, read again until as many distinct ids came as were announced."""
    together: dict[Identity, Document] = {}
    totals: set[int | None] = set()
    count = _page_counter(turn, poll)
    for _ in range(MOST_READINGS):
        found: dict[Identity, Document] = {}
        unread: list[Quarantined] = []
        claimed: set[int | None] = set()
        for page in turn.reader.documents(kind, since, until):
            _collect(page, found, unread, claimed)
            count(page.number, page.pages)
        together |= found
        totals |= claimed
        for candidate, announced in ((found, claimed), (together, totals)):
            if len(announced) == 1 and announced <= {None, len(candidate) + len(unread)}:
                return candidate, unread
    poll.torn = True
    raise SourceTrouble(
        f"The list of documents from {since} to {until} kept changing while it was read ({MOST_READINGS} tries).",
        kind="torn",
    )


def _collect(
    page: DocumentPage, found: dict[Identity, Document], unread: list[Quarantined], claimed: set[int | None]
) -> None:
    claimed.add(page.total)
    found.update((document.id, document) for document in page.documents)
    unread.extend(page.quarantined)
