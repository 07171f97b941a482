"""A loopback server that hands out ready-made pages as fast as it can; run in a process of its own.

It speaks just enough of the API for a sweep: pages of 200 with a correct `pagination`, and another `meta.timestamp` in
every answer, so that no two answers are equal byte by byte. `/use/EDITION` and `/delay/MILLISECONDS` change what
follows; `/shown` says when the first page of the present edition was asked for.
"""

import json
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import shop


class Pages:
    """The pages of one shop, and which edition is shown how late."""

    def __init__(self, folder: Path, products: int) -> None:
        self.products = products
        self.editions = {name: [path.read_bytes() for path in shop.page_files(folder, name)] for name in shop.EDITIONS}
        self.edition = shop.EDITIONS[0]
        self.delay = 0.0
        self.shown_at: float | None = None

    def body(self, page: int) -> bytes:
        """One answer."""
        pages = self.editions[self.edition]
        data = pages[page - 1] if 1 <= page <= len(pages) else b"[]"
        onward = str(page < len(pages)).lower()
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        around = (
            f',"pagination":{{"current_page":{page},"per_page":"{shop.PAGE}","total":{self.products},'
            f'"total_pages":{len(pages)},"has_next":{onward}}},'
            f'"meta":{{"empresa":"Comercial de Prueba","timestamp":"{now}","filters_applied":[]}}}}'
        )
        return b'{"success":true,"data":' + data + around.encode()

    def control(self, path: str) -> bool:
        """Whether the path was an order to this server; it is obeyed then."""
        _, word, value, *_ = (*path.split("/"), "", "", "")
        if word == "use":
            self.edition, self.shown_at = value, None
        elif word == "delay":
            self.delay = int(value) / 1000
        return word in ("use", "delay", "shown")


def _answer(pages: Pages, path: str) -> bytes:
    if pages.control(path):
        body = json.dumps({"at": pages.shown_at}).encode()
    else:
        query = dict(pair.partition("=")[::2] for pair in path.partition("?")[2].split("&"))
        if "/inventory" in path:
            pages.shown_at = pages.shown_at or time.time()
        if pages.delay:
            time.sleep(pages.delay)
        body = pages.body(int(query.get("page", "1")))
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _serve_one(connection: socket.socket, pages: Pages) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as stream:
        while line := stream.readline():
            while stream.readline() not in (b"\r\n", b""):
                pass
            connection.sendall(_answer(pages, line.split()[1].decode()))


def main(folder: str, products: str) -> None:
    """Listen on any free port, say which on standard output, and serve until standard input ends."""
    pages = Pages(Path(folder), int(products))
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), listener.shutdown(socket.SHUT_RDWR)), daemon=True).start()
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve_one, args=(connection, pages), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
