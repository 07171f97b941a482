"""How quick every page of a large shop is, with 1 and with 16 clients, beside a bare one: `python -m bench.pages`.

A server process of its own (waitress, as `alertd serve` runs it) stands over a database with a year in it. The same
clients ask a Flask page that writes one line, in turn, so that the ratio means something on any machine. Then the lists
are asked once more from a process that meanwhile reads the whole shop, cycle after cycle, as `alertd serve` does.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

from bench.child import Child

PRODUCTS = 100_000
CLIENTS = (1, 16)
TARGET_MS = 100.0
LIST_P95_MS = 5.0
BESIDE_P95_MS = 25.0
# A page takes no longer in the measuring than this; a slow machine gets fewer rounds, never an endless run.
PAGE_SECONDS = 1.0
LEAST_ROUNDS = 1
LARGEST_KB = 100.0
LAST_OVER_FIRST = 2.0
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
    ("silences", "/silences", False),
)


def main() -> None:
    """Measure, print, fail nothing: the figures are for people."""
    options = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the products, fewer rounds")
    quick = options.parse_args().quick
    rounds, products = (10, PRODUCTS // 10) if quick else (40, PRODUCTS)
    began, missed = time.monotonic(), []
    with Child("pages", "serve", CACHE, products) as server:
        port, token = server.read_line().split()
        missed += show(int(port), token, rounds, products)
    with Child("pages", "beside", CACHE, products) as server:
        port, token = server.read_line().split()
        missed += beside(server, int(port), token, rounds)
    print("\ntargets: " + ("all met" if not missed else "missed by " + "; ".join(missed)))
    print(f"{time.monotonic() - began:.0f} s; the shops are kept in {CACHE}")


def show(port: int, cookie: str, rounds: int, products: int) -> list[str]:
    """The table; returns the targets that were missed."""
    missed: list[str] = []
    print(f"\npages of a shop of {products:,} products, three levels each, a year of changes; milliseconds")
    print(f"{'page':32}{'1: median':>10}{'p95':>8}{'16: median':>12}{'p95':>8}{'x bare':>8}{'kB gzip':>9}")
    bare = {clients: ask(port, cookie, "/bare", rounds, clients)[0] for clients in CLIENTS}
    print(line("a bare Flask page", bare, bare, 0.0, []))
    for name, path, listed in PAGES:
        alone = ask(port, cookie, path, rounds, 1)
        if alone is None or not alone[0]:
            print(f"{name:32}  not there")
            continue
        many = ask(port, cookie, path, max(4, rounds // 8), 16)
        faults = faults_of(alone[0], alone[1] / 1000, listed=listed)
        missed += [f"{name} ({fault})" for fault in faults]
        print(line(name, {1: alone[0], 16: many[0]}, bare, alone[1] / 1000, faults))
    return missed + far(port, cookie, rounds)


def faults_of(times: list[float], kilobytes: float, *, listed: bool) -> list[str]:
    """Which targets a page missed, in words."""
    return [
        fault
        for fault, is_so in (
            (f"median over {TARGET_MS:g} ms", statistics.median(times) > TARGET_MS),
            (f"p95 over {LIST_P95_MS:g} ms", listed and p95(times) > LIST_P95_MS),
            (f"over {LARGEST_KB:g} kB", kilobytes > LARGEST_KB),
        )
        if is_so
    ]


def line(
    name: str, times: dict[int, list[float]], bare: dict[int, list[float]], kilobytes: float, faults: list[str]
) -> str:
    """One page."""
    one, many = times[1], times[16]
    ratio = statistics.median(one) / statistics.median(bare[1])
    missed = "".join(f"  MISSED: {fault}" for fault in faults)
    return (
        f"{name:32}{statistics.median(one):>10.1f}{p95(one):>8.1f}{statistics.median(many):>12.1f}{p95(many):>8.1f}"
        f"{ratio:>8.1f}{kilobytes:>9.1f}{missed}"
    )


def far(port: int, cookie: str, rounds: int) -> list[str]:
    """The page at the end of the list against the first: the list is walked by its keys."""
    from alertd.web.paging import encode

    last = "/products?after=" + str(encode((1, "Tubo tubo 399 mm", 0)))
    first, end = [], []
    for _ in range(4):
        first += ask(port, cookie, "/products", rounds // 2, 1)[0]
        end += ask(port, cookie, last, rounds // 2, 1)[0]
    first_ms, last_ms = statistics.median(first), statistics.median(end)
    verdict = "" if last_ms <= LAST_OVER_FIRST * first_ms else f"  MISSED {LAST_OVER_FIRST:g} x"
    print(f"\nproducts, near the end of the list: {last_ms:.1f} ms, {last_ms / first_ms:.2f} x the first page{verdict}")
    return ["the last page against the first"] if verdict else []


def beside(server: Child, port: int, cookie: str, rounds: int) -> list[str]:
    """The lists while the same process reads the whole shop, one cycle after the other."""
    print(f"\n{'beside a running cycle':32}{'median':>10}{'p95':>8}{'most':>8}   ms")
    missed: list[str] = []
    pages = (("a bare Flask page", "/bare", False), *(page for page in PAGES if page[2]))
    for name, path, listed in pages:
        ask(port, cookie, path, 2, 1)
        server.ask("start")
        times = ask(port, cookie, path, rounds, 1)[0]
        cycles = server.ask("stop")["seconds"]
        fault = f"p95 over {BESIDE_P95_MS:g} ms" if listed and p95(times) > BESIDE_P95_MS else ""
        missed += [f"{name} beside a cycle ({fault})"] if fault else []
        took = f"cycles of {statistics.median(cycles):.1f} s"
        mark = f"  MISSED: {fault}" if fault else ""
        print(f"{name:32}{statistics.median(times):>10.1f}{p95(times):>8.1f}{max(times):>8.1f}   {took}{mark}")
    return missed


def p95(times: list[float]) -> float:
    """The time that 19 of 20 answers keep."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def ask(port: int, cookie: str, path: str, rounds: int, clients: int) -> tuple[list[float], int]:
    """Milliseconds of each answer, and the bytes of one; no times where the page is not there."""
    times: list[float] = []
    sizes: list[int] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        enough = time.perf_counter() + PAGE_SECONDS
        for number in range(rounds + 1):
            if number > LEAST_ROUNDS and time.perf_counter() > enough:
                break
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                return
            sizes.append(len(body))
            if number:
                times.append((time.perf_counter() - began) * 1000)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, max(sizes, default=0)


