"""How quick every page of a large shop is, with 1 and with 16 clients, beside a bare one: `python -m bench.pages`.

A server process of its own (waitress, as `alertd serve` runs it) stands over a database with a year in it. The same
clients ask a Flask page that writes one line, in turn, so that the ratio means something on any machine. Then come the
looks that are dearer than others: the first after a commit and after a poll, lists while somebody takes a file away,
and lists from a process that meanwhile reads the whole shop, cycle after cycle.
"""

import argparse
import http.client
import json
import os
import platform
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench.child import ROOT, Child

PRODUCTS = 100_000
TARGET_MS = 100.0
LIST_P95_MS = 5.0
BESIDE_P95_MS = 25.0
FIRST_BYTE_MS = 1_000.0
LARGEST_KB = 100.0
LAST_OVER_FIRST = 2.0
BUSY = 0.7
# A page takes no longer in the measuring than this; a slow machine gets fewer rounds, never an endless run. Beside a
# cycle a page is asked for long enough to meet every part of some cycles.
PAGE_SECONDS, BESIDE_SECONDS = 1.0, 6.0
LEAST_ROUNDS = 1
FIRST_LOOKS = 5
WORKED_AHEAD_SECONDS = 2.5
CACHE = Path(tempfile.gettempdir()) / "alertd-bench-pages"
# A name, the address, and whether it is a plain list of fifty rows.
PAGES = (
    ("overview", "/", False),
    ("overview: curve", "/trend.json?days=365", False),
    ("alerts", "/alerts", True),
    ("alerts, resolved", "/alerts?state=resolved", True),
    ("alerts, searched", "/alerts?q=martillo", False),
    ("alert", "/alerts/0000000000000001", False),
    ("products", "/products", True),
    ("products, searched, many", "/products?q=martillo", False),
    ("products, searched, few", "/products?q=99123", False),
    ("products, searched, none", "/products?q=zz", False),
    ("products, low", "/products?state=low", False),
    ("products, category and brand", f"/products?category={quote('Plomería')}&brand=3M", False),
    ("products, out in a branch", "/products?branch=Norte&state=out", False),
    ("products, on a date", "/products?at=2026-06-01T12:00", False),
    ("product", "/products/5000", False),
    ("product: a year of one level", "/products/5000/history.json?level=14998&days=365", False),
    ("messages", "/messages", True),
    ("messages, one channel", "/messages?channel=slack", True),
    ("sources", "/sources", False),
    ("source", "/sources/grande", False),
    ("audit", "/audit", True),
    ("rules", "/rules", False),
    ("reconcile", "/reconcile", False),
    ("returns", "/returns", False),
    ("buying", "/buying", False),
    ("count", "/count", False),
    ("silences", "/silences", False),
)


FIRST_LOOKED_AT = (
    "overview", "overview: curve", "alerts", "products", "products, searched, many", "sources", "source", "returns",
    "buying", "count",
)  # fmt: skip
FILES = (
    ("products as CSV", "/products/export.csv"),
    ("products as a workbook", "/products/export.xlsx"),
    ("purchases as CSV", "/buying/list.csv"),
    ("purchases as a workbook", "/buying/list.xlsx"),
    ("purchases as text", "/buying/text"),
)


@dataclass
class Book:
    """The figures as they are printed, to be kept as JSON, and the targets that were missed."""

    figures: dict[str, dict[str, object]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def note(self, part: str, name: str, faults: list[str], **figures: float) -> str:
        """Keep one line; returns what to print behind it."""
        self.figures.setdefault(part, {})[name] = {**figures, "missed": faults}
        self.missed += [f"{part}, {name}: {fault}" for fault in faults]
        return "".join(f"  MISSED: {fault}" for fault in faults)


@dataclass(frozen=True)
class Desk:
    """Where the page is, whom it takes us for, and how often each is asked."""

    port: int
    cookie: str
    rounds: int

    def ask(self, path: str, rounds: int | None = None, clients: int = 1, seconds: float = PAGE_SECONDS) -> "Answers":
        """The times of each answer but the first of each client, and the bytes of one."""
        found = Answers()

        def client() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port)
            enough = time.perf_counter() + seconds
            for number in range((rounds or self.rounds) + 1):
                if number > LEAST_ROUNDS and time.perf_counter() > enough:
                    break
                taken = self._one(connection, path, found)
                if taken is None:
                    return
                if number:
                    found.times.append(taken)
            connection.close()

        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def look(self, path: str) -> "Answers":
        """One look, on a connection of its own."""
        found = Answers()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.connect()
        taken = self._one(connection, path, found)
        connection.close()
        found.times += [taken] if taken is not None else []
        return found

    def _one(self, connection: http.client.HTTPConnection, path: str, found: "Answers") -> float | None:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": self.cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        found.first_bytes.append((time.perf_counter() - began) * 1000)
        size = 0
        while piece := answer.read(65_536):
            size += len(piece)
        found.kilobytes = max(found.kilobytes, size / 1000)
        return (time.perf_counter() - began) * 1000 if answer.status == 200 else None


