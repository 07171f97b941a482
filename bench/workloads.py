"""Which work is measured, beside which floor, how often. Each pair runs in turn in one run; medians are kept."""

import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import shop
from bench.child import ROOT, Child

OTHERS = ROOT / ".venv-bench" / "bin" / "python"
SCRIPT = ROOT / "bench" / "rival_pandas.py"
LARGE = 100_000
"""The size that the targets speak of: bookkeeping is most of what a small shop costs."""
FAR_MS = 50
FAR_PRODUCTS = 20_000


@dataclass
class Figure:
    """One line of the table: what took how long, beside what. `target` is the most that the ratio may be."""

    name: str
    seconds: float
    floor: str = ""
    floor_seconds: float | None = None
    target: float | None = None
    products: int | None = None
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return None if not self.floor_seconds else self.seconds / self.floor_seconds


class Shop:
    """One invented shop with its server."""

    def __init__(self, stack: ExitStack, cache: Path, products: int) -> None:
        self.products = products
        self.folder = cache / str(products)
        self.differ = shop.make(self.folder, products)
        self._server = stack.enter_context(Child("server", self.folder, products))
        self._port = self._server.read_line()
        self.url = f"http://127.0.0.1:{self._port}/api/external/v1/"

    def order(self, path: str) -> None:
        """Tell the server what to serve from now on."""
        urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{path}").read()


