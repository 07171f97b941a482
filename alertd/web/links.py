"""The page behind the link in a message: see its alerts and say that they are seen, ordered, or may wait.

No password is asked for: the address itself is the key, and it opens nothing else. Reading changes nothing, because
mail scanners follow every link; only a tap on a button does. No session takes part, so a forged form gains nothing: its
forger would have to know the address.
"""

from flask import Blueprint, Response, current_app, g, make_response, render_template, request

from ..clock import local
from ..notify.links import Signer
from ..notify.render import ACTIONS
from ..notify.speech import Speech
from ..sources.registry import goods_of
from ..store import alerts, links
from ..store.links import LinkedAlert, LinkedMessage
from ..vault import Vault
from .guard import client_address, public
from .reader import Reader
from .room import room

pages = Blueprint("links", __name__)
DAY = 86_400_000
DAYS = {"snooze": (1, 3, 7), "ordered": (1, 3, 7, 14)}
LONGEST_DAYS = 60


@pages.get("/a/<token>")
@public
def see(token: str) -> Response:
    """What the message spoke of, as it stands now, and the buttons."""
    found = _open(token)
    if isinstance(found, Response):
        return found
    return _page(found, token)


@pages.post("/a/<token>")
@public
def act(token: str) -> Response:
    """Do one thing, once."""
    found = _open(token)
    if isinstance(found, Response):
        return found
    action = request.form.get("action") or request.args.get("do") or "ack"
    if action not in ACTIONS:
        return _page(found, token, status=400)
    return _page(found, token, said=_do(found, action))


def _open(token: str) -> LinkedMessage | Response:
    """The message that a link belongs to, or the answer for one that is of no use."""
    store, now, who = room().store, g.reader.now, client_address()
    if links.too_many_misses(store, who, now):
        return _refuse("busy", 429)
    known = _signer().read(token)
    message = None if known is None else links.message(store, known.message_id)
    if known is None or message is None:
        links.note_miss(store, who, now)
        return _refuse("forged", 404)
    g.reader = Reader(message.language, now)
    if message.revoked:
        return _refuse("revoked", 410)
    return _refuse("expired", 410) if now >= known.expires_at else message


def _do(message: LinkedMessage, action: str) -> str:
    """Spend the action; what it did, in words."""
    store, now = room().store, g.reader.now
    speech = _speech(message.timezone)
    with store.write():
        found = [each.id for each in links.alerts(store, message.id) if each.state != "resolved"]
        if not found and links.used_at(store, message.id, action) is None:
            return _say("nothing_open")
        if not links.use(store, message.id, action, alerts=len(found), now=now):
            return _say("done_before", day=speech.moment(links.used_at(store, message.id, action) or now))
        until = _until(action, message.timezone, now)
        _mark(action, found, by=_who(message), until=until, now=now)
    return _say(f"done_{action}", day=speech.moment(until))


def _mark(action: str, found: list[int], *, by: str, until: int, now: int) -> None:
    store = room().store
    if action == "ack":
        alerts.acknowledge(store, found, by=by, note=None, now=now)
    elif action == "snooze":
        alerts.snooze(store, found, until=until, by=by)
    else:
        alerts.order(store, found, until=until, by=by, now=now)


def _until(action: str, zone: str, now: int) -> int:
    """The moment chosen. An order is late only when its day is over on the shop's clock."""
    text = request.form.get("days", "")
    days = int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= LONGEST_DAYS else 1
    if action == "snooze":
        return now + days * DAY
    here = local(now, zone)
    rest_of_day = DAY - ((here.hour * 60 + here.minute) * 60 + here.second) * 1000
    return now + rest_of_day + days * DAY


def _who(message: LinkedMessage) -> str:
    return g.user.name if g.user is not None else message.channel


def _page(message: LinkedMessage, token: str, *, said: str = "", status: int = 200) -> Response:
    store = room().store
    found = links.alerts(store, message.id)
    wanted = request.args.get("do", "")
    order = [wanted, *(name for name in ACTIONS if name != wanted)] if wanted in ACTIONS else list(ACTIONS)
    still_open = any(each.state != "resolved" for each in found)
    return _answer(
        "link.html",
        status,
        say=_say,
        shown=[(each, _fact(each)) for each in found[:30]],
        more=max(0, len(found) - 30),
        actions=order if still_open and not said else [],
        days=DAYS,
        address=f"/a/{token}",
        said=said or ("" if still_open else _say("nothing_open")),
        about=_about(message, len(found)),
    )


def _about(message: LinkedMessage, count: int) -> str:
    """How many of what the message spoke of."""
    speech = Speech(message.language, message.timezone, goods_of(message.kind))
    said = speech.words["link"]["alerts_one" if count == 1 else "alerts_many"]
    return str(said).format(n=speech.number(count))


def _fact(alert: LinkedAlert) -> str:
    speech = _speech("UTC")
    parts = [] if alert.stock is None else [speech.say("stock", n=speech.number(alert.stock))]
    return ", ".join([*parts, _say(alert.state)])


def _refuse(why: str, status: int) -> Response:
    return _answer("link_gone.html", status, say=_say, why=why)


def _answer(template: str, status: int, **facts: object) -> Response:
    answer = make_response(render_template(template, **facts), status)
    # The address is the key: it must not travel on to wherever the reader goes next.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _speech(zone: str) -> Speech:
    return Speech(g.reader.language, zone)


def _say(key: str, **values: object) -> str:
    return str(_speech("UTC").words["link"][key]).format(**values)


def _signer() -> Signer:
    """Made once: deriving its key takes a moment on purpose."""
    kept = current_app.extensions.get("alertd.links")
    if kept is None:
        kept = Signer(Vault(str(current_app.config["SECRET_KEY"])))
        current_app.extensions["alertd.links"] = kept
    assert isinstance(kept, Signer)  # noqa: S101
    return kept
