"""A rule as a form shows it: plain texts by key, read leniently from YAML, and what must change when they differ.

Nothing here says whether a rule is good; a form must be able to hold one that is not yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from . import editing
from .document import Mapping, Node, Scalar, Sequence, parse_document
from .keys import LANGUAGES
from .telling import DAYS

Change = tuple[tuple[str, ...], str | None]
"""A path of keys, and the YAML to put there; None takes it out."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The keys of a rule. `source` and `notify` of None are every one; `severity` is words with a condition each."""

    name: str = ""
    title: tuple[tuple[str, str], ...] = ()
    on: str = "stock"
    source: tuple[str, ...] | None = None
    query: tuple[tuple[str, str], ...] = ()
    when: str = ""
    for_: str = ""
    recover: str = ""
    keep_firing_for: str = ""
    severity: tuple[tuple[str, str], ...] = ()
    group_by: tuple[str, ...] = ()
    notify: tuple[str, ...] | None = None
    repeat: str = ""
    resolved: bool = True
    quiet: tuple[str, str, tuple[str, ...], bool] = ("", "", (), False)
    message: str = ""
    window: str = ""
    by: str = ""
    enabled: bool = True

    def titled(self, language: str) -> str:
        """The title in one language as it is written; empty where there is none."""
        return dict(self.title).get(language, "")


def read_draft(text: str) -> Draft:
    """What a rule's YAML says, key by key; what a form cannot hold is left out. Raises DocumentTrouble."""
    root = parse_document(text).root
    entries = {key.value: value for key, value in root.entries} if isinstance(root, Mapping) else {}
    return Draft(
        name=_text(entries.get("name")),
        title=_title(entries.get("title")),
        on=_text(entries.get("on")) or "stock",
        source=_names(entries.get("source")),
        query=_pairs(entries.get("query")),
        when=_text(entries.get("when")).strip(),
        for_=_text(entries.get("for")),
        recover=_text(entries.get("recover")).strip(),
        keep_firing_for=_text(entries.get("keep_firing_for")),
        severity=_severity(entries.get("severity")),
        group_by=_names(entries.get("group_by")) or (),
        notify=_names(entries.get("notify")),
        repeat=_text(entries.get("repeat")),
        resolved=_text(entries.get("resolved")).lower() != "false",
        quiet=_quiet(entries.get("quiet")),
        message=_text(entries.get("message")).rstrip(),
        window=_text(entries.get("window")),
        by=_text(entries.get("by")),
        enabled=_text(entries.get("enabled")).lower() != "false",
    )


def changes(before: Draft, after: Draft) -> tuple[Change, ...]:
    """What must be written so that a text that says `before` says `after`."""
    found: list[Change] = []
    for field in fields(Draft):
        was, became = getattr(before, field.name), getattr(after, field.name)
        if was != became:
            found += _CHANGED.get(field.name, _plain)(field.name.rstrip("_"), was, became)
    return tuple(found)


def apply(text: str, wanted: tuple[Change, ...]) -> str:
    """The text with these changes made."""
    for path, value in wanted:
        text = editing.put(text, path, value)
    return text


def merged(base: str, mine: str, theirs: str) -> tuple[str, tuple[str, ...]]:
    """What I changed since `base`, made in their text too; and the keys that both changed. Raises DocumentTrouble."""
    start, wanted, other = read_draft(base), read_draft(mine), read_draft(theirs)
    both = [
        field.name.rstrip("_")
        for field in fields(Draft)
        if getattr(start, field.name) != getattr(other, field.name)
        and getattr(start, field.name) != getattr(wanted, field.name)
        and getattr(other, field.name) != getattr(wanted, field.name)
    ]
    # Against their text, so that a key they took out or wrote otherwise is found as it stands there.
    changed = {
        field.name: getattr(wanted, field.name)
        for field in fields(Draft)
        if getattr(start, field.name) != getattr(wanted, field.name)
    }
    return apply(theirs, changes(other, replace(other, **changed))), tuple(both)


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and node.kind != "null" else ""


def _names(node: Node | None) -> tuple[str, ...] | None:
    if isinstance(node, Sequence):
        return tuple(_text(item) for item in node.items if _text(item))
    return (_text(node),) if _text(node) else None


def _pairs(node: Node | None) -> tuple[tuple[str, str], ...]:
    return tuple((key.value, _text(value)) for key, value in node.entries) if isinstance(node, Mapping) else ()


