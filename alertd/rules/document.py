"""A YAML file becomes plain nodes that know where they stand, or one fault with its place.

Strict on purpose: YAML 1.2, one document, no aliases, anchors or tags, no tabs for indentation, no key twice. What a
rule file cannot say clearly is refused instead of guessed.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.reader import ReaderError

LARGEST = 1024 * 1024
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Blemish:
    """What is wrong with a file at a place, and what to do about it."""

    place: Place
    message: str
    hint: str | None = None


class DocumentTrouble(Exception):
    """A file that cannot be read as YAML; carries the one reason."""

    def __init__(self, blemish: Blemish) -> None:
        super().__init__(blemish.message)
        self.blemish = blemish


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. `kind` is `text`, `number`, `bool` or `null`; `raw` is its source, quotes and all."""

    place: Place
    value: str
    kind: str
    style: str
    raw: str

    def place_of(self, index: int) -> Place:
        """Where the character `index` of the value stands in the file."""
        before = self.raw[: _raw_index(self, index)]
        newlines = before.count("\n")
        if not newlines:
            return Place(self.place.line, self.place.column + len(before))
        return Place(self.place.line + newlines, len(before) - before.rindex("\n"))


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    place: Place
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; `text` is the source they were written as."""

    place: Place
    entries: "tuple[tuple[Scalar, Node], ...]"
    text: str


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file: its node (None where there are only comments) and its text."""

    root: Node | None
    text: str


def read_document(path: Path) -> Document:
    """A file as nodes. Raises DocumentTrouble."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as fault:
        hint = "Check the path and that the user that runs alertd may read it."
        raise _trouble(f"The file cannot be read ({fault.strerror}).", hint) from None
    if len(raw) > LARGEST:
        raise _trouble("The file is larger than 1 MB.", "Split it into several files.")
    return parse_document(_decode(raw))


def parse_document(text: str) -> Document:
    """A YAML text as nodes. Raises DocumentTrouble."""
    _refuse_what_yaml_would_take(text)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _StrictComposer
    yaml.max_depth = DEEPEST
    try:
        root = yaml.compose(text)
    except YAMLError as fault:
        raise DocumentTrouble(_explain(text, fault)) from None
    return Document(None if root is None else _node(text, root), text)


class _StrictComposer(Composer):
    """Refuses, where they stand, the parts of YAML that hide what a file says."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _refusal(event.start_mark, "Anchors (&) and aliases (*) are not allowed.", "Write the value out.")
        if event.ctag is not None:
            raise _refusal(event.start_mark, f"The tag {event.ctag} is not allowed.", "Write the plain value.")
        return super().compose_node(parent, index)


def _refusal(mark: Any, message: str, hint: str) -> DocumentTrouble:
    return DocumentTrouble(Blemish(_place(mark), message, hint))


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _trouble("The file is saved as UTF-16.", "Save it as UTF-8.")
    if b"\0" in raw:
        line, column = _count(raw[: raw.index(b"\0")])
        raise DocumentTrouble(Blemish(Place(line, column), "This is not a text file.", "Save the rules as UTF-8 text."))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line, column = _count(raw[: fault.start])
        message = f"The byte 0x{raw[fault.start]:02X} is not UTF-8."
        raise DocumentTrouble(Blemish(Place(line, column), message, "Save the file as UTF-8.")) from None


def _count(before: bytes) -> tuple[int, int]:
    """Line and column of the byte that follows; what came before it is UTF-8 that can be read."""
    last = before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    return before.count(b"\n") + 1, len(last) + 1


_TRAPS = (
    (re.compile(r"^ *\t", re.MULTILINE), "A tab stands in the indentation.", "Indent with spaces."),
    (re.compile(r"^%", re.MULTILINE), "YAML directives are not allowed.", "Delete the line."),
)


def _refuse_what_yaml_would_take(text: str) -> None:
    for trap, message, hint in _TRAPS:
        found = trap.search(text)
        if found:
            raise DocumentTrouble(Blemish(_place_in(text, found.end() - 1), message, hint))


