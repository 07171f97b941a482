"""What a person does about alerts, many at once: seen, not now, ordered, or take all of that back."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from .. import clock
from ..errors import UsageTrouble
from ..sheets import SheetFault, number
from ..store import alerts, pages_alerts
from .guard import safe_next
from .record import changes_nothing, record
from .room import room

pages = Blueprint("acting", __name__)
ACTIONS = ("ack", "snooze", "ordered", "wake")
SNOOZES = (1, 3, 7, 14, 30)
LONGEST_DAYS = 366
MOST = 500
_DAY = 86_400_000
_MOST_UNITS = 1e9


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: until when, and how many units were ordered."""

    action: str
    until: int = 0
    quantity: float | None = None


@pages.post("/alerts/act")
@changes_nothing
def act() -> Response:
    """Do one thing to every alert that was ticked; back to where the person was, with a sentence about it."""
    back = redirect(safe_next(request.form.get("next") or url_for("alerts.index")), 303)
    names = list(dict.fromkeys(request.form.getlist("alert")))[:MOST]
    found = pages_alerts.by_fingerprints(room().store, names)
    if not found:
        flash(g.reader.t("acting.none_ticked"), "bad")
        return back
    try:
        wish = _wish(request.form, found[0].timezone)
    except UsageTrouble as trouble:
        flash(str(trouble), "bad")
        return back
    with room().store.write():
        count = _do(wish, [alert.id for alert in found])
        if count:
            record(f"alerts.{wish.action}", found[0].title if len(found) == 1 else "", **_facts(wish, found, count))
    if count:
        flash(_said(wish, count, found[0].timezone), "good")
    else:
        flash(g.reader.t("acting.all_over"), "bad")
    return back


def tomorrow(zone: str) -> str:
    """The day after today on the shop's calendar: what an order is first expected on."""
    return clock.local(g.reader.now + _DAY, zone).date().isoformat()


def _do(wish: Wish, ids: list[int]) -> int:
    store, who, now = room().store, g.user.name, g.reader.now
    if wish.action == "ack":
        return alerts.acknowledge(store, ids, by=who, note=None, now=now)
    if wish.action == "snooze":
        return alerts.snooze(store, ids, until=wish.until, by=who)
    if wish.action == "ordered":
        return alerts.order(store, ids, until=wish.until, by=who, now=now, quantity=wish.quantity)
    return alerts.wake(store, ids, now)


def _wish(form: MultiDict[str, str], zone: str) -> Wish:
    """What the form asks for. Raises UsageTrouble, in the reader's words, for what cannot be."""
    action = form.get("action", "")
    if action not in ACTIONS:
        raise UsageTrouble(g.reader.t("acting.nothing_chosen"))
    if action == "snooze":
        days = form.get("days", "")
        if not (days.isascii() and days.isdigit() and 1 <= int(days[:4]) <= LONGEST_DAYS):
            raise UsageTrouble(g.reader.t("acting.bad_days"))
        return Wish(action, g.reader.now + int(days) * _DAY)
    if action == "ordered":
        return Wish(action, _expected(form.get("expected", ""), zone), _quantity(form.get("quantity", "")))
    return Wish(action)


def _expected(text: str, zone: str) -> int:
    """The end of the day on which it is to come: an order is late only when that day is over."""
    try:
        begins = clock.parse_moment(text[:10], zone)
    except UsageTrouble:
        begins = 0
    until = begins + _DAY
    if not g.reader.now < until <= g.reader.now + LONGEST_DAYS * _DAY:
        raise UsageTrouble(g.reader.t("acting.bad_expected"))
    return until


def _quantity(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        found = number(text[:30], "," if g.reader.language == "pt" else ".")
    except SheetFault:
        found = 0.0
    if not 0 < found <= _MOST_UNITS:
        raise UsageTrouble(g.reader.t("acting.bad_quantity"))
    return found


def _facts(wish: Wish, found: list[pages_alerts.AlertRow], count: int) -> dict[str, object]:
    facts: dict[str, object] = {"alerts": count}
    if wish.until:
        facts["until"] = g.reader.moment(wish.until - 1, found[0].timezone)
    if wish.quantity is not None:
        facts["units"] = wish.quantity
    return facts


def _said(wish: Wish, count: int, zone: str) -> str:
    done: str = g.reader.count(f"acting.done_{wish.action}#", count)
    return done.replace("%day", g.reader.day(wish.until - 1, zone)) if wish.until else done
