"""Put any stand-in behind a real port, and let time pass in it. What it answers is its own business."""

import errno
import logging
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from waitress.server import create_server
from waitress.wasyncore import close_all

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.5
_THREADS = 8


class PortTaken(OSError):
    """Somebody else listens on that port."""


class Serving:
    """An application that answers from the moment this exists until it is closed. A context manager."""

    def __init__(
        self, app: Any, root: str, host: str = "127.0.0.1", port: int = 0, tick: Callable[[], object] | None = None
    ) -> None:
        self._tick = tick
        self._stop = threading.Event()
        listener = _listener(host, port)
        self._server = create_server(
            app, sockets=[listener], threads=_THREADS, ident=None, clear_untrusted_proxy_headers=True
        )
        self.host, self.port = host, int(self._server.effective_port)
        self.origin = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.url = self.origin + root
        self._threads = [threading.Thread(target=self._server.run, name="sandbox-http", daemon=True)]
        if tick is not None:
            self._threads.append(threading.Thread(target=self._live, name="sandbox-life", daemon=True))
        for thread in self._threads:
            thread.start()

    def _live(self) -> None:
        assert self._tick is not None  # noqa: S101 - the thread is only started with something to do
        while not self._stop.wait(_TICK_SECONDS):
            try:
                self._tick()
            except Exception:
                # One event that fails, say over a product just removed from outside, is not the end of the stand-in.
                _log.exception("an event of the sandbox failed")

    def close(self) -> None:
        """Stop listening and end the threads. Closing twice is fine."""
        if self._stop.is_set():
            return
        self._stop.set()
        # Answers first: one that ends after the sockets are gone would find nothing to write to.
        self._server.task_dispatcher.shutdown()
        self._server.trigger.pull_trigger(lambda: close_all(self._server._map))
        for thread in self._threads:
            thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listener(host: str, port: int) -> socket.socket:
    """A socket of our own: waitress leaves its own open when the port turns out to be taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as failed:
        listener.close()
        if failed.errno == errno.EADDRINUSE:
            raise PortTaken(failed.errno, f"port {port} is taken") from failed
        raise
    return listener
