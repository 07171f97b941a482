"""Which kinds of system there are, and how each is opened. Adding one is a module and a line here."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ..errors import UsageTrouble
from ..model import Document, DocumentPage, Page, Product, Quarantined, Transaction
from . import smartbis, smartepi, tabular
from .http import check_address
from .setup import Setup
from .smartpyme import SmartPyme, Summary


class Reader(Protocol):
    """An open connection to a system. Every method may raise SourceTrouble; `requests` counts the calls sent.

    `dialect` may be set to what is known of the system from before; the reader corrects it where it sees otherwise.
    """

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
        """Sales (`sale`) or returns (`return`) of business dates `since` to `until`, both included.

        Asked again for the same window, it may walk in another order.
        """
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


@runtime_checkable
class Telling(Protocol):
    """A reader whose system can also be asked about single documents and about itself."""

    def document(self, kind: str, identity: int | str) -> Document | None:
        """One sale or return as it stands right now; None where it does not exist."""
        ...

    def lists_sales(self, since: str, until: str) -> bool:
        """Whether the system can list sales at all."""
        ...

    def summary(self, since: str, until: str) -> Summary:
        """The system's own figures, to be shown beside ours and never to decide by."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A reader that has something to explain about how it reads its system."""

    def notes(self) -> list[str]:
        """Lines for the person who connects it; names and types, never a value."""
        ...


@runtime_checkable
class Mapped(Protocol):
    """A reader that had to find out where its system keeps what."""

    def mapping(self) -> dict[str, str | None]:
        """By what alertd wants, the name it was found under in the last sweep; None where it was not."""
        ...


@runtime_checkable
class Transacting(Protocol):
    """A reader of a system that tells what was handed out, one by one and once for all.

    `kinds` are the lists it has. Where what came back is among them, its stock can be reconciled with them.
    """

    kinds: tuple[str, ...]

    def transactions(self, kind: str, since: int) -> Iterator[list[Transaction | Quarantined]]:
        """Withdrawals, returns or exchanges (`withdrawal` ...) since a moment; whole once it ends by itself."""
        ...


Open = Callable[[Setup], Reader]
DEFAULT_ZONE = "America/El_Salvador"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of system: its public address where it has one, its lanes in the order they run, and how to open it.

    `root` is what the path of its addresses ends in, added where a person left it out; `address` checks addresses of a
    form of its own. Without `calls_a_second` its calls draw on the hourly budget. `secrets` are what it cannot do
    without; `options` its settings, each with the values it may have (none: any). Where stock may be `counted`, a
    person's counts stand in for what is not told. `lists_whole` says that its transactions cannot be asked for by time.
    `goods` is what people call its products where they are none of a shop: `epi` or `reward`.
    """

    name: str
    default_url: str | None
    lanes: tuple[str, ...]
    open: Open
    root: str = ""
    zone: str = DEFAULT_ZONE
    calls_a_second: float | None = None
    secrets: tuple[str, ...] = ("api_key",)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: bool = False
    lists_whole: bool = False
    goods: str = ""
    address: Callable[[str | None], str] | None = None


def _open_smartpyme(setup: Setup) -> Reader:
    return SmartPyme(setup.base_url, setup.secrets["api_key"], budget=setup.budget, transport=setup.transport)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="smartpyme",
            default_url="https://api.smartpyme.site/api/external/v1/",
            lanes=("sweep", "low", "sales", "returns"),
            open=_open_smartpyme,
        ),
        Kind(
            name="smartepi",
            default_url=None,
            lanes=("sweep", "transactions"),
            open=smartepi.SmartEpi,
            root="v1/",
            zone="America/Sao_Paulo",
            calls_a_second=5.0,
            options={
                **dict.fromkeys((f"field.{name}" for name in smartepi.WANTED), ()),
                "signature": smartepi.SCHEMES,
                "window": smartepi.FORMS,
            },
            counted=True,
            goods="epi",
        ),
        Kind(
            name="smartbis",
            default_url="https://api.smartbis.com/v2/",
            lanes=("sweep", "transactions"),
            open=smartbis.Smartbis,
            root="v2/",
            zone="America/Sao_Paulo",
            calls_a_second=1.0,
            secrets=("api_key", "api_secret"),
            options=dict.fromkeys((f"field.{name}" for name in smartbis.WANTED), ()),
            lists_whole=True,
            goods="reward",
        ),
        Kind(
            name="csv",
            default_url=None,
            lanes=("sweep",),
            open=tabular.Table,
            calls_a_second=1.0,
            secrets=(),
            options={**dict.fromkeys((f"column.{word}" for word in tabular.WORDS), ()), "decimal": (",", ".")},
            address=tabular.address_of,
        ),
    )
}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises UsageTrouble that lists those there are."""
    if name not in KINDS:
        raise UsageTrouble(f"There is no kind of source called '{name}'; there is: {', '.join(KINDS)}.")
    return KINDS[name]


def goods_of(name: str) -> str:
    """What people call the products of a kind of system; empty where they are products."""
    return KINDS[name].goods if name in KINDS else ""


def address_for(kind: Kind, given: str | None) -> str:
    """The base address of a source: the given one, else the public one of its kind. Raises UsageTrouble."""
    if kind.address is not None:
        return kind.address(given)
    address = given or kind.default_url
    if address is None:
        raise UsageTrouble(f"A source of kind '{kind.name}' needs its own address; give it with --base-url.")
    if any(sign in address for sign in "{}<>"):
        raise UsageTrouble(f"'{address}' is a placeholder; copy the address of your own account.")
    return _rooted(check_address(address), kind.root)


def _rooted(address: str, root: str) -> str:
    """The address with its root once, however often it was written."""
    while root and address.endswith(f"/{root}{root}"):
        address = address.removesuffix(root)
    return address if not root or address.endswith(f"/{root}") else address + root
