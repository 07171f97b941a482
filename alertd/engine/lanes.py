"""What each lane of a source reads, and how it is taken over. The order of lanes and their schedule are `cycle`'s.

Reading happens outside the write lock; taking over is one transaction that also holds the evaluation, the transitions
and the messages it calls for. Each lane fills its `Poll` and raises SourceTrouble when it cannot finish.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b

import msgspec
import structlog

from ..alerts.life import Event
from ..clock import local
from ..errors import SourceTrouble
from ..model import Document, DocumentPage, Product, Quarantined
from ..reconcile.step import step as settle
from ..sources.registry import Reader, Telling
from ..store import documents, ledger, polls, quarantine, snapshots, sources, transactions
from ..store.instants import after_looks
from ..store.known import Identity, Known
from ..store.polls import Poll
from ..store.snapshots import Applied, Stage
from ..store.sources import Source
from .calm import tell
from .context import Context
from .evaluate import Outcome, evaluate
from .holding import Hold
from .rulebook import Rulebook
from .selfcare import rules_failed
from .sweep import OnPage, Sweep, read_sweep
from .thrift import give_memory_back

log = structlog.get_logger()
# The vendor's server keeps this zone for every company, whatever its country.
SERVER_ZONE = "America/El_Salvador"
RECENT_DAYS = 3
DEEP_DAYS = 35
FIRST_DAYS = 90
POSTDATED_DAYS = 7
CHUNK_DAYS = 7
DEEP_EVERY_MS = 86_400_000
MOST_READINGS = 3
# Single records asked for in one cycle: enough for a bad morning, too few to hurt the quota.
MOST_DETAILS = 10
MOST_MISSING_ASKED = 5
KINDS = {"sales": "sale", "returns": "return"}


class DoubtedError(Exception):
    """An evaluation found something critical in a reading that should be looked at again; it is undone."""

    def __init__(self, products: list[Identity]) -> None:
        super().__init__(f"{len(products)} products to look at again")
        self.products = products


class DoubtfulError(Exception):
    """A sweep that is whole and hard to believe; its transaction is undone and it waits for a person."""


@dataclass(slots=True)
class Turn:
    """What the lanes of one source share in a cycle.

    `detail` says that the calls from here on are those of single records; `must_confirm` that what is critical and
    new is to be looked at once more before it is told; `hold` is the lease of the lane that is being read.
    """

    context: Context
    source: Source
    reader: Reader
    book: Rulebook
    detail: Callable[[], None] = lambda: None
    must_confirm: bool = False
    hold: Hold | None = None
    evaluated: bool = False
    new_firing: int = 0
    new_resolved: int = 0
    queued: int = 0

    def page_came(self, poll: Poll, pages: int | None) -> None:
        """Count a page, keep the lane, and say how far it is. Raises SourceTrouble when it is another's."""
        poll.pages += 1
        if self.hold:
            self.hold.at_page()
        self.context.progress(self.source.name, poll.lane, poll.pages, pages)

    def still_ours(self) -> None:
        """Before what was read is written, in the same transaction. Raises SourceTrouble when the lane was taken."""
        if self.hold:
            self.hold.keep()


class _Mark(msgspec.Struct):
    """How far a documents lane has read: when it last read deep, and whether it has its first history.

    `reached` is the business date down to which a deep reading that is not done yet has got, `begun_at` its beginning.
    """

    deep_at: int = 0
    first_done: bool = False
    reached: str | None = None
    begun_at: int = 0


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
    store, since = turn.context.store, turn.context.now()
    known = snapshots.known_digests(store, turn.source.id)
    stage = Stage(store)
    try:
        found = read_sweep(turn.reader, stage, known, _page_counter(turn, poll))
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
            snapshots.hold(store, turn.source.id, stage, seen=seen, reason=reason, now=turn.context.now())
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
        snapshots.drop_held(store, source.id)
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
    seen, products = snapshots.held_products(store, source.id)
    with store.write():
        now = turn.context.now()
        applied = snapshots.apply(store, source.id, products, seen=seen, unread=set(), known=known, now=now)
        snapshots.drop_held(store, source.id)
        _catalogue_changed(turn, applied, poll)
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

        def take(now: int) -> None:
            turn.still_ours()
            applied = snapshots.apply(store, source.id, stage.products(), seen=None, unread=set(), known=known, now=now)
            _catalogue_changed(turn, applied, poll)

        confirmed(turn, stage, take)
        poll.complete = True
    finally:
        stage.close()


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
            found.append((_own_digest(product), product))
    return found


