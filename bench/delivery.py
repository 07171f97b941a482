"""Sending, in a process of its own: through alertd's outbox, and by bare Apprise calls; see `bench.child`."""

import logging
import os
import sys
import time
from typing import Any

import apprise

from alertd import logs
from alertd.engine import context as contexts
from alertd.model import Subject
from alertd.notify import register
from alertd.notify.content import Content, Item, encode
from alertd.notify.worker import deliver_pass
from alertd.settings import read_settings
from alertd.store import channels, outbox
from bench import child

CHANNELS = 8


def _content(number: int, now: int) -> bytes:
    item = Item(
        event="firing",
        severity="high",
        subject=Subject(number, f"SKU-{number}", f"Producto {number}", "Principal", "Centro"),
        values={"stock": 2.0, "stock_minimo": 5.0},
        since=now,
        alert_id=0,
    )
    return encode(
        Content(
            kind="alerts", at=now, zone="America/El_Salvador", rule="low-stock", title={}, source="shop", items=[item]
        )
    )


def main(home: str, url: str, mail: str) -> None:
    """Work off commands: `bare N`, `one N` (one channel), `many N` (eight), `mail N` and `baremail N` (one server)."""
    os.environ["ALERTD_HOME"] = home
    logs.configure("json", logging.ERROR)
    context = contexts.open_context(read_settings())
    now = context.now()
    for number in range(CHANNELS):
        register.register(context.store, context.vault, name=f"hook{number}", url=url, now=now)
    hooks = channels.all_channels(context.store)
    box = register.register(context.store, context.vault, name="mailbox", url=mail, now=now)

    def bare(messages: int, address: str) -> float:
        sender = apprise.Apprise()
        sender.add(address)
        for service in sender:
            # Apprise sleeps between two mails; the floor is what the sending itself takes.
            service.request_rate_per_sec = 0
        started = time.perf_counter()
        for number in range(messages):
            if not sender.notify(title="Stock bajo", body=f"Producto {number}"):
                raise SystemExit("the receiver refused a message")
        return time.perf_counter() - started

    def through(messages: int, known: list[channels.Channel]) -> float:
        with context.store.write():
            for number in range(messages):
                channel = known[number % len(known)]
                outbox.enqueue(
                    context.store, channel_id=channel.id, channel=channel.name, content=_content(number, now),
                    rule="low-stock", source="shop", severity="high", now=now,
                )  # fmt: skip
        started = time.perf_counter()
        tally = deliver_pass(context.store, context.vault, url="http://127.0.0.1:8000", now=context.now())
        seconds = time.perf_counter() - started
        if tally["sent"] != messages:
            raise SystemExit(f"{tally} of {messages} messages")
        return seconds

    def one(command: str) -> dict[str, Any]:
        what, count = command.split()
        messages = int(count)
        if what.startswith("bare"):
            seconds = bare(messages, mail if what == "baremail" else url)
        else:
            seconds = through(messages, {"one": hooks[:1], "many": hooks, "mail": [box]}[what])
        return {"seconds": seconds, "messages": messages}

    child.serve(one)


if __name__ == "__main__":
    main(*sys.argv[1:])
