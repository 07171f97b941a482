"""What the page asks of the engine about dispensers and tables, as functions handed in.

The shapes are the page's: values and names, that it puts into the reader's words. `alertd.engine.systems` fills them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How the webhooks of a source are believed. `until` is how long the secret before is still good.

    `fits` is a reading of the signature that the last refused delivery would have fitted, if none was believed since.
    """

    has_secret: bool
    scheme: str
    until: int | None = None
    fits: str | None = None


@dataclass(frozen=True, slots=True)
class CountLine:
    """One line of a count: the product as found, what was counted, and how many there were by the books."""

    line: int
    product_id: int
    code: str | None
    name: str
    counted: float
    minimum: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class CountMistake:
    """A line that cannot be used: a key of the page's words, what was written, or a sentence in each language."""

    line: int
    why: str
    shown: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableLook:
    """How a table would be read: its headings, which column each word is, the first products, and what is set aside.

    `missing` is a word without which nothing can be read. `mark` is what stands before decimals; empty: not shown.
    """

    name: str
    headings: tuple[str, ...]
    names: Mapping[str, str]
    rows: int
    products: tuple[tuple[str, str | None, str, float | None, float | None], ...] = ()
    count: int = 0
    aside: tuple[tuple[str, str], ...] = ()
    aside_count: int = 0
    mark: str = ""
    missing: str | None = None
    connected: bool = False


class TableFault(Exception):
    """A table that cannot be had or read: a kind of fault, and where there is one its sentence in each language."""

    def __init__(self, kind: str, said: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.said = dict(said or {})


@dataclass(frozen=True, slots=True)
class TableWish:
    """What a person gave to connect a table: a file they sent, or an address, with its key where it wants one."""

    name: str
    zone: str
    url: str | None = None
    key: str | None = None
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class SystemActions:
    """The functions. Those about tables raise TableFault.

    `begin_table` fetches and keeps a table until `connect_table`; `open_table` does so with one that is connected.
    `replace_table` puts a new file in the place of the one that was sent before.
    """

    webhooks: Callable[[str], Webhooks]
    change_secret: Callable[[str, str], None]
    pin_scheme: Callable[[str, str], None]
    read_counts: Callable[[str, bytes], tuple[list[CountLine], list[CountMistake]]]
    take_counts: Callable[[str, Sequence[CountLine], str | None], int]
    begin_table: Callable[[TableWish], None]
    open_table: Callable[[str], None]
    look_at_table: Callable[[str, Mapping[str, str], str], TableLook | None]
    connect_table: Callable[[str, Mapping[str, str], str], str | None]
    replace_table: Callable[[str, bytes], int]
