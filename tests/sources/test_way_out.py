"""Calls leave by the proxy of the environment, as every program of a server behind one is expected to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alertd.sources.http import Http, Reply

ASKED: list[str] = []


class Proxy(BaseHTTPRequestHandler):
    """A proxy, and a server: what it was asked for tells which of the two it was taken for."""

    def do_GET(self) -> None:
        ASKED.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    ASKED.clear()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    yield listener.server_port
    listener.shutdown()
    thread.join()
    listener.server_close()


class Free:
    """A budget without end."""

    def __call__(self, _dated: bool, /) -> None: ...

    def told(self, *_: object) -> None: ...

    def refused(self, seconds: int | None = None, /) -> int:
        return 0


def ask(base_url: str) -> Reply:
    """One call."""
    client = Http[None](base_url, {}, budget=Free(), judge=lambda *_: None)
    try:
        return client.send("inventory", {"page": 1, "q": "maíz y más"})
    finally:
        client.close()


@pytest.mark.parametrize("written", ["http://127.0.0.1:{port}", "127.0.0.1:{port}"])
def test_a_call_goes_by_the_proxy_of_the_environment(port: int, written: str, monkeypatch: pytest.MonkeyPatch):
    """With or without a scheme before it; the query is written as any server reads it."""
    monkeypatch.setenv("http_proxy", written.format(port=port))
    assert ask("http://shop.test/v1/").status == 200
    assert ASKED == ["http://shop.test/v1/inventory?page=1&q=ma%C3%ADz+y+m%C3%A1s"]


def test_a_host_that_needs_no_proxy_is_asked_itself(port: int, monkeypatch: pytest.MonkeyPatch):
    """As `no_proxy` says."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert ask(f"http://127.0.0.1:{port}/v1/").status == 200
    assert ASKED == ["/v1/inventory?page=1&q=ma%C3%ADz+y+m%C3%A1s"]
