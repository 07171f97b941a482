"""The whole product on an invented shop: sandbox, page, worker and a receiver that shows the messages as they arrive.

Everything is real but the shop: HTTP, SQLite, rules, Apprise. It lives in a folder that is removed at the end.
"""

import logging
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import click
import msgspec

from . import logs
from .engine.context import open_context
from .engine.service import Service, heed_signals
from .notify.channels import check_url, mask
from .sandbox import smartbis, smartepi
from .sandbox.smartpyme import DEFAULT_KEY, Life, Shop, serve
from .settings import Settings, data_folder, read_settings
from .store import channels, sources, users

EVENTS_A_MINUTE = 90.0
SWEEP_EVERY = 20.0
OTHERS_EVERY = 60.0
SMALL_EVERY = 15.0
SMALL_PACE = 12.0
WORKS, REWARDS = "epi-demo", "recompensas-demo"


def run_demo(*, products: int, seed: int, dialect: str) -> None:
    """Run until Ctrl-C. Raises Trouble when no port can be had."""
    logs.configure("console", logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="alertd-demo-") as folder, _receiver() as inbox:
        shop = Shop.seeded(products=products, seed=seed, dialect=dialect)
        works, rewards = _works(seed), _rewards(seed)
        with (
            serve(shop, life=Life(shop, EVENTS_A_MINUTE, Random(seed))) as upstream,
            smartepi.serve(works, life=smartepi.Life(works, SMALL_PACE)) as epi,
            smartbis.serve(rewards, life=smartbis.Life(rewards, SMALL_PACE)) as loyalty,
        ):
            service, password = _prepare(Path(folder), upstream.url, epi.url, loyalty.url, inbox)
            wait = heed_signals()
            service.start()
            _send_webhooks(works, f"{service.url}/hooks/smartepi/{WORKS}")
            _say_hello(service.url, password, upstream.origin, products)
            wait()
            click.echo("\nStopping ...", err=True)
            service.stop()


def _works(seed: int) -> smartepi.Organisation:
    """Dispensers whose products tell their stock and its minimum. Since yesterday one sector takes far too much."""
    works = smartepi.Organisation.seeded(products=15, days=60, seed=seed, stock_field="balance")
    greedy = works.records["sectors"][0]["id"]
    for hours in range(30):
        works.withdraw(works.records["products"][hours % 3]["id"], 3, sectorId=greedy, at=works.clock() - hours * 3_600)
    for number, product in enumerate(works.records["products"]):
        product |= {"balance": 12 + 3 * number, "minimumStock": 10}
    return works


def _send_webhooks(works: smartepi.Organisation, url: str) -> None:
    """What happens from now on is told at once; first the button of the console, and one that nobody should believe."""
    sender = smartepi.Sender(works)
    endpoint = sender.add(url, smartepi.DEFAULT_SECRET)

    def knock() -> None:
        sender.send(endpoint, {"id": "evt_demo", "type": "webhook.test"}, wrong=True)
        sender.test(endpoint)

    threading.Thread(target=knock, name="demo-knock", daemon=True).start()


def _rewards(seed: int) -> smartbis.Programme:
    """A loyalty programme whose rewards have a minimum, which is rare, and that members have used for two months."""
    programme = smartbis.Programme.seeded(rewards=10, seed=seed)
    rewards = [coupon["id"] for coupon in programme.coupons[:6]]
    for number in range(120):
        programme.redeem(rewards[number % len(rewards)], at=programme.clock() - number * 43_200)
    for number, coupon in enumerate(programme.coupons[:10]):
        programme.set(coupon["id"], stock=20 + 7 * (number % 9))
    for coupon in programme.coupons:
        programme.set(coupon["id"], min_stock=15)
    return programme


def _prepare(home: Path, upstream: str, epi: str, loyalty: str, inbox: str) -> tuple[Service, str]:
    """A fresh home with three systems connected, a channel to the receiver, and somebody who may sign in."""
    context = open_context(_settings(home))
    sources.add_source(
        context.store,
        context.vault,
        name="tienda-demo",
        kind="smartpyme",
        base_url=upstream,
        secrets={"api_key": DEFAULT_KEY},
        timezone="America/El_Salvador",
        every=OTHERS_EVERY,
        sweep_every=SWEEP_EVERY,
        now=context.now(),
    )
    epi_secrets = {"api_key": smartepi.DEFAULT_KEY, "webhook_secret": smartepi.DEFAULT_SECRET}
    loyalty_secrets = {"api_key": smartbis.DEFAULT_KEY, "api_secret": smartbis.DEFAULT_SECRET}
    for name, kind, url, keys in (
        (WORKS, "smartepi", epi, epi_secrets),
        (REWARDS, "smartbis", loyalty, loyalty_secrets),
    ):
        sources.add_source(
            context.store, context.vault, name=name, kind=kind, base_url=url, secrets=keys,
            timezone="America/Sao_Paulo", every=SMALL_EVERY, sweep_every=None, now=context.now(),
        )  # fmt: skip
    channels.add(
        context.store, context.vault, name="esta-ventana", url=inbox, service=check_url(inbox), masked_url=mask(inbox),
        now=context.now(),
    )  # fmt: skip
    password = secrets.token_hex(5)
    users.add_user(context.store, "admin", password, "admin", context.now(), language="es")
    return Service(context), password


def _settings(home: Path) -> Settings:
    """Settings of a house that is gone tomorrow: nothing of the real one is touched."""
    asked = read_settings()
    port = asked.port if "PORT" in os.environ else _free_port(asked.host, asked.port)
    return replace(
        asked,
        home=home,
        port=port,
        url=f"http://{asked.host}:{port}",
        rules=data_folder("rules"),
        secret_key=None,
        admin_password=None,
    )


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, or any other where somebody listens there already: a demonstration should not need settings."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return wanted


def _say_hello(url: str, password: str, upstream: str, products: int) -> None:
    click.echo(
        f"""
  alertd is running on an invented shop ({products:,} products, alive: it sells, runs out and restocks),
  beside dispensers of protective equipment (SmartEPI) and the rewards of a loyalty programme (Smartbis).

    Open      {url}
    Sign in   admin / {password}
    Look at   the overview, an alert and its history, a product's levels, the rules, the messages sent;
              Tiendas > {WORKS}: webhooks as they come, what each sector takes, what was not handed out;
              Tiendas > {REWARDS}: rewards and how long they last; Conectar > a list of your own: send an Excel file
    Shop      {upstream}/api/external/v1/  (key {DEFAULT_KEY})

  The first reading makes one summary; then each product that falls to its minimum is told once, and once when it
  recovers. The messages appear below as a channel receives them. Ctrl-C ends it; nothing is kept.
"""
    )


@contextmanager
def _receiver() -> Iterator[str]:
    """A loopback receiver that prints each message; yields the Apprise address of it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Inbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class _Inbox(BaseHTTPRequestHandler):
    """Prints what a channel delivers."""

    def do_POST(self) -> None:
        """Take one message."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.end_headers()
        message = msgspec.json.decode(body, type=dict[str, object])
        lines = f"{message.get('title', '')}\n{message.get('message', '')}".strip().splitlines()
        click.echo("\n  ┌ message received " + "─" * 60)
        for line in lines:
            click.echo(f"  │ {line}")
        click.echo("  └" + "─" * 78)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the message itself is what is shown."""
