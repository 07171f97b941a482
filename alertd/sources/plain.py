"""What systems smaller than SmartPyme have in common: a catalogue read whole, and none of the other lists."""

from collections.abc import Container, Iterator
from hashlib import blake2b

import msgspec

from ..errors import SourceTrouble
from ..model import DocumentPage, Page, Product, Quarantined

_encode = msgspec.msgpack.Encoder().encode
PAGE = 200


class Plain:
    """A reader with one lane, the sweep. A kind that has no other lane is never asked for what these refuse."""

    company: str | None = None
    dialect: str | None = None

    def low(self, _known: Container[int]) -> Iterator[Page]:
        """No such list."""
        raise _no("list of low products")

    def documents(self, _kind: str, _since: str, _until: str) -> Iterator[DocumentPage]:
        """No such list."""
        raise _no("list of sales or returns")

    def product(self, _identity: int | str) -> Product | None:
        """No such address."""
        raise _no("address of a single product")

    def quota_left(self) -> int | None:
        """Nothing is told of a quota."""
        return None


def _no(what: str) -> SourceTrouble:
    return SourceTrouble(f"This kind of system has no {what}.", kind="unsupported")


def digest(product: Product) -> int:
    """64 bits over what alertd keeps of a product: equal means nothing it looks at has changed."""
    return int.from_bytes(blake2b(_encode(product), digest_size=8).digest(), "little", signed=True)


def pages(
    products: list[Product], quarantined: list[Quarantined], known: Container[int], *, missing: int = 0
) -> Iterator[Page]:
    """A catalogue in memory as the pages of a sweep; at least one. `missing` were announced and did not come."""
    count = max(1, -(-len(products) // PAGE))
    total = len({product.id for product in products}) + len(quarantined) + missing
    for number in range(count):
        marked = [(digest(product), product) for product in products[number * PAGE : (number + 1) * PAGE]]
        yield Page(
            unchanged=[mark for mark, _ in marked if mark in known],
            changed=[(mark, product) for mark, product in marked if mark not in known],
            quarantined=quarantined if number == 0 else [],
            total=total,
            number=number + 1,
            pages=count,
        )
