"""Hear what Apprise writes while it sends, and keep it from every log: its lines hold whole addresses.

Apprise answers yes or no; why not, how long a service asked to be left alone, and what came with a success is only in
what passes here.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

import msgspec
import requests

from .answers import ASKED, REFUSED, Heard


class _Ear(logging.Handler):
    """Keeps what Apprise writes while this thread listens, and lets nothing through to other logs."""

    def __init__(self) -> None:
        super().__init__()
        self.here = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        heard: Heard | None = getattr(self.here, "heard", None)
        if heard is not None:
            heard.append((record.levelno, record.getMessage()[:2000]))


_ear = _Ear()


_LONGEST_WAIT = 3_600.0
_send_request = requests.Session.send


def _overhear(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    """Every answer passes here, because Apprise keeps neither `Retry-After` nor what came with a success."""
    answer = _send_request(session, request, **options)
    heard: Heard | None = getattr(_ear.here, "heard", None)
    if heard is not None:
        wait = _retry_after(answer.headers.get("Retry-After"))
        if wait is not None:
            heard.append((logging.DEBUG, f"{ASKED}{wait}"))
        if answer.ok and _says_no(answer.content[:65_536]):
            heard.append((logging.DEBUG, REFUSED))
    return answer


requests.Session.send = _overhear  # type: ignore[assignment, method-assign]


def _retry_after(text: str | None) -> float | None:
    """Seconds of a `Retry-After`, which is a number or a date; at most an hour."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 1.0), _LONGEST_WAIT) if isfinite(seconds) else None


def _says_no(body: bytes) -> bool:
    """Whether a JSON answer says `ok: false`, `success: false` or gives an `error`, as many services do with a 200."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    if not isinstance(said, dict) or said.get("ok") is True or said.get("success") is True:
        return False
    error = said.get("error")
    return said.get("ok") is False or said.get("success") is False or (isinstance(error, str | dict) and bool(error))


def _close_the_logs() -> None:
    """Both libraries write whole addresses at DEBUG. Done anew each time: whoever sets up logging may undo it."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.disabled = False
    if logger.level != logging.DEBUG:
        logger.setLevel(logging.DEBUG)
    if _ear not in logger.handlers:
        logger.addHandler(_ear)
    urllib3 = logging.getLogger("urllib3")
    if urllib3.level < logging.INFO:
        urllib3.setLevel(logging.INFO)


@contextmanager
def listening() -> Iterator[Heard]:
    _close_the_logs()
    heard: Heard = []
    _ear.here.heard = heard
    try:
        yield heard
    finally:
        _ear.here.heard = None
