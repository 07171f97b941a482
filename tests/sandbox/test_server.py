"""The stand-in behind a real port."""

import io
import threading

import httpx
import pytest

from alertd.sandbox.run import run_smartpyme
from alertd.sandbox.smartpyme import DEFAULT_KEY, PortTaken, Shop, serve

HEADERS = {"Authorization": f"Bearer {DEFAULT_KEY}", "Accept": "application/json"}


def test_it_answers_until_it_is_closed() -> None:
    """The address works at once, and no longer after closing; closing twice is fine."""
    with serve(Shop.seeded(products=3, history_days=0)) as server, httpx.Client(headers=HEADERS) as client:
        assert server.url.endswith("/api/external/v1/")
        answer = client.get(server.url + "inventory")
        assert answer.json()["pagination"]["total"] == 3
        assert "content-encoding" not in answer.headers
    server.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url + "inventory")


def test_broken_transport() -> None:
    """A reset and a truncated body break the connection itself, and the next call is well again."""
    shop = Shop.seeded(products=3, history_days=0)
    with serve(shop) as server, httpx.Client(headers=HEADERS, base_url=server.url) as client:
        shop.faults.add("reset", times=1)
        with pytest.raises(httpx.ReadError):
            client.get("inventory")
        shop.faults.add("truncated", times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("inventory")
        assert client.get("inventory").status_code == 200


def test_a_taken_port_is_told_apart() -> None:
    """The caller words it for people."""
    with serve(Shop.empty()) as server, pytest.raises(PortTaken):
        serve(Shop.empty(), port=server.port)


def test_running_says_where_it_listens_first_of_all() -> None:
    """The first line is the address and a key that works."""
    out, stop = io.StringIO(), threading.Event()
    stop.set()
    run_smartpyme(port=0, products=5, history_days=0, pace=60, stop=stop, out=out)
    first = out.getvalue().splitlines()[0].split()
    assert (first[0], first[-1]) == ("ready", DEFAULT_KEY)
    assert first[1].startswith("http://127.0.0.1:")
