"""The keys of a rule: which there are, which are available, and how a mapping of them becomes a `Rule`."""

import hashlib
import re
from dataclasses import replace
from typing import NamedTuple

from ..model import SEVERITIES
from .contradiction import clash
from .document import Mapping, Node, Place, Scalar
from .query import EVERYTHING, read_query
from .reader import Reader
from .rule import DEFAULT_SEVERITY, Predicate, Rule
from .suggest import did_you_mean, one_of
from .syntax import Node as Tree
from .syntax import parse
from .telling import Quiet, read_groups, read_labels, read_message, read_quiet, read_repeat
from .vocabulary import BY, ON_TYPES, WINDOWED

LANGUAGES = ("es", "pt", "en")
KEYS = (
    "name", "title", "on", "source", "query", "when", "for", "recover", "keep_firing_for", "severity", "labels",
    "group_by", "notify", "repeat", "resolved", "quiet", "message", "window", "by", "enabled",
)  # fmt: skip
"""Every key a rule may have."""

REQUIRED = ("name", "on", "when")
_SYNONYMS = {
    "id": "name", "nombre": "name", "alert": "name", "titulo": "title", "description": "title", "sources": "source",
    "if": "when", "expr": "when", "condition": "when", "filter": "query", "filters": "query", "channels": "notify",
    "channel": "notify", "receivers": "notify", "severidad": "severity", "active": "enabled", "enable": "enabled",
    "disabled": "enabled", "interval": "repeat", "send_resolved": "resolved",
}  # fmt: skip
_NAME = re.compile(r"[a-z0-9-]+")
_LONGEST_NAME = 100
_LONGEST_TITLE = 200

_DAY_SECONDS = 86_400
_DEFAULT_WINDOW = 7.0 * _DAY_SECONDS
_LONGEST_WINDOW_DAYS = 180

Entries = dict[str, tuple[Scalar, Node]]


class Known(NamedTuple):
    """The names that exist outside the rules; None where the caller does not know them."""

    sources: frozenset[str] | None = None
    channels: frozenset[str] | None = None


def read_rule(reader: Reader, node: Node, known: Known, text: str) -> Rule | None:
    """One rule, or None after everything that is wrong with it was written down."""
    reader.rule = _name_before_all(node)
    entries = reader.entries(node, "a rule", tuple(KEYS), _SYNONYMS)
    if isinstance(node, Mapping):
        _check_keys(reader, node, entries)
    on = _on(reader, entries)
    read = _Keys(reader, entries, on)
    name, title, when = read.name(), read.title(), read.expression("when")
    labels = read.labels()
    rule = Rule(
        name=name or "",
        title=title,
        on=on,
        sources=read.names("source", known.sources),
        query=read.query(),
        when=when or EVERYTHING,
        recover=read.expression("recover"),
        for_seconds=read.seconds("for"),
        keep_firing_seconds=read.seconds("keep_firing_for"),
        severities=read.severities(),
        notify=read.names("notify", known.channels, nobody=True),
        tell_resolved=read.flag("resolved"),
        enabled=read.flag("enabled"),
        file=reader.file,
        line=node.place.line,
        text=text,
        digest="",
        labels=labels,
        group_by=read.group_by(labels),
        repeat_seconds=read.repeat(),
        quiet=read.quiet(),
        message=read.message(),
        window_seconds=read.window(),
        by=read.by(),
    )
    _check_together(reader, rule, entries)
    return None if reader.errors else _sealed(rule)


def _check_together(reader: Reader, rule: Rule, entries: Entries) -> None:
    """Keys that are good alone and contradict each other."""
    if rule.recover is not None and rule.recover == rule.when:
        hint = "Write when it is over, such as recover: stock > stock_minimo."
        reader.wrong(entries["recover"][1].place, "'recover' says the same as 'when': the alert could never end.", hint)
    if "when" in entries and rule.when is not EVERYTHING and not rule.when.words:
        reader.wrong(entries["when"][1].place, "'when' looks at no field, so it is always or never true.", _FIELD_HINT)
    if not reader.errors:
        _check_possible(reader, entries)
    if rule.notify == ():
        for key in ("repeat", "quiet", "message", "group_by"):
            if key in entries:
                message = f"'{key}' says how to tell people, but 'notify: []' tells nobody."
                reader.wrong(entries[key][0].place, message, f"Delete '{key}', or name a channel in 'notify'.")


_TOLD_BY_QUERY = {"tipo": "tipo = '{}'", "enable": "enable = {}", "con_stock": "stock > 0"}


def _check_possible(reader: Reader, entries: Entries) -> None:
    """A condition that can never hold is a mistake, and a silent one: nobody would ever hear of it."""
    node = entries["when"][1]
    if not isinstance(node, Scalar):
        return
    known = _known_by_query(entries)
    alone = clash(parse(node.value))
    found = alone or clash(parse(node.value), known)
    if found is not None:
        beside = "what stands before it" if alone else "the 'query'"
        message = f"This part about '{found.word}' contradicts {beside}, so the rule could never fire."
        reader.wrong(node.place_of(found.at), message, "Write 'or' for one of the two, or delete one.")


