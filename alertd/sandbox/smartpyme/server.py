"""A shop behind a real port: the HTTP server, and the thread in which the shop lives."""

import errno
import logging
import socket
import threading
from types import TracebackType
from typing import Any, Self

from waitress.server import create_server
from waitress.wasyncore import close_all

from alertd.sandbox.smartpyme.app import ROOT, create_app
from alertd.sandbox.smartpyme.life import Life
from alertd.sandbox.smartpyme.shop import Shop

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.5


class PortTaken(OSError):
    """Somebody else listens on that port."""


class RunningServer:
    """A server that listens from the moment it exists until it is closed. A context manager."""

    def __init__(self, shop: Shop, host: str, port: int, life: Life | None) -> None:
        self.shop = shop
        self._life = life
        self._stop = threading.Event()
        self._server = _listen(create_app(shop), host, port)
        self.host, self.port = host, int(self._server.effective_port)
        self._threads = [threading.Thread(target=self._server.run, name="sandbox-http", daemon=True)]
        if life is not None:
            self._threads.append(threading.Thread(target=self._live, name="sandbox-life", daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The base address of the API, with the slash that ends it."""
        return self.origin + ROOT

    def _live(self) -> None:
        assert self._life is not None  # noqa: S101 - the thread is only started with a life to lead
        while not self._stop.wait(_TICK_SECONDS):
            try:
                self._life.tick(self.shop.clock())
            except Exception:
                # One event that fails, say over a product just removed from outside, is not the end of the shop.
                _log.exception("an event of the living shop failed")

    def close(self) -> None:
        """Stop listening and end the threads. Closing twice is fine."""
        if self._stop.is_set():
            return
        self._stop.set()
        # The sockets belong to the loop's thread, so the loop itself is asked to close them; with none left it ends.
        self._server.trigger.pull_trigger(lambda: close_all(self._server._map))
        for thread in self._threads:
            thread.join(timeout=5)
        self._server.task_dispatcher.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listen(app: Any, host: str, port: int) -> Any:
    """A server on a socket of our own: waitress leaves its own open when the port turns out to be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as failed:
        listener.close()
        if failed.errno == errno.EADDRINUSE:
            raise PortTaken(failed.errno, f"port {port} is taken") from failed
        raise
    return create_server(app, sockets=[listener], threads=8, ident=None, clear_untrusted_proxy_headers=True)


def serve(shop: Shop, host: str = "127.0.0.1", port: int = 0, *, life: Life | None = None) -> RunningServer:
    """Put a shop behind a port; 0 takes a free one. With a `life` the shop also lives, in the clock of the shop."""
    return RunningServer(shop, host, port, life)
