"""Who holds a lease: a process that lives keeps it, one that is dead must not make anybody wait."""

import os
import socket
import subprocess
import sys

from alertd.workers import is_gone, worker_name


def test_a_worker_of_this_process_lives():
    """And no two have the same name."""
    assert not is_gone(worker_name())
    assert worker_name() != worker_name()


def test_a_worker_whose_process_has_ended_is_gone():
    """Told by asking the system."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert is_gone(f"{socket.gethostname()}:{ended.pid}:abc.def")


def test_an_earlier_process_with_our_own_number_is_gone():
    """In a container every start has the same number."""
    assert is_gone(f"{socket.gethostname()}:{os.getpid()}:earlier.one")


def test_nobody_judges_another_machine_or_a_name_that_says_nothing():
    """Their leases run out by themselves."""
    for name in (f"elsewhere:{2**22 + 1}:abc", f"{socket.gethostname()}:x:abc", "", "one word"):
        assert not is_gone(name)
