"""What stands at the other end of a channel: a web service and a mail server, both real, both on loopback."""

import contextlib
import json
import queue
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

PATIENCE = 20.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WebService:
    """Takes messages. While `gate` is shut it has heard a message and does not answer, like a service that hangs."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.status = 200
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.heard.put({"key": self.headers["X-Alertd-Message"], **body})
                service.gate.wait(PATIENCE)
                # Whoever asked may have been killed meanwhile.
                with contextlib.suppress(OSError):
                    self.send_response(service.status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"json://127.0.0.1:{self._server.server_address[1]}/hook"

    def next(self) -> dict[str, Any]:
        """The next message, waited for; a test that gets none fails here."""
        return self.heard.get(timeout=PATIENCE)

    def rest(self) -> list[dict[str, Any]]:
        """Every message that is there and was not taken yet, without waiting."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.heard.get_nowait())
        return found

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Watch:
    """Who is called while all is well, and writes down every path. One with "weiter" in it leads elsewhere."""

    def __init__(self) -> None:
        self.beats: list[str] = []
        watch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watch.beats.append(self.path)
                self.send_response(302 if "weiter" in self.path else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class PostOffice:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self._heard: queue.Queue[EmailMessage] = queue.Queue()
        port = free_port()
        self.url = f"mailto://127.0.0.1:{port}?from=avisos@tienda.test&to=duena@tienda.test"
        # aiosmtpd looks at its own start on the port it was told, so 0 will not do.
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self._heard.put(self.mails[-1])
        return "250 OK"

    def next(self) -> EmailMessage:
        """The next mail, waited for; a test that gets none fails here."""
        return self._heard.get(timeout=PATIENCE)

    def close(self) -> None:
        self._controller.stop()
