"""Recorded answers of the real server code, as they stood on the wire, and a client that meets them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from alertd.sources.smartpyme import SmartPyme

SAMPLES = Path(__file__).parents[2] / "sandbox" / "samples"
BASE = "http://shop.test/api/external/v1/"
KEY = "EXAMPLEKEY0000000000000000000001"


@dataclass
class FreeBudget:
    """Lets every call go, and remembers what it was told."""

    taken: list[bool] = field(default_factory=list)
    heard: list[tuple[int, int | None, bool]] = field(default_factory=list)
    refusals: int = 0

    def __call__(self, dated: bool) -> None:
        self.taken.append(dated)

    def told(self, remaining: int, limit: int | None, dated: bool) -> None:
        self.heard.append((remaining, limit, dated))

    def refused(self, seconds: int | None = None) -> int:
        self.refusals += 1
        return 3_600_000


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def on_the_wire(name: str, feeds: bytes | None = None) -> bytes:
    """The body behind the line feeds that stand before it."""
    body = sample(name)["body"]
    before = (b"\n\n" if name.startswith("unified") else b"\n\n\n\n") if feeds is None else feeds
    if body is None:
        return before + b"<!DOCTYPE html>\n<html><head><title>x</title></head><body></body></html>\n"
    return before + json.dumps(body, separators=(",", ":")).encode("ascii")


def answering(status: int, body: bytes, **headers: str) -> tuple[SmartPyme, list[httpx.Request], FreeBudget]:
    """A client of a server that has one answer for everything, with the calls it was sent."""
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(status, content=body, headers=headers)

    budget = FreeBudget()
    return SmartPyme(BASE, KEY, budget=budget, transport=httpx.MockTransport(answer)), calls, budget


def replaying(name: str, **options: Any) -> tuple[SmartPyme, list[httpx.Request], FreeBudget]:
    """A client of a server that gives this recorded answer."""
    recorded = sample(name)
    headers = {key: value for key, value in recorded["headers"].items() if key != "Content-Length"}
    return answering(recorded["status"], on_the_wire(name, **options), **headers)
