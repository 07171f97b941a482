"""A section of the weekly summary, and the whole of it as Slack shows it: headings, short sections, and links.

Slack gets no files, so a list that goes along with a mail is a link there.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from .slack import header, mrkdwn, slack_escape, split_lines

_SECTION_LIMIT = 2_900
_MOST_BLOCKS = 50


class Section(msgspec.Struct, frozen=True):
    """A heading, a small table, and sentences. `right` are the columns of figures.

    `attached` names the file that a mail brings along; `link` leads to the page that shows the same.
    """

    heading: str
    aside: str = ""
    headings: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    right: frozenset[int] = frozenset()
    notes: list[str] = []
    attached: str = ""
    link: str = ""
    link_words: str = ""

    @property
    def aligned(self) -> list[str]:
        """The table for plain text: columns of one width, figures to the right."""
        table = [self.headings, *self.rows] if self.headings else self.rows
        if not table:
            return []
        widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
        return [
            "  ".join(
                cell.rjust(width) if place in self.right else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in table
        ]


def slack_blocks(
    title: str, hello: str, sections: Sequence[Section], links: Sequence[tuple[str, str]], closing: str
) -> list[dict[str, Any]]:
    """The summary within Slack's limits; `links` are words and addresses, and stand at the end whatever came before."""
    said = [piece for number, each in enumerate(sections, start=1) for piece in _pieces(number, each)]
    end: list[dict[str, Any]] = [
        {"type": "section", "text": mrkdwn(" · ".join(_link(words, address) for words, address in links))},
        {"type": "context", "elements": [mrkdwn(slack_escape(closing))]},
    ]
    first: list[dict[str, Any]] = [header(title), *_texts(slack_escape(hello))]
    return [*first, *said[: _MOST_BLOCKS - len(first) - len(end)], *end]


def _pieces(number: int, section: Section) -> list[dict[str, Any]]:
    """One section: its heading in bold, a line a row with what it is about in bold, its sentences, and its link."""
    aside = f" {slack_escape(section.aside)}" if section.aside else ""
    rows = [f"• *{slack_escape(row[0])}*: {slack_escape(_facts(section, row))}" for row in section.rows]
    notes = [slack_escape(note) for note in section.notes]
    link = [_link(section.link_words, section.link)] if section.link else []
    return _texts("\n".join([f"*{number}) {slack_escape(section.heading)}*{aside}", *rows, *notes, *link]))


def _facts(section: Section, row: tuple[str, ...]) -> str:
    """The cells after the first, each figure named by its column where the table has headings."""
    named = [
        f"{section.headings[place]} {cell}" if section.headings and place in section.right else cell
        for place, cell in enumerate(row)
    ]
    return " · ".join(named[1:])


def _texts(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": mrkdwn(piece)} for piece in split_lines(text, _SECTION_LIMIT)]


def _link(words: str, address: str) -> str:
    return f"<{slack_escape(address)}|{slack_escape(words)}>"
