"""Pages fetched ahead from a far server: in order, within budget, few at a time, and nobody left at work."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from alertd.errors import SourceTrouble
from alertd.sources import ahead
from alertd.sources.ahead import AT_ONCE
from alertd.sources.smartpyme import SmartPyme

PAGES = 12
PATIENCE = 20


class FarServer:
    """A server with one product a page. Answers wait at `gate` where a test has closed it for their page."""

    def __init__(self) -> None:
        self.gates: dict[int, threading.Event] = {}
        self.broken: dict[int, list[int]] = {}
        self.asked: list[int] = []
        self.at_once = self.most_at_once = 0
        self.pages = PAGES
        self.address = ""
        self._lock = threading.Lock()
        self.arrived = threading.Condition(self._lock)

    def answer(self, page: int) -> tuple[int, bytes]:
        with self._lock:
            self.asked.append(page)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.arrived.notify_all()
            faults = self.broken.get(page)
            status = faults.pop(0) if faults else 200
        if page in self.gates:
            assert self.gates[page].wait(PATIENCE)
        with self._lock:
            self.at_once -= 1
        return status, self.body(page) if status == 200 else b'{"success":false,"error":"no"}'

    def body(self, page: int) -> bytes:
        product = {"id": page, "nombre": f"Producto {page}", "enable": "1", "inventarios": []}
        pagination = {
            "current_page": page, "total": self.pages, "total_pages": self.pages, "has_next": page < self.pages
        }  # fmt: skip
        return json.dumps({"success": True, "data": [product], "pagination": pagination}).encode()

    def wait_until_asked_for(self, *pages: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: set(pages) <= set(self.asked), PATIENCE)


@pytest.fixture
def server() -> Iterator[FarServer]:
    far = FarServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = far.answer(int(parse_qs(urlsplit(self.path).query)["page"][0]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    far.address = f"http://127.0.0.1:{listener.server_port}/"
    yield far
    for gate in far.gates.values():
        gate.set()
    listener.shutdown()
    thread.join()
    listener.server_close()


class Purse:
    """Grants so many calls, and tells from which thread it was asked."""

    def __init__(self, calls: int = 1_000) -> None:
        self.left = calls
        self.threads: set[str] = set()

    def __call__(self, _dated: bool, /) -> None:
        self.threads.add(threading.current_thread().name)
        if not self.left:
            raise SourceTrouble("The budget is used up.", kind="quota", retry_at=1)
        self.left -= 1

    def told(self, remaining: int, limit: int | None, dated: bool, /) -> None:
        self.threads.add(threading.current_thread().name)

    def refused(self, seconds: int | None = None) -> int:
        self.threads.add(threading.current_thread().name)
        return 1


Open = Callable[..., SmartPyme]


@pytest.fixture
def far(server: FarServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A reader to whom every server is far away: distance is what it measures, so the measure is set to nothing."""
    monkeypatch.setattr(ahead, "FAR_SECONDS", 0.0)
    opened: list[SmartPyme] = []

    def open_reader(purse: Purse | None = None) -> SmartPyme:
        opened.append(SmartPyme(server.address, "key", budget=purse or Purse()))
        return opened[-1]

    yield open_reader
    for gate in server.gates.values():
        gate.set()
    for reader in opened:
        reader.close()
    assert not fetchers()


def fetchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("fetch")]


def ids(pages: Iterator[Any]) -> list[int]:
    return [product.id for page in pages for _, product in page.changed]


def test_pages_come_out_in_their_order_whatever_order_they_arrive_in(server: FarServer, far: Open):
    """Page 2 is held back until the three after it were asked for: they come first, and wait for their turn."""
    server.gates[2] = threading.Event()
    reader = far()
    walk = reader.sweep(0, ())
    assert ids(iter([next(walk)])) == [1]
    server.wait_until_asked_for(2, 3, 4, 5)
    server.gates[2].set()
    assert ids(walk) == list(range(2, PAGES + 1))
    assert sorted(server.asked) == list(range(1, PAGES + 1))


