"""What is told when the database itself is what fails: past the outbox, straight to the channels that were known last.

Nothing can be written down then, so nothing is repeated either: each channel is tried once for each ailment. When the
database works again the same is told once more through the outbox, which proves that it does.
"""

import secrets
import threading
from dataclasses import dataclass

import structlog

from ..errors import Trouble
from ..fence import Networks
from ..notify.answers import Outcome
from ..notify.carrying import word
from ..notify.channels import Timeout, send
from ..notify.content import Content
from ..store import channels, sources
from .context import Context

log = structlog.get_logger()
REMEMBER_EVERY_MS = 60_000
PATIENCE_MS = 60_000
"""A busy database is waited for so long before anybody is told; what is full or damaged does not pass by itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """A channel as it was while the database could be read."""

    name: str
    address: str
    language: str
    fenced: Networks | None


class LastWords:
    """Keeps the channels at hand, and speaks once for each ailment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: list[Known] = []
        self._zone = "UTC"
        self._read_at = 0
        self._since: int | None = None
        self._said: str | None = None

    def remember(self) -> None:
        """All is well: know the channels as they are now."""
        now = self._context.now()
        self._since = self._said = None
        if 0 <= now - self._read_at < REMEMBER_EVERY_MS:
            return
        store, vault = self._context.store, self._context.vault
        self._zone = next((source.timezone for source in sources.list_sources(store)), "UTC")
        found = []
        for channel in channels.all_channels(store):
            try:
                address = channels.address(store, vault, channel.id)
            except Trouble:
                continue
            fenced = self._context.settings.private_networks if channels.is_fenced(store, channel.id) else None
            found.append(Known(channel.name, address or "", channel.language, fenced))
        self._known, self._read_at = found, now

    def speak(self, kind: str, reason: str) -> threading.Thread | None:
        """The database failed. Tells in a thread of its own, so that nobody waits; None where nothing is to be told."""
        now = self._context.now()
        self._since = now if self._since is None else min(self._since, now)
        waits = kind == "busy" and now - self._since < PATIENCE_MS
        if waits or self._said == kind or not self._known:
            return None
        self._said = kind
        content = Content(kind="trouble", at=now, zone=self._zone, trouble="database", facts={"detail": reason})
        thread = threading.Thread(target=self._tell, args=(content, now), name="last-words", daemon=True)
        thread.start()
        return thread

    def _tell(self, content: Content, now: int) -> None:
        url = self._context.settings.url
        for each in self._known:
            rendered = word(content, each.language, url, now=now)
            delivery = send(
                each.address, rendered, key=secrets.token_urlsafe(12), timeout=Timeout(), fenced=each.fenced
            )
            if delivery.outcome is not Outcome.DELIVERED:
                log.warning("the fault of the database could not be told", channel=each.name, reason=delivery.detail)
