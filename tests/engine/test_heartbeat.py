"""The address that is called while all is well: it leads where it was meant to, and holds nobody up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from alertd import fence
from alertd.engine import heartbeat
from alertd.errors import UsageTrouble
from tests.end_to_end.receivers import Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Who writes down that alertd lives."""
    made = Watch()
    yield made
    made.close()


def test_an_operator_may_have_it_call_the_machine_beside(watch: Watch) -> None:
    """A relay of their own."""
    assert heartbeat.beat(f"{watch.url}/ping?x=1")
    assert watch.beats == ["/ping?x=1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"])
def test_what_a_form_said_is_never_called_inside(watch: Watch, host: str) -> None:
    """However it is written."""
    assert not heartbeat.beat(f"http://{host}:{watch.port}/", private=())
    assert watch.beats == []


def test_a_name_that_leads_inside_since_it_was_set(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was public when the form asked; whoever owns the name has let it lead to this machine since."""
    answers = ["93.184.216.34", "93.184.216.34", "127.0.0.1"]

    def look_up(_host: object, port: object, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    address = heartbeat.check(f"http://rebinding.example:{watch.port}/", private=())
    assert not heartbeat.beat(address, private=())
    assert (watch.beats, answers) == ([], [])


def test_a_network_that_was_allowed_is_called(watch: Watch) -> None:
    """By ALERTD_ALLOW_PRIVATE_HOSTS."""
    private = fence.read_networks("127.0.0.0/8")
    assert heartbeat.beat(f"{watch.url}/", private=private)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:169.254.169.254]", "0xa9fea9fe", "[fd00:ec2::254]", "100.100.100.200"]
)
def test_a_machine_is_never_asked_for_its_credentials(host: str) -> None:
    """Whoever wants it: neither kept, nor called where a name leads there later."""
    with pytest.raises(UsageTrouble, match="credentials"):
        heartbeat.check(f"http://{host}/latest/meta-data/")
    assert not heartbeat.beat(f"http://{host}/latest/meta-data/", wait=0.2)
    assert not heartbeat.beat(f"http://{host}/latest/meta-data/", private=fence.EVERYWHERE, wait=0.2)


def test_it_follows_nobody(watch: Watch) -> None:
    """A redirect is a refusal; so is silence."""
    assert not heartbeat.beat(f"{watch.url}/weiter")
    assert watch.beats == ["/weiter"]
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert not heartbeat.beat(f"http://127.0.0.1:{port}/gone")


def test_no_proxy_of_the_environment_is_told(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would call in our place."""
    with closing(socket.create_server(("127.0.0.1", 0))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        assert heartbeat.beat(f"{watch.url}/")


def test_one_that_answers_without_end_holds_nobody_up() -> None:
    """Byte after byte, each in good time: the wait is for all of it."""
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                while not stop.wait(0.02):
                    connection.sendall(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert not heartbeat.beat(f"http://127.0.0.1:{server.getsockname()[1]}/", wait=0.2)
        finally:
            stop.set()
            dripping.join()


@pytest.mark.parametrize("url", ["http://[x", "http://x:99999/", "http://x:eins/", "ftp://x.example/", "x", ""])
def test_what_is_no_address_is_refused_in_one_sentence(url: str) -> None:
    """Also what Python itself stumbles over."""
    with pytest.raises(UsageTrouble, match="whole one"):
        heartbeat.check(url)
    assert not heartbeat.beat(url, wait=0.2)
