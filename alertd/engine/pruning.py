"""The daily upkeep of a service that is left alone: a verified copy of the database, then dropping what is old.

It has a thread of its own, because both may take minutes in a large shop, and rests between slices. Of several
processes on one home one does it. That a copy failed is told by `selfcare`, like every trouble of alertd's own.
"""

import sqlite3
import threading
import time

import structlog

from ..clock import utc
from ..errors import Trouble
from ..store import backup, retention, sources, upkeep
from ..store.db import what_to_do
from .context import Context

log = structlog.get_logger()
LOOK_SECONDS = 60.0
REST_SECONDS = 0.05


class Caretaker:
    """Looks once a minute whether something is due. `run` belongs in a thread of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until `stop`. The first look comes a minute after the start, when everything else stands."""
        self._sign()
        while not self._stopping.wait(LOOK_SECONDS):
            self._sign()
            self.turn()

    def _sign(self) -> None:
        """So that others can tell that a worker runs on this home."""
        upkeep.note_alive(self._context.store, self._context.worker, self._context.now())

    def stop(self) -> None:
        """End after the present slice."""
        self._stopping.set()

    def turn(self) -> None:
        """Do what is due."""
        store, settings, now = self._context.store, self._context.settings, self._context.now()
        if settings.backups and sources.list_sources(store) and upkeep.claim(store, "backup", now):
            self._back_up(now)
        if settings.keep_days and upkeep.claim(store, "prune", now):
            self._prune(settings.keep_days, now)

    def _back_up(self, now: int) -> None:
        settings, begun = self._context.settings, time.monotonic()
        try:
            copy = backup.back_up_today(settings.database, f"{utc(now):%Y%m%d-%H%M%S}", settings.backups)
        except (Trouble, sqlite3.Error) as fault:
            reason = what_to_do(settings.database, fault) if isinstance(fault, sqlite3.Error) else str(fault)
            log.error("the daily backup failed", reason=reason)
            upkeep.note_failure(self._context.store, "backup", reason, now)
            return
        upkeep.note_done(self._context.store, "backup", now)
        seconds = round(time.monotonic() - begun, 3)
        log.info("backup made and verified", file=copy.path.name, bytes=copy.bytes, seconds=seconds)

    def _prune(self, keep_days: float, now: int) -> None:
        store, pruned = self._context.store, retention.Pruned()
        for _ in retention.prune(store, pruned, keep_days=keep_days, now=now):
            if self._stopping.wait(REST_SECONDS):
                return
        upkeep.note_done(store, "prune", now)
        if pruned.rows:
            log.info(
                "old rows dropped", rows=pruned.rows, slices=pruned.slices, longest_ms=pruned.longest_slice_ms,
                **pruned.removed,
            )  # fmt: skip
