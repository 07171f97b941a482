"""A lane that is being read, kept for the worker that reads it, so that two servers never take over at once.

The lease is short, so that nobody waits long for a server that died, and is renewed while pages come in. What was read
is written only while the lease is still ours: whoever was silent for too long finds that another has gone on.
"""

from dataclasses import dataclass

from ..clock import Clock
from ..errors import SourceTrouble
from ..store import Store, polls
from ..workers import is_gone

LEASE_SECONDS = 180.0
"""Longer than one call can take with its tries, and no longer."""
_RENEW_MS = int(LEASE_SECONDS * 1000 / 3)


@dataclass(slots=True)
class Hold:
    """One lane under a lease that was taken at `renewed_at`."""

    store: Store
    source_id: int
    lane: str
    worker: str
    now: Clock
    renewed_at: int

    def at_page(self) -> None:
        """A page has come: renew when a third of the lease is over. Raises SourceTrouble when the lane was taken."""
        if abs(self.now() - self.renewed_at) >= _RENEW_MS:
            self.keep()

    def keep(self) -> None:
        """Renew now; within a write transaction, nothing can come between this and what is written."""
        now = self.now()
        until = now + int(LEASE_SECONDS * 1000)
        if not polls.renew_lane(self.store, self.source_id, self.lane, worker=self.worker, until=until):
            raise SourceTrouble(
                "This took so long that another alertd began to read it; nothing of this reading was taken over.",
                kind="stopped",
            )
        self.renewed_at = now


def take(store: Store, source_id: int, lane: str, *, worker: str, now: Clock) -> Hold | None:
    """The lane, ours until the lease runs out; None when another process is at it."""
    at = now()
    if not polls.lease_lane(store, source_id, lane, worker=worker, now=at, seconds=LEASE_SECONDS):
        return None
    return Hold(store, source_id, lane, worker, now, at)


def free_lanes_of_the_dead(store: Store, now: int) -> int:
    """Let go of the lanes that a killed process of this machine was reading, so that nobody waits for their leases."""
    gone = [name for name in polls.lease_holders(store, now=now) if is_gone(name)]
    return sum(polls.release_all(store, worker=name) for name in gone)
