"""What one sending thread does: word the messages of one channel and hand them over, one after another.

It knows no database. Each answer is reported as it comes, so that it can be written down at once; what it did not get
to, because the service failed or time was up, is reported as not tried.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog
from jinja2 import TemplateError

from ..errors import Trouble
from ..fence import Networks
from ..store.outbox import Claimed
from . import chart, weekly
from .answers import Delivery, Outcome
from .channels import Extras, Line, Timeout, shapes_for
from .content import Content
from .render import SHAPES, Rendered, plain, render
from .speech import Speech
from .table import table_of

TURN_SECONDS = 1.0
"""A thread goes on with further messages of its channel for so long; then others have their turn."""

_FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, OSError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with its address: nothing more is needed from the database. `link` leads to the page for acting."""

    message: Claimed
    address: str
    content: Content
    language: str
    link: str | None = None
    fenced: Networks | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message, and the words it was sent in."""

    delivery: Delivery
    title: str = ""
    text: str = ""


Report = Callable[[Parcel, Answer | None], None]


def carry(
    parcels: Sequence[Parcel],
    report: Report,
    *,
    url: str,
    now: int,
    timeout: Timeout | None,
    stopping: threading.Event,
) -> None:
    """Hand over the messages of one channel in order. One that fails for now ends the turn: the next would fail too."""
    line = Line(parcels[0].address, timeout, parcels[0].fenced)
    begun, going = time.monotonic(), True
    for place, parcel in enumerate(parcels):
        if place and (stopping.is_set() or time.monotonic() - begun > TURN_SECONDS):
            going = False
        if not going:
            report(parcel, None)
            continue
        with about(parcel.message):
            answer = _carry_one(line, parcel, url, now)
        report(parcel, answer)
        going = answer.delivery.outcome in (Outcome.DELIVERED, Outcome.PERMANENT)


def _carry_one(line: Line, parcel: Parcel, url: str, now: int) -> Answer:
    """One message. The edge of the sending: a fault of ours is logged, and the message steps aside for the others."""
    try:
        message = parcel.message
        shapes = shapes_for(parcel.address)
        rendered = word(parcel.content, parcel.language, url, now=now, link=parcel.link, shapes=shapes)
        extras = extras_of(parcel) if "html" in shapes else None
        delivery = line.send(rendered, key=message.key, reached=message.reached, extras=extras)
    except Exception:
        log.exception("Sending a message failed inside alertd.")
        # How far it came is not known, so it may have arrived.
        return Answer(Delivery(Outcome.AMBIGUOUS, "A fault inside alertd; its log has the details."))
    return Answer(delivery, rendered.title, rendered.text)


def word(
    content: Content,
    language: str,
    url: str,
    *,
    now: int | None = None,
    link: str | None = None,
    shapes: Sequence[str] = SHAPES,
) -> Rendered:
    """The message in words; in plain facts when the templates fail: a bad template must not silence an alert."""
    try:
        if content.kind == "weekly":
            return weekly.render(content, language, url)
        return render(content, language, url, now=now, link=link, shapes=shapes)
    except (TemplateError, Trouble, *_FAULTS):
        log.exception("A message template failed; the message goes out in plain text.")
        return plain(content, url)


def extras_of(parcel: Parcel) -> Extras:
    """The lists and the picture that go along with a mail; a fault in any is no reason to tell nobody."""
    content, language = parcel.content, parcel.language
    try:
        name, table = table_of(content, language)
    except _FAULTS:
        log.exception("A list could not be written; the message goes without it.")
        name, table = "", b""
    try:
        lists = tuple(weekly.files(content, language)) if content.kind == "weekly" else ()
    except _FAULTS:
        log.exception("The lists of a summary could not be written; it goes without them.")
        lists = ()
    try:
        picture = chart.draw(content.chart, Speech(language, content.zone, content.goods)) if content.chart else b""
    except _FAULTS:
        log.exception("A chart could not be drawn; the message goes without it.")
        picture = b""
    return Extras(parcel.message.thread, name, table, picture, lists)


def about(message: Claimed) -> AbstractContextManager[object]:
    """Whatever is logged meanwhile tells which message it is about; `message` is the id that the receiver sees."""
    return structlog.contextvars.bound_contextvars(message=message.key, message_id=message.id, channel=message.channel)
