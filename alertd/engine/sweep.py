"""Read a whole catalogue, and prove that it is whole. Writes only to the waiting room; see `alertd.store.snapshots`.

Offset paging over live data repeats some rows and loses others for good, and every single page looks right. What tells
is the arithmetic: as many distinct ids as the source claims to have, while that claim stood still. A walk that fails it
is walked again in another order; the union of two walks may do when the claim never moved.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..model import Page, Quarantined
from ..store.known import Identity, Known, Packed, pack
from ..store.staging import Stage

MOST_WALKS = 3


class Catalogue(Protocol):
    """What a source must offer to be swept."""

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Walk every product, in an order that depends on the attempt."""
        ...


@dataclass(slots=True)
class Walk:
    """What one walk over the pages saw. Records without a usable id are told apart by where they stood."""

    seen: set[Identity] = field(default_factory=set)
    unread: dict[Identity, Quarantined] = field(default_factory=dict)
    nameless: list[Quarantined] = field(default_factory=list)
    totals: set[int | None] = field(default_factory=set)
    pages: int = 0
    marks: dict[bytes, Packed] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        """How many different products it met, readable or not."""
        return len(self.seen) + sum(key not in self.seen for key in self.unread) + len(self.nameless)

    @property
    def whole(self) -> bool:
        """Whether it met as many products as the source said it has, and the source never changed its word."""
        return self.totals == {self.distinct}


@dataclass(slots=True)
class Sweep:
    """What reading the catalogue came to. `torn` says why it is not whole, in a sentence; None when it is.

    `nameless` records were there and cannot be read, and which products they are is not known: while there are any,
    nothing can be said of the products that seem to be missing. `marks` are the pages that may be remembered, each with
    what is on it: those of the one walk that was whole.
    """

    seen: set[Identity]
    unread: set[Identity]
    nameless: int
    quarantined: list[Quarantined]
    pages: int
    torn: str | None
    marks: dict[bytes, Packed]


OnPage = Callable[[int | None], None]
"""What is done with each page that came; it is told how many there are, where that is known."""


def read_sweep(source: Catalogue, stage: Stage, known: Known, on_page: OnPage) -> Sweep:
    """Walk the catalogue until one walk, or the union of all, is whole; at most MOST_WALKS times.

    Products that differ from `known` wait in `stage` afterwards. Raises SourceTrouble when a page cannot be had.
    """
    walks: list[Walk] = []
    for attempt in range(MOST_WALKS):
        walk = _walk(source.sweep(attempt, known), stage, known, on_page, again=bool(walks))
        walks.append(walk)
        if walk.whole:
            return _result(walk, walks, torn=None)
        together = _union(walks)
        if together.whole:
            return _result(together, walks, torn=None)
    return _result(walks[-1], walks, torn=_why_torn(walks))


def _walk(pages: Iterator[Page], stage: Stage, known: Known, on_page: OnPage, *, again: bool) -> Walk:
    walk = Walk()
    for page in pages:
        walk.pages += 1
        walk.totals.add(page.total)
        unchanged = page.same or _identities(page.unchanged, known)
        # Only what was met before can wait in the stage.
        for identity in unchanged if again else walk.seen.intersection(unchanged):
            stage.drop(identity)
        stage.put(page.changed)
        here = [*unchanged, *(product.id for _, product in page.changed)] if page.changed else unchanged
        walk.seen.update(here)
        if page.mark is not None and (packed := _packed(page, here, known)):
            walk.marks[page.mark] = packed
        for record in page.quarantined:
            if record.key:
                walk.unread[_identity(record.key)] = record
            else:
                place = f"?{page.number}.{len(walk.nameless) + 1}"
                walk.nameless.append(Quarantined(key=place, reason=record.reason, raw=record.raw))
        on_page(page.pages)
    return walk


def _packed(page: Page, here: Sequence[Identity], known: Known) -> Packed | None:
    if page.same and page.mark is not None:
        return known.packed(page.mark)
    return pack(here, [*page.unchanged, *(digest for digest, _ in page.changed)])


def _identities(marks: list[int], known: Known) -> list[Identity]:
    if not marks:
        return []
    products = known.products()
    return [products[mark] for mark in marks]


def _union(walks: list[Walk]) -> Walk:
    union = Walk()
    for walk in walks:
        union.seen |= walk.seen
        union.unread |= walk.unread
        union.totals |= walk.totals
    # Which of them met the same nameless record cannot be told; the fewest there can be makes no sweep look whole.
    union.nameless = min((walk.nameless for walk in walks), key=len)
    return union


def _result(walk: Walk, walks: list[Walk], torn: str | None) -> Sweep:
    unread = {key: record for key, record in walk.unread.items() if key not in walk.seen}
    return Sweep(
        seen=walk.seen,
        unread=set(unread),
        nameless=len(walk.nameless),
        quarantined=[*unread.values(), *walk.nameless],
        pages=sum(each.pages for each in walks),
        torn=torn,
        marks=walk.marks if walk.whole and len(walks) == 1 else {},
    )


def _identity(key: str) -> Identity:
    return int(key) if key.isdecimal() else key


def _why_torn(walks: list[Walk]) -> str:
    last = walks[-1]
    if len(last.totals) > 1:
        return f"The catalogue kept changing while it was read ({len(walks)} tries); nothing was taken over."
    claimed = next(iter(last.totals), None)
    if claimed is None:
        return "The source did not say how many products there are, so nobody can tell whether all came."
    return (
        f"The pages held {last.distinct} different products where {claimed} were announced"
        f" ({len(walks)} tries); nothing was taken over."
    )
