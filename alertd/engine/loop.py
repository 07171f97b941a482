"""The loop: ask which lanes are due, poll them, say so to the sender, wait. And the threads that belong to it.

What is due is a column in the database, so memory holds nothing that a restart would miss. One source that does not
answer holds up nobody: each source has its turn in a thread of a small pool.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from ..notify.worker import Sender
from ..store import budget, polls, sources
from ..store.sources import Source
from ..workers import is_gone
from .context import Context
from .cycle import due_lanes, run_cycle

log = structlog.get_logger()
LOOK_SECONDS = 0.5
SOURCES_AT_ONCE = 4
REST_AFTER_FAULT_SECONDS = 5.0


def free_lanes_of_the_dead(context: Context) -> int:
    """Let go of the lanes that a killed process of this machine was reading, so that nobody waits for their leases."""
    gone = [name for name in polls.lease_holders(context.store, now=context.now()) if is_gone(name)]
    return sum(polls.release_all(context.store, worker=name) for name in gone)


class Poller:
    """Polls what is due until it is stopped. `run` belongs in a thread of its own."""

    def __init__(self, context: Context, on_queued: Callable[[], None]) -> None:
        self._context = context
        self._on_queued = on_queued
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(SOURCES_AT_ONCE, thread_name_prefix="source")
        self._at_work: dict[int, Future[None]] = {}

    def run(self) -> None:
        """Look for due lanes twice a second, until `stop`."""
        free_lanes_of_the_dead(self._context)
        polls.close_interrupted(self._context.store, self._context.now())
        budget.forget_before(self._context.store, self._context.now())
        while not self._stopping.is_set():
            self.turn()
            self._stopping.wait(LOOK_SECONDS)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def turn(self) -> int:
        """Start every source that is due and not at work already. Returns how many were started."""
        self._at_work = {key: future for key, future in self._at_work.items() if not future.done()}
        started = 0
        for source in sources.list_sources(self._context.store):
            if source.id not in self._at_work:
                due = due_lanes(self._context, source)
                if due:
                    self._at_work[source.id] = self._pool.submit(self._poll, source, due)
                    started += 1
        return started

    def _poll(self, source: Source, due: list[str]) -> None:
        """One source's turn. The edge of the loop: a fault of ours is logged, and the next turn comes."""
        try:
            cycle = run_cycle(self._context, source, due)
        except Exception:
            log.exception("a turn failed", source=source.name)
            self._stopping.wait(REST_AFTER_FAULT_SECONDS)
            return
        if cycle.queued:
            self._on_queued()

    def stop(self) -> None:
        """Start nothing new; `run` returns when the sources at work have finished their turn."""
        self._stopping.set()


class Worker:
    """The poller and the sender, each in a thread that is started again when it dies."""

    def __init__(self, context: Context) -> None:
        self._stopping = threading.Event()
        self.sender = Sender(context.store, context.vault, url=context.settings.url, clock=context.now)
        self.poller = Poller(context, self.sender.wake)
        self._threads = [
            threading.Thread(target=self._keep, args=(name, part), name=name, daemon=True)
            for name, part in (("poller", self.poller.run), ("sender", self.sender.run))
        ]

    def _keep(self, name: str, part: Callable[[], None]) -> None:
        """Run a part until the worker is stopped; what kills it is logged, and it is started again."""
        while not self._stopping.is_set():
            try:
                part()
            except Exception:
                log.exception("a thread died and is started again", thread=name)
                self._stopping.wait(REST_AFTER_FAULT_SECONDS)

    @property
    def alive(self) -> dict[str, bool]:
        """Which of the threads are running."""
        return {thread.name: thread.is_alive() for thread in self._threads}

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End in order: no new polls, then no new messages; what is on its way is finished and written down."""
        self._stopping.set()
        self.poller.stop()
        self._threads[0].join()
        self.sender.stop()
        self._threads[1].join()
