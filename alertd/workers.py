"""Names of workers: who holds a lease, told so that others on this machine can see whether that process still lives.

A lease protects against two workers at once; it must not make a restart wait for what a killed process has left.
"""

import os
import secrets
import socket

# Tells this process from an earlier one with the same number: in a container every start has the same few.
_START = secrets.token_hex(4)


def worker_name() -> str:
    """A name that nobody else has: machine, process, start of the process, and a part of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{_START}.{secrets.token_hex(3)}"


def is_gone(name: str) -> bool:
    """Whether the process of that name is known to be dead. One of another machine never is."""
    host, _, rest = name.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit() or os.name != "posix":
        return False
    if int(rest) == os.getpid():
        return name.rpartition(":")[2].partition(".")[0] != _START
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
