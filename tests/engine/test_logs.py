"""What the log says: one JSON object a line, each with the poll or the message it belongs to, and no secret."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest
import structlog

from alertd import logs
from alertd.notify.register import register
from alertd.notify.worker import deliver_pass
from alertd.sandbox.smartpyme import DEFAULT_KEY

from .workbench import WAREHOUSE, Workbench


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error as the service writes it."""
    written, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("json")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_line_of_a_poll_carries_its_number(bench: Workbench, lines: io.StringIO):
    """The one that says how it went, and whatever another room said meanwhile."""
    bench.rule("name: odd\non: stock\nwhen: stock / 0 > 1 and contains(nombre, 'x')\n", "odd")
    bench.poll()
    bench.shop.faults.add("500")
    bench.poll()
    polls = [row[0] for row in bench.context.store.execute("SELECT id FROM poll ORDER BY id DESC LIMIT 2")]
    found = [each for each in read(lines) if str(each["event"]).startswith("poll ")]
    assert [each["event"] for each in found] == ["poll complete", "poll failed"]
    assert [each["poll"] for each in found] == polls[::-1]
    assert all(each.keys() >= {"timestamp", "level", "source", "lane", "seconds", "requests"} for each in found)


def test_every_line_of_a_message_carries_its_id(bench: Workbench, lines: io.StringIO):
    """The id that the receiver sees too, so that both logs can be laid side by side."""
    context = bench.context
    register(context.store, context.vault, name="sordo", url="json://user:verysecret@127.0.0.1:9/", now=context.now())
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(1))
    bench.poll()
    deliver_pass(context.store, context.vault, url="http://x", now=context.now())
    key, message_id = context.store.execute("SELECT key, id FROM message").fetchone()
    (line,) = [each for each in read(lines) if "message" in each]
    assert (line["message"], line["message_id"], line["channel"]) == (key, message_id, "sordo")
    assert line["level"] == "warning"


def test_no_secret_is_written(bench: Workbench, lines: io.StringIO):
    """Neither the key of a source nor the address of a channel, whatever fails."""
    context = bench.context
    register(context.store, context.vault, name="sordo", url="json://user:verysecret@127.0.0.1:9/", now=context.now())
    bench.shop.set_level(1, WAREHOUSE, stock=Decimal(1))
    bench.poll()
    bench.shop.keys.revoke(DEFAULT_KEY)
    bench.poll()
    deliver_pass(context.store, context.vault, url="http://x", now=context.now())
    written = lines.getvalue()
    assert written
    assert DEFAULT_KEY not in written
    assert "verysecret" not in written
