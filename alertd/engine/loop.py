"""The loop: ask which lanes are due, poll them, say so to the sender, wait. And the threads that belong to it.

What is due is a column in the database, so memory holds nothing that a restart would miss. One source that does not
answer holds up nobody: each source has its turn in a thread of its own, a few at once.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from ..errors import SourceTrouble
from ..notify.worker import Sender
from ..store import budget, polls, sources, upkeep
from ..store.db import kind_of, what_to_do
from ..store.sources import Source
from .context import Context
from .cycle import due_lanes, run_cycle
from .holding import free_lanes_of_the_dead
from .hooks import evaluate_due
from .lastwords import LastWords
from .pruning import Caretaker
from .tending import Tender

log = structlog.get_logger()
LOOK_SECONDS = 0.5
SOURCES_AT_ONCE = 4
REST_AFTER_FAULT_SECONDS = 5.0
STOP_SECONDS = 4.0
DAMAGED = "damaged"


class Ailment:
    """What ails the database: told once in the log, to the supervisor and to people, and again when it is over.

    A damaged file is not written to any more: whoever goes on makes it worse, and only a backup helps.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._last_words = LastWords(context)
        self._told: str | None = None
        self.word: str | None = None

    def note(self, fault: sqlite3.Error) -> None:
        """A statement failed."""
        self.word = DAMAGED if self.word == DAMAGED else kind_of(fault)
        sentence = what_to_do(self._context.settings.database, fault)
        if sentence != self._told:
            log.error("the database failed", kind=self.word, reason=sentence)
        self._told = sentence
        self._last_words.speak(self.word, sentence)

    def over(self) -> None:
        """A turn went well again."""
        self._last_words.remember()
        if self.word is None or self.word == DAMAGED:
            return
        log.info("the database works again")
        upkeep.note_failure(self._context.store, "database", self._told or "", self._context.now())
        self.word = None
        self._told = None


class Poller:
    """Polls what is due until it is stopped. `run` belongs in a thread of its own."""

    def __init__(self, context: Context, on_queued: Callable[[], None]) -> None:
        self._context = replace(context, progress=self._between_pages, sleep=self._nap)
        self._tell = context.progress
        self._on_queued = on_queued
        self._tender = Tender(context)
        self._stopping = threading.Event()
        self._at_work: dict[int, threading.Thread] = {}
        self.ailment = Ailment(context)

    def run(self) -> None:
        """Look for due lanes twice a second, until `stop`."""
        free_lanes_of_the_dead(self._context.store, self._context.now())
        polls.close_interrupted(self._context.store, self._context.now())
        budget.forget_before(self._context.store, self._context.now())
        while not self._stopping.is_set():
            self.turn()
            if evaluate_due(self._context) + self._tender.turn():
                self._on_queued()
            self._stopping.wait(REST_AFTER_FAULT_SECONDS if self.ailment.word else LOOK_SECONDS)
        self._wait_for_turns()

    def turn(self) -> int:
        """Start every source that is due and not at work already. Returns how many were started."""
        self._at_work = {key: thread for key, thread in self._at_work.items() if thread.is_alive()}
        started = 0
        if self.ailment.word == DAMAGED:
            return started
        for source in sources.list_sources(self._context.store):
            if source.id in self._at_work or len(self._at_work) >= SOURCES_AT_ONCE:
                continue
            due = due_lanes(self._context, source)
            if due:
                self._start(source, due)
                started += 1
        return started

    def _start(self, source: Source, due: list[str]) -> None:
        # A daemon, so that a system which does not answer cannot keep the process from ending.
        thread = threading.Thread(target=self._poll, args=(source, due), name=f"source-{source.name}", daemon=True)
        self._at_work[source.id] = thread
        thread.start()

    def _poll(self, source: Source, due: list[str]) -> None:
        """One source's turn. The edge of the loop: a fault of ours is logged, and the next turn comes."""
        try:
            cycle = run_cycle(self._context, source, due)
            self.ailment.over()
        except sqlite3.Error as fault:
            self.ailment.note(fault)
            self._stopping.wait(REST_AFTER_FAULT_SECONDS)
            return
        except Exception:
            log.exception("a turn failed", source=source.name)
            self._stopping.wait(REST_AFTER_FAULT_SECONDS)
            return
        if cycle.queued:
            self._on_queued()

    def _between_pages(self, source: str, lane: str, page: int, pages: int | None) -> None:
        """Tell how far it came. And the place where a reading can be given up: nothing of it was taken over yet."""
        self._tell(source, lane, page, pages)
        if self._stopping.is_set():
            raise SourceTrouble(
                "alertd was stopped during this poll; it is read again at the next start.",
                kind="stopped",
                retry_at=self._context.now(),
            )

    def _nap(self, seconds: float) -> None:
        """Wait for a system that asked for patience; a stop ends the wait, and the reading with it."""
        if self._stopping.wait(seconds):
            self._between_pages("", "", 0, None)

    def _wait_for_turns(self) -> None:
        """Until each source has finished its page. One that hangs is cut off: what it read was not taken over."""
        give_up_at = time.monotonic() + STOP_SECONDS
        for thread in self._at_work.values():
            thread.join(max(0.0, give_up_at - time.monotonic()))
            if thread.is_alive():
                log.warning("cut off in the middle of a poll; nothing of it was taken over", thread=thread.name)

    def stop(self) -> None:
        """Start nothing new; `run` returns when the sources at work have finished their page, or hang."""
        self._stopping.set()


class Worker:
    """The poller and the sender, each in a thread that is started again when it dies."""

    def __init__(self, context: Context) -> None:
        self._stopping = threading.Event()
        self.sender = Sender(
            context.store,
            context.vault,
            url=context.settings.url,
            clock=context.now,
            private=context.settings.private_networks,
        )
        self.poller = Poller(context, self.sender.wake)
        self.caretaker = Caretaker(context)
        parts = (("poller", self.poller.run), ("sender", self.sender.run), ("caretaker", self.caretaker.run))
        self._threads = [
            threading.Thread(target=self._keep, args=(name, part), name=name, daemon=True) for name, part in parts
        ]

    def _keep(self, name: str, part: Callable[[], None]) -> None:
        """Run a part until the worker is stopped; what kills it is logged, and it is started again."""
        while not self._stopping.is_set():
            try:
                part()
            except sqlite3.Error as fault:
                self.poller.ailment.note(fault)
                self._stopping.wait(REST_AFTER_FAULT_SECONDS)
            except Exception:
                log.exception("a thread died and is started again", thread=name)
                self._stopping.wait(REST_AFTER_FAULT_SECONDS)

    @property
    def alive(self) -> dict[str, bool]:
        """Which of the threads are running."""
        return {thread.name: thread.is_alive() for thread in self._threads}

    @property
    def ailment(self) -> str | None:
        """What ails the database, in a word; None when it is well."""
        return self.poller.ailment.word

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End in order: no new polls, then no new messages; what is on its way is finished and written down."""
        self._stopping.set()
        self.caretaker.stop()
        self.poller.stop()
        self._threads[0].join()
        self.sender.stop()
        for thread in self._threads[1:]:
            thread.join()