@dataclass
class Answers:
    """What came back: milliseconds and size."""

    times: list[float] = field(default_factory=list)
    first_bytes: list[float] = field(default_factory=list)
    kilobytes: float = 0.0

    @property
    def median(self) -> float:
        """Half of the answers keep it."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """The time that 19 of 20 answers keep."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.95))]


def main() -> None:
    """Measure, print, keep; fail nothing: the figures are for people."""
    options = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the products, fewer rounds")
    quick = options.parse_args().quick
    rounds, products = (40, PRODUCTS // 10) if quick else (200, PRODUCTS)
    began, book = time.monotonic(), Book()
    with Child("pages_server", "alone", CACHE, products) as server:
        desk = _desk(server, rounds)
        every_page(desk, book, products)
        far(desk, book)
        after_commits(server, desk, book)
        after_polls(server, desk, book)
        files(desk, book)
    with Child("pages_server", "beside", CACHE, products) as server:
        beside_cycles(server, _desk(server, rounds), book)
    print("\ntargets: " + ("all met" if not book.missed else "missed by\n  " + "\n  ".join(book.missed)))
    print(f"{time.monotonic() - began:.0f} s; the shops are kept in {CACHE}")
    _keep(book, products, quick)


def _desk(server: Child, rounds: int) -> Desk:
    port, cookie = server.read_line().split()
    return Desk(int(port), cookie, rounds)


def _keep(book: Book, products: int, quick: bool) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pages-{time.strftime('%Y%m%d-%H%M%S')}.json"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "products": products, "quick": quick,
               "load": os.getloadavg()}  # fmt: skip
    path.write_text(json.dumps({"machine": machine, "missed": book.missed, "figures": book.figures}, indent=1))
    print(f"kept in {path.relative_to(ROOT)}")


