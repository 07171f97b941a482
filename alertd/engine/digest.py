"""One message a day for the channels that asked for it: what is wrong, for how long, what came back, a sign of life.

It is due once for each day on the shop's clock; a day on which alertd was not running at that hour is told later on the
same day. An hour that the clock leaves out or shows twice makes no difference: the day is what counts. A day on which
the shop is closed has none; the next one says so.
"""

from collections.abc import Iterable

from msgspec.structs import replace as changed

from ..alerts import restless
from ..alerts.closed import closed_between, is_closed
from ..alerts.telling import Hold, Why, lies_ahead
from ..clock import local
from ..model import State
from ..notify.content import Alive
from ..rules.rule import Rule
from ..store import Store, alerts, channels, digests, hours, restored, snapshots, told
from ..store.channels import Channel
from ..store.sources import Source
from ..store.told import Question
from . import messages
from .calm import Desk, speaks_to
from .messages import Letter, Telling


def send_due(store: Store, source: Source, rules: Iterable[Rule], now: int) -> int:
    """Put every digest of a source that is due into the outbox; returns how many."""
    waiting = [channel for channel in channels.all_channels(store) if _is_due(store, channel, source, now)]
    if not waiting or source.snapshot_at is None or restored.is_stale(store, source.id):
        return 0
    with store.write():
        desk = Desk(store, source, {rule.name: rule for rule in rules}, now)
        desk.plan()
        for channel in waiting:
            _send(desk, channel)
    return len(waiting)


def _is_due(store: Store, channel: Channel, source: Source, now: int) -> bool:
    if channel.digest is None or is_closed(hours.of(store, source.id), source.timezone, now):
        return False
    here = local(now, source.timezone)
    came = local(channel.created_at, source.timezone)
    if f"{here:%H:%M}" < channel.digest or (came.date() == here.date() and f"{came:%H:%M}" > channel.digest):
        return False
    day, at = digests.last(store, channel.id, source.id)
    # One from the future was sent before the clock was set back: a second one for that day may come, none is lost.
    return day != here.date().isoformat() if at > now else day < here.date().isoformat()


def _send(desk: Desk, channel: Channel) -> None:
    store, source, now = desk.store, desk.source, desk.now
    tellings = [each for each in _tellings(desk, channel) if each is not None]
    spoken, silent = messages.once_each(tellings)
    firing = alerts.counts(store, [source.id])["firing"]
    alive = Alive(snapshots.product_count(store, source.id), firing, source.snapshot_at)
    content = changed(messages.digest(source, spoken, alive, now), closed=_closed_since(desk, channel))
    letter = Letter(content, spoken, silent)
    messages.post(store, channel, desk.complete(letter), missed=0, now=now)
    digests.note_day(store, channel.id, source.id, local(now, source.timezone).date().isoformat(), now)


def _closed_since(desk: Desk, channel: Channel) -> list[str]:
    """The days for which this channel got none because the shop was closed."""
    day, _ = digests.last(desk.store, channel.id, desk.source.id)
    today = local(desk.now, desk.source.timezone).date()
    return closed_between(hours.of(desk.store, desk.source.id), day, today) if day else []


def _tellings(desk: Desk, channel: Channel) -> list[Telling | None]:
    firing = told.firing(desk.store, desk.source.id, digest=True, told_before=None, everything=True)
    over = told.over(desk.store, desk.source.id, digest=True)
    return [_telling(desk, channel, each) for each in (*firing, *over) if each.channel_id == channel.id]


def _telling(desk: Desk, channel: Channel, question: Question) -> Telling | None:
    """What a digest says of an alert; None where it is silenced, snoozed or for other channels."""
    rule = desk.rules.get(question.rule)
    if rule is None or not speaks_to(rule, channel):
        return None
    truth, now = question.truth, desk.now
    muted = desk.hold(question, rule) is Hold.MUTED or lies_ahead(truth.snoozed_until, now)
    firing = truth.state is State.FIRING
    if muted:
        return None
    if firing and lies_ahead(truth.ordered_until, now):
        return Telling(question, Why.ORDERED, rule)
    if not firing and (not rule.tell_resolved or truth.reason == "withdrawn"):
        told.forget(desk.store, channel.id, question.alert_id)
        return None
    falls, band = _restless(desk, question)
    return Telling(question, _why(question), rule, falls=falls, band=band)


def _why(question: Question) -> Why:
    truth, belief = question.truth, question.belief
    if truth.state is not State.FIRING:
        return Why.GONE if truth.reason == "gone" else Why.RESOLVED
    if belief is None or belief.episode != truth.episode:
        return Why.FIRING
    late = truth.ordered_until is not None and belief.at < truth.ordered_until
    return Why.OVERDUE if late else Why.STILL


def _restless(desk: Desk, question: Question) -> tuple[int, float | None]:
    if question.truth.episode <= restless.MOST_CROSSINGS:
        return 0, None
    found = alerts.crossings(desk.store, question.alert_id, desk.now - restless.DAY)
    if not restless.is_restless(found, desk.now):
        return 0, None
    return restless.falls(found, desk.now), restless.suggested_recovery(found)
