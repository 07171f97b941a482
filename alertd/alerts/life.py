"""Decide what becomes of one alert when its rule was evaluated. Pure: everything it needs is handed in, `now` too.

The words and timers are Prometheus' (`for`, `keep_firing_for`), with a recovery condition of its own. A subject that
could not be read changes nothing: an unread shelf is neither full nor empty. Who is told of a change is decided in
`alertd.alerts.telling`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from ..model import SEVERITIES, Life, State


class Verdict(StrEnum):
    """What the evaluation says of one subject."""

    HOLDS = "holds"  # `when` is true
    BETWEEN = "between"  # `when` is not true, and `recover` not yet
    CLEAR = "clear"  # `recover` is true; without one, `when` is not true
    UNKNOWN = "unknown"  # missing from the last snapshot, or its warehouse is hidden
    GONE = "gone"  # missing from two whole snapshots
    WITHDRAWN = "withdrawn"  # its rule is gone or switched off


class Event(StrEnum):
    """What is worth a message."""

    FIRING = "firing"
    WORSE = "worse"
    RESOLVED = "resolved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Terms:
    """The timers of a rule, and how often its source is looked at, in seconds (0: not known, every gap counts)."""

    wait: float = 0.0
    keep_firing: float = 0.0
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What an alert becomes (`after` None: it is forgotten, nobody ever heard of it), and what to tell."""

    after: Life | None
    event: Event | None = None
    why: str = ""


# Evaluations further apart than this many intervals had a stop between them: alertd was down, or could not read.
_A_STOP = 3


def decide(
    terms: Terms, before: Life | None, verdict: Verdict, severity: str, now: int, last_good: int | None = None
) -> Decision:
    """The next state of an alert. `severity` is what the rule says now; it counts only while `when` holds.

    `last_good` is the moment of the evaluation before this one: what lies between counts towards `for` only as far as
    somebody was looking.
    """
    if before is None or before.state is State.RESOLVED:
        return _at_rest(terms, before, verdict, severity, now)
    if verdict is Verdict.HOLDS:
        if before.state is State.FIRING:
            return _still_firing(before, severity)
        waited = before.waited + counted(terms, before.since if last_good is None else last_good, now)
        return _hold(terms, replace(before, severity=severity, waited=waited), now)
    if verdict in (Verdict.UNKNOWN, Verdict.BETWEEN):
        return Decision(before if verdict is Verdict.UNKNOWN else replace(before, clear_since=None))
    return Decision(_back_to_rest(before)) if before.state is State.PENDING else _end(terms, before, verdict, now)


def _at_rest(terms: Terms, before: Life | None, verdict: Verdict, severity: str, now: int) -> Decision:
    return _hold(terms, _new_episode(before, severity, now), now) if verdict is Verdict.HOLDS else Decision(before)


def counted(terms: Terms, last_good: int, now: int) -> int:
    """How many of the milliseconds since the last look count: none of a clock set back, one interval of a stop."""
    elapsed, interval = max(0, now - last_good), round(terms.every * 1000)
    return elapsed if not interval or elapsed <= _A_STOP * interval else interval


def _new_episode(before: Life | None, severity: str, now: int) -> Life:
    episode = before.episode + 1 if before else 1
    resolved_at = before.resolved_at if before else None
    return Life(State.PENDING, severity, since=now, episode=episode, resolved_at=resolved_at)


def _hold(terms: Terms, pending: Life, now: int) -> Decision:
    if pending.waited < terms.wait * 1000:
        return Decision(pending)
    firing = replace(pending, state=State.FIRING, fired_at=now, resolved_at=None, reason=None)
    return Decision(firing, Event.FIRING, "the condition holds")


def _still_firing(before: Life, severity: str) -> Decision:
    after = replace(before, severity=severity, clear_since=None)
    if SEVERITIES.index(severity) < SEVERITIES.index(before.severity):
        return Decision(after, Event.WORSE, f"worse: {before.severity} became {severity}")
    return Decision(after)


def _back_to_rest(pending: Life) -> Life | None:
    """A pending alert that cleared was never told: it is forgotten, or falls back to the end of its last episode."""
    if pending.resolved_at is None:
        return None
    return replace(
        pending, state=State.RESOLVED, episode=pending.episode - 1, fired_at=None, clear_since=None, waited=0
    )


def _end(terms: Terms, firing: Life, verdict: Verdict, now: int) -> Decision:
    if verdict is Verdict.CLEAR:
        # A moment in the future is from before the clock was set back; it starts anew instead of lasting an hour more.
        clear_since = now if firing.clear_since is None else min(firing.clear_since, now)
        if now - clear_since < terms.keep_firing * 1000:
            return Decision(replace(firing, clear_since=clear_since))
    why = {
        Verdict.CLEAR: "it recovered",
        Verdict.GONE: "it is no longer in the catalogue",
        Verdict.WITHDRAWN: "its rule was removed or switched off",
    }[verdict]
    event = {Verdict.CLEAR: Event.RESOLVED, Verdict.GONE: Event.GONE}.get(verdict)
    ended = replace(firing, state=State.RESOLVED, resolved_at=now, clear_since=None, reason=verdict.value)
    return Decision(ended, event, why)