_EXPLANATIONS = (
    (
        "mapping values are not allowed",
        "A ':' stands where YAML expects none.",
        "Put the whole value in double quotes.",
    ),
    ("found duplicate anchor", "Anchors (&) and aliases (*) are not allowed.", "Write the value out."),
    ("while scanning a quoted scalar", "A quote is opened and never closed.", "Close it on the same line."),
    ("cannot start any token", "This character cannot begin a value.", "Put the whole value in double quotes."),
    ("could not find expected", "A ':' is missing after the key.", "Write 'key: value'."),
    (
        "but found another document",
        "The file holds more than one document.",
        "Use one list under 'rules:' instead of '---'.",
    ),
    ("maximum depth", "The file is nested too deeply.", "A rule needs three levels at most."),
    ("while parsing a block mapping", "A key is expected here.", "Check the indentation and the quotes of the value."),
    ("while parsing a flow", "A ',' or a closing bracket is missing.", "Put expressions inside { } in double quotes."),
    ("while parsing a block collection", "An item beginning with '-' is expected here.", "Check the indentation."),
)


def _explain(text: str, fault: YAMLError) -> Blemish:
    """What the YAML reader ran into, in words that say what to do."""
    if isinstance(fault, ReaderError):
        character = fault.character if isinstance(fault.character, int) else ord(str(fault.character)[:1] or "?")
        message = f"The character U+{character:04X} cannot stand in a rule file."
        return Blemish(_place_in(text, fault.position), message, "Delete it.")
    if not isinstance(fault, MarkedYAMLError):
        return Blemish(Place(1, 1), "This is not YAML.", "Compare it with the examples in docs/rules.md.")
    said = f"{fault.context or ''} {fault.problem or ''}"
    # An open quote runs to the end of the file; where it was opened is the place to look.
    mark = fault.context_mark if "quoted scalar" in said and "end of" in said else fault.problem_mark
    place = Place(1, 1) if mark is None else _place(mark)
    for sign, message, hint in _EXPLANATIONS:
        if sign in said:
            return Blemish(place, message, hint)
    return Blemish(place, f"This is not YAML: {said.strip()}.", "Compare it with the examples in docs/rules.md.")


_KINDS = {"int": "number", "float": "number", "bool": "bool", "null": "null"}


def _node(text: str, node: Any) -> Node:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        kind = _KINDS.get(str(node.tag).rsplit(":", 1)[-1], "text")
        return Scalar(_place(node.start_mark), node.value, kind, node.style or "", text[start:end])
    if isinstance(node, MappingNode):
        return Mapping(_place(node.start_mark), _entries(text, node), text[start:end])
    return Sequence(_place(node.start_mark), tuple(_node(text, item) for item in node.value))


def _entries(text: str, node: Any) -> tuple[tuple[Scalar, Node], ...]:
    entries: list[tuple[Scalar, Node]] = []
    for key, value in node.value:
        name = _node(text, key)
        if not isinstance(name, Scalar):
            raise DocumentTrouble(Blemish(name.place, "A key must be one word.", "Put expressions in double quotes."))
        entries.append((name, _beside(name, _node(text, value))))
    return tuple(entries)


def _beside(key: Scalar, value: Node) -> Node:
    """YAML places an empty value wherever the next thing begins; people look for it behind its key."""
    if isinstance(value, Scalar) and not value.raw:
        return replace(value, place=Place(key.place.line, key.place.column + len(key.raw) + 1))
    return value


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _place_in(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _trouble(message: str, hint: str) -> DocumentTrouble:
    return DocumentTrouble(Blemish(Place(1, 1), message, hint))


_ESCAPES = {"x": 4, "u": 6, "U": 10}


def _raw_index(scalar: Scalar, index: int) -> int:
    """Walk the source and the value together: folding, escapes and indentation make the source the longer one."""
    at = _opening(scalar)
    for wanted in scalar.value[:index]:
        at = _step(scalar, at, wanted)
    while index < len(scalar.value) and not scalar.value[index].isspace() and scalar.raw[at : at + 1].isspace():
        at += 1
    return min(at, len(scalar.raw))


def _opening(scalar: Scalar) -> int:
    if scalar.style in ("|", ">"):
        return scalar.raw.find("\n") + 1
    return 1 if scalar.style in ("'", '"') else 0


def _step(scalar: Scalar, at: int, wanted: str) -> int:
    """The place in the source just after the character `wanted` of the value."""
    raw = scalar.raw
    if scalar.style == "'" and raw.startswith("''", at):
        return at + 2
    if scalar.style == '"' and raw.startswith("\\", at) and raw[at + 1 : at + 2] != "\n":
        return at + _ESCAPES.get(raw[at + 1 : at + 2], 2)
    if wanted in " \n" and raw[at : at + 1].isspace():
        return at + 1
    while at < len(raw) and raw[at] != wanted:
        at += 1
    return at + 1