def test_no_more_than_a_few_pages_are_on_their_way_or_waiting(server: FarServer, far: Open):
    """A reader that is slow to take its pages is not run over: memory holds a few pages, whatever the catalogue."""
    ahead_of_first = range(2, 2 + AT_ONCE)
    server.gates = {page: threading.Event() for page in ahead_of_first}
    walk = far().sweep(0, ())
    next(walk)
    server.wait_until_asked_for(*ahead_of_first)
    assert (max(server.asked), server.most_at_once) == (1 + AT_ONCE, AT_ONCE)
    for gate in server.gates.values():
        gate.set()
    ids(walk)
    assert server.most_at_once == AT_ONCE


def test_a_server_that_answers_quickly_is_asked_for_one_page_at_a_time(
    server: FarServer, far: Open, monkeypatch: pytest.MonkeyPatch
):
    """Near by, more connections cost more than they save."""
    monkeypatch.setattr(ahead, "FAR_SECONDS", PATIENCE)
    assert ids(far().sweep(0, ())) == list(range(1, PAGES + 1))
    assert (server.asked, server.most_at_once) == (list(range(1, PAGES + 1)), 1)
    assert not fetchers()


def test_lists_of_documents_are_never_fetched_ahead(server: FarServer, far: Open):
    """A page of sales costs the server thousands of statements: one at a time is what it can bear."""
    list(far().documents("sale", "2025-01-01", "2025-01-07"))
    assert server.most_at_once == 1


def test_a_fault_shows_when_the_turn_of_its_page_comes(server: FarServer, far: Open):
    """What was read before the fault is read as ever; nothing is asked for behind it once it is known."""
    server.broken[4] = [401]
    walk = far().sweep(0, ())
    read = []
    with pytest.raises(SourceTrouble) as trouble:
        for page in walk:
            read += ids(iter([page]))
    assert (read, trouble.value.kind) == ([1, 2, 3], "key")
    assert max(server.asked) <= 3 + AT_ONCE


def test_a_page_that_failed_for_a_moment_is_asked_for_again(server: FarServer, far: Open):
    """A server that stumbles over one page does not cost the sweep, and the page still comes in its place."""
    server.broken[3] = [503]
    purse = Purse()
    reader = far(purse)
    assert ids(reader.sweep(0, ())) == list(range(1, PAGES + 1))
    assert server.asked.count(3) == 2
    assert reader.requests == len(server.asked) == 1_000 - purse.left


def test_every_call_is_paid_for_and_a_refusal_comes_in_its_turn(server: FarServer, far: Open):
    """With seven calls left, seven pages are read, the eighth is refused, and nothing was asked for beyond them."""
    reader = far(Purse(7))
    walk = reader.sweep(0, ())
    read = []
    with pytest.raises(SourceTrouble) as trouble:
        for page in walk:
            read += ids(iter([page]))
    assert (read, trouble.value.kind, trouble.value.retry_at) == ([1, 2, 3, 4, 5, 6, 7], "quota", 1)
    assert sorted(server.asked) == [1, 2, 3, 4, 5, 6, 7]
    assert reader.requests == 7


def test_the_budget_is_only_asked_by_the_thread_that_reads(server: FarServer, far: Open):
    """The purse is a row in the database, and each thread would open a connection of its own."""
    server.broken[5] = [429]
    purse = Purse()
    with pytest.raises(SourceTrouble):
        ids(far(purse).sweep(0, ()))
    assert purse.threads == {threading.current_thread().name}


def test_a_catalogue_that_shrinks_meanwhile_ends_where_it_says(server: FarServer, far: Open):
    """What was fetched beyond the new end is dropped, as a reader without haste would never have seen it."""
    walk = far().sweep(0, ())
    next(walk)
    server.wait_until_asked_for(*range(2, 2 + AT_ONCE))
    server.pages = 6
    assert ids(walk) == [2, 3, 4, 5, 6]
    assert max(server.asked) <= 6 + AT_ONCE


def test_no_thread_outlives_the_walk(server: FarServer, far: Open):
    """Whether it is read to its end, dropped half-way, or closed from outside."""
    reader = far()
    ids(reader.sweep(0, ()))
    assert not fetchers()
    dropped = reader.sweep(0, ())
    next(dropped)
    server.wait_until_asked_for(2)
    dropped.close()  # type: ignore[attr-defined]
    assert not fetchers()
    left_open = reader.sweep(0, ())
    next(left_open)
    assert fetchers()
    reader.close()
    assert not fetchers()
