"""What falls due while nothing is polled: held messages whose time has come, reminders, digests, own troubles."""

from ..rules.state import state_sql
from ..store import pages_trend, search, sources
from ..store.pages import State
from . import digest, selfcare, weekly
from .calm import tell
from .context import Context
from .watching import judge_sources

TELL_EVERY_MS = 5_000
CARE_EVERY_MS = 60_000
DAY_MS = 86_400_000
_STATE = state_sql()


class Tender:
    """Looks every few seconds; belongs to one thread. A clock that is set back makes it look at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._told_at = 0
        self._cared_at = 0

    def turn(self) -> int:
        """Do what is due; returns how many messages were put into the outbox."""
        now = self._context.now()
        queued = 0
        if not 0 <= now - self._told_at < TELL_EVERY_MS:
            self._told_at = now
            queued += tell_due(self._context)
        if not 0 <= now - self._cared_at < CARE_EVERY_MS:
            self._cared_at = now
            queued += judge_sources(self._context)
            queued += selfcare.tend(self._context)
            pages_trend.note(self._context.store, State(_STATE, today=now // DAY_MS, fresh_since=None), now)
        search.bring_up(self._context.store)
        return queued


def tell_due(context: Context) -> int:
    """Everything about stock that is due by the clock alone; returns how many messages were put into the outbox."""
    store, now = context.store, context.now()
    rules = context.rules.book(now).rules
    queued = 0
    for source in sources.list_sources(store):
        if source.snapshot_at is not None:
            queued += tell(store, source, rules, now=now)
            queued += digest.send_due(store, source, rules, now)
            queued += weekly.send_due(store, source, now)
    return queued
