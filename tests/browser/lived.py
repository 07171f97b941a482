"""A shop that alertd has watched for some weeks: the sandbox lives, the engine reads it, messages are sent. No waiting.

Everything is real but the hours: the sandbox and the engine share a clock that is moved on by hand. It is there for
pictures and for looking at every page with something on it.
"""

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from unittest import mock

from flask import Flask

from alertd import logs, people
from alertd.engine import cycle
from alertd.engine.actions import ProgressBoard, actions_of
from alertd.engine.context import Context, open_context
from alertd.engine.tending import Tender
from alertd.notify.channels import check_url, mask
from alertd.notify.links import Signer
from alertd.notify.worker import deliver_pass
from alertd.rules.load import RuleSet
from alertd.sandbox.smartpyme import DEFAULT_KEY, Life, Shop, serve
from alertd.settings import read_settings
from alertd.store import alerts, channels, pages_alerts, ruleversions, search, silences, sources, users
from alertd.vault import Vault
from alertd.web.app import create_app
from alertd.web.server import Server

KEY = "a key for tests"
PASSWORD = "maíz y frijoles 12"
OPENS = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)
HOUR = 3600
EVENTS_A_MINUTE = 0.12


@dataclass
class Clock:
    """The hour of the shop and of alertd."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def milliseconds(self) -> int:
        return round(self.at.timestamp() * 1000)


@dataclass(frozen=True)
class Lived:
    """Where the page is, and what can be visited on it."""

    url: str
    context: Context
    app: Flask
    ids: dict[str, object]


@contextmanager
def lived(*, products: int = 90, days: int = 21, every_hours: int = 12) -> Iterator[Lived]:
    """The page of a shop that was watched for so many days."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alertd-lived-")))
        logs.configure("console", logging.ERROR)
        inbox = stack.enter_context(_inbox())
        clock = Clock(OPENS - timedelta(days=days))
        shop = Shop.seeded(products=products, seed=7, history_days=12, now=clock.at, clock=clock)
        with serve(shop) as upstream:
            context = _connect(home, upstream.url, inbox, clock)
            stack.callback(context.store.close)
            _live(context, shop, clock, days=days, every_hours=every_hours)
            yield from _open(context, clock)


def _connect(home: Path, upstream: str, inbox: str, clock: Clock) -> Context:
    settings = replace(read_settings({"ALERTD_HOME": str(home), "ALERTD_ALLOW_PRIVATE_HOSTS": "1"}))
    context = replace(open_context(settings), now=clock.milliseconds, dice=Random(1), sleep=lambda _: None)
    sources.add_source(
        context.store, context.vault, name="tienda-centro", kind="smartpyme", base_url=upstream,
        secrets={"api_key": DEFAULT_KEY}, timezone="America/El_Salvador", every=300.0, sweep_every=None,
        now=context.now(),
    )  # fmt: skip
    for name in ("compras", "gerencia"):
        channels.add(context.store, context.vault, name=name, url=inbox, service=check_url(inbox),
                     masked_url=mask(inbox), now=context.now())  # fmt: skip
    hashed = people.hash_password(PASSWORD)
    with mock.patch.object(people, "hash_password", lambda _: hashed):
        users.add_user(context.store, "marta", PASSWORD, "admin", context.now(), language="es")
        users.add_user(context.store, "ana", PASSWORD, "viewer", context.now(), language="es")
    return context


def _live(context: Context, shop: Shop, clock: Clock, *, days: int, every_hours: int) -> None:
    life, tender = Life(shop, EVENTS_A_MINUTE, Random(7)), Tender(context)
    for turn in range(days * 24 // every_hours + 1):
        cycle.run_sources(context, ["tienda-centro"])
        tender.turn()
        deliver_pass(context.store, context.vault, url="http://127.0.0.1", now=context.now(), clock=context.now,
                     private=True)  # fmt: skip
        if turn < days * 24 // every_hours:
            life.live(clock.at, every_hours * HOUR)
            clock.at += timedelta(hours=every_hours)
    while search.bring_up(context.store):
        pass
    _touch(context)


def _touch(context: Context) -> None:
    """What people did: one seen, one snoozed, one ordered, one silence."""
    store, now = context.store, context.now()
    firing = pages_alerts.list_alerts(store, pages_alerts.AlertFilter(), size=6).rows
    for number, alert in enumerate(firing[1:4]):
        if number == 0:
            alerts.acknowledge(store, [alert.id], by="marta", note=None, now=now)
        elif number == 1:
            alerts.snooze(store, [alert.id], until=now + 3 * 86_400_000, by="marta")
        else:
            alerts.order(store, [alert.id], until=now + 2 * 86_400_000, by="marta", now=now)
    silences.add(store, {"nombre_sucursal": "Sucursal Norte"}, comment="Inventario físico", now=now,
                 ends_at=now + 8 * 3_600_000, by="marta")  # fmt: skip


def _open(context: Context, clock: Clock) -> Iterator[Lived]:
    def rules() -> RuleSet:
        book = context.rules.book(context.now())
        return RuleSet(book.rules, book.errors)

    app = create_app(
        context.store, context.settings, KEY, clock=context.now, rules=rules,
        actions=actions_of(context, ProgressBoard()),
    )  # fmt: skip
    server = Server(app, "127.0.0.1", 0)
    server.start()
    try:
        yield Lived(server.url, context, app, _ids(context))
    finally:
        server.stop()


def _ids(context: Context) -> dict[str, object]:
    store = context.store
    firing = pages_alerts.list_alerts(store, pages_alerts.AlertFilter()).rows
    first = next((alert for alert in firing if alert.rule == "low-stock"), firing[0] if firing else None)
    message = int(store.value("SELECT max(id) FROM message WHERE state = 'sent'") or 1)
    created = int(store.value("SELECT created_at FROM message WHERE id = ?", (message,)) or 0)
    return {
        "alert": first.fingerprint if first else "none",
        "product": first.product_id if first else 1,
        "message": message,
        "link": Signer(Vault(KEY)).token(message, created),
        "setup": users.make_setup_link(store, context.now()),
        "version": _version(context),
    }


def _version(context: Context) -> int:
    """An older text of a rule, as it is kept when somebody changes it."""
    text = next(rule.text for rule in context.rules.book(context.now()).rules if rule.name == "low-stock")
    return ruleversions.add(context.store, "low-stock", text, who="marta",
                            what="saved", file="low-stock.yaml", now=context.now())  # fmt: skip


@contextmanager
def _inbox() -> Iterator[str]:
    """A receiver on loopback that takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
