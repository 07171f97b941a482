"""The Slack messages in the docs are the ones that are sent."""

import json
import re
from pathlib import Path

from alertd.notify.channels import slack_payload
from alertd.notify.render import render

from . import samples
from .makers import AT, alerts, item

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"
MESSAGES = PAGE.with_name("messages.md")


def sample(language):
    """One product that ran out, as Slack gets it."""
    oil = item("Aceite 1 L", 0, 12, 36, severity="critical", code="AC-01")
    link = "https://avisos.example.com/a/WzcsMTc2NDg3MDAwMF0.k3…"
    return slack_payload(render(alerts(oil), language, "https://avisos.example.com", now=AT, link=link))


def test_the_slack_messages_in_the_docs_are_what_is_sent():
    """Byte for byte, in three languages."""
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S)]
    assert shown == [sample(language) for language in ("es", "pt", "en")]


def test_the_messages_in_the_docs_are_what_is_sent():
    """The purchase list in three languages, and units without a document."""
    url = "https://avisos.example.com"
    link = f"{url}/a/WzcsMTc2NDg3MDAwMF0.k3…"
    wanted = [(samples.morning(), language) for language in ("es", "pt", "en")] + [(samples.perfume(), "pt")]
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```\n", MESSAGES.read_text(), re.S)]
    assert shown == [slack_payload(render(made, language, url, link=link)) for made, language in wanted]
