"""What the lanes of one source share in a cycle, and how the rules are held against what they brought.

What each lane reads is said in `catalogue`, `papers` and `transacting`; in which order and when they run, in `cycle`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..alerts.life import Event
from ..sources.registry import Reader
from ..store.known import Identity
from ..store.polls import Poll
from ..store.sources import Source
from .calm import tell
from .context import Context
from .evaluate import Outcome, evaluate
from .holding import Hold
from .rulebook import Rulebook
from .selfcare import rules_failed


class DoubtedError(Exception):
    """An evaluation found something critical in a reading that should be looked at again; it is undone."""

    def __init__(self, products: list[Identity]) -> None:
        super().__init__(f"{len(products)} products to look at again")
        self.products = products


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

    def page_came(self, poll: Poll, pages: int | None = None) -> None:
        """Count a page, keep the lane, and say how far it is. Raises SourceTrouble when it is another's.

        `pages` is how many there are; a lane that reads window after window does not know.
        """
        poll.pages += 1
        if self.hold:
            self.hold.at_page()
        self.context.progress(self.source.name, poll.lane, poll.pages, pages)

    def still_ours(self) -> None:
        """Before what was read is written, in the same transaction. Raises SourceTrouble when the lane was taken."""
        if self.hold:
            self.hold.keep()


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
