"""Slack's Block Kit: what the channel shows, escaped so that a name pings nobody, cut before Slack's own limits."""

from typing import Any

from .adding_up import Shown
from .buying import Section
from .lines import Line
from .speech import clip

HEADER_LIMIT = 150
_SECTION_LIMIT = 2900


def slack_escape(text: str) -> str:
    """Text that Slack shows as it is: no link, no mention, no bold."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("*", "∗").replace("`", "'").replace("~", "∼")


def slack_parts(parts: dict[str, Any]) -> dict[str, Any]:
    """The same parts with everything escaped that came from a shop."""

    def safe(line: Line) -> Line:
        return Line(**{name: slack_escape(getattr(line, name)) for name in Line.__struct_fields__})

    sections = [Section(slack_escape(each.heading), [safe(line) for line in each.lines]) for each in parts["sections"]]
    words = {name: slack_escape(parts[name]) for name in ("intro", "alive", "more")}
    notes = [slack_escape(note) for note in parts["footnotes"]]
    return {**parts, **words, "sections": sections, "footnotes": notes}


def blocks_of(title: str, body: str, parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Slack's Block Kit: a heading, the lines in sections under its limit, the links, and the closing line."""
    links = [(parts["see"], parts["link"]), *parts["further"], *parts["pass_on"], *parts["actions"]]
    said = " · ".join(f"<{slack_escape(link)}|{slack_escape(word)}>" for word, link in links)
    closing = [slack_escape(parts["closing"])] if parts["closing"] else []
    return [
        header(title),
        *({"type": "section", "text": mrkdwn(piece)} for piece in split_lines(body, _SECTION_LIMIT)),
        *({"type": "section", "text": mrkdwn(_sum(each))} for each in parts["sums"]),
        {"type": "section", "text": mrkdwn(said)},
        *({"type": "context", "elements": [mrkdwn(text)]} for text in closing),
    ]


def _sum(shown: Shown) -> str:
    """A sum that does not come out, its numbers under each other."""
    head = " · ".join(part for part in (f"*{slack_escape(shown.name)}*", slack_escape(shown.about)) if part)
    remarks = slack_escape(" ".join(shown.remarks))
    table = slack_escape(shown.table).replace("∗", "*")
    return f"{head}\n```\n{table}\n```\n{remarks}\n*{slack_escape(shown.next_step)}*"


def header(title: str) -> dict[str, Any]:
    """The heading of a message, which a phone announces."""
    text = clip(title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), HEADER_LIMIT)
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}


def mrkdwn(text: str) -> dict[str, Any]:
    """Text that Slack formats; what came from a shop is escaped before."""
    return {"type": "mrkdwn", "text": text}


def split_lines(text: str, limit: int) -> list[str]:
    """Cut text between lines into pieces of at most `limit` characters; a single longer line is clipped."""
    pieces: list[str] = []
    for line in (clip(line, limit) for line in text.rstrip().splitlines()):
        if pieces and len(pieces[-1]) + 1 + len(line) <= limit:
            pieces[-1] += "\n" + line
        else:
            pieces.append(line)
    return [piece for piece in pieces if piece.strip()]