def serve(folder: str, products: str) -> None:
    """In the child: the page over the database, until standard input ends; says its port and the cookie to carry."""
    from alertd.clock import now
    from alertd.rules.load import load_rules
    from alertd.settings import data_folder, read_settings
    from alertd.store import open_store
    from alertd.web.app import create_app
    from alertd.web.server import Server
    from bench import pages_shop

    store = open_store(pages_shop.make(Path(folder), int(products)))
    rules = load_rules(path for path in data_folder("rules").glob("*.yaml") if ".test." not in path.name)
    app = create_app(store, read_settings({"ALERTD_HOME": folder}), "a key", rules=lambda: rules)
    app.add_url_rule("/bare", "bare", _bare)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    print(server.port, _cookie(app, pages_shop.sign_in(store, now())), flush=True)
    sys.stdin.read()
    server.stop()


def serve_beside(folder: str, products: str) -> None:
    """In the other child: the page and a worker in one process; `start` and `stop` on standard input."""
    import logging

    from alertd import logs
    from alertd.clock import now
    from alertd.rules.load import RuleSet
    from alertd.web.app import create_app
    from alertd.web.server import Server
    from bench import child, pages_shop
    from bench.pages_cycle import Cycles

    logs.configure("json", logging.CRITICAL)
    cycles = Cycles(Path(folder), int(products))
    context = cycles.context

    def rules() -> RuleSet:
        book = context.rules.book(context.now())
        return RuleSet(book.rules, book.errors)

    app = create_app(context.store, context.settings, "a key", rules=rules)
    app.add_url_rule("/bare", "bare", _bare)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    print(server.port, _cookie(app, pages_shop.sign_in(context.store, now())), flush=True)
    child.serve(lambda command: {"seconds": cycles.stop()} if command == "stop" else cycles.start() or {})
    server.stop()


def _bare() -> str:
    return "<!doctype html><title>bare</title><p>one line"


_bare.is_public = True


def _cookie(app, token: str) -> str:
    with app.test_request_context():
        from flask import session

        session["id"], session["generation"] = token, 1
        signed = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    return f"alertd={signed}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:4])
    elif sys.argv[1:2] == ["beside"]:
        serve_beside(*sys.argv[2:4])
    else:
        main()
