"""Put the page together: one Flask application with a blueprint for each family of pages."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, g
from jinja2 import StrictUndefined

from .. import clock as wall
from ..clock import Clock, rfc3339
from ..rules.load import RuleSet
from ..settings import Settings, data_folder
from ..store.db import Store
from ..vault import Vault
from . import (
    account,
    acting,
    alerts,
    audit,
    buying_terms,
    channels,
    choices,
    columns,
    connect,
    connect_table,
    counts,
    counts_typed,
    faults,
    guard,
    hooks,
    hours,
    links,
    menu,
    messages,
    metrics,
    overview,
    products,
    reconcile,
    reconcile_knowledge,
    record,
    returns,
    saying,
    session,
    silences,
    sources,
    squeeze,
    systems,
    tokens,
    users,
    weekly,
    why,
)
from . import health as health_page
from . import rules as rules_page
from .actions import Actions
from .api import blueprint as api
from .chart import HEIGHT, WIDTH
from .room import Room
from .words import LANGUAGES
from .wrong import wrong

FAMILIES = (
    overview, alerts, acting, products, buying_terms, rules_page, messages, sources, channels, connect, users, tokens,
    audit, account, session, systems, connect_table, links, hooks, health_page, metrics, api,
    hours, reconcile, reconcile_knowledge, returns, counts, counts_typed, silences, weekly,
)  # fmt: skip
LARGEST_BODY = 1024 * 1024
SESSION_DAYS = 30
_READER = ("t", "word", "count", "number", "value", "ago", "span", "moment", "day", "when", "exactly")


def create_app(
    store: Store,
    settings: Settings,
    secret_key: str,
    *,
    clock: Clock = wall.now,
    health: Callable[[], Mapping[str, Any]] | None = None,
    rules: Callable[[], RuleSet] | None = None,
    actions: Actions | None = None,
    receive: hooks.Receive | None = None,
    vault: Vault | None = None,
) -> Flask:
    """The page over a store.

    `health` says how the rest of alertd is doing, as a flat document with `ok` in it. `rules` gives the rules in force;
    it is asked for every page, so it should remember what it read. `actions` is what the page may ask of the engine.
    `receive` takes webhooks in; without it they are told to come again. `vault` follows a change of the secret key.
    """
    folder = data_folder("templates") / "web"
    app = Flask("alertd", template_folder=str(folder), static_folder=str(folder / "static"), static_url_path="/static")
    app.config.update(_configuration(settings, secret_key))
    app.extensions["alertd"] = Room(
        store, settings, clock, rules or _no_rules, health or dict, vault or Vault(secret_key), actions or Actions()
    )
    app.before_request(guard.meet)
    csrf = squeeze.Disguised(app)
    csrf.exempt(links.pages)
    csrf.exempt(hooks.pages)
    csrf.exempt(api.pages)
    app.extensions[hooks.EXTENSION] = receive
    app.before_request(guard.ask_for_session)
    app.after_request(squeeze.squeeze)
    app.after_request(guard.add_headers)
    app.after_request(record.note_the_rest)
    faults.install(app)
    for family in FAMILIES:
        app.register_blueprint(family.pages)
    _teach_templates(app, folder / "static")
    return app


def _no_rules() -> RuleSet:
    return RuleSet((), ())


def _configuration(settings: Settings, secret_key: str) -> dict[str, Any]:
    return {
        "SECRET_KEY": secret_key,
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "SESSION_COOKIE_NAME": "alertd",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.url.startswith("https://"),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=SESSION_DAYS),
        # The door renews the cookie when it notes that the session is in use, not on every page.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
        "WTF_CSRF_TIME_LIMIT": None,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _teach_templates(app: Flask, static: Path) -> None:
    """Words and numbers as functions, so that macros need no context and every template is compiled once."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    # A filter is called straight away, a function by way of the context: in the rows of a list that is half the time.
    environment.filters.update(
        browser=saying.browser,
        fate_words=saying.fate_words,
        goods_word=saying.goods_word,
        offered=choices.offered,
        written=columns.written,
        word=lambda name, prefix: g.reader.word(prefix, name),
        counted=lambda number, key: g.reader.count(key, number),
        value=_of_reader("value"),
        when=_of_reader("when"),
        exactly=_of_reader("exactly"),
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        **{name: _of_reader(name) for name in _READER},
        rfc3339=rfc3339,
        asset=_assets(static),
        # A page draws two dozen; each is drawn once.
        icon=cache(vars(environment.get_template("parts/icons.html").module)["icon"]),
        now=lambda: g.reader.now,
        field=why.field,
        g_locale=lambda: g.reader.locale.replace("_", "-"),
        wrong=wrong,
        held_words=saying.held_words,
        apt=saying.apt,
        hours_card=hours.hours_card,
        fate_words=saying.fate_words,
        may=guard.may,
        menu=menu.ENTRIES,
        drawn_menu=menu.drawn,
        languages=LANGUAGES,
        chart_width=WIDTH,
        chart_height=HEIGHT,
    )


def _of_reader(name: str) -> Callable[..., Any]:
    """A function of whoever reads this page, as a template calls it."""

    # Called hundreds of times a page: the proxy is asked once for what it stands for, not once for each attribute.
    here = g._get_current_object

    def speak(*values: Any, **named: Any) -> Any:
        return getattr(here().reader, name)(*values, **named)

    return speak


def _assets(static: Path) -> Callable[[str], str]:
    """The address of a static file with a mark of its contents, so that browsers may keep it for a year."""
    marks = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:10] for path in static.iterdir() if path.is_file()
    }
    return {name: f"/static/{quote(name)}?v={mark}" for name, mark in marks.items()}.__getitem__
