"""Which kinds of system there are, and how each is opened. Adding one is a module and a line here."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Protocol

import httpx

from ..errors import UsageTrouble
from ..model import DocumentPage, Page, Product
from .http import Budget, check_address
from .smartpyme import SmartPyme


class Reader(Protocol):
    """An open connection to a system. Every method may raise SourceTrouble; `requests` counts the calls sent."""

    company: str | None
    dialect: str | None

    @property
    def requests(self) -> int:
        """Calls sent so far, retries included."""
        ...

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Every product, in an order that depends on the attempt."""
        ...

    def low(self, known: Container[int]) -> Iterator[Page]:
        """The products that the system itself calls low."""
        ...

    def documents(self, kind: str, since: str, until: str) -> Iterator[DocumentPage]:
        """Sales (`sale`) or returns (`return`) of business dates `since` to `until`, both included."""
        ...

    def product(self, identity: int | str) -> Product | None:
        """One product as it stands right now; None where it does not exist."""
        ...

    def quota_left(self) -> int | None:
        """Calls the system says are left in this hour; None where it does not say."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


Open = Callable[[str, dict[str, str], Budget, httpx.BaseTransport | None], Reader]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of system: its public address where it has one, its lanes in the order they run, and how to open it."""

    name: str
    default_url: str | None
    lanes: tuple[str, ...]
    open: Open


def _open_smartpyme(
    base_url: str, secrets: dict[str, str], budget: Budget, transport: httpx.BaseTransport | None
) -> Reader:
    return SmartPyme(base_url, secrets["api_key"], budget=budget, transport=transport)


KINDS = {
    "smartpyme": Kind(
        name="smartpyme",
        default_url="https://api.smartpyme.site/api/external/v1/",
        lanes=("sweep", "low", "sales", "returns"),
        open=_open_smartpyme,
    )
}
NOT_YET = ("smartepi", "smartbis")


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises UsageTrouble that lists those there are."""
    if name in NOT_YET:
        raise UsageTrouble(f"Sources of kind '{name}' are not available yet; there is: {', '.join(KINDS)}.")
    if name not in KINDS:
        raise UsageTrouble(f"There is no kind of source called '{name}'; there is: {', '.join(KINDS)}.")
    return KINDS[name]


def address_for(kind: Kind, given: str | None) -> str:
    """The base address of a source: the given one, else the public one of its kind. Raises UsageTrouble."""
    address = given or kind.default_url
    if address is None:
        raise UsageTrouble(f"A source of kind '{kind.name}' needs its own address; give it with --base-url.")
    return check_address(address)