def _own_digest(product: Product) -> int:
    """A digest that no page carries: the next sweep reads the product afresh."""
    return int.from_bytes(blake2b(msgspec.msgpack.encode(product), digest_size=8).digest(), "little", signed=True)


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


def evaluate_and_tell(turn: Turn, now: int) -> Outcome:
    """Hold the rules against the present state and put what changed into the outbox; in the caller's transaction."""
    store = turn.context.store
    # The very first poll learns the company's name, and its message should carry it.
    source = replace(turn.source, company=turn.reader.company or turn.source.company)
    outcome = evaluate(store, source, turn.book.rules, now)
    doubted = critical_news(outcome) if turn.must_confirm else []
    if doubted:
        raise DoubtedError(doubted)
    # Nobody asks for the single events any more; on a first load there are thousands.
    outcome.told.clear()
    turn.queued += tell(store, source, turn.book.rules, now=now, first=source.snapshot_at is None)
    turn.queued += rules_failed(store, source, outcome.failed_rules, now)
    turn.new_firing += outcome.new_firing
    turn.new_resolved += outcome.new_resolved
    turn.evaluated = True
    return outcome


def critical_news(outcome: Outcome) -> list[Identity]:
    """The products of which something critical is about to be told, each once."""
    news = [
        told.subject.id
        for events in outcome.told.values()
        for told in events
        if told.severity == "critical" and told.event in (Event.FIRING, Event.WORSE) and told.subject.id is not None
    ]
    return list(dict.fromkeys(news))


def _page_counter(turn: Turn, poll: Poll) -> OnPage:
    def count(_page: int, pages: int | None) -> None:
        # A lane that reads window after window does not know how many pages are still to come.
        turn.page_came(poll, pages if poll.lane == "sweep" else None)

    return count


def read_documents(turn: Turn, lane: str, poll: Poll) -> None:
    """Sales or returns of a trailing window, in chunks that are each taken over whole; late changes are differences.

    Every poll reads the last days. Once a day, and for the first history, it reads further back; that reading goes on
    where the last poll had to stop, so that a history larger than an hour's quota gets done all the same.
    """
    store, source = turn.context.store, turn.source
    state = polls.lanes(store, source.id)[lane]
    mark = msgspec.json.decode(state["mark"], type=_Mark) if state["mark"] else _Mark()
    now = turn.context.now()
    today = local(now, SERVER_ZONE).date()
    until = today + timedelta(days=POSTDATED_DAYS)
    recent = today - timedelta(days=RECENT_DAYS)
    _read_chunk(turn, lane, recent, until, poll)
    if mark.reached is not None or now - mark.deep_at >= DEEP_EVERY_MS:
        begun = mark.begun_at if mark.reached is not None else now
        days = DEEP_DAYS if mark.first_done else FIRST_DAYS
        reached = date.fromisoformat(mark.reached) if mark.reached else recent
        for since, end in chunks(local(begun, SERVER_ZONE).date() - timedelta(days=days), reached - timedelta(days=1)):
            _read_chunk(turn, lane, since, end, poll)
            mark = _Mark(mark.deep_at, mark.first_done, since.isoformat(), begun)
            polls.set_mark(store, source.id, lane, msgspec.json.encode(mark).decode())
        polls.set_mark(store, source.id, lane, msgspec.json.encode(_Mark(begun, True)).decode())
    sources.learn(store, source.id, dialect=turn.reader.dialect)
    with store.write():
        settle(store, source.id, after_looks(store, source.id, turn.context.now()), zone=source.timezone)
    if poll.changed or poll.new or poll.gone:
        turn.evaluated = False  # What the rules were held against has moved since.
    poll.complete = True


def chunks(since: date, until: date) -> Iterator[tuple[date, date]]:
    """A window cut into spans of a week, the newest first."""
    end = until
    while end >= since:
        begin = max(since, end - timedelta(days=CHUNK_DAYS - 1))
        yield begin, end
        end = begin - timedelta(days=1)


