"""The server on a real socket: ports, addresses, and an end that loses no answer."""

import socket
import threading
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from alertd.errors import Trouble, UsageTrouble
from alertd.web import server as web_server
from alertd.web.server import Server


def hello(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_any_free_port_is_told() -> None:
    """Port 0 takes a free one, and `url` leads to it."""
    server = Server(hello, "127.0.0.1", 0)
    server.start()
    assert httpx.get(server.url).text == "hello"
    assert server.alive
    server.stop()
    assert not server.alive


def test_a_taken_port_is_one_clear_line() -> None:
    """The line says what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} is taken; set PORT to another"):
            Server(hello, "127.0.0.1", port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7"])
def test_a_host_of_somebody_else_is_one_clear_line(host: str) -> None:
    """HOST must be an address of this machine; another is wrong usage, as a wrong PORT is."""
    with pytest.raises(UsageTrouble, match="HOST is"):
        Server(hello, host, 0)


def test_stopping_finishes_the_request_that_runs() -> None:
    """Whoever asked before the end gets the whole answer."""
    asked, go_on = threading.Event(), threading.Event()

    def slow(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        asked.set()
        go_on.wait(10)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 1_000_000]

    server = Server(slow, "127.0.0.1", 0)
    server.start()
    answers: list[int] = []
    customer = threading.Thread(target=lambda: answers.append(len(httpx.get(server.url).content)))
    customer.start()
    assert asked.wait(10)
    ending = threading.Thread(target=server.stop)
    ending.start()
    go_on.set()
    customer.join(10)
    ending.join(10)
    assert answers == [1_000_000]


def test_a_server_that_never_started_can_be_stopped() -> None:
    """A start-up that fails half-way gives its port back."""
    server = Server(hello, "127.0.0.1", 0)
    server.stop()
    Server(hello, "127.0.0.1", server.port).stop()


def test_the_chore_is_done_beside_the_answers_and_again_after_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the threads that answer does it now and then; what fails once is tried again."""
    monkeypatch.setattr(web_server, "CHORE_SECONDS", 0.01)
    done, tries = threading.Event(), []

    def chore() -> None:
        tries.append(len(tries))
        if len(tries) == 1:
            raise ValueError("the first time")
        done.set()

    server = Server(hello, "127.0.0.1", 0, chore=chore)
    server.start()
    for _ in range(1_000):
        assert httpx.get(server.url).text == "hello"
        if done.is_set():
            break
    server.stop()
    assert done.is_set()


def test_a_long_chore_is_not_begun_twice() -> None:
    """However long it takes."""
    chore = web_server._Chore(lambda: None)
    assert chore.is_due(5.0)
    chore.begin(5.0)
    assert not chore.is_due(5_000.0)
    chore.service()
    assert not chore.is_due(5.0)
    assert chore.is_due(5.0 + web_server.CHORE_SECONDS)


def test_a_chore_that_goes_on_failing_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that stays full fills no log; the next trouble after it worked is news again."""
    told: list[str] = []
    monkeypatch.setattr(web_server.log, "exception", told.append)
    outcomes = iter([OSError(), OSError(), None, OSError()])

    def work() -> None:
        fault = next(outcomes)
        if fault:
            raise fault

    chore = web_server._Chore(work)
    for _ in range(4):
        chore.service()
    assert len(told) == 2
