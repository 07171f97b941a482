"""The command line inside this process, on a shop that stands on loopback; retries without their pauses."""

import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stamina

from alertd.sandbox.smartpyme import DEFAULT_KEY, RunningServer, Shop, serve

WAREHOUSE = "Bodega Principal"


@pytest.fixture(autouse=True)
def one_try() -> Iterator[None]:
    """Whether a call is tried again is told elsewhere; here nobody waits for it."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def shop() -> Shop:
    """One product that is low and one that is not."""
    made = Shop.empty(dialect="deployed")
    for identity, units in ((1, 2), (2, 10)):
        made.add_product(id=identity, nombre=f"Producto {identity}", codigo=f"P-{identity}", inventarios=[row(units)])
    return made


def row(units: float) -> dict[str, object]:
    return {"nombre_bodega": WAREHOUSE, "stock": units, "stock_minimo": 4}


@pytest.fixture
def upstream(shop: Shop) -> Iterator[RunningServer]:
    with serve(shop) as server:
        yield server


@pytest.fixture
def furnished(alertd: Callable[..., Any], home: Path, model_home: Path) -> Callable[..., Any]:
    """The command line on a home with a source and a channel, neither of which answers."""
    shutil.copytree(model_home, home)
    return alertd


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory, command_line: Callable[..., Any]) -> Path:
    """Made once and copied, because most mistakes need no shop."""
    home = tmp_path_factory.mktemp("model") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALERTD_HOME", str(home))
        patch.chdir(home.parent)
        command_line("source", "add", "smartpyme", "tienda", "--base-url", "http://127.0.0.1:9/", "--api-key", "k")
        command_line("channel", "add", "gancho", "json://127.0.0.1:9/")
    return home


@pytest.fixture
def connected(alertd: Callable[..., Any], upstream: RunningServer) -> Callable[..., Any]:
    """The command line on a home where the shop was read once: one alert fires, one message waits."""
    for arguments in (
        ("source", "add", "smartpyme", "tienda", "--base-url", upstream.url, "--api-key", DEFAULT_KEY),
        ("channel", "add", "gancho", "json://127.0.0.1:9/"),
        ("poll", "tienda", "--lane", "sweep"),
    ):
        assert alertd(*arguments).status == 0
    return alertd


class PlainServer:
    """Answers every question with the same status and body, whatever they are worth."""

    def __init__(self) -> None:
        self.answer = (200, b"")
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = server.answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if 300 <= status < 400:
                    self.send_header("Location", "/login")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api/external/v1/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def plain_server() -> Iterator[PlainServer]:
    made = PlainServer()
    yield made
    made.close()