def _read_chunk(turn: Turn, lane: str, first: date, last: date, poll: Poll) -> None:
    store, source, kind = turn.context.store, turn.source, KINDS[lane]
    since, until = first.isoformat(), last.isoformat()
    began_at = turn.context.now()
    found, unread = _read_whole(turn, kind, since, until, poll)
    seen = set(found) | _identities(unread)
    if any(record.key == f"{kind}:" for record in unread):
        # Which documents these are is not known, so none of those that seem to be missing can be called deleted.
        seen.update(documents.missing(store, source.id, kind, since, until, seen))
    moved = _elsewhere(turn, kind, since, until, seen)
    now = turn.context.now()
    with store.write():
        turn.still_ours()
        taken = documents.take(store, source.id, [*found.values(), *moved], now)
        documents.retire(store, source.id, kind, since, until, seen | {document.id for document in moved}, now, taken)
        documents.note_reading(store, source.id, kind, since, until, began_at)
        quarantine.keep_documents(store, source.id, kind, unread, seen, now)
    for words in taken.unknown:
        log.warning(
            "unknown state of a document; it counts as moving stock", source=source.name, kind=kind, state=words
        )
    poll.products += taken.documents
    poll.levels += taken.lines
    poll.changed += taken.changed
    poll.new += taken.new
    poll.gone += taken.gone
    poll.quarantined += len(unread)


def _elsewhere(turn: Turn, kind: str, since: str, until: str, seen: set[Identity]) -> list[Document]:
    """Documents that a whole reading of their window did not list and that are there all the same.

    Asks for a few of the missing ones: one that has another date now was moved; one that should have been listed
    proves that the list was not to be believed. Raises SourceTrouble (`answer`) then.
    """
    reader = turn.reader
    if not isinstance(reader, Telling):
        return []
    missing = documents.missing(turn.context.store, turn.source.id, kind, since, until, seen)
    turn.detail()
    moved: list[Document] = []
    for identity in missing[:MOST_MISSING_ASKED]:
        document = reader.document(kind, identity)
        if document is None:
            continue
        if since <= document.date <= until:
            raise SourceTrouble(
                f"The list of {kind}s from {since} to {until} left out {len(missing)} that are there; nothing was"
                " taken over.",
                kind="answer",
            )
        moved.append(document)
    return moved


def _identities(unread: list[Quarantined]) -> set[Identity]:
    keys = [record.key.partition(":")[2] for record in unread]
    return {int(key) if key.isdigit() else key for key in keys if key}


def _read_whole(
    turn: Turn, kind: str, since: str, until: str, poll: Poll
) -> tuple[dict[Identity, Document], list[Quarantined]]:
    """Every document of a window, read again until as many distinct ids came as were announced at last.

    The shop goes on selling while its sales are read, so the announced number may grow; it may not fall.
    """
    together: dict[Identity, Document] = {}
    totals: list[int | None] = []
    count = _page_counter(turn, poll)
    for _ in range(MOST_READINGS):
        found: dict[Identity, Document] = {}
        unread: list[Quarantined] = []
        claimed: list[int | None] = []
        for page in turn.reader.documents(kind, since, until):
            _collect(page, found, unread, claimed)
            count(page.number, page.pages)
        together |= found
        totals += claimed
        for candidate, announced in ((found, claimed), (together, totals)):
            if _adds_up(announced, _distinct(candidate, unread)):
                return candidate, unread
    poll.torn = True
    raise SourceTrouble(
        f"The list of documents from {since} to {until} kept changing while it was read ({MOST_READINGS} tries).",
        kind="torn",
    )


def _adds_up(announced: list[int | None], distinct: int) -> bool:
    numbers = [number for number in announced if number is not None]
    return len(numbers) == len(announced) and numbers == sorted(numbers) and numbers[-1:] == [distinct]


def _distinct(found: dict[Identity, Document], unread: list[Quarantined]) -> int:
    nameless = sum(record.key.endswith(":") for record in unread)
    return len(set(found) | _identities(unread)) + nameless


def _collect(
    page: DocumentPage, found: dict[Identity, Document], unread: list[Quarantined], claimed: list[int | None]
) -> None:
    claimed.append(page.total)
    found.update((document.id, document) for document in page.documents)
    unread.extend(page.quarantined)
