"""Read a whole catalogue, and prove that it is whole. Writes only to the waiting room; see `alertd.store.snapshots`.

Offset paging over live data repeats some rows and loses others for good, and every single page looks right. What tells
is the arithmetic: as many distinct ids as the source claims to have, while that claim stood still. A walk that fails it
is walked again in another order; the union of two walks may do when the claim never moved.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ..model import Page, Quarantined
from ..store.snapshots import Identity, Stage

MOST_WALKS = 3


class Catalogue(Protocol):
    """What a source must offer to be swept."""

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Walk every product, in an order that depends on the attempt."""
        ...


@dataclass(slots=True)
class Walk:
    """What one walk over the pages saw."""

    seen: set[Identity] = field(default_factory=set)
    unread: dict[str, Quarantined] = field(default_factory=dict)
    nameless: int = 0
    totals: set[int | None] = field(default_factory=set)
    pages: int = 0

    @property
    def distinct(self) -> int:
        """How many different products it met, readable or not."""
        return len(self.seen) + len(self.unread) + self.nameless

    @property
    def whole(self) -> bool:
        """Whether it met as many products as the source said it has, and the source never changed its word."""
        return len(self.totals) == 1 and self.totals <= {None, self.distinct}


@dataclass(slots=True)
class Sweep:
    """What reading the catalogue came to. `torn` says why it is not whole, in a sentence; None when it is."""

    seen: set[Identity]
    unread: set[Identity]
    quarantined: list[Quarantined]
    pages: int
    torn: str | None


OnPage = Callable[[int, int | None], None]


def read_sweep(source: Catalogue, stage: Stage, known: dict[int, Identity], on_page: OnPage) -> Sweep:
    """Walk the catalogue until one walk, or the union of all, is whole; at most MOST_WALKS times.

    Products that differ from `known` wait in `stage` afterwards. Raises SourceTrouble when a page cannot be had.
    """
    walks: list[Walk] = []
    for attempt in range(MOST_WALKS):
        walk = _walk(source.sweep(attempt, known), stage, known, on_page)
        walks.append(walk)
        together = _union(walks)
        for candidate in (walk, together):
            if candidate.whole:
                return _result(candidate, walks, torn=None)
    return _result(walks[-1], walks, torn=_why_torn(walks))


def _walk(pages: Iterator[Page], stage: Stage, known: dict[int, Identity], on_page: OnPage) -> Walk:
    walk = Walk()
    for page in pages:
        walk.pages += 1
        walk.totals.add(page.total)
        for mark in page.unchanged:
            identity = known[mark]
            walk.seen.add(identity)
            stage.drop(identity)
        stage.put(page.changed)
        walk.seen.update(product.id for _, product in page.changed)
        for record in page.quarantined:
            if record.key:
                walk.unread[record.key] = record
            else:
                walk.nameless += 1
                walk.unread[f"?{page.number}.{walk.nameless}"] = record
        on_page(walk.pages, page.pages)
    return walk


def _union(walks: list[Walk]) -> Walk:
    union = Walk()
    for walk in walks:
        union.seen |= walk.seen
        union.unread |= walk.unread
        union.totals |= walk.totals
    return union


def _result(walk: Walk, walks: list[Walk], torn: str | None) -> Sweep:
    return Sweep(
        seen=walk.seen,
        unread={_identity(key) for key in walk.unread},
        quarantined=list(walk.unread.values()),
        pages=sum(each.pages for each in walks),
        torn=torn,
    )


def _identity(key: str) -> Identity:
    return int(key) if key.isdigit() else key


def _why_torn(walks: list[Walk]) -> str:
    last = walks[-1]
    if len(last.totals) > 1:
        return f"The catalogue kept changing while it was read ({len(walks)} tries); nothing was taken over."
    claimed = next(iter(last.totals), None)
    return (
        f"The pages held {last.distinct} different products where {claimed} were announced"
        f" ({len(walks)} tries); nothing was taken over."
    )
