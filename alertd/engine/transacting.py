"""The lane of transactions: what was handed out, taken back and swapped since it was last read to the end.

Each page is kept in a transaction of its own, for what is known once needs no second reading; only the mark, from which
the next reading goes on, waits for the end. Newest comes first, so a reading that broke off has its gap in the middle.
"""

from datetime import timedelta

import msgspec

from ..clock import local
from ..errors import SourceTrouble
from ..model import Quarantined, Transaction
from ..reconcile.step import step as settle
from ..sources.registry import Transacting
from ..store import documents, ledger, polls, quarantine, transactions
from ..store.instants import after_looks
from ..store.polls import Poll
from .turn import Turn, evaluate_and_tell

LANE = "transactions"
FIRST_MS = 90 * 86_400_000
OVERLAP_MS = 10 * 60_000
DEEP_MS = 48 * 3_600_000
DEEP_EVERY_MS = 86_400_000


class _Mark(msgspec.Struct):
    """The newest moment of each kind that was read to the end, and when the last two days were last read whole."""

    newest: dict[str, int] = {}
    deep_at: int = 0


def read(turn: Turn, poll: Poll) -> None:
    """Read what is new of each kind, and judge the rules by it. Raises SourceTrouble when a list has no end."""
    store, source, lane, begun = turn.context.store, turn.source, poll.lane, turn.context.now()
    written = polls.lanes(store, source.id)[lane]["mark"]
    mark = msgspec.json.decode(written, type=_Mark) if written else _Mark()
    deep = begun - mark.deep_at >= DEEP_EVERY_MS
    reader = turn.reader
    if not isinstance(reader, Transacting):
        raise SourceTrouble("This kind of system has no list of transactions.", kind="unsupported")
    for kind in reader.kinds:
        newest = _read_kind(turn, reader, kind, _since(mark, kind, begun, deep=deep), poll)
        if newest is not None or kind not in mark.newest:
            # A clock that runs ahead must not hide what comes after.
            mark.newest[kind] = max(mark.newest.get(kind, 0), min(newest or begun - FIRST_MS, begun))
        polls.set_mark(store, source.id, lane, msgspec.json.encode(mark).decode())
    if deep:
        mark.deep_at = begun
        polls.set_mark(store, source.id, lane, msgspec.json.encode(mark).decode())
    _judge(turn, reader, begun, poll)
    poll.complete = True


def _since(mark: _Mark, kind: str, now: int, *, deep: bool) -> int:
    if kind not in mark.newest:
        return now - FIRST_MS
    since = mark.newest[kind] - OVERLAP_MS
    return min(since, now - DEEP_MS) if deep else since


def _read_kind(turn: Turn, reader: Transacting, kind: str, since: int, poll: Poll) -> int | None:
    """Read one list to its end; the newest moment in it, None where it told none."""
    newest: int | None = None
    for batch in reader.transactions(kind, since):
        turn.page_came(poll)
        found = [each for each in batch if isinstance(each, Transaction)]
        unread = [each for each in batch if isinstance(each, Quarantined)]
        poll.products += len(batch)
        poll.quarantined += len(unread)
        poll.new += keep(turn, kind, found, unread)
        moments = [each.happened_at for each in found if each.happened_at is not None]
        newest = max((*moments, newest or 0)) or None
    return newest


def keep(turn: Turn, kind: str, found: list[Transaction], unread: list[Quarantined]) -> int:
    """Keep a page, and bring the stock of counted products up to date with it. Returns how many were new."""
    store, source = turn.context.store, turn.source
    with store.write():
        now = after_looks(store, source.id, turn.context.now())
        turn.still_ours()
        taken = transactions.take(store, source.id, found, zone=source.timezone, now=now)
        ledger.refresh(store, source.id, taken.products, now)
        if unread:
            quarantine.keep_documents(store, source.id, kind, unread, [each.id for each in found], now)
        if transactions.waiting_for(store, source.id, taken.unknown):
            polls.hurry(store, source.id, "sweep", now=now)
    return taken.new


def _judge(turn: Turn, reader: Transacting, begun: int, poll: Poll) -> None:
    """Every list was read to its end: say so to the count of stock, and hold the rules against what moved.

    Where the system does not tell what comes back, stock cannot be reconciled with what went out.
    """
    store, source = turn.context.store, turn.source
    today = local(begun, source.timezone).date()
    with store.write():
        now = after_looks(store, source.id, turn.context.now())
        if "return" in reader.kinds:
            for kind in ("sale", "return"):
                documents.note_reading(
                    store, source.id, kind, (today - timedelta(days=2)).isoformat(), today.isoformat(), begun
                )
            settle(store, source.id, now, zone=source.timezone)
        if poll.new and source.snapshot_at is not None:
            evaluate_and_tell(turn, now)
