"""Should this channel hear of this alert now? Pure: what is true, what the channel believes, what holds it back.

An alert says what is true; a belief says what one channel was last told. A message is due when the two differ, so
nothing that was held back is lost, and nothing is said twice: at the end of a quiet night or a silence it is the truth
of that moment that is told, once.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..model import SEVERITIES, State


class Why(StrEnum):
    """What a message says of an alert."""

    FIRING = "firing"
    WORSE = "worse"
    STILL = "still"  # a reminder: the rule repeats, or a snooze is over
    ORDERED = "ordered"  # in a digest only: still so, and on its way
    OVERDUE = "overdue"  # it was ordered, the day has passed, and it is not there
    RESTLESS = "restless"  # it crossed its limit too often and was folded away for a while
    RESOLVED = "resolved"
    GONE = "gone"


class Hold(StrEnum):
    """What keeps a channel from hearing of an alert."""

    NONE = "none"
    QUIET = "quiet"  # the rule's quiet time: both good and bad news wait
    MUTED = "muted"  # a silence or a snooze: bad news wait, an end is forgotten, so that a new beginning is news


@dataclass(frozen=True, slots=True)
class Belief:
    """What a channel was told: that this episode fires, how bad it is, and when."""

    episode: int
    severity: str
    at: int


@dataclass(frozen=True, slots=True)
class Truth:
    """An alert as far as telling goes. `ordered_until` and `snoozed_until` may lie in the past."""

    state: State
    severity: str
    episode: int
    fired_at: int
    reason: str | None = None
    acknowledged: bool = False
    snoozed_until: int | None = None
    ordered_until: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rule asks for: a reminder every so many seconds (None: never), and whether an end is told."""

    repeat: float | None = None
    tell_resolved: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Why to speak now (None: not now), and whether the channel's belief is to be dropped without a word."""

    why: Why | None = None
    forget: bool = False


NOTHING = Answer()
FORGET = Answer(forget=True)


def reason_to_tell(truth: Truth, belief: Belief | None, hold: Hold, terms: Terms, now: int) -> Answer:
    """Why this alert deserves a message to this channel now, if it does."""
    if truth.state is State.FIRING:
        return _while_firing(truth, belief, hold, terms, now)
    if belief is None or truth.state is State.PENDING:
        return NOTHING
    return _when_over(truth, hold, terms, now)


def _while_firing(truth: Truth, belief: Belief | None, hold: Hold, terms: Terms, now: int) -> Answer:
    if hold is not Hold.NONE or lies_ahead(truth.snoozed_until, now) or lies_ahead(truth.ordered_until, now):
        return NOTHING
    if belief is None or belief.episode != truth.episode:
        return Answer(Why.FIRING)
    if SEVERITIES.index(truth.severity) < SEVERITIES.index(belief.severity):
        return Answer(Why.WORSE)
    return Answer(_reminder(truth, belief, terms, now))


def _reminder(truth: Truth, belief: Belief, terms: Terms, now: int) -> Why | None:
    """A promise that was made before the last word and has run out since, or a repeat that is due."""
    if truth.ordered_until is not None and belief.at < truth.ordered_until:
        return Why.OVERDUE
    if truth.snoozed_until is not None and belief.at < truth.snoozed_until:
        return Why.STILL
    repeats = terms.repeat is not None and not truth.acknowledged
    return Why.STILL if repeats and now - belief.at >= (terms.repeat or 0) * 1000 else None


def _when_over(truth: Truth, hold: Hold, terms: Terms, now: int) -> Answer:
    muted = hold is Hold.MUTED or lies_ahead(truth.snoozed_until, now)
    if muted or not terms.tell_resolved or truth.reason == "withdrawn":
        return FORGET
    if hold is Hold.QUIET:
        return NOTHING
    return Answer(Why.GONE if truth.reason == "gone" else Why.RESOLVED)


def lies_ahead(until: int | None, now: int) -> bool:
    """Whether a moment was set and has not come yet."""
    return until is not None and until > now
