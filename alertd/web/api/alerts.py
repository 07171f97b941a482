"""Alerts by the API: read them, and say that somebody knows, is not to be told for a while, or has ordered."""

from collections.abc import Callable
from typing import Annotated

from flask import g
from msgspec import UNSET, Meta, Struct, UnsetType

from ...alerts.silence import facts_of, is_silenced
from ...store import alerts as stored
from ...store import listing, silences
from ...store.db import Row
from ..room import room
from . import paging, shapes
from .door import note, operation
from .names import Duration, When, moment, name_of_source, span
from .paging import Paged
from .problems import Refused

DAY = 86_400_000
By = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]*$")]
ABOUT = {"fingerprint": "The alert's own name, as the list gives it."}


class AlertQuery(Paged):
    """Which alerts."""

    state: shapes.State | UnsetType = UNSET
    severity: shapes.Severity | UnsetType = UNSET
    rule: str = ""
    source: str = ""


class Acknowledgement(Struct, forbid_unknown_fields=True):
    """Somebody knows; `by` is the token's name where it is left out."""

    by: By | None = None
    note: Annotated[str, Meta(max_length=500)] | None = None


class Snooze(Struct, forbid_unknown_fields=True, rename={"seconds_of": "for"}):
    """Say nothing for a while, such as 2d."""

    seconds_of: Duration
    by: By | None = None


class Order(Struct, forbid_unknown_fields=True):
    """When the order is expected: the whole of that day on the shop's clock, or an exact moment."""

    until: When
    by: By | None = None


@operation("GET", "/alerts", "Alerts, the newest first", query=AlertQuery, answer=shapes.Alerts, refusals=(404,))
def list_alerts(query: AlertQuery) -> shapes.Alerts:
    """A page of alerts."""
    store = room().store
    key = paging.read(query.cursor, int)
    if query.source:
        name_of_source(query.source)
    rows = listing.alerts(
        store,
        state=query.state or None,
        severity=query.severity or None,
        rule=query.rule,
        source=query.source,
        before=key[0] if key else None,
        limit=query.limit + 1,
    )
    page, following = paging.cut(rows, query.limit, "id")
    held = _silenced(page)
    return shapes.Alerts([shapes.alert(row, row["id"] in held) for row in page], following)


@operation("GET", "/alerts/<fingerprint>", "One alert", answer=shapes.Alert, refusals=(404,), about=ABOUT)
def get_alert(fingerprint: str) -> shapes.Alert:
    """One alert."""
    return _shape(_known(fingerprint))


def _known(fingerprint: str) -> Row:
    found = listing.alert(room().store, fingerprint)
    if found is None:
        raise Refused(404, f"There is no alert with the fingerprint '{fingerprint}'.")
    return found


def _shape(row: Row) -> shapes.Alert:
    return shapes.alert(row, bool(_silenced([row])))


def _silenced(found: list[Row]) -> set[int]:
    """The ids of those whose messages are held: by a silence, or by a snooze of their own."""
    now = g.reader.now
    holding = silences.active(room().store, now)
    labels = {rule.name: rule.labels for rule in room().rules().rules} if holding else {}
    return {
        row["id"]
        for row in found
        if (row["snoozed_until"] or 0) > now or (holding and is_silenced(holding, _facts(row, labels), now))
    }


def _facts(row: Row, labels: dict[str, dict[str, str]]) -> dict[str, object]:
    return facts_of(row["rule"], row["source"], row["severity"], row["subject"], labels.get(row["rule"], {}))


@operation(
    "POST", "/alerts/<fingerprint>/ack", "Somebody knows: no reminders until it is over",
    body=Acknowledgement, answer=shapes.Alert, scope="write", refusals=(404, 409), about=ABOUT,
)  # fmt: skip
def acknowledge_alert(fingerprint: str, body: Acknowledgement) -> shapes.Alert:
    """Acknowledge."""

    def mark(row: Row, by: str) -> None:
        _open(row)
        stored.acknowledge(room().store, [row["id"]], by=by, note=body.note, now=g.reader.now)

    return _change(fingerprint, "alerts.ack", body.by, mark)


@operation(
    "POST", "/alerts/<fingerprint>/snooze", "Say nothing about it for a while, then remind once",
    body=Snooze, answer=shapes.Alert, scope="write", refusals=(404,), about=ABOUT,
)  # fmt: skip
def snooze_alert(fingerprint: str, body: Snooze) -> shapes.Alert:
    """Snooze."""
    until = g.reader.now + span(body.seconds_of)
    return _change(
        fingerprint,
        "alerts.snooze",
        body.by,
        lambda row, by: stored.snooze(room().store, [row["id"]], until=until, by=by),
    )


@operation(
    "POST", "/alerts/<fingerprint>/ordered", "It was ordered: quiet until the day it is expected",
    body=Order, answer=shapes.Alert, scope="write", refusals=(404, 409), about=ABOUT,
)  # fmt: skip
def order_alert(fingerprint: str, body: Order) -> shapes.Alert:
    """Note an order."""

    def mark(row: Row, by: str) -> None:
        _open(row)
        until = moment(body.until, row["timezone"]) + (DAY if len(body.until) == 10 else 0)
        if until <= g.reader.now:
            raise Refused(409, f"'{body.until}' has passed already; give the day on which the order is expected.")
        stored.order(room().store, [row["id"]], until=until, by=by, now=g.reader.now)

    return _change(fingerprint, "alerts.ordered", body.by, mark)


@operation(
    "POST", "/alerts/<fingerprint>/wake", "Take back acknowledgement, snooze and order",
    answer=shapes.Alert, scope="write", refusals=(404,), about=ABOUT,
)  # fmt: skip
def wake_alert(fingerprint: str) -> shapes.Alert:
    """Take it all back."""
    return _change(
        fingerprint, "alerts.wake", None, lambda row, _by: stored.wake(room().store, [row["id"]], g.reader.now)
    )


def _change(fingerprint: str, what: str, by: str | None, mark: Callable[[Row, str], object]) -> shapes.Alert:
    """Change an alert and write down whose token did; both or neither."""
    with room().store.write():
        row = _known(fingerprint)
        mark(row, by or g.token.who)
        note(what, row["subject"].get("nombre") or row["source"], rule=row["rule"], **({"by": by} if by else {}))
        return _shape(_known(fingerprint))


def _open(row: Row) -> None:
    if row["state"] == "resolved":
        raise Refused(
            409, f"The alert {row['fingerprint']} is over already; there is nothing to say about it any more."
        )