@contextmanager
def pair(stall: Shop, where: str) -> Iterator[tuple[Child, Child]]:
    """alertd and its floor, each with an empty home; `where` is http or files."""
    with ExitStack() as stack:
        homes = [stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-bench-")) for _ in range(2)]
        ours = stack.enter_context(Child("engine", homes[0], stall.url if where == "http" else "files", stall.folder))
        floor = stack.enter_context(Child("floor", homes[1], stall.url if where == "http" else stall.folder))
        yield ours, floor


def cycles(stall: Shop, where: str, rounds: int) -> list[Figure]:
    """First load, then cycles with 1 % of churn and without any, alertd and the floor in turn."""
    found: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {"first load": [], "1 % churn": [], "no change": []}
    decode: dict[str, list[float]] = {"plain": [], "typed": []}
    with pair(stall, where) as (ours, floor):
        for number in range(rounds + 1):
            edition = shop.EDITIONS[number % 2]
            stall.order(f"use/{edition}")
            kinds = ["first load"] if number == 0 else ["1 % churn", "no change"]
            for kind in kinds:
                found[kind].append(_in_turn(ours, floor, edition, swap=bool(number % 4 > 1)))
            if where == "files" and number:
                decode["typed"].append(floor.ask(f"typed {edition}")["seconds"])
                decode["plain"].append(plain_decode(stall.folder, edition) or floor.ask(f"json {edition}")["seconds"])
    lines = [_cycle_figure(stall, where, kind, runs) for kind, runs in found.items()]
    if where == "files":
        typed = median(decode["typed"])
        lines.append(
            Figure(
                "cycle, no change, bytes here",
                lines[-1].seconds,
                "plain orjson decode" if OTHERS.exists() else "stdlib json decode",
                median(decode["plain"]),
                1.0 if stall.products == LARGE else None,
                stall.products,
                f"msgspec typed decode {typed:.3f} s = {lines[-1].seconds / typed:.2f} x",
            )
        )
    return lines


def plain_decode(folder: Path, edition: str) -> float | None:
    """Seconds of a plain orjson decode of a shop's pages; None without the environment that has it."""
    if not OTHERS.exists():
        return None
    command = [str(OTHERS), str(SCRIPT), "decode", str(folder), edition]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _in_turn(ours: Child, floor: Child, edition: str, *, swap: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    if swap:
        below = floor.ask(f"cycle {edition}")
        return ours.ask(f"cycle {edition}"), below
    return ours.ask(f"cycle {edition}"), floor.ask(f"cycle {edition}")


def _cycle_figure(stall: Shop, where: str, kind: str, runs: list[tuple[dict[str, Any], dict[str, Any]]]) -> Figure:
    ours = [mine for mine, _ in runs]
    parts = {part: median(run["shares"][part] for run in ours) for part in ours[0]["shares"]}
    return Figure(
        f"cycle, {kind}, {'over HTTP' if where == 'http' else 'bytes here'}",
        median(run["seconds"] for run in ours),
        "bare script, same guarantees",
        median(below["seconds"] for _, below in runs),
        1.2 if (kind, where, stall.products) == ("1 % churn", "files", LARGE) else None,
        stall.products,
        more={
            "shares": parts,
            "cpu": median(run["cpu"] for run in ours),
            "floor_cpu": median(below["cpu"] for _, below in runs),
            "peak_mib": max(run["peak_mib"] for run in ours),
            "floor_peak_mib": max(below["peak_mib"] for _, below in runs),
            "changed": ours[-1]["changed"],
            "runs": len(runs),
        },
    )


def far(stall: Shop, rounds: int) -> list[Figure]:
    """A whole catalogue from a server that takes its time: one connection, and as many as alertd opens."""
    times: dict[str, list[float]] = {"one": [], "many": []}
    with pair(stall, "http") as (ours, _):
        ours.ask("fetch many")
        stall.order(f"delay/{FAR_MS}")
        for _ in range(rounds):
            for how, kept in times.items():
                kept.append(ours.ask(f"fetch {how}")["seconds"])
        stall.order("delay/0")
    one, many = (median(kept) for kept in times.values())
    name = f"fetch from {FAR_MS} ms away"
    return [Figure(name, many, "alertd over one connection", one, 0.35, stall.products)]


def rules(stall: Shop, counts: tuple[int, ...]) -> list[Figure]:
    """Rules held against every level: what a cycle does after the rules changed."""
    lines = []
    with pair(stall, "files") as (ours, floor):
        for child in (ours, floor):
            child.ask("cycle a")
        for count in counts:
            ours.ask(f"rules {count}")
            seconds = ours.ask("cycle a")["shares"]["evaluate"]
            again = ours.ask("cycle a")["shares"]["evaluate"]
            below = floor.ask(f"rules {count}")["seconds"]
            lines.append(
                Figure(
                    f"{count} rules, after a change of rules",
                    seconds,
                    "one join a rule, rows fetched",
                    below,
                    None,
                    stall.products,
                    f"the cycle after it, nothing changed: {again:.3f} s",
                )
            )
    return lines


MAILS = 100


def delivery(messages: int, rounds: int) -> list[Figure]:
    """The outbox, to one channel and to eight and by mail, beside the same messages by bare Apprise calls."""
    times: dict[str, list[float]] = {"bare": [], "one": [], "many": [], "baremail": [], "mail": []}
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-bench-"))
        receiver = stack.enter_context(Child("receiver"))
        postbox = stack.enter_context(Child("postbox"))
        mail = f"mailto://127.0.0.1:{postbox.read_line()}?from=avisos@example.com&to=marta@example.com"
        sender = stack.enter_context(Child("delivery", home, f"json://127.0.0.1:{receiver.read_line()}/", mail))
        for _ in range(rounds):
            for how, kept in times.items():
                kept.append(sender.ask(f"{how} {MAILS if 'mail' in how else messages}")["seconds"])
    bare, one, many, bare_mail, mails = (median(kept) for kept in times.values())
    floor = "bare Apprise, one object"
    return [
        Figure(f"{messages} webhooks, {where}", seconds, floor, bare, None, None, f"{messages / seconds:.0f} a second")
        for where, seconds in (("one channel", one), ("eight channels", many))
    ] + [Figure(f"{MAILS} mails, one server", mails, floor, bare_mail, None, None, f"{MAILS / mails:.0f} a second")]
