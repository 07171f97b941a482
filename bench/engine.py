"""The real engine in a process of its own, one cycle for each line on standard input; see `bench.child`.

Whole cycles: leases, budget, fetch, decode, stage, apply, evaluation of the shipped rules, alerts and messages, commit.
The clock is moved on by an hour before each cycle, so that the hourly budget of calls never runs out.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from alertd import logs
from alertd.engine import catalogue, cycle
from alertd.engine import context as contexts
from alertd.notify import register
from alertd.settings import read_settings
from alertd.sources import ahead, registry
from alertd.sources.smartpyme import client
from alertd.store import snapshots, sources
from bench import child, shop

HOUR = 3_600_000
SHIPPED = ("low-stock", "out-of-stock", "negative-stock")
RULES = 10


class Files:
    """A system whose pages lie on disk: what a cycle costs when the bytes are already here."""

    company = "Comercial de Prueba"
    dialect = "deployed"
    requests = 0

    def __init__(self, folder: Path, edition: str) -> None:
        self._pages = shop.page_files(folder, edition)
        self._total = int((folder / "products").read_text())

    def sweep(self, _attempt: int, known: Any) -> Iterator[Any]:
        for number, path in enumerate(self._pages, start=1):
            body = whole_answer(path.read_bytes(), number, len(self._pages), self._total)
            yield client.read_page(client.judge(200, body, "files"), number, known, known)

    def close(self) -> None:
        pass


def whole_answer(data: bytes, number: int, pages: int, total: int) -> bytes:
    """`data` with what stands around it, as the server sends it."""
    around = f',"pagination":{{"current_page":{number},"total":{total},"total_pages":{pages},"has_next":true}}}}'
    return b'{"success":true,"data":' + data + around.encode()


class Stopwatch:
    """Adds up the seconds spent inside some functions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def wrap(self, owner: Any, name: str, label: str) -> None:
        """Have a function of a module or class timed under a label."""
        inner: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds[label] = self.seconds.get(label, 0.0) + time.perf_counter() - started

        setattr(owner, name, timed)

    def shares(self, whole: float) -> dict[str, float]:
        """Seconds of each part of a cycle that took `whole` seconds."""
        found = {label: self.seconds.get(label, 0.0) for label in ("get", "judge", "page", "read", "apply", "put")}
        evaluate = self.seconds.get("evaluate", 0.0)
        decode = found["judge"] + found["page"]
        fetch = max(0.0, found["get"] - found["judge"])
        diff = max(0.0, found["read"] - fetch - decode) + found["put"]
        self.seconds.clear()
        return {
            "fetch": fetch,
            "decode": decode,
            "diff": diff,
            "write": max(0.0, whole - fetch - decode - diff - evaluate),
            "evaluate": evaluate,
        }


def watch() -> Stopwatch:
    """Put the stopwatch on the seams of a cycle; the finest is one call a changed product."""
    clock = Stopwatch()
    clock.wrap(ahead.Ahead, "page", "get")
    clock.wrap(client, "judge", "judge")
    clock.wrap(client, "read_page", "page")
    clock.wrap(catalogue, "read_sweep", "read")
    clock.wrap(snapshots._Writer, "put", "put")
    clock.wrap(catalogue, "evaluate_and_tell", "evaluate")
    return clock


class Everything:
    """Knows every product: nothing is decoded, so that only the fetching is left."""

    def __contains__(self, _mark: object) -> bool:
        return True


def fetch(reader: Any, connections: str) -> dict[str, Any]:
    """Walk the whole catalogue and look at nothing, over one connection or as many as alertd sees fit."""
    near, ahead.FAR_SECONDS = ahead.FAR_SECONDS, float("inf") if connections == "one" else ahead.FAR_SECONDS
    try:
        return {"pages": sum(1 for _ in reader.sweep(0, Everything()))}
    finally:
        ahead.FAR_SECONDS = near


class Granted:
    """A purse that never runs out."""

    def __call__(self, _dated: bool, /) -> None: ...

    def told(self, *_: Any) -> None: ...

    def refused(self, seconds: int | None = None) -> int:
        raise SystemExit("the server refused a call")


def write_rules(folder: Path, count: int) -> None:
    """Fill a folder with three shipped rules and as many others as make `count`: none of those ever holds."""
    for path in folder.glob("*.yaml"):
        path.unlink()
    for name in SHIPPED:
        (folder / f"{name}.yaml").write_text((child.ROOT / "rules" / f"{name}.yaml").read_text())
    for number in range(count - len(SHIPPED)):
        when = f"stock < stock_minimo * 0.1 - {number + 1} and stock_minimo > 0"
        (folder / f"b{number:04}.yaml").write_text(f"name: b{number:04}\non: stock\nwhen: {when}\n")


def main(home: str, url: str, folder: str) -> None:
    """Open a home, connect the shop, and work off commands: `cycle EDITION`, `rules N` and `fetch one|many`."""
    rules = Path(home) / "bench-rules"
    rules.mkdir()
    write_rules(rules, RULES)
    os.environ |= {"ALERTD_HOME": home, "ALERTD_RULES": str(rules)}
    logs.configure("json", logging.WARNING)
    context = contexts.open_context(read_settings())
    moment = [context.now()]
    context.now = lambda: moment[0]
    edition = [shop.EDITIONS[0]]
    registry.KINDS["files"] = replace(
        registry.KINDS["smartpyme"],
        name="files",
        lanes=("sweep",),
        open=lambda *_, **__: Files(Path(folder), edition[0]),
    )
    kind = "files" if url == "files" else "smartpyme"
    sources.add_source(
        context.store, context.vault, name="shop", kind=kind, base_url=url, secrets={"api_key": "key"},
        timezone="America/El_Salvador", every=3600.0, sweep_every=None, now=moment[0],
    )  # fmt: skip
    register.register(context.store, context.vault, name="desk", url="json://127.0.0.1:9/", now=moment[0])
    clock = watch()

    def one_cycle() -> dict[str, Any]:
        ran = cycle.run_cycle(context, sources.get_source(context.store, "shop"), ["sweep"])
        poll = ran.polls[0]
        if not poll.complete:
            raise SystemExit(f"the sweep failed: {poll.error}")
        return {"products": poll.products, "changed": poll.changed + poll.new, "firing": ran.new_firing}

    def one(command: str) -> dict[str, Any]:
        what, value = command.split()
        moment[0] += HOUR
        started = time.perf_counter()
        if what == "rules":
            write_rules(rules, int(value))
            answer = {}
        elif what == "fetch":
            reader = client.SmartPyme(url, "key", budget=Granted())
            answer = fetch(reader, value)
            reader.close()
        else:
            edition[0] = value
            answer = one_cycle()
        seconds = time.perf_counter() - started
        return {**answer, "seconds": seconds, "shares": clock.shares(seconds)}

    child.serve(one)


if __name__ == "__main__":
    main(*sys.argv[1:])
