"""What stands in the store, asked by the bytes of a product or of a whole page. Read only when something asks.

A page of the last whole sweep is remembered by a mark over its bytes, with the ids of the products on it. It speaks for
them as long as nothing but that sweep has written them: where another lane has, the page is cut up again.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from .db import Store

Identity = int | str


class Known:
    """The digests of one source's products, and the pages of its last whole sweep."""

    def __init__(self, store: Store, source_id: int) -> None:
        self._store = store
        self._source_id = source_id
        self._products: dict[int, Identity] | None = None
        self._pages: Mapping[bytes, bytes] | None = None
        self._moved: frozenset[Identity] = frozenset()

    def __contains__(self, digest: object) -> bool:
        return digest in self.products()

    def values(self) -> Collection[Identity]:
        """The products that stand."""
        return self.products().values()

    def page(self, mark: bytes) -> Sequence[Identity]:
        """The products on a page with this mark, all of which stand as shown; none where that is not certain."""
        if self._pages is None:
            self._pages = dict(
                self._store.execute(
                    "SELECT mark, ids FROM page_read WHERE source_id = ?", (self._source_id,)
                ).fetchall()
            )
            self._moved = _moved(self._store, self._source_id) if self._pages else frozenset()
        ids = array("q", self._pages.get(mark, b""))
        return () if self._moved and not self._moved.isdisjoint(ids) else ids

    def clear(self) -> None:
        """Make room: nobody asks any more."""
        self._products, self._pages, self._moved = {}, {}, frozenset()

    def products(self) -> Mapping[int, Identity]:
        """By digest, each product that stands; those that are gone are left out, so that they come back as new."""
        if self._products is None:
            self._products = dict(
                self._store.execute(
                    "SELECT digest, external_id FROM product WHERE source_id = ? AND gone_at IS NULL",
                    (self._source_id,),
                )
            )
        return self._products


def _moved(store: Store, source_id: int) -> frozenset[Identity]:
    """Products that something other than the last whole sweep wrote, and those that it did not see."""
    rows = store.execute(
        "SELECT external_id FROM product WHERE source_id = ?1"
        " AND changed_at > (SELECT coalesce(snapshot_at, 0) FROM source WHERE id = ?1)"
        " UNION ALL SELECT external_id FROM product WHERE source_id = ?1 AND absent_at IS NOT NULL",
        (source_id,),
    )
    return frozenset(row[0] for row in rows)


def packed(ids: Iterable[Identity]) -> bytes | None:
    """The ids of a page as they are kept; None where one is no whole number."""
    try:
        return array("q", cast("Iterable[int]", ids)).tobytes()  # A text among them is what is found out here.
    except TypeError:
        return None


def remember_pages(store: Store, source_id: int, pages: Mapping[bytes, bytes], without: set[Identity]) -> None:
    """Keep the pages of a whole sweep in place of those before; inside the caller's transaction.

    A page with a product of `without` is not kept: what it shows of that product was not written.
    """
    kept = {mark: ids for mark, ids in pages.items() if not without or without.isdisjoint(array("q", ids))}
    before = {row[0] for row in store.execute("SELECT mark FROM page_read WHERE source_id = ?", (source_id,))}
    store.connection.executemany(
        "DELETE FROM page_read WHERE source_id = ? AND mark = ?", [(source_id, mark) for mark in before - kept.keys()]
    )
    store.connection.executemany(
        "INSERT OR REPLACE INTO page_read VALUES (?, ?, ?)",
        [(source_id, mark, ids) for mark, ids in kept.items() if mark not in before],
    )


def forget_pages(store: Store, source_id: int) -> None:
    """Nothing is certain of any page; inside the caller's transaction."""
    store.execute("DELETE FROM page_read WHERE source_id = ?", (source_id,))
