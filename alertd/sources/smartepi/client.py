"""SmartEPI's External API v1 over HTTP: products, and what dispensers handed out. It reads, and never writes.

Lists are walked by cursor to the very end; an empty page is not the end, and a cursor is never kept. What is known of
this API and what is assumed is told in docs/sources/smartepi.md.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from ...errors import SourceTrouble
from ...model import Page, Quarantined, Transaction
from ..http import Parameters, Reply
from ..loose import Record, keys_seen
from ..patient import Patient
from ..plain import Plain, pages
from ..setup import Setup
from .products import WANTED, Catalogue, read_catalogue
from .transactions import PATHS, read_transaction

LARGEST_PAGE = 100
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
MOST_PAGES = 20_000
FRESH_RETRY_MS = 60_000
FORMS = ("unix", "iso", "none")
PROBES = 5
PIN = "field."
Batch = list[Transaction | Quarantined]


class SmartEpi(Plain):
    """One organisation behind one key."""

    kinds: tuple[str, ...] = tuple(PATHS)

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        key = setup.secrets.get("api_key", "")
        self._calls = Patient(setup, {"Authorization": f"Bearer {key}"}, judge=self._judge, waits=WAITS)
        self._form = setup.options.get("window")
        self._found: Catalogue | None = None
        self._first: Record | None = None

    @property
    def requests(self) -> int:
        """Calls sent so far, further tries included."""
        return self._calls.requests

    def sweep(self, attempt: int, known: Container[int]) -> Iterator[Page]:
        """Every product. The names that were found are remembered once the whole list was read."""
        records = [record for page in self._walk("products", {}) for record in page if isinstance(record, Mapping)]
        pinned = {name.removeprefix(PIN): value for name, value in self._setup.options.items() if name.startswith(PIN)}
        found = read_catalogue(records, pinned, self._setup.name, self._setup.counted)
        self._found, self._first = found, records[0] if records else None
        if records:
            self._setup.remember({PIN + field: name for field, name in found.names.items() if WANTED[field].firm})
        yield from pages(found.products, found.quarantined, known)

    def transactions(self, kind: str, since: int) -> Iterator[Batch]:
        """Transactions of a kind since a moment, newest first, a page at a time; whole once it ends by itself."""
        path = PATHS[kind]
        for form in self._forms(path):
            walk = self._walk(path, _window(form, since))
            try:
                first = next(walk, [])
            except SourceTrouble as fault:
                if fault.kind != "request" or form == "none":
                    raise
                continue
            self._settle(form)
            yield from self._until(first, walk, kind, since)
            return

    def _until(self, first: list[Any], walk: Iterator[list[Any]], kind: str, since: int) -> Iterator[Batch]:
        """Pages down to the moment asked for. Newest first: after a page that is all older, nothing newer comes."""
        for rows in _chain(first, walk):
            batch = [read_transaction(kind, row) for row in rows]
            yield batch
            times = [each.happened_at for each in batch if isinstance(each, Transaction)]
            if times and all(at is not None and at < since for at in times):
                return

    def mapping(self) -> dict[str, str | None]:
        """Under which name each field was found."""
        return {field: self._found.names.get(field) for field in WANTED} if self._found else {}

    def notes(self) -> list[str]:
        """Where each field is read and what the window takes; names and types, never values."""
        lines = []
        if self._found is not None:
            shown = [f"{field} = {self._found.names.get(field, '(not found)')}" for field in WANTED]
            lines.append(f"Fields: {', '.join(shown)}; pin another with 'alertd source set {self._setup.name} ...'")
            if "stock" not in self._found.names:
                lines.append(
                    "Stock: products tell none; count them with 'alertd source count', and what is handed out since is"
                    " taken off"
                )
        if self._first is not None:
            lines.append(f"A product looks like {keys_seen(self._first)}")
        form = self._forms(PATHS["withdrawal"])[0]
        self._settle(form)
        lines.append(f"Time window: {_FORM_WORDS[form]}")
        return lines

    def _forms(self, path: str) -> tuple[str, ...]:
        """The forms of time to try in a window: the settled one first, else the first that finds what is there."""
        if self._form is None:
            self._form = self._probe(path)
        return (self._form, *(form for form in FORMS if form != self._form))

    def _probe(self, path: str) -> str:
        """Ask for the newest transaction with and without a window, since a form that is misread finds nothing."""
        newest = self._newest(path)
        if newest is None:
            return FORMS[0]
        for form in FORMS[:-1]:
            try:
                answer = self._page(path, {**_window(form, newest - 1_000), "limit": 1})
            except SourceTrouble as fault:
                if fault.kind != "request":
                    raise
                continue
            if answer.data or answer.cursor is not None:
                return form
        return "none"

    def _newest(self, path: str) -> int | None:
        kind = next(kind for kind, known in PATHS.items() if known == path)
        for _, rows in zip(range(PROBES), self._walk(path, {"limit": 1}), strict=False):
            for row in rows:
                found = read_transaction(kind, row)
                return found.happened_at if isinstance(found, Transaction) else None
        return None

    def _settle(self, form: str) -> None:
        if self._setup.options.get("window") != form:
            self._setup.remember({"window": form})
        self._form = form

    def _walk(self, path: str, query: Parameters) -> Iterator[list[Any]]:
        """Pages until the cursor is null. Raises SourceTrouble when the same cursor comes twice."""
        seen: set[str] = set()
        asked: dict[str, str | int] = {"limit": LARGEST_PAGE, **query}
        for _ in range(MOST_PAGES):
            answer = self._page(path, asked)
            if answer.cursor in seen:
                raise SourceTrouble(
                    f"{self._calls.host} gave the same cursor twice for /{path}; nothing was taken as whole.",
                    kind="answer",
                )
            yield answer.data
            if answer.cursor is None:
                return
            seen.add(answer.cursor)
            asked = {**asked, "cursor": answer.cursor}
        raise SourceTrouble(f"/{path} has no end ({MOST_PAGES:,} pages were read).", kind="answer")

    def _page(self, path: str, query: Parameters) -> "_List":
        reply = self._calls.get(path, query)
        try:
            document = msgspec.json.decode(reply.body)
            return msgspec.convert(document, _List)
        except msgspec.ValidationError:
            raise SourceTrouble(
                f"Shape not recognised: /{path} answered {keys_seen(document)} where 'data' and 'cursor' belong.",
                kind="answer",
            ) from None

    def _judge(self, reply: Reply, host: str) -> None:
        """Whether an answer is one. The status tells the layer; a body of the gateway is not looked into."""
        if reply.status in (401, 403):
            retry_at = self._setup.now() + FRESH_RETRY_MS if self._setup.fresh else None
            hope = "; a new key may take some minutes" if self._setup.fresh else ""
            raise SourceTrouble(
                f"{host} refused the key ({reply.status}){hope}; copy the key and the address again from "
                "Settings > API Integration and add the source anew.",
                kind="key",
                retry_at=retry_at,
            )
        if reply.status >= 500:
            raise SourceTrouble(f"{host} has a fault of its own ({reply.status}{_token(reply)}).", kind="server")
        if reply.status == 404:
            raise SourceTrouble(
                f"{host} does not know this address (404{_token(reply)}); check the base address.", kind="missing"
            )
        if reply.status >= 400:
            raise SourceTrouble(f"{host} refused the request ({reply.status}{_token(reply)}).", kind="request")
        try:
            msgspec.json.decode(reply.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SourceTrouble(
                f"{host} sent an answer that is cut off or is not JSON; check the base address.", kind="answer"
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()


class _List(msgspec.Struct):
    """A page: records and where to go on. Whatever else comes is ignored."""

    data: list[Any]
    cursor: str | None = None


class _Problem(msgspec.Struct):
    """What the application says of an error; the gateway says nothing that could be used."""

    type: str = ""


def _token(reply: Reply) -> str:
    """The word of a problem document and the id of the request; its sentences might quote a person's data."""
    try:
        token = msgspec.json.decode(reply.body, type=_Problem).type.rpartition(":")[2]
    except (msgspec.DecodeError, UnicodeDecodeError):
        token = ""
    request = str(reply.headers.get("x-request-id", reply.headers.get("X-Request-Id", "")))
    words = [word[:60] for word in (token, f"request {request}" if request else "") if word]
    return f": {', '.join(words)}" if words else ""


def _window(form: str, since: int) -> Parameters:
    if form == "unix":
        return {"createdSince": since // 1000}
    if form == "iso":
        return {"createdSince": datetime.fromtimestamp(since // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {}


def _chain(first: list[Any], rest: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield first
    yield from rest


_FORM_WORDS = {
    "unix": "in seconds (createdSince=1795000000)",
    "iso": "in ISO 8601 (createdSince=2026-11-18T12:26:40Z)",
    "none": "none is accepted; the newest are read until they are old enough",
}
