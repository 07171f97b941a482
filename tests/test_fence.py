"""The fence: what a form may not reach, however it is written, and also when the name changes its mind."""

import http.client
import ipaddress
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
import requests

from alertd import fence


@pytest.fixture
def neighbour() -> Iterator[int]:
    """Something that answers on this machine."""
    heard = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = threading.Thread(target=heard.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield heard.server_port
    heard.shutdown()
    heard.server_close()
    thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "239.1.1.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "192.0.2.1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_inside(address: str) -> None:
    """This machine, its network, its cloud's secrets, and all of them in a coat of IPv6."""
    assert not fence.may_reach(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_outside(address: str) -> None:
    """The public network."""
    assert fence.may_reach(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("text", "address", "may"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "192.168.1.1", False),
        ("10.0.0.0/8, 192.168.1.7", "192.168.1.7", True),
        ("fd00::/8", "fd00::5", True),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("1", "127.0.0.1", True),
        ("0", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_networks_that_are_allowed(text: str, address: str, may: bool) -> None:
    """By an operator who has a relay in his own network."""
    allowed = fence.read_networks(text)
    assert allowed is not None
    assert fence.may_reach(ipaddress.ip_address(address), allowed) is may


@pytest.mark.parametrize("text", ["maybe", "10.0.0.0/40", "10.0.0.0/8;", "erp.example"])
def test_what_is_no_network(text: str) -> None:
    """The settings say so at start."""
    assert fence.read_networks(text) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"])
def test_no_spelling_of_this_machine_gets_through(neighbour: int, host: str) -> None:
    """Whatever a library makes of it, the connection is not made."""
    with fence.up() as watch:
        with pytest.raises((requests.RequestException, UnicodeError)):
            requests.get(f"http://{host}:{neighbour}/", timeout=2)
        with pytest.raises((httpx.HTTPError, httpx.InvalidURL)):
            httpx.get(f"http://{host}:{neighbour}/", timeout=2)
    assert watch.refused


def test_libraries_that_speak_otherwise_do_not_get_through_either(neighbour: int, tmp_path: Path) -> None:
    """Mail, plain sockets, datagrams, sockets of this machine, programs."""
    with fence.up() as watch:
        with pytest.raises(OSError, match="own network"):
            smtplib.SMTP("127.0.0.1", neighbour, timeout=2)
        with pytest.raises(OSError, match="own network"):
            http.client.HTTPConnection("127.0.0.1", neighbour).request("GET", "/")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(OSError, match="own network"):
            datagrams.sendto(b"x", ("127.0.0.1", neighbour))
        with socket.socket() as plain, pytest.raises(OSError, match="own network"):
            plain.connect(("localhost", neighbour))
        with socket.socket(socket.AF_UNIX) as local, pytest.raises(OSError, match="own network"):
            local.connect(str(tmp_path / "docker.sock"))
        with pytest.raises(OSError, match="own network"):
            subprocess.run([sys.executable, "--version"], check=False)
    assert watch.refused


def test_a_name_that_leads_elsewhere_a_moment_later(neighbour: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was public when the form looked, and is this machine when the connection is made."""
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def look_up(_host: object, port: object, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert not fence.leads_inside("rebinding.example")
    with fence.up() as watch, pytest.raises(requests.ConnectionError):
        requests.get(f"http://rebinding.example:{neighbour}/", timeout=2)
    assert watch.refused


def test_it_stands_in_one_thread_and_for_its_time_only(neighbour: int) -> None:
    """An operator's own relay is reached by the thread beside it, and by this one afterwards."""
    reached: list[int] = []

    def ask() -> None:
        reached.append(requests.get(f"http://127.0.0.1:{neighbour}/", timeout=2).status_code)

    with fence.up():
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    ask()
    assert reached == [501, 501]


def test_allowed_networks_are_reached(neighbour: int) -> None:
    """With the fence up around all others."""
    with fence.up(fence.read_networks("127.0.0.0/8") or ()) as watch:
        assert requests.get(f"http://127.0.0.1:{neighbour}/", timeout=2).status_code == 501
    assert not watch.refused
