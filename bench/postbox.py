"""A mail server on loopback that takes everything; run in a process of its own."""

import socket
import sys
import threading


def _serve_one(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as stream:
        connection.sendall(b"220 postbox\r\n")
        while line := stream.readline():
            word = line[:4].upper()
            if word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while stream.readline() not in (b".\r\n", b""):
                    pass
            connection.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 OK\r\n")
            if word == b"QUIT":
                return


def main() -> None:
    """Listen on any free port, say which on standard output, and serve until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), listener.shutdown(socket.SHUT_RDWR)), daemon=True).start()
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve_one, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
