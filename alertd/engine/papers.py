"""The lanes of documents, sales and returns: read window by window, each proven whole before it is taken over.

Windows are read outside the write lock and kept in one transaction each. What a whole reading no longer lists is gone,
unless it was moved to another day.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import structlog

from ..clock import local
from ..errors import SourceTrouble
from ..model import Document, DocumentPage, Quarantined
from ..reconcile.step import step as settle
from ..sources.registry import Telling
from ..store import documents, polls, quarantine, sources
from ..store.instants import after_looks
from ..store.known import Identity
from ..store.polls import Poll
from .turn import Turn

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
MOST_MISSING_ASKED = 5
KINDS = {"sales": "sale", "returns": "return"}


class _Mark(msgspec.Struct):
    """How far a documents lane has read: when it last read deep, and whether it has its first history.

    `reached` is the business date down to which a deep reading that is not done yet has got, `begun_at` its beginning.
    """

    deep_at: int = 0
    first_done: bool = False
    reached: str | None = None
    begun_at: int = 0


def read(turn: Turn, poll: Poll) -> None:
    """Sales or returns of a trailing window, in chunks that are each taken over whole; late changes are differences.

    Every poll reads the last days. Once a day, and for the first history, it reads further back; that reading goes on
    where the last poll had to stop, so that a history larger than an hour's quota gets done all the same.
    """
    store, source, lane = turn.context.store, turn.source, poll.lane
    state = polls.lanes(store, source.id)[lane]
    mark = msgspec.json.decode(state["mark"], type=_Mark) if state["mark"] else _Mark()
    now = turn.context.now()
    today = local(now, SERVER_ZONE).date()
    until = today + timedelta(days=POSTDATED_DAYS)
    recent = today - timedelta(days=RECENT_DAYS)
    _read_chunk(turn, recent, until, poll)
    if mark.reached is not None or now - mark.deep_at >= DEEP_EVERY_MS:
        begun = mark.begun_at if mark.reached is not None else now
        days = DEEP_DAYS if mark.first_done else FIRST_DAYS
        reached = date.fromisoformat(mark.reached) if mark.reached else recent
        for since, end in chunks(local(begun, SERVER_ZONE).date() - timedelta(days=days), reached - timedelta(days=1)):
            _read_chunk(turn, since, end, poll)
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


def _read_chunk(turn: Turn, first: date, last: date, poll: Poll) -> None:
    store, source, kind = turn.context.store, turn.source, KINDS[poll.lane]
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
    for _ in range(MOST_READINGS):
        found: dict[Identity, Document] = {}
        unread: list[Quarantined] = []
        claimed: list[int | None] = []
        for page in turn.reader.documents(kind, since, until):
            _collect(page, found, unread, claimed)
            turn.page_came(poll)
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
