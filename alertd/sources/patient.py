"""Calls to a system without an hourly quota: one at a time, tried again after a wait that grows, never for long.

A wait that would outlast a poll is not sat out: the poll ends and names the moment to come back, which is a row in the
database, so that no thread hangs and a stop is quick.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from ..clock import moment
from ..errors import SourceTrouble
from .http import Http, Parameters, Reply
from .setup import Setup

LONGEST_WAIT_SECONDS = 30.0
PASSING_TRIES = 3
PASSING = frozenset({"unreachable", "server", "answer"})

Judge = Callable[[Reply, str], None]
"""From a reply and the name of the host to nothing, or a SourceTrouble."""


class Patient:
    """Calls with one key. `waits` are the seconds before each further try after a refusal for being too fast."""

    def __init__(self, setup: Setup, headers: Mapping[str, str], *, judge: Judge, waits: tuple[float, ...]) -> None:
        self._setup = setup
        self._judge = judge
        self._waits = waits
        self._http = Http[None](
            setup.base_url, headers, budget=setup.budget, judge=_leave_it, transport=setup.transport
        )
        self.host = setup.base_url.partition("://")[2].partition("/")[0]

    @property
    def requests(self) -> int:
        """Calls sent so far, further tries included."""
        return self._http.requests

    def get(
        self, path: str, parameters: Parameters | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A reply that the judge let pass. Raises SourceTrouble after as many tries as its kind is worth."""
        for tried in range(len(self._waits) + 1):
            try:
                return self._once(path, parameters, headers=headers)
            except SourceTrouble as fault:
                wait = self._wait_after(fault, tried)
                if wait is None:
                    raise
            self._setup.sleep(wait)
        raise AssertionError("unreachable: the last try returns or raises")

    def post(self, path: str, document: object) -> Reply:
        """One call that carries a document, tried once: what is not known to be harmless is never repeated."""
        return self._once(path, None, post=document)

    def _once(
        self,
        path: str,
        parameters: Parameters | None,
        *,
        post: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        self._http.pay(False)
        reply = self._http.send(path, parameters, post=post, headers=headers)
        if 300 <= reply.status < 400:
            raise SourceTrouble(
                f"{self.host} answered with a redirect ({reply.status}); check the base address.", kind="request"
            )
        if reply.status == 429:
            raise SourceTrouble(
                f"{self.host} wants fewer calls (429); alertd comes back later.",
                kind="quota",
                retry_at=self._asked_to_wait(reply),
            )
        self._judge(reply, self.host)
        return reply

    def _wait_after(self, fault: SourceTrouble, tried: int) -> float | None:
        """Seconds to wait before the next try; None when there is none. Too fast for too long names a moment."""
        if fault.kind == "quota":
            asked = None if fault.retry_at is None else (fault.retry_at - self._setup.now()) / 1000
            if tried < len(self._waits) and (asked is None or asked <= LONGEST_WAIT_SECONDS):
                return self._with_jitter(self._waits[tried]) if asked is None else max(0.0, asked)
            fault.retry_at = fault.retry_at or self._setup.budget.refused()
            return None
        if fault.kind in PASSING and tried < min(PASSING_TRIES - 1, len(self._waits)):
            return self._with_jitter(2.0**tried)
        return None

    def _with_jitter(self, seconds: float) -> float:
        return self._setup.dice.uniform(0.25, 1.0) * seconds

    def _asked_to_wait(self, reply: Reply) -> int | None:
        """The moment a `Retry-After` names, in seconds or as a date; None where there is none to be read."""
        written = reply.headers.get("retry-after", reply.headers.get("Retry-After", "")).strip()
        if written.isdecimal():
            return self._setup.now() + int(written) * 1000
        try:
            found: datetime = parsedate_to_datetime(written)
        except (ValueError, TypeError):
            return None
        return moment(found) if found.tzinfo else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _leave_it(_status: int, _body: bytes, _host: str) -> None:
    """Replies are judged here, with their headers."""
