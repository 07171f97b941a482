"""Turn what an evaluation found into messages in the outbox: one a rule, source, cycle and channel.

Runs inside the transaction of the evaluation. Words are found later, when the message is sent.
"""

from collections.abc import Iterable

from ..alerts.life import Event
from ..notify.content import Content, Item, encode, severity_rank
from ..rules.rule import Rule
from ..store import Store, channels, outbox
from ..store.channels import Channel
from ..store.sources import Source
from .evaluate import Outcome, Told


def queue_messages(
    store: Store, source: Source, rules: Iterable[Rule], outcome: Outcome, *, first: bool, now: int
) -> int:
    """Put what is to be told into the outbox; returns the number of messages."""
    by_name = {rule.name: rule for rule in rules}
    everybody = channels.all_channels(store)
    queued = 0
    for name, told in outcome.told.items():
        content = _content(by_name[name], source, told, first=first, now=now)
        for channel in _channels_of(by_name[name], everybody):
            outbox.enqueue(
                store,
                channel_id=channel.id,
                channel=channel.name,
                content=encode(content),
                rule=name,
                source=source.name,
                severity=content.worst(),
                now=now,
                alert_ids=[each.alert_id for each in told],
            )
            queued += 1
    return queued


def _channels_of(rule: Rule, everybody: list[Channel]) -> list[Channel]:
    return [channel for channel in everybody if rule.notify is None or channel.name in rule.notify]


def _content(rule: Rule, source: Source, told: list[Told], *, first: bool, now: int) -> Content:
    return Content(
        kind="alerts",
        at=now,
        zone=source.timezone,
        rule=rule.name,
        title=rule.title,
        source=source.name,
        company=source.company,
        items=[_item(each) for each in sorted(told, key=_worst_first)],
        first=first,
    )


def _worst_first(told: Told) -> tuple[bool, int, str]:
    ended = told.event in (Event.RESOLVED, Event.GONE)
    return ended, severity_rank(told.severity), told.subject.nombre or ""


def _item(told: Told) -> Item:
    return Item(
        event=told.event.value,
        severity=told.severity,
        subject=told.subject,
        values=told.values,
        since=told.since,
        alert_id=told.alert_id,
    )