def _known_by_query(entries: Entries) -> list[Tree]:
    """What the `query` says in so many words, as conditions."""
    query = entries["query"][1] if "query" in entries else None
    if not isinstance(query, Mapping):
        return []
    written = [(key.value, value.value) for key, value in query.entries if isinstance(value, Scalar)]
    return [
        parse(_TOLD_BY_QUERY[key].format(value.replace("'", "''")))
        for key, value in written
        if key == "tipo" or (key == "enable" and value in ("0", "1")) or (key == "con_stock" and value in ("true", "1"))
    ]


_FIELD_HINT = "Compare a field, such as stock <= stock_minimo."


def name_place(node: Node) -> Place:
    """Where the name of a rule stands, or the rule itself where it has none."""
    name = _name_node(node)
    return node.place if name is None else name.place


def _name_node(node: Node) -> Scalar | None:
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if key.value == "name" and isinstance(value, Scalar):
                return value
    return None


def _name_before_all(node: Node) -> str | None:
    """The name, looked up before anything is checked, so that every mistake can say which rule it is in."""
    name = _name_node(node)
    return name.value if name is not None and _is_name(name.value) else None


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and len(text) <= _LONGEST_NAME


def _check_keys(reader: Reader, node: Mapping, entries: Entries) -> None:
    """A key that is there but misspelt is one mistake, and that one has its suggestion already."""
    suggested = {error.hint for error in reader.errors}
    for name in REQUIRED:
        if name not in entries and f"Did you mean '{name}'?" not in suggested:
            reader.wrong(node.place, f"The rule has no '{name}'.", _EXAMPLES[name])


_EXAMPLES = {
    "name": "Add a line such as: name: low-stock",
    "on": "Add the line: on: stock",
    "when": "Add a line such as: when: stock <= stock_minimo",
}


def _on(reader: Reader, entries: Entries) -> str:
    """The kind of subject; expressions of an unknown kind are still read as `stock`, to show their faults too."""
    if "on" not in entries:
        return "stock"
    node = entries["on"][1]
    on = reader.text(node, "on")
    if on is None or ON_TYPES.get(on):
        return on or "stock"
    if on in ON_TYPES:
        hint = f"Today a rule is about {one_of([f'on: {each}' for each, there in ON_TYPES.items() if there])}."
        reader.wrong(node.place, f"'on: {on}' is not available yet.", hint)
        return on
    hint = did_you_mean(on, ON_TYPES) or f"It is one of {one_of(ON_TYPES)}."
    reader.wrong(node.place, f"'{on}' is not something a rule can be about.", hint)
    return "stock"


