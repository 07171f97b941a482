"""What stands in the store, asked by the bytes of a product or of a whole page. Read only when something asks.

A page of the last whole sweep is remembered by a mark over its bytes, with the ids and digests of the products on it.
It speaks for them as long as nothing but that sweep has written them: where another lane has, it is cut up again.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from .db import Store

Identity = int | str


class Packed(NamedTuple):
    """The products on one page as they are kept: their ids, and the digest of each; 8 bytes a piece."""

    ids: bytes
    digests: bytes


class Known:
    """The digests of one source's products, and the pages of its last whole sweep."""

    def __init__(self, store: Store, source_id: int) -> None:
        self._store = store
        self._source_id = source_id
        self._products: dict[int, Identity] | None = None
        self._pages: Mapping[bytes, Packed] | None = None
        self._moved: Mapping[Identity, int | None] = {}

    def __contains__(self, digest: object) -> bool:
        return digest in self.products()

    def values(self) -> Collection[Identity]:
        """The products that stand."""
        return self.products().values()

    def page(self, mark: bytes) -> Sequence[Identity]:
        """The products on a page with this mark, all of which stand as shown; none where that is not certain."""
        page = self._read_pages().get(mark)
        if page is None:
            return ()
        ids = array("q", page.ids)
        return () if self._moved and not self._moved.keys().isdisjoint(ids) else ids

    def packed(self, mark: bytes) -> Packed:
        """A page that is known by this mark, as it is kept."""
        return self._read_pages()[mark]

    def clear(self) -> None:
        """Make room: nobody asks any more."""
        self._products, self._pages, self._moved = {}, {}, {}

    def products(self) -> Mapping[int, Identity]:
        """By digest, each product that stands; those that are gone are left out, so that they come back as new."""
        if self._products is None:
            self._products = self._of_pages() or self._of_table()
        return self._products

    def _read_pages(self) -> Mapping[bytes, Packed]:
        if self._pages is None:
            rows = self._store.execute(
                "SELECT mark, ids, digests FROM page_read WHERE source_id = ?", (self._source_id,)
            )
            self._pages = {mark: Packed(ids, digests) for mark, ids, digests in rows.fetchall()}
            self._moved = _moved(self._store, self._source_id) if self._pages else {}
        return self._pages

    def _of_pages(self) -> dict[int, Identity] | None:
        """Out of the remembered pages, where they hold every product: the rows themselves are read ten times slower."""
        pages = self._read_pages()
        ids = sum(len(page.ids) for page in pages.values()) // array("q").itemsize
        if ids + len(self._moved) < _present(self._store, self._source_id):
            return None
        found: dict[int, Identity] = {}
        for page in pages.values():
            found.update(zip(array("q", page.digests), array("q", page.ids), strict=True))
        if self._moved:
            found = {digest: identity for digest, identity in found.items() if identity not in self._moved}
            found |= {digest: identity for identity, digest in self._moved.items() if digest is not None}
        return found

    def _of_table(self) -> dict[int, Identity]:
        return dict(
            self._store.execute(
                "SELECT digest, external_id FROM product WHERE source_id = ? AND gone_at IS NULL", (self._source_id,)
            )
        )


def _present(store: Store, source_id: int) -> int:
    return int(store.value("SELECT count(*) FROM product WHERE source_id = ? AND absent_at IS NULL", (source_id,)))


def _moved(store: Store, source_id: int) -> dict[Identity, int | None]:
    """Products that something other than the last whole sweep wrote, and those that it did not see.

    Each with its digest as it stands; None for one that is gone.
    """
    rows = store.execute(
        "SELECT external_id, CASE WHEN gone_at IS NULL THEN digest END FROM product WHERE source_id = ?1"
        " AND changed_at > (SELECT coalesce(snapshot_at, 0) FROM source WHERE id = ?1)"
        " UNION ALL SELECT external_id, CASE WHEN gone_at IS NULL THEN digest END FROM product"
        " WHERE source_id = ?1 AND absent_at IS NOT NULL",
        (source_id,),
    )
    return dict(rows.fetchall())


def pack(ids: Iterable[Identity], digests: Iterable[int]) -> Packed | None:
    """The products of a page as they are kept; None where an id is no whole number."""
    try:
        # A text among them is what is found out here.
        return Packed(array("q", cast("Iterable[int]", ids)).tobytes(), array("q", digests).tobytes())
    except TypeError:
        return None


def remember_pages(store: Store, source_id: int, pages: Mapping[bytes, Packed], without: set[Identity]) -> None:
    """Keep the pages of a whole sweep in place of those before; inside the caller's transaction.

    A page with a product of `without` is not kept: what it shows of that product was not written.
    """
    kept = {mark: page for mark, page in pages.items() if not without or without.isdisjoint(array("q", page.ids))}
    before = {row[0] for row in store.execute("SELECT mark FROM page_read WHERE source_id = ?", (source_id,))}
    store.connection.executemany(
        "DELETE FROM page_read WHERE source_id = ? AND mark = ?", [(source_id, mark) for mark in before - kept.keys()]
    )
    store.connection.executemany(
        "INSERT OR REPLACE INTO page_read VALUES (?, ?, ?, ?)",
        [(source_id, mark, *page) for mark, page in kept.items() if mark not in before],
    )


def forget_pages(store: Store, source_id: int) -> None:
    """Nothing is certain of any page; inside the caller's transaction."""
    store.execute("DELETE FROM page_read WHERE source_id = ?", (source_id,))
