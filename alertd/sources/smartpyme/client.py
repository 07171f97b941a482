"""SmartPyme's External API v1 over HTTP: which calls to send, in which order, and what comes back.

The contract this reads by is told in docs/sources/smartpyme.md. Offset paging over live data can lose rows, so a page
carries the claimed `total` along, and `alertd.engine` decides whether what was read is whole.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

import httpx
import msgspec

from ...errors import SourceTrouble
from ...model import DocumentPage, Page, Product, Quarantined
from ..http import Budget, Http, Parameters
from .catalogue import read_page, read_product
from .documents import read_documents
from .envelope import Envelope, dialect_of, has_next, judge

LARGEST_PAGE = 200
# A page of sales costs the server thirteen statements a sale, so half of what it would allow.
DOCUMENT_PAGE = 100
NO_SALES_LIST = (
    "This server cannot list sales (a known defect of its newer version); alertd watches the stock alone. "
    "'alertd source test' asks again after the vendor has mended it."
)


@dataclass(frozen=True, slots=True)
class Order:
    """One way to walk the catalogue. When a walk comes back torn, the next one takes another order and page size."""

    by: str
    direction: str
    per_page: int


# Ties in the sort key are what loses rows between pages; `created_at` has the fewest of what the API can sort by.
ORDERS = (
    Order("created_at", "asc", LARGEST_PAGE),
    Order("created_at", "desc", LARGEST_PAGE - 3),
    Order("codigo", "asc", LARGEST_PAGE - 7),
    Order("nombre", "asc", LARGEST_PAGE),
)


class SmartPyme:
    """One company's External API behind one key."""

    kind = "smartpyme"
    sweeps = len(ORDERS)

    def __init__(
        self, base_url: str, api_key: str, *, budget: Budget, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = Http(
            base_url, {"Authorization": f"Bearer {api_key}"}, budget=budget, judge=judge, transport=transport
        )
        self.company: str | None = None
        self.dialect: str | None = None

    @property
    def requests(self) -> int:
        """Calls sent so far, retries included."""
        return self._http.requests

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Walk every product. `attempt` (from 0) picks the order; products whose digest is `known` stay undecoded."""
        order = ORDERS[attempt % len(ORDERS)]
        query: Parameters = {"order_by": order.by, "order_direction": order.direction, "per_page": order.per_page}
        return self._catalogue(query, known)

    def low(self, known: Container[int]) -> Iterator[Page]:
        """Walk the products that the server calls low. It means strictly below, so this can only add."""
        return self._catalogue({"stock_minimo": 1, "order_by": "created_at", "per_page": LARGEST_PAGE}, known)

    def documents(self, kind: str, since: str, until: str) -> Iterator[DocumentPage]:
        """Walk sales (`sale`) or returns (`return`) of the business dates `since` to `until`, both included.

        Never filtered by state: what the filter accepts is not what the server stores.
        """
        query: dict[str, str | int] = {"fecha_inicio": since, "fecha_fin": until, "per_page": DOCUMENT_PAGE}
        if kind == "sale":
            query |= {"order_by": "created_at", "order_direction": "asc"}
        try:
            for number, envelope in self._walk("sales" if kind == "sale" else "returns", query, dated=True):
                yield read_documents(envelope, kind, number)
        except SourceTrouble as fault:
            if kind == "sale" and fault.kind == "server" and self._summary_works(since, until):
                self.dialect = "unified"
                raise SourceTrouble(NO_SALES_LIST, kind="unsupported") from None
            raise

    def _summary_works(self, since: str, until: str) -> bool:
        """Whether sales are there at all: a list that always fails beside a summary that works is a known defect."""
        try:
            self._http.get("sales/summary", {"fecha_inicio": since, "fecha_fin": until}, dated=True)
        except SourceTrouble:
            return False
        return True

    def product(self, identity: int | str) -> Product | None:
        """One product as it stands right now; None where the server does not know it."""
        try:
            envelope = self._http.get(f"inventory/{identity}")
        except SourceTrouble as fault:
            if fault.kind == "missing":
                return None
            raise
        found = read_product(envelope.data)
        if isinstance(found, Quarantined):
            raise SourceTrouble(f"Product {identity} cannot be read: {found.reason}.", kind="answer")
        return found

    def quota_left(self) -> int | None:
        """Calls the server says are left in this hour; None where it does not say. Counts as a call itself."""
        data = msgspec.json.decode(self._http.get("system/rate-limit").data)
        left = data.get("remaining_requests") if isinstance(data, dict) else None
        return left if isinstance(left, int) else None

    def _catalogue(self, query: Parameters, known: Container[int]) -> Iterator[Page]:
        for number, envelope in self._walk("inventory", query):
            if envelope.meta and envelope.meta.empresa:
                self.company = envelope.meta.empresa
            if self.dialect is None:
                self.dialect = dialect_of(envelope)
            yield read_page(envelope, number, known)

    def _walk(self, path: str, query: Parameters, *, dated: bool = False) -> Iterator[tuple[int, Envelope]]:
        page = 1
        while True:
            envelope = self._http.get(path, {**query, "page": page}, dated=dated)
            yield page, envelope
            if not has_next(envelope, page):
                return
            page += 1

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
