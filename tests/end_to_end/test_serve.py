"""`alertd serve` and `alertd worker` as a machine runs them: started, looked at, told to end."""

import contextlib
import json
import os
import signal
import socket
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from alertd.cli.main import run
from alertd.engine.service import Service

from .conftest import COFFEE, RICE, WAREHOUSE, add_shop

PASSWORD = "una clave larga"


class Visitor:
    """Somebody with a browser that keeps its cookies."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        return self._open(urllib.request.Request(self._address + path))

    def post(self, path: str, **form: str) -> tuple[int, str]:
        page = self.get(path)[1]
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        data = urlencode({"csrf_token": token, **form}).encode()
        return self._open(urllib.request.Request(self._address + path, data))

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()


def address_of(service) -> str:
    return service.until(r"the page is at (http://\S+)")[1]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def low_shop(alertd: Callable, shop, upstream, web_service) -> None:
    """A connected shop where the coffee is low, and a channel; nothing was read yet."""
    add_shop(alertd, upstream, "--every", "1s")
    alertd("channel", "add", "gancho", web_service.url)
    shop.set_level(COFFEE, WAREHOUSE, stock=3)


def test_a_service_shows_its_page_polls_sends_and_ends(house, shop, low_shop, web_service):
    """Everything that the default deployment promises, with nobody typing a command."""
    service = house.start("serve")
    address = address_of(service)
    link = service.until(r"open this link once.* (http://\S+/setup/\S+)")[1]
    visitor = Visitor(address)
    status, health = visitor.get("/healthz")
    assert (status, json.loads(health)["ok"]) == (200, True)
    assert link.startswith(address + "/setup/")
    assert visitor.get(link.removeprefix(address))[0] == 200

    assert "Café molido Ñandú" in web_service.next()["message"]
    shop.set_level(RICE, WAREHOUSE, stock=0)
    assert "Arroz precocido" in web_service.next()["message"]
    assert service.stop() == 0
    assert web_service.rest() == []
    assert "Traceback" not in "\n".join(service.said)


@pytest.mark.parametrize("command", [("serve",), ("serve", "--no-worker"), ("worker",)], ids=" ".join)
def test_a_service_that_is_stopped_while_it_starts_ends_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path, command):
    """The signal comes before anything was said; a supervisor that is in a hurry finds no failure."""
    monkeypatch.setenv("ALERTD_HOME", str(tmp_path / "home"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORT", str(probe.getsockname()[1]))
    started: list[str] = []

    def start(_service: Service) -> None:
        started.append("started")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Service, "start", start)
    monkeypatch.setattr(Service, "stop", lambda _service: started.append("stopped"))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert run(command) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert started == ["started", "stopped"]


def test_the_set_up_link_makes_an_administrator_once(house):
    """The first visitor chooses name and password; the link is then spent."""
    service = house.start("serve", "--no-worker")
    address = address_of(service)
    path = service.until(r"open this link once.* (http://\S+)")[1].removeprefix(address)
    visitor = Visitor(address)
    assert visitor.post(path, name="ana", password=PASSWORD, again=PASSWORD)[0] == 200
    assert visitor.get("/")[0] == 200
    assert Visitor(address).get(path)[0] in (404, 410)
    assert service.stop(signal.SIGINT) == 0


def test_an_unattended_deployment_brings_its_administrator(house):
    """With ALERTD_ADMIN_PASSWORD nobody has to read a log for a link."""
    service = house.start("serve", "--no-worker", ALERTD_ADMIN_PASSWORD=PASSWORD)
    visitor = Visitor(address_of(service))
    assert visitor.post("/login", name="admin", password="falsch und lang")[0] == 401
    assert visitor.post("/login", name="admin", password=PASSWORD)[0] == 200
    assert service.stop() == 0
    assert not [line for line in service.said if "/setup/" in line or PASSWORD in line]


def test_a_short_administrator_password_is_refused_by_the_name_of_its_variable(house):
    """Before anything listens."""
    done = house.run("serve", ALERTD_ADMIN_PASSWORD="corta")
    assert (done.status, done.out) == (2, "")
    assert "ALERTD_ADMIN_PASSWORD" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_taken_port_is_one_line(house, taken_port):
    """And the exit status says that it failed."""
    done = house.run("serve", PORT=str(taken_port))
    assert (done.status, done.out) == (1, "")
    assert done.err == f"alertd: Port {taken_port} is taken; set PORT to another.\n"


def test_a_sandbox_on_a_taken_port_is_one_line_too(house, taken_port):
    """Its port is an option, so the advice is another."""
    done = house.run("sandbox", "smartpyme", "--port", str(taken_port), "--products", "1")
    assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert "--port" in done.err


def test_page_and_worker_may_be_two_processes(house, low_shop, web_service):
    """The page alone polls nothing; a worker beside it does the work, and the page shows it."""
    page = house.start("serve", "--no-worker", ALERTD_ADMIN_PASSWORD=PASSWORD)
    visitor = Visitor(address_of(page))
    worker = house.start("worker")
    web_service.next()
    assert worker.stop() == 0
    assert visitor.post("/login", name="admin", password=PASSWORD)[0] == 200
    assert "Café molido Ñandú" in visitor.get("/alerts")[1]
    assert page.stop() == 0


def test_two_workers_on_one_home_send_nothing_twice(house, alertd, shop, low_shop, web_service):
    """Somebody forgot that a worker runs already."""
    both = [house.start("worker"), house.start("worker")]
    first = web_service.next()
    shop.set_level(RICE, WAREHOUSE, stock=1)
    second = web_service.next()
    assert [each.stop() for each in both] == [0, 0]
    assert first["key"] != second["key"]
    assert web_service.rest() == []
    assert alertd("deliver", "--json").json == {"sent": 0, "failed": 0, "waiting": 0, "dead": 0}


def test_a_stopping_service_finishes_the_message_that_is_on_its_way(house, low_shop, alertd, web_service):
    """What was handed over is written down as sent, so that it does not come twice."""
    web_service.gate.clear()
    worker = house.start("worker")
    web_service.next()
    worker.child.send_signal(signal.SIGTERM)
    worker.until("stopping")
    web_service.gate.set()
    assert worker.child.wait(timeout=20) == 0
    assert alertd("deliver", "--json").json["sent"] == 0
    assert web_service.rest() == []


def test_the_sandbox_tells_its_address_and_a_key_that_works(house):
    """Whoever wants to try an integration copies one line."""
    sandbox = house.start(
        "sandbox", "smartpyme", "--port", "0", "--products", "5", "--history-days", "0", "--pace", "0"
    )
    found = sandbox.until(r"ready (http://\S+) key (\S+)")
    request = urllib.request.Request(found[1] + "inventory", headers={"Authorization": f"Bearer {found[2]}"})
    with contextlib.closing(urllib.request.urlopen(request, timeout=20)) as answer:
        assert json.loads(answer.read())["pagination"]["total"] == 5
    assert sandbox.stop() == 0


def test_the_demonstration_shows_an_alert_and_its_message(house):
    """The whole product with one word: address, sign-in, an alert as a channel receives it; Ctrl-C ends it cleanly."""
    demo = house.start("demo", "--products", "60")
    address = demo.until(r"Open\s+(http://\S+)")[1]
    password = demo.until(r"Sign in\s+admin / (\S+)")[1]
    demo.until("message received")
    demo.until("🟠|🔴")
    visitor = Visitor(address)
    assert visitor.post("/login", name="admin", password=password)[0] == 200
    assert "LAP-DELL-015" in visitor.get("/products?q=LAP-DELL-015")[1]
    assert demo.stop(signal.SIGINT) == 0
    assert not house.home.exists()
    assert "Traceback" not in "\n".join(demo.said)
