"""Who may ask: the API keys of the company and the four ways of being refused.

A key that was accepted once stays accepted for an hour after it is revoked, because the real server caches the lookup.
"""

from datetime import datetime, timedelta
from threading import Lock

DEFAULT_KEY = "sandbox-key-0001"

_CACHED_FOR = timedelta(seconds=3600)


class Refused(Exception):
    """The call carries no key that works; the text is the one the real server answers with."""


class Keys:
    """The keys that work now, and those that worked a moment ago."""

    def __init__(self, keys: set[str]) -> None:
        self._lock = Lock()
        self._valid = {key.lower() for key in keys}
        self._accepted: dict[str, datetime] = {}

    def add(self, key: str) -> None:
        """Let this key in from now on."""
        with self._lock:
            self._valid.add(key.lower())

    def revoke(self, key: str, *, at_once: bool = False) -> None:
        """Withdraw a key. Where it is cached it goes on working for the rest of the hour, unless `at_once`."""
        with self._lock:
            self._valid.discard(key.lower())
            if at_once:
                self._accepted = {text: seen for text, seen in self._accepted.items() if text.lower() != key.lower()}

    def check(self, header: str | None, now: datetime) -> str:
        """The key in an `Authorization` header, as it was sent; raises `Refused`."""
        if header is None or not (header == "Bearer" or header.startswith("Bearer ")):
            raise Refused("API key requerido en header Authorization Bearer")
        key = header[len("Bearer ") :].strip()
        if not key:
            raise Refused("API key no puede estar vacío")
        if key.count(".") >= 2:
            raise Refused("Formato de API key inválido")
        with self._lock:
            seen = self._accepted.get(key)
            if seen is not None and now - seen < _CACHED_FOR:
                return key
            # The database compares keys without letter case; the cache, and the quota, go by the text as sent.
            if key.lower() not in self._valid:
                raise Refused("API key inválido o empresa inactiva")
            self._accepted[key] = now
            return key
