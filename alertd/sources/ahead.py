"""Fetch the next pages of a walk while this one is being read: one from a near server, several from one far away.

Pages come out in their order, a fault when its page's turn comes. Every call is paid for before it leaves, by the
caller's own thread, which also judges every reply: the threads here do nothing but wait for the network.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

from ..errors import SourceTrouble
from .http import TRIES, Http, Reply, may_pass

# A server that answers within this is near, or idle waiting is not what it costs: one call at a time is as fast there.
FAR_SECONDS = 0.015
AT_ONCE = 4

Answer = TypeVar("Answer")


class Ahead(Generic[Answer]):
    """The pages of one address. At most AT_ONCE of them are on their way or waiting to be taken."""

    def __init__(self, http: Http[Answer], path: str, query: Mapping[str, str | int], *, dated: bool = False) -> None:
        self._http = http
        self._path = path
        self._query = query
        self._dated = dated
        self._threads: list[threading.Thread] = []
        self._asked: SimpleQueue[tuple[int, Future[Reply]] | None] = SimpleQueue()
        self._waiting: dict[int, Future[Reply]] = {}
        self._refused: tuple[int, SourceTrouble] | None = None
        self._recent: deque[float] = deque(maxlen=AT_ONCE)

    def page(self, number: int) -> Answer:
        """The answer for a page. Raises SourceTrouble, also when the budget refused this page earlier."""
        if self._refused and self._refused[0] == number:
            raise self._refused[1]
        future = self._waiting.pop(number, None)
        if future is None:
            return self._fetch_now(number, TRIES)
        try:
            return self._http.judged(future.result(), self._dated)
        except SourceTrouble as fault:
            if not may_pass(fault):
                raise
        return self._fetch_now(number, TRIES - 1)

    def look_ahead(self, after: int, last: int) -> None:
        """Send for the pages that follow `after`, up to `last`, as far as the server's distance makes it worth while.

        Nothing more is sent for while a fault waits for its turn.
        """
        if self._refused or any(_failed(future) for future in self._waiting.values()):
            return
        for number in range(after + 1, min(after + (AT_ONCE if self.far else 1), last) + 1):
            if number not in self._waiting and not self._send(number):
                return

    @property
    def far(self) -> bool:
        """Whether none of the last few calls was answered quickly."""
        return bool(self._recent) and min(self._recent) > FAR_SECONDS

    def _send(self, number: int) -> bool:
        try:
            self._http.pay(self._dated)
        except SourceTrouble as refusal:
            self._refused = (number, refusal)
            return False
        future = self._waiting[number] = Future()
        self._asked.put((number, future))
        if len(self._threads) < len(self._waiting):
            # A daemon, unlike a thread of a pool: a server that hangs must not keep the process from ending.
            thread = threading.Thread(target=self._work, name=f"fetch-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return True

    def _work(self) -> None:
        """One connection's worth of waiting, until the walk is over."""
        while asked := self._asked.get():
            self._call(*asked)

    def _call(self, number: int, future: Future[Reply]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        started = time.monotonic()
        try:
            reply = self._http.send(self._path, {**self._query, "page": number})
        except BaseException as fault:  # handed to whoever asks for the page, as a pool would
            future.set_exception(fault)
            return
        self._recent.append(time.monotonic() - started)
        future.set_result(reply)

    def _fetch_now(self, number: int, tries: int) -> Answer:
        started = time.monotonic()
        answer = self._http.get(self._path, {**self._query, "page": number}, dated=self._dated, tries=tries)
        self._recent.append(time.monotonic() - started)
        return answer

    def close(self) -> None:
        """Forget what was not taken, and wait until no thread is at work any more."""
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()
        for _ in self._threads:
            self._asked.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _failed(future: Future[Reply]) -> bool:
    return future.done() and (future.exception() is not None or future.result().status >= 300)