def _title(node: Node | None) -> tuple[tuple[str, str], ...]:
    if isinstance(node, Mapping):
        written = {key.value: " ".join(_text(value).split()) for key, value in node.entries}
        return tuple((language, written[language]) for language in LANGUAGES if written.get(language))
    return (("es", " ".join(_text(node).split())),) if _text(node) else ()


def _severity(node: Node | None) -> tuple[tuple[str, str], ...]:
    if isinstance(node, Mapping):
        return tuple((key.value, _text(value).strip()) for key, value in node.entries)
    return ((_text(node), "true"),) if _text(node) else ()


def _quiet(node: Node | None) -> tuple[str, str, tuple[str, ...], bool]:
    if not isinstance(node, Mapping):
        return ("", "", (), False)
    entries = {key.value: value for key, value in node.entries}
    begin, _, end = _text(entries.get("hours")).partition("-")
    days = tuple(day for day in DAYS if day in (_names(entries.get("days")) or ()))
    return (begin.strip(), end.strip(), days, _text(entries.get("critical")).lower() == "true")


def _plain(key: str, _was: Any, became: Any) -> list[Change]:
    """A text, a flag or a list; the usual value of a flag is not written down."""
    if isinstance(became, bool):
        return [((key,), "true" if became else "false")]
    if became is None:
        return [((key,), None)]
    if isinstance(became, tuple):
        return [((key,), editing.listed(became) if became or key == "notify" else None)]
    return [((key,), editing.scalar(became) if became else None)]


def _duration(key: str, _was: str, became: str) -> list[Change]:
    """A duration stands bare: 0 is a number to YAML, and means no time."""
    return [((key,), became if became.isalnum() else editing.scalar(became) if became else None)]


def _condition(key: str, _was: str, became: str) -> list[Change]:
    return [((key,), editing.condition(became) if became else None)]


def _titles(key: str, was: tuple[tuple[str, str], ...], became: tuple[tuple[str, str], ...]) -> list[Change]:
    if not became:
        return [((key,), None)]
    if len(became) == 1 and became[0][0] == "es" and len(was) <= 1:
        return [((key,), editing.scalar(became[0][1]))]
    if len(was) < 2:
        return [((key,), editing.lines((language, editing.scalar(text)) for language, text in became))]
    old, new = dict(was), dict(became)
    return [
        ((key, language), editing.scalar(new[language]) if new.get(language) else None)
        for language in LANGUAGES
        if old.get(language) != new.get(language)
    ]


def _filters(key: str, was: tuple[tuple[str, str], ...], became: tuple[tuple[str, str], ...]) -> list[Change]:
    old, new = dict(was), dict(became)
    gone: list[Change] = [((key, name), None) for name in old if name not in new]
    return [
        *(((key, name), _filter(name, text)) for name, text in new.items() if old.get(name) != text),
        *gone,
    ]


def _filter(name: str, text: str) -> str:
    return text if name in ("enable", "con_stock", "stock_minimo") else editing.scalar(text)


def _severities(key: str, _was: Any, became: tuple[tuple[str, str], ...]) -> list[Change]:
    if not became:
        return [((key,), None)]
    if len(became) == 1 and became[0][1] == "true":
        return [((key,), editing.scalar(became[0][0]))]
    pairs = ((word, text if text == "true" else editing.scalar(text, flow=True)) for word, text in became)
    return [((key,), editing.mapped(pairs))]


def _quiets(key: str, _was: Any, became: tuple[str, str, tuple[str, ...], bool]) -> list[Change]:
    begin, end, days, critical = became
    pairs = [("hours", f'"{begin}-{end}"')] if begin or end else []
    pairs += [("days", editing.listed(days))] if days else []
    if not pairs:
        return [((key,), None)]
    return [((key,), editing.mapped([*pairs, *([("critical", "true")] if critical else [])]))]


def _message(key: str, _was: str, became: str) -> list[Change]:
    text = became.replace("\r\n", "\n").rstrip()
    return [((key,), editing.literal(text) if "\n" in text or "{" in text else editing.scalar(text) if text else None)]


_CHANGED: dict[str, Callable[[str, Any, Any], list[Change]]] = {
    "title": _titles,
    "query": _filters,
    "when": _condition,
    "recover": _condition,
    "for_": _duration,
    "keep_firing_for": _duration,
    "repeat": _duration,
    "window": _duration,
    "severity": _severities,
    "quiet": _quiets,
    "message": _message,
}
