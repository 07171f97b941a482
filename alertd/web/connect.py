"""The guided set-up: a shop, channels, rules, and the first reading, each a page with one thing to do.

Every step is kept at once, so that somebody who is called away goes on where they were; a shop that was connected rests
until the last step, or half an hour, and then is read.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import Trouble, UsageTrouble
from ..store import pages_channels, pages_sources
from ..store import sources as stored
from ..store.sources import Source
from . import services
from .actions import Connection, KindOffer, SourceCheck
from .fence import leads_inside, slug
from .guard import needs
from .record import record
from .room import room, title_of
from .saying import apt
from .there import source_or_404

pages = Blueprint("connect", __name__, url_prefix="/connect")
Answer = str | Response | tuple[str, int]

STEPS = ("shop", "channels", "rules", "reading")
ZONES = (
    "America/El_Salvador", "America/Guatemala", "America/Tegucigalpa", "America/Managua", "America/Costa_Rica",
    "America/Panama", "America/Mexico_City", "America/Bogota", "America/Lima", "America/Santo_Domingo",
    "America/Caracas", "America/La_Paz", "America/Santiago", "America/Argentina/Buenos_Aires", "America/Sao_Paulo",
    "America/Bahia", "America/Fortaleza", "America/Recife", "America/Belem", "America/Manaus", "America/Cuiaba",
    "America/Rio_Branco", "America/New_York", "Europe/Madrid", "Europe/Lisbon", "UTC",
)  # fmt: skip
KEPT = ("name", "base_url", "timezone")
_OWN_FAULTS = {"key": "api_key", "unreachable": "base_url", "request": "base_url", "answer": "base_url"}


@pages.get("/shop")
@needs("admin")
def shop() -> str:
    """Which system, and its key."""
    return _shop_form(request.args.get("kind", ""), {}, {})


@pages.post("/shop")
@needs("admin")
def add_shop() -> Answer:
    """Try what was typed. A system that answers is connected; else the form says beside which field to look."""
    form = request.form
    kind = next((offer for offer in room().actions.kinds() if offer.name == form.get("kind")), None) or abort(404)
    connect = room().actions.connect or abort(404)
    wanted = _wanted(kind, form)
    mistakes = _mistakes(kind, wanted)
    if not mistakes:
        mistakes = _try(connect, wanted)
    if mistakes:
        return _shop_form(kind.name, form, mistakes), 422
    return redirect(url_for("connect.found", name=wanted.name), 303)


def _wanted(kind: KindOffer, form: Mapping[str, str]) -> Connection:
    secrets = {name: form.get(name, "").strip() for name in (*kind.secrets, "webhook_secret")}
    return Connection(
        kind=kind.name,
        name=slug(form.get("name", "")),
        base_url=form.get("base_url", "").strip() or None,
        secrets={name: value for name, value in secrets.items() if value},
        timezone=form.get("timezone", "") or kind.zone,
    )


def _mistakes(kind: KindOffer, wanted: Connection) -> dict[str, str]:
    """What can be told without asking the system, by field."""
    t, mistakes = g.reader.t, {}
    if not wanted.name:
        mistakes["name"] = t("connect.no_name")
    elif any(source.name == wanted.name for source in stored.list_sources(room().store)):
        mistakes["name"] = t("connect.taken", name=wanted.name)
    for name in kind.secrets:
        value = wanted.secrets.get(name, "")
        if not value:
            mistakes[name] = t("connect.no_key")
        elif not value.isascii() or not value.isprintable() or any(sign.isspace() for sign in value):
            mistakes[name] = t("connect.bad_key")
    if wanted.timezone not in ZONES:
        mistakes["timezone"] = t("connect.bad_zone")
    if wanted.base_url is None and kind.default_url is None:
        mistakes["base_url"] = t("connect.no_address")
    elif wanted.base_url and leads_inside(wanted.base_url, room().settings.private_networks):
        mistakes["base_url"] = t("channel.inside")
    return mistakes


def _try(connect: Callable[[Connection], SourceCheck], wanted: Connection) -> dict[str, str]:
    try:
        check = connect(wanted)
    except UsageTrouble:
        return {"base_url": g.reader.t("connect.bad_address")}
    except Trouble as trouble:
        return {"": str(trouble)}
    if not check.reachable:
        kind = check.error_kind or "other"
        words = g.reader.word("connect.fault", kind)
        return {_OWN_FAULTS.get(kind, ""): words if words != kind else g.reader.t("connect.fault.other")}
    room().checks[wanted.name] = check
    record("source.added", wanted.name, kind=wanted.kind)
    return {}


@pages.post("/demo")
@needs("admin")
def demo() -> Answer:
    """An invented shop, for whoever wants to look first."""
    start = room().actions.start_demo or abort(404)
    try:
        name = start()
    except UsageTrouble:
        flash(g.reader.t("connect.demo_there"), "bad")
        return redirect(url_for("sources.index"), 303)
    record("source.added", name, kind="demo")
    _look(name)
    return redirect(url_for("connect.found", name=name), 303)


@pages.get("/<name>/found")
@needs("admin")
def found(name: str) -> Answer:
    """What the system answered: whose it is, how large, what it costs to read, what is wrong with its data."""
    source = source_or_404(name)
    return _step("connect_found.html", "shop", source, check=room().checks.get(name) or _look(name))


def _look(name: str) -> SourceCheck | None:
    """Ask the system what it is, and remember the answer."""
    check = room().actions.check
    if check is not None:
        room().checks[name] = check(name)
    return room().checks.get(name)


@pages.get("/<name>/channels")
@needs("admin")
def channels(name: str) -> str:
    """Where messages go."""
    found = pages_channels.channels_now(room().store)
    return _step("connect_channels.html", "channels", source_or_404(name), channels=found, services=services.SERVICES)


@pages.get("/<name>/rules")
@needs("admin")
def rules(name: str) -> str:
    """Which rules watch, as cards with what each would say now."""
    return _rules_page(source_or_404(name))


@pages.post("/<name>/rules")
@needs("admin")
def choose_rules(name: str) -> Answer:
    """Switch the rules, and begin to read."""
    source = source_or_404(name)
    switch = room().actions.switch_rules or abort(404)
    chosen = set(request.form.getlist("rule"))
    before = {rule.name: rule.enabled for rule in room().rules().rules}
    refused = switch({rule: rule in chosen for rule in before}, g.user.name)
    changed = sorted(rule for rule, was in before.items() if (rule in chosen) != was and rule not in refused)
    if changed:
        record("rules.switched", name, rules=changed)
    if refused:
        flash(g.reader.t("connect.rules_refused", names=", ".join(refused)), "bad")
        return _rules_page(source), 409
    with room().store.write():
        pages_sources.ask_now(room().store, source.id, g.reader.now)
        record("source.started", name)
    return redirect(url_for("connect.reading", name=name), 303)


@pages.get("/<name>/reading")
@needs("admin")
def reading(name: str) -> Answer:
    """The first reading as it goes. Asked again every two seconds; at its end it leads to the overview."""
    source = source_or_404(name)
    if source.snapshot_at is not None:
        shelf = pages_sources.facts_of(room().store, source.id)
        products = g.reader.count(apt("source.products#", source.kind), shelf["products"])
        flash(g.reader.t("connect.done", products=products), "good")
        target = url_for("overview.show")
        if request.headers.get("HX-Request"):
            answer = make_response("", 200)
            answer.headers["HX-Redirect"] = target
            return answer
        return redirect(target, 303)
    lanes = {lane.name: lane for lane in pages_sources.lanes(room().store, source.id, polls=1)}
    return _step(
        "connect_reading.html", "reading", source, progress=room().actions.progress(name), sweep=lanes.get("sweep")
    )


@pages.post("/<name>/reading")
@needs("admin")
def read_again(name: str) -> Response:
    """Try the first reading once more."""
    source = source_or_404(name)
    with room().store.write():
        pages_sources.ask_now(room().store, source.id, g.reader.now)
        record("source.polled", name)
    return redirect(url_for("connect.reading", name=name), 303)


def _shop_form(kind: str, typed: Mapping[str, str], mistakes: dict[str, str]) -> str:
    offers = room().actions.kinds()
    chosen = next((offer for offer in offers if offer.name == kind), None)
    there = {source.name for source in stored.list_sources(room().store)}
    return render_template(
        "connect_shop.html",
        kinds=offers,
        chosen=chosen,
        typed={key: typed.get(key, "") for key in KEPT},
        mistakes=mistakes,
        zones=ZONES,
        can_demo=room().actions.start_demo is not None and "tienda-demo" not in there,
        suggested=g.reader.t("start.example_name") if not there else "",
        steps=STEPS,
        step="shop",
    )


def _rules_page(source: Source) -> str:
    check = room().checks.get(source.name)
    counts: Mapping[str, int] = check.matches if check else {}
    looked_at = check.looked_at if check else None
    if source.snapshot_at is not None:
        counts, looked_at = room().actions.matches(source.name), None
    found = room().rules()
    return _step(
        "connect_rules.html",
        "rules",
        source,
        rules=sorted(found.rules, key=lambda rule: (not rule.enabled, rule.name)),
        counts=counts,
        looked_at=looked_at,
        whole=check is not None and check.products == check.looked_at,
        title_of=lambda rule: title_of(rule, g.reader.language),
    )


def _step(template: str, step: str, source: Source, **values: object) -> str:
    return render_template(template, steps=STEPS, step=step, source=source, **values)
