"""SmartPyme's External API v1 over HTTP: which calls to send, in which order, and what comes back.

The contract this reads by is told in docs/sources/smartpyme.md. Offset paging over live data can lose rows, so a page
carries the claimed `total` along, and `alertd.engine` decides whether what was read is whole.
"""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass

import msgspec

from ...errors import LateTrouble, SourceTrouble
from ...model import Document, DocumentPage, Page, Product, Quarantined, RemembersPages
from ..ahead import Ahead
from ..http import Budget, Http, Parameters, Transport
from .catalogue import read_page, read_product
from .documents import names_reference, read_document, read_documents
from .envelope import Envelope, dialect_of, has_next, judge, last_page, refuses_as_unified
from .summaries import Summary, read_summary

LARGEST_PAGE = 200
# A page of sales costs the server thirteen statements a sale, so half of what it would allow.
DOCUMENT_PAGE = 100
LIGHT_PAGE = 20
NO_SALES_LIST = (
    "This server cannot list sales (a known defect of its newer version); alertd watches the stock alone "
    "and asks again once a day, or when you run 'alertd source test'."
)
NOT_OFFERED = (
    "This server does not offer its {what} although it lists its products; alertd watches the stock alone "
    "and asks again once a day."
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

# Returns have one order, by date and id, and nothing to choose.
SALE_ORDERS = (
    Order("created_at", "asc", DOCUMENT_PAGE),
    Order("created_at", "desc", DOCUMENT_PAGE - 3),
    Order("total", "asc", DOCUMENT_PAGE - 7),
)
LISTS = {"sale": "sales", "return": "returns"}


class SmartPyme:
    """One company's External API behind one key."""

    kind = "smartpyme"

    def __init__(self, base_url: str, api_key: str, *, budget: Budget, transport: Transport | None = None) -> None:
        self._http = Http(
            base_url, {"Authorization": f"Bearer {api_key}"}, budget=budget, judge=self._judge, transport=transport
        )
        self._open_walk: Ahead[Envelope] | None = None
        self.company: str | None = None
        self._lists_products = False
        self.dialect: str | None = None
        self._walked: Counter[tuple[str, str]] = Counter()

    def _judge(self, status: int, body: bytes, host: str) -> Envelope:
        return judge(status, body, host, self._refused)

    def _refused(self, status: int, envelope: Envelope) -> None:
        if refuses_as_unified(status, envelope):
            self.dialect = "unified"

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

        Never filtered by state: what the filter accepts is not what the server stores. Sales come in another order
        each time the same window is asked for. Raises SourceTrouble, `unsupported` where this server never lists them.
        """
        query: dict[str, str | int] = {"fecha_inicio": since, "fecha_fin": until, "per_page": DOCUMENT_PAGE}
        if kind == "sale":
            order = SALE_ORDERS[self._walked[since, until] % len(SALE_ORDERS)]
            self._walked[since, until] += 1
            query |= {"order_by": order.by, "order_direction": order.direction, "per_page": order.per_page}
        try:
            yield from self._documents(kind, query)
        except SourceTrouble as fault:
            if fault.kind == "missing" and self._lists_products:
                raise SourceTrouble(NOT_OFFERED.format(what=LISTS[kind]), kind="unsupported") from None
            heavy = fault.kind == "server" or isinstance(fault, LateTrouble)
            if kind != "sale" or not heavy or not self._lists_when_asked_for_less(query):
                raise
            yield from self._documents(kind, {**query, "per_page": LIGHT_PAGE})

    def _documents(self, kind: str, query: Parameters) -> Iterator[DocumentPage]:
        for number, envelope in self._walk(LISTS[kind], query, dated=True):
            if kind == "sale":
                self._learn_from_sales(envelope)
            yield read_documents(envelope, kind, number)

    def _learn_from_sales(self, envelope: Envelope) -> None:
        """Only sales tell the two deployed servers apart."""
        referenced = names_reference(envelope)
        if referenced:
            self.dialect = "unified"
        elif referenced is False and self.dialect == "unified":
            self.dialect = "deployed"

    def _lists_when_asked_for_less(self, query: Parameters) -> bool:
        """Whether a failing list of sales is one that is too heavy for the server, rather than one that never works.

        A list that fails however short it is, beside a summary that works, is the newer server's known defect; where
        the summary fails as well, the server is merely down. Raises SourceTrouble (`unsupported`) for the defect.
        """
        window = {"fecha_inicio": query["fecha_inicio"], "fecha_fin": query["fecha_fin"]}
        try:
            self._http.get("sales/summary", window, dated=True)
        except SourceTrouble:
            return False
        try:
            self._http.get("sales", {**window, "per_page": 1}, dated=True)
        except SourceTrouble as fault:
            if fault.kind != "server":
                raise
            self.dialect = "unified"
            raise SourceTrouble(NO_SALES_LIST, kind="unsupported") from None
        return True

    def lists_sales(self, since: str, until: str) -> bool:
        """Whether this server can list sales at all, asked with the smallest question. Raises SourceTrouble."""
        query: Parameters = {"fecha_inicio": since, "fecha_fin": until, "per_page": 1}
        try:
            self._learn_from_sales(self._http.get("sales", query, dated=True))
        except SourceTrouble as fault:
            if fault.kind != "server":
                raise
            try:
                return self._lists_when_asked_for_less(query)
            except SourceTrouble as known:
                if known.kind == "unsupported":
                    return False
                raise
        return True

    def document(self, kind: str, identity: int | str) -> Document | None:
        """One sale or return as it stands right now; None where the server does not know it."""
        found = self._one(f"{LISTS[kind]}/{identity}")
        if found is None:
            return None
        document = read_document(found.data, kind)
        if isinstance(document, Quarantined):
            raise SourceTrouble(f"The {kind} {identity} cannot be read: {document.reason}.", kind="answer")
        return document

    def product(self, identity: int | str) -> Product | None:
        """One product as it stands right now; None where the server does not know it."""
        envelope = self._one(f"inventory/{identity}")
        if envelope is None:
            return None
        found = read_product(envelope.data)
        if isinstance(found, Quarantined):
            raise SourceTrouble(f"Product {identity} cannot be read: {found.reason}.", kind="answer")
        return found

    def _one(self, path: str) -> Envelope | None:
        try:
            return self._http.get(path)
        except SourceTrouble as fault:
            if fault.kind == "missing":
                return None
            raise

    def summary(self, since: str, until: str) -> Summary:
        """The system's own word on its stock, and on its documents of a window: to be shown, never to decide by."""
        window: Parameters = {"fecha_inicio": since, "fecha_fin": until}
        return Summary(
            low=read_summary(self._figures("inventory/summary"), "productos_stock_bajo"),
            sales=read_summary(self._figures("sales/summary", window), "cantidad_ventas"),
            returns=read_summary(
                self._figures("returns/summary", window), "cantidad_devoluciones", "total_devoluciones"
            ),
        )

    def _figures(self, path: str, query: Parameters | None = None) -> bytes | None:
        """The figures of a summary; None where the server cannot make it, which is common and no outage."""
        try:
            return bytes(self._http.get(path, query, dated=query is not None).data)
        except SourceTrouble as fault:
            if fault.kind in ("quota", "key"):
                raise
            return None

    def quota_left(self) -> int | None:
        """Calls the server says are left in this hour; None where it does not say. Counts as a call itself."""
        data = msgspec.json.decode(self._http.get("system/rate-limit").data)
        left = data.get("remaining_requests") if isinstance(data, dict) else None
        return left if isinstance(left, int) and not isinstance(left, bool) else None

    def _catalogue(self, query: Parameters, known: Container[int]) -> Iterator[Page]:
        remembers = known if isinstance(known, RemembersPages) else None
        for number, envelope in self._walk("inventory", query, ahead=True):
            self.company = envelope.company or self.company
            self._lists_products = True
            self._learn_from_products(envelope)
            yield read_page(envelope, number, known, remembers)

    def _learn_from_products(self, envelope: Envelope) -> None:
        """Products tell the documented way of writing from the deployed one, but not the two deployed servers."""
        seems = dialect_of(envelope)
        if seems is not None and (self.dialect is None or "documented" in (seems, self.dialect)):
            self.dialect = seems

    def _walk(
        self, path: str, query: Parameters, *, dated: bool = False, ahead: bool = False
    ) -> Iterator[tuple[int, Envelope]]:
        """Each page with its number. `ahead` may send for pages early; lists that cost the server dearly do not."""
        page = 1
        with Ahead(self._http, path, query, dated=dated) as pages:
            self._open_walk = pages
            while True:
                envelope = pages.page(page)
                if ahead:
                    pages.look_ahead(page, last_page(envelope))
                yield page, envelope
                if not has_next(envelope, page):
                    return
                page += 1

    def close(self) -> None:
        """End what is still being fetched, and close the connections."""
        if self._open_walk:
            self._open_walk.close()
        self._http.close()
