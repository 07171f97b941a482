"""Serve the page from this process with waitress, in a thread of its own, and end it in order."""

import errno
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from waitress import wasyncore
from waitress.server import create_server

from ..errors import Trouble, UsageTrouble
from .guard import LARGEST_FILE

# Pages are short; more threads would only share the same two cores and open more connections to the database.
THREADS = 6
# A little above what the page accepts, so that an ordinary body too large gets the page's own answer.
LARGEST_BODY = LARGEST_FILE + 1024 * 1024
# How often the chore is done, beside the pages.
CHORE_SECONDS = 1.0
STOP_SECONDS = 10
FLUSH_SECONDS = 2

Wsgi = Callable[..., Iterable[bytes]]
log = structlog.get_logger()


class _Chore:
    """Something small to be done now and then by the threads that answer pages; one of it at a time."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._do = do
        self._waits = False
        self._failing = False
        self._due = 0.0

    def is_due(self, moment: float) -> bool:
        """Whether it is time again, and the last one is over."""
        return not self._waits and moment >= self._due

    def begin(self, moment: float) -> None:
        """It is handed to the threads; not again before this one is over."""
        self._waits, self._due = True, moment + CHORE_SECONDS

    def service(self) -> None:
        """Do it. What fails is told once and tried again: the page answers without it, only slower."""
        try:
            self._do()
            self._failing = False
        except Exception:
            if not self._failing:
                log.exception("the page's chore failed")
            self._failing = True
        finally:
            self._waits = False

    def cancel(self) -> None:
        """The server ends."""


class Server:
    """A web server that is bound when it is made, answers after `start`, and finishes what it began at `stop`."""

    def __init__(self, app: Wsgi, host: str, port: int, chore: Callable[[], object] | None = None) -> None:
        """Bind. Raises Trouble when the port is taken or may not be used, or the host is not of this machine.

        `chore` is done every second or so by one of the threads that answer.
        """
        self._chore = _Chore(chore) if chore else None
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._sockets: dict[int, Any] = {}
        self._server: Any = create_server(
            app,
            map=self._sockets,
            sockets=[self._socket],
            threads=THREADS,
            ident=None,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=False,
        )
        self._host = host
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def url(self) -> str:
        """Where the page is, for somebody on this machine; with the real port when any free one was asked for."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def alive(self) -> bool:
        """Does the thread that accepts connections run?"""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to answer. What is in memory by now stays there: the collector need not look at it again and again."""
        gc.collect()
        gc.freeze()
        self._thread.start()

    def stop(self) -> None:
        """Let running requests finish, then close; the other order would pull the sockets from under them."""
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=STOP_SECONDS)
        self._ending.set()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(STOP_SECONDS)
        wasyncore.close_all(self._sockets, ignore_all=True)
        self._socket.close()

    def _run(self) -> None:
        """Turn the loop until the end is asked for, then until the last answer has left."""
        while not self._ending.is_set():
            self._turn(1.0)
            moment = time.monotonic()
            if self._chore and self._chore.is_due(moment):
                self._chore.begin(moment)
                self._server.task_dispatcher.add_task(self._chore)
        give_up_at = time.monotonic() + FLUSH_SECONDS
        while self._unsent() and time.monotonic() < give_up_at:
            self._turn(0.1)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._sockets, use_poll=True, count=1)

    def _unsent(self) -> bool:
        return any(getattr(channel, "total_outbufs_len", 0) for channel in list(self._sockets.values()))


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise _not_ours(host) from None
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()
    except OSError as fault:
        bound.close()
        if fault.errno == errno.EADDRNOTAVAIL:
            raise _not_ours(host) from None
        raise Trouble(_why(fault, host, port)) from None
    return bound


def _not_ours(host: str) -> UsageTrouble:
    return UsageTrouble(f"HOST is '{host}', which is not an address of this machine; try 127.0.0.1.")


def _why(fault: OSError, host: str, port: int) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} is taken; set PORT to another."
    if fault.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by this user; set PORT to one above 1023."
    return f"Cannot listen on {host}:{port} ({fault.strerror or fault}); set HOST and PORT to another address."
