"""Where messages go: the channels, a form for each service, a test that tells the truth, and retries."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import Trouble, UsageTrouble
from ..notify.answers import Outcome
from ..notify.register import register
from ..notify.worker import send_test
from ..store import channels as stored
from ..store import pages_channels
from ..store import sources as systems
from . import services
from .fence import slug
from .guard import needs
from .record import record
from .room import room
from .saying import fate_words
from .words import LANGUAGES

pages = Blueprint("channels", __name__)
Answer = str | Response | tuple[str, int]

KEPT = ("name", "language", "preset", "host", "port", "security", "user", "from", "to", "chat")


@pages.get("/channels")
def index() -> str:
    """Every channel, with how its last message fared."""
    return render_template(
        "channels.html", channels=pages_channels.channels_now(room().store), services=services.SERVICES
    )


@pages.get("/channels/new")
@needs("admin")
def new() -> str:
    """The form of one service, alone or as a step of the set-up of a shop (`for`)."""
    service = request.args.get("service", "")
    return _form(service if service in services.SERVICES else abort(404), {}, {})


@pages.post("/channels/new")
@needs("admin")
def add() -> Answer:
    """Keep the channel. What was typed stays in the form when something is wrong with it, secrets excepted."""
    form, service = request.form, request.form.get("service", "")
    build = services.SERVICES.get(service) or abort(404)
    built = build(form)
    mistakes = {name: g.reader.t(key) for name, key in built.mistakes.items()}
    name = slug(form.get("name", ""))
    if not name:
        mistakes["name"] = g.reader.t("channel.bad_name")
    elif stored.find(room().store, name) is not None:
        mistakes["name"] = g.reader.t("channel.taken", name=name)
    if not mistakes:
        mistakes = _keep(name, service, built.url)
    if mistakes:
        return _form(service, form, mistakes), 422
    flash(g.reader.t("channel.added", name=name), "good")
    return redirect(_back(name), 303)


def _keep(name: str, service: str, url: str) -> dict[str, str]:
    """Register the channel; what is wrong with its address goes beside the field it was made of."""
    language = request.form.get("language", "")
    field = {"slack": "webhook", "mail": "host", "telegram": "token"}.get(service, "url")
    try:
        with room().store.write():
            channel = register(
                room().store,
                room().vault,
                name=name,
                url=url,
                now=g.reader.now,
                language=language if language in LANGUAGES else g.reader.language,
                private=room().settings.private_networks,
            )
            record("channel.added", name, service=channel.service)
    except UsageTrouble as trouble:
        said = str(trouble)
        word = "inside" if "own network" in said else "names_file" if "a file of" in said else "bad_address"
        return {field: g.reader.t(f"channel.{word}")}
    return {}


@pages.post("/channels/<name>/test")
def test(name: str) -> Response:
    """Send a message now, and say what the service said."""
    store = room().store
    channel = stored.find(store, name) or abort(404)
    zone = next((source.timezone for source in systems.list_sources(store)), "UTC")
    try:
        answer = send_test(
            store,
            room().vault,
            channel.name,
            url=room().settings.url,
            now=g.reader.now,
            zone=zone,
            private=room().settings.private_networks,
        )
    except Trouble as trouble:
        flash(str(trouble), "bad")
        return redirect(_back(name), 303)
    record("channel.tested", name, outcome=answer.outcome.value)
    if answer.outcome is Outcome.DELIVERED:
        flash(g.reader.t("channel.test_sent", name=name), "good")
    else:
        flash(f"{g.reader.t('channel.test_failed', name=name)} {fate_words(answer.detail) or answer.detail}", "bad")
    return redirect(_back(name), 303)


@pages.post("/channels/<name>/remove")
@needs("admin")
def remove(name: str) -> Response:
    """Forget a channel; what still waits for it will not be sent, and says so."""
    channel = stored.find(room().store, name) or abort(404)
    with room().store.write():
        stored.remove(room().store, channel.name)
        record("channel.removed", name, service=channel.service)
    flash(g.reader.t("channel.removed", name=name), "good")
    return redirect(_back(), 303)


def _back(name: str = "") -> str:
    """To the set-up of the shop that this is a step of, else to the list."""
    wanted = request.values.get("for", "")
    if wanted and any(source.name == wanted for source in systems.list_sources(room().store)):
        return url_for("connect.channels", name=wanted)
    return url_for("channels.index", _anchor=f"channel-{name}" if name else None)


def _form(service: str, typed: "services.Typed", mistakes: dict[str, str]) -> str:
    kept = {key: typed.get(key, "") for key in KEPT}
    preset = typed.get("preset") or request.args.get("preset", "gmail")
    return render_template(
        "channel_new.html",
        service=service,
        typed=kept,
        mistakes=mistakes,
        preset=preset if preset in services.PRESETS else "own",
        presets=services.PRESETS,
        securities=services.SECURITIES,
        suggested={"slack": "slack", "mail": "correo", "telegram": "telegram"}.get(service, ""),
        setting_up=request.values.get("for", ""),
    )
