"""Where products wait: those of a sweep that is being read, and a whole sweep that a person has to believe first.

Neither is the present state; `snapshots` makes them that.
"""

from collections.abc import Iterable, Iterator

import msgspec

from ..model import Product
from .db import Row, Store
from .known import Identity

IN_MEMORY = 5_000
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Product).decode


class Stage:
    """The waiting room of one sweep: products that differ from the store, by their id. One at a time a connection.

    A few thousand wait in memory, packed; more than that in a temporary table.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[Identity, tuple[int, bytes]] = {}
        self._spilt = False
        store.execute("DROP TABLE IF EXISTS temp.staged")

    def put(self, products: Iterable[tuple[int, Product]]) -> None:
        """Keep products for `apply`; a later reading of the same product replaces the earlier."""
        for digest, product in products:
            self._waiting[product.id] = (digest, _encode(product))
        if len(self._waiting) > IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        connection = self._store.connection
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS staged (external_id ANY PRIMARY KEY, digest INTEGER NOT NULL,"
            " product BLOB NOT NULL) STRICT, WITHOUT ROWID"
        )
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT OR REPLACE INTO temp.staged VALUES (?, ?, ?)",
            [(identity, *kept) for identity, kept in self._waiting.items()],
        )
        connection.execute("COMMIT")
        self._waiting.clear()
        self._spilt = True

    def drop(self, identity: Identity) -> None:
        """Forget a product that a later reading found unchanged."""
        self._waiting.pop(identity, None)
        if self._spilt:
            self._store.execute("DELETE FROM temp.staged WHERE external_id = ?", (identity,))

    def packed(self) -> Iterator[tuple[Identity, int, bytes]]:
        """What waits: id, digest, and the product as `held_product` keeps it.

        Nothing is written for it: whoever asks may be in a transaction, and what that undoes would be gone.
        """
        if self._spilt:
            cursor = self._store.connection.cursor()
            rows = cursor.execute("SELECT external_id, digest, product FROM temp.staged")
            yield from (row for row in rows if row[0] not in self._waiting)
        yield from ((identity, *kept) for identity, kept in self._waiting.items())

    def products(self, seen: set[Identity] | None = None) -> Iterator[tuple[int, Product]]:
        """The staged products, those of `seen` only where it is given."""
        for identity, digest, blob in self.packed():
            if seen is None or identity in seen:
                yield digest, _decode(blob)

    @property
    def empty(self) -> bool:
        """Whether no product waits."""
        return next(self.packed(), None) is None

    def close(self) -> None:
        """Empty the waiting room."""
        self._waiting.clear()
        self._spilt = False
        self._store.execute("DROP TABLE IF EXISTS temp.staged")


def hold(store: Store, source_id: int, stage: Stage, *, seen: set[Identity], reason: str, now: int) -> None:
    """Keep the staged sweep for a person to accept or refuse; a newer one replaces it."""
    with store.write():
        drop_held(store, source_id)
        store.execute(
            "INSERT INTO held_sweep VALUES (?, ?, ?, ?)", (source_id, now, reason, msgspec.msgpack.encode(list(seen)))
        )
        store.connection.executemany(
            "INSERT INTO held_product VALUES (?, ?, ?, ?)", ((source_id, *waiting) for waiting in stage.packed())
        )


def held(store: Store, source_id: int) -> Row | None:
    """The sweep that waits for a person: `at` and `reason`; None where there is none."""
    return store.row("SELECT at, reason FROM held_sweep WHERE source_id = ?", (source_id,))


def held_products(store: Store, source_id: int) -> tuple[set[Identity], list[tuple[int, Product]]]:
    """What the held sweep saw, and the products of it that differed from the store then."""
    seen = msgspec.msgpack.decode(store.value("SELECT seen FROM held_sweep WHERE source_id = ?", (source_id,)))
    rows = store.execute("SELECT digest, product FROM held_product WHERE source_id = ?", (source_id,))
    return set(seen), [(digest, _decode(blob)) for digest, blob in rows]


def drop_held(store: Store, source_id: int) -> None:
    """Forget the held sweep: it was accepted, refused, or a believable one came after it."""
    store.execute("DELETE FROM held_sweep WHERE source_id = ?", (source_id,))
    store.execute("DELETE FROM held_product WHERE source_id = ?", (source_id,))
