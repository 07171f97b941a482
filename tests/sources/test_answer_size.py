"""A server that sends without end, or a small answer that unpacks into a large one, is stopped in time."""

import gzip
from collections.abc import Iterator

import httpx
import pytest
import stamina

from alertd.errors import SourceTrouble
from alertd.sources.http import LARGEST_ANSWER, Http

MIB = 2**20


@pytest.fixture(autouse=True)
def one_try() -> Iterator[None]:
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


class Free:
    """A budget that allows everything."""

    def __call__(self, _dated: bool, /) -> None:
        pass

    def told(self, _remaining: int, _limit: int | None, _dated: bool, /) -> None:
        pass

    def refused(self, seconds: int | None = None) -> int:
        return 0


def _read(answer: httpx.Response) -> int:
    http = Http(
        "https://upstream.example/", {}, budget=Free(), judge=lambda _status, body, _host: len(body),
        transport=httpx.MockTransport(lambda _request: answer),
    )  # fmt: skip
    try:
        return http.get("x")
    finally:
        http.close()


def test_an_answer_without_end_is_stopped() -> None:
    """After 64 MiB it is not read on, and the sentence says why."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += MIB
            yield b"0" * MIB

    with pytest.raises(SourceTrouble, match="more than 64 MiB"):
        _read(httpx.Response(200, content=endless()))
    assert sent <= LARGEST_ANSWER + 2 * MIB


def test_an_answer_that_unpacks_into_too_much_is_stopped() -> None:
    """A hundred kilobytes that become a hundred megabytes."""
    packed = gzip.compress(b"0" * (100 * MIB))
    assert len(packed) < MIB
    with pytest.raises(SourceTrouble, match="more than 64 MiB"):
        _read(httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"}))


def test_a_large_honest_answer_is_read() -> None:
    """A whole catalogue in one file."""
    assert _read(httpx.Response(200, content=b"0" * (20 * MIB))) == 20 * MIB