def every_page(desk: Desk, book: Book, products: int) -> None:
    """Each page as it is most of the time: somebody looked before, and nothing happened since."""
    print(f"\npages of a shop of {products:,} products, three levels each, a year of changes; milliseconds")
    print(f"{'page':32}{'1: median':>10}{'p95':>8}{'16: median':>12}{'p95':>8}{'x bare':>8}{'kB gzip':>9}")
    bare = desk.ask("/bare").median
    busy = os.getloadavg()[0]
    if busy > BUSY:
        print(f"other work runs on this machine (load {busy:.1f}): what follows says little, above all the p95")
    for name, path, listed in (("a bare Flask page", "/bare", False), *PAGES):
        one = desk.ask(path)
        if not one.times:
            print(f"{name:32}  not there")
            continue
        many = desk.ask(path, max(4, desk.rounds // 8), 16)
        faults = [f"median over {TARGET_MS:g} ms"] if one.median > TARGET_MS else []
        faults += [f"p95 over {LIST_P95_MS:g} ms"] if listed and one.p95 > LIST_P95_MS else []
        faults += [f"over {LARGEST_KB:g} kB"] if one.kilobytes > LARGEST_KB else []
        said = book.note("pages", name, faults, median=one.median, p95=one.p95, kilobytes=one.kilobytes,
                         median_of_16=many.median, p95_of_16=many.p95)  # fmt: skip
        print(
            f"{name:32}{one.median:>10.1f}{one.p95:>8.1f}{many.median:>12.1f}{many.p95:>8.1f}{one.median / bare:>8.1f}"
            f"{one.kilobytes:>9.1f}{said}"
        )


def far(desk: Desk, book: Book) -> None:
    """The page at the end of the list against the first: the list is walked by its keys."""
    from alertd.web.paging import encode

    last = "/products?after=" + str(encode((1, "Tubo tubo 399 mm", 0)))
    first, end = Answers(), Answers()
    for _ in range(6):
        first.times += desk.ask("/products", 20).times
        end.times += desk.ask(last, 20).times
    ratio = end.median / first.median
    faults = [f"over {LAST_OVER_FIRST:g} x the first"] if ratio > LAST_OVER_FIRST else []
    said = book.note("pages", "products, near the end", faults, median=end.median, of_the_first=ratio)
    print(f"{'products, near the end':32}{end.median:>10.1f}   {ratio:.2f} x the first page{said}")


def after_commits(server: Child, desk: Desk, book: Book) -> None:
    """The lists when something was committed before each look, as a worker does all the time."""
    print(f"\n{'first look after a commit':32}{'median':>10}{'p95':>8}   ms")
    for name, path, listed in PAGES:
        if not listed:
            continue
        found = Answers()
        desk.ask(path, 2)
        for _ in range(desk.rounds // 2):
            server.ask("commit")
            found.times += desk.look(path).times
        faults = [f"p95 over {LIST_P95_MS:g} ms"] if found.p95 > LIST_P95_MS else []
        said = book.note("first look after a commit", name, faults, median=found.median, p95=found.p95)
        print(f"{name:32}{found.median:>10.1f}{found.p95:>8.1f}{said}")


def after_polls(server: Child, desk: Desk, book: Book) -> None:
    """Pages whose figures are old after a poll: looked at in that very moment, and a little later."""
    print(f"\n{'first look after a poll':32}{'at once':>10}{'most':>8}{'2.5 s on':>10}{'most':>8}   ms")
    paths = {name: path for name, path, _ in PAGES}
    for name in FIRST_LOOKED_AT:
        found = {}
        desk.ask(paths[name], 2)
        for wait in (0.0, WORKED_AHEAD_SECONDS):
            found[wait] = Answers()
            for _ in range(FIRST_LOOKS):
                server.ask("poll")
                time.sleep(wait)
                found[wait].times += desk.look(paths[name]).times
        once, later = found[0.0], found[WORKED_AHEAD_SECONDS]
        faults = [f"over {TARGET_MS:g} ms at once"] if once.median > TARGET_MS else []
        faults += [f"over {TARGET_MS:g} ms later"] if max(later.times) > TARGET_MS else []
        said = book.note("first look after a poll", name, faults, at_once=once.median, at_once_most=max(once.times),
                         later=later.median, later_most=max(later.times))  # fmt: skip
        print(
            f"{name:32}{once.median:>10.1f}{max(once.times):>8.1f}{later.median:>10.1f}{max(later.times):>8.1f}{said}"
        )


def files(desk: Desk, book: Book) -> None:
    """Files that people take away, and how long a list takes meanwhile."""
    print(f"\n{'files':32}{'first byte':>10}{'whole, s':>10}{'MB':>8}{'a list meanwhile: p95':>24}   ms")
    for name, path in FILES:
        taken: list[Answers] = []
        carrier = threading.Thread(target=lambda path=path, taken=taken: taken.append(desk.look(path)))
        meanwhile = Answers()
        carrier.start()
        while carrier.is_alive():
            meanwhile.times += desk.look("/products").times
        carrier.join()
        first, whole = taken[0].first_bytes[0], taken[0].times[0]
        # A workbook is packed as a whole before it can leave.
        streams = not path.endswith(".xlsx")
        faults = [f"first byte after {FIRST_BYTE_MS:g} ms"] if streams and first > FIRST_BYTE_MS else []
        faults += [f"a list over {BESIDE_P95_MS:g} ms"] if meanwhile.p95 > BESIDE_P95_MS else []
        said = book.note("files", name, faults, first_byte=first, seconds=whole / 1000, kilobytes=taken[0].kilobytes,
                         list_p95=meanwhile.p95)  # fmt: skip
        megabytes = taken[0].kilobytes / 1000
        print(f"{name:32}{first:>10.1f}{whole / 1000:>10.1f}{megabytes:>8.1f}{meanwhile.p95:>24.1f}{said}")


def beside_cycles(server: Child, desk: Desk, book: Book) -> None:
    """The lists while the same process reads the whole shop, one cycle after the other."""
    print(f"\n{'beside a running cycle':32}{'median':>10}{'p95':>8}{'most':>8}   ms")
    for name, path, listed in (("a bare Flask page", "/bare", False), *(page for page in PAGES if page[2])):
        desk.ask(path, 2)
        server.ask("start")
        found = desk.ask(path, 10_000, seconds=BESIDE_SECONDS)
        cycles = server.ask("stop")["seconds"]
        faults = [f"p95 over {BESIDE_P95_MS:g} ms"] if listed and found.p95 > BESIDE_P95_MS else []
        said = book.note("beside a running cycle", name, faults, median=found.median, p95=found.p95,
                         most=max(found.times), cycle_seconds=statistics.median(cycles))  # fmt: skip
        took = f"{len(cycles)} cycles of {statistics.median(cycles):.1f} s"
        print(f"{name:32}{found.median:>10.1f}{found.p95:>8.1f}{max(found.times):>8.1f}   {took}{said}")


if __name__ == "__main__":
    main()