class _Keys(NamedTuple):
    """The entries of one rule, asked for key by key; a key that is absent gives its default."""

    reader: Reader
    entries: Entries
    on: str

    def _value(self, key: str) -> Node | None:
        return self.entries[key][1] if key in self.entries else None

    def name(self) -> str | None:
        node = self._value("name")
        if node is None:
            return None
        written = node.value if isinstance(node, Scalar) else ""
        if not _is_name(written):
            slug = re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-")[:_LONGEST_NAME] or "low-stock"
            message = "A name is made of the letters a-z, digits and '-', 100 at most."
            self.reader.wrong(node.place, message, f"Write name: {slug}")
            return None
        return written

    def title(self) -> dict[str, str]:
        """The title in every language; what is not written is taken from the first language that is."""
        node = self._value("title")
        written: dict[str, str] = {}
        if isinstance(node, Mapping):
            for language, (_, value) in self.reader.entries(node, "title", LANGUAGES).items():
                written[language] = self._one_line(value, f"title: {language}")
            if not node.entries:
                self.reader.wrong(node.place, "'title' is empty.", "Write a text, or delete the line.")
        elif node is not None:
            written["es"] = self._one_line(node, "title")
        name = self._value("name")
        fallback = next((written[language] for language in ("es", "en", "pt") if language in written), None)
        if fallback is None:
            fallback = name.value if isinstance(name, Scalar) else ""
        return {language: written.get(language, fallback) for language in LANGUAGES}

    def _one_line(self, node: Node, what: str) -> str:
        return " ".join((self.reader.text(node, what, longest=_LONGEST_TITLE) or "").split())

    def names(self, key: str, known: frozenset[str] | None, *, nobody: bool = False) -> tuple[str, ...] | None:
        node = self._value(key)
        return None if node is None else self.reader.names(node, key, known, nobody=nobody)

    def query(self) -> Predicate:
        node = self._value("query")
        return EVERYTHING if node is None else read_query(self.reader, node, self.on)

    def expression(self, key: str) -> Predicate | None:
        node = self._value(key)
        # The words of a kind of subject that is not available yet would each be a mistake of their own: one is enough.
        if node is None or not ON_TYPES[self.on]:
            return None
        return self.reader.expression(node, key, self.on)

    def seconds(self, key: str) -> float:
        node = self._value(key)
        return 0.0 if node is None else self.reader.seconds(node, key)

    def labels(self) -> dict[str, str]:
        node = self._value("labels")
        return {} if node is None else read_labels(self.reader, node)

    def group_by(self, labels: dict[str, str]) -> tuple[str, ...]:
        node = self._value("group_by")
        return () if node is None else read_groups(self.reader, node, self.on, labels)

    def repeat(self) -> float | None:
        node = self._value("repeat")
        return None if node is None else read_repeat(self.reader, node)

    def quiet(self) -> Quiet | None:
        node = self._value("quiet")
        return None if node is None else read_quiet(self.reader, node)

    def message(self) -> str | None:
        node = self._value("message")
        return None if node is None else read_message(self.reader, node)

    def window(self) -> float | None:
        """The days a subject is counted over; documents carry dates, so only whole days mean anything."""
        if not self._belongs("window", WINDOWED):
            return None
        node = self._value("window")
        if node is None:
            return _DEFAULT_WINDOW
        before = len(self.reader.errors)
        seconds = self.reader.seconds(node, "window")
        if len(self.reader.errors) > before:
            return _DEFAULT_WINDOW
        days = seconds / _DAY_SECONDS
        if not days.is_integer() or not 1 <= days <= _LONGEST_WINDOW_DAYS:
            message = "'window' must be whole days, because documents carry a date and no time."
            self.reader.wrong(node.place, message, f"Write it like 1d, 7d or 4w; {_LONGEST_WINDOW_DAYS}d is the most.")
        return seconds

    def by(self) -> str | None:
        if not self._belongs("by", tuple(BY)):
            return None
        node = self._value("by")
        options = BY[self.on]
        word = options[0] if node is None else self.reader.text(node, "by")
        if node is not None and word is not None and word not in options:
            hint = did_you_mean(word, options) or f"It is one of {one_of(options)}."
            self.reader.wrong(node.place, f"Nothing is counted by '{word}'.", hint)
        return word

    def _belongs(self, key: str, homes: tuple[str, ...]) -> bool:
        """Whether the kind of subject has this key; where it is written and does not, that is a mistake."""
        if self.on in homes:
            return True
        if key in self.entries:
            hint = f"It belongs to on: {one_of(homes)}. Delete the line."
            self.reader.wrong(self.entries[key][0].place, f"'{key}' says nothing on: {self.on}.", hint)
        return False

    def flag(self, key: str) -> bool:
        node = self._value(key)
        return node is None or self.reader.flag(node, key) is not False

    def severities(self) -> tuple[tuple[str, Predicate | None], ...]:
        """The words in order, each with its condition; the last one always holds."""
        node = self._value("severity")
        if node is None:
            return ((DEFAULT_SEVERITY, None),)
        if isinstance(node, Mapping):
            return self._severity_map(node)
        word = self.reader.text(node, "severity")
        if word is not None and word not in SEVERITIES:
            hint = did_you_mean(word, SEVERITIES) or f"It is one of {one_of(SEVERITIES)}."
            self.reader.wrong(node.place, f"'{word}' is not a severity.", hint)
        return ((word or DEFAULT_SEVERITY, None),)

    def _severity_map(self, node: Mapping) -> tuple[tuple[str, Predicate | None], ...]:
        if not node.entries:
            self.reader.wrong(node.place, "'severity' is empty.", "Write one word, or delete the line.")
        found: list[tuple[str, Predicate | None]] = []
        for word, (key, value) in self.reader.entries(node, "severity", SEVERITIES).items():
            if found and found[-1][1] is None:
                message = f"'{word}' is never reached, because '{found[-1][0]}' is always true."
                self.reader.wrong(key.place, message, "Put the one with 'true' last.")
                break
            condition = None if _is_true(value) else self._severity_condition(value, word)
            if condition is not None or _is_true(value):
                found.append((word, condition))
        if not found or found[-1][1] is not None:
            found.append((DEFAULT_SEVERITY, None))
        return tuple(found)

    def _severity_condition(self, node: Node, word: str) -> Predicate | None:
        if isinstance(node, Scalar) and node.kind == "bool":
            self.reader.wrong(node.place, f"'{word}: false' never holds.", "Delete it, or write a condition.")
            return None
        return self.reader.expression(node, f"severity: {word}", self.on) if ON_TYPES[self.on] else None


def _is_true(node: Node) -> bool:
    return isinstance(node, Scalar) and node.kind == "bool" and node.value.lower() == "true"


def _sealed(rule: Rule) -> Rule:
    """The rule with its digests: of what decides, not of how it is written or called in a title."""
    body = (
        rule.on,
        rule.sources,
        *(predicate and (predicate.sql, predicate.parameters) for predicate in (rule.query, rule.when, rule.recover)),
        rule.for_seconds,
        rule.keep_firing_seconds,
        tuple((word, predicate and (predicate.sql, predicate.parameters)) for word, predicate in rule.severities),
        rule.notify,
        rule.tell_resolved,
        rule.enabled,
        sorted(rule.labels.items()),
        rule.group_by,
        rule.repeat_seconds,
        rule.quiet,
        rule.message,
        rule.window_seconds,
        rule.by,
    )
    return replace(rule, digest=_hash((rule.name, *body)), body_digest=_hash(body))


def _hash(parts: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
