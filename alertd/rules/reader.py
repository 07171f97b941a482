"""Reads single values out of a rule file: a text, a flag, a duration, a list of names, an expression.

Nothing here stops at the first mistake: each is written down with its place, and the caller goes on.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..clock import parse_duration
from ..errors import UsageTrouble
from .compiling import compile_condition
from .document import Mapping as MappingNode
from .document import Node, Place, Scalar, Sequence
from .fault import RuleError
from .rule import Predicate
from .suggest import did_you_mean, one_of
from .syntax import UNWRITABLE

LONGEST_TEXT = 500
LONGEST_SECONDS = 366 * 86_400.0
_FLAGS = {"true": True, "false": False}
_DIGITS = {"1": True, "0": False}


@dataclass(slots=True)
class Reader:
    """Gathers the mistakes of one rule. `rule` is its name as soon as that is known."""

    file: str
    rule: str | None = None
    errors: list[RuleError] = field(default_factory=list)

    def wrong(self, place: Place, message: str, hint: str | None = None) -> None:
        """Write a mistake down."""
        self.errors.append(RuleError(self.file, place.line, place.column, self.rule, message, hint))

    def entries(
        self, node: Node, what: str, names: Collection[str], synonyms: Mapping[str, str] | None = None
    ) -> dict[str, tuple[Scalar, Node]]:
        """The known keys of a mapping, each with its key and value; unknown and repeated ones are written down."""
        found: dict[str, tuple[Scalar, Node]] = {}
        if not isinstance(node, MappingNode):
            self.wrong(node.place, f"'{what}' must hold keys and values.", f"The keys are {one_of(names)}.")
            return found
        for key, value in node.entries:
            if key.value in found:
                first = found[key.value][0].place.line
                self.wrong(
                    key.place, f"'{key.value}' stands here twice.", f"Keep it here or in line {first}, not both."
                )
            elif key.value in names:
                found[key.value] = (key, value)
            else:
                self.wrong(
                    key.place, f"'{key.value}' is not a key of {what}.", _meant(key.value, names, synonyms or {})
                )
        return found

    def text(self, node: Node, what: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """A text that says something; a bare number or word of YAML has lost how it was written."""
        if not isinstance(node, Scalar):
            self.wrong(node.place, f"'{what}' must be one text.")
        elif node.kind == "null" or (node.kind == "text" and not node.value.strip()):
            self.wrong(node.place, f"'{what}' is empty.", "Write a text, or delete the line.")
        elif node.kind != "text":
            self.wrong(node.place, f"'{what}' must be a text.", f'Put it in quotes: "{node.raw}".')
        elif UNWRITABLE.search(node.value):
            self.wrong(node.place, f"'{what}' holds a character that cannot be written.", "Type it anew.")
        elif len(node.value) > longest:
            self.wrong(node.place, f"'{what}' has {len(node.value)} characters; {longest} is the most.", "Shorten it.")
        else:
            return node.value
        return None

    def flag(self, node: Node, what: str, *, digits: bool = False) -> bool | None:
        """true or false; where the inventory API does so, 1 or 0 as well."""
        if isinstance(node, Scalar):
            if node.kind == "bool" and node.value.lower() in _FLAGS:
                return _FLAGS[node.value.lower()]
            if digits and node.kind == "number" and node.value in _DIGITS:
                return _DIGITS[node.value]
        choices = "true, false, 1 or 0" if digits else "true or false"
        self.wrong(node.place, f"'{what}' must be {choices}.", "Write it without quotes." if _quoted(node) else None)
        return None

    def seconds(self, node: Node, what: str) -> float:
        """A duration in seconds; 0 needs no unit."""
        written = node.value.strip() if isinstance(node, Scalar) else ""
        if written == "0":
            return 0.0
        try:
            seconds = parse_duration(written)
        except UsageTrouble:
            self.wrong(node.place, f"'{what}' must be a duration.", "Write it like 45s, 30m, 2h, 1d, 1w or 1h30m.")
            return 0.0
        if seconds > LONGEST_SECONDS:
            self.wrong(node.place, f"'{what}' is longer than a year.", "Write at most 366d.")
        return seconds

    def names(self, node: Node, what: str, known: frozenset[str] | None, *, nobody: bool = False) -> tuple[str, ...]:
        """One name or a list of them, checked where the caller knows which exist. `nobody` allows an empty list."""
        items = node.items if isinstance(node, Sequence) else (node,)
        if not items and not nobody:
            self.wrong(node.place, f"'{what}' names nothing.", f"Write at least one name, or delete '{what}'.")
        found: dict[str, None] = {}
        for item in items:
            name = self.text(item, what)
            if name in found:
                self.wrong(item.place, f"'{name}' stands in '{what}' twice.", "Keep it once.")
            elif name is not None and known is not None and name not in known:
                self.wrong(item.place, f"'{what}' names '{name}', which does not exist.", _existing(name, known))
            elif name is not None:
                found[name] = None
        return tuple(found)

    def expression(self, node: Node, what: str, on: str) -> Predicate | None:
        """A condition, compiled; its faults are placed at the very character of the file."""
        if not isinstance(node, Scalar):
            self.wrong(node.place, f"'{what}' must be one expression.", 'Write it in double quotes: "stock <= 5".')
            return None
        # A bare number or true is no text to YAML, but people see one text; the compiler says what is wrong with it.
        compiled = compile_condition(node.value, on)
        if isinstance(compiled, Predicate):
            return compiled
        for fault in compiled:
            self.wrong(node.place_of(fault.index), fault.message, fault.hint)
        return None


def _meant(name: str, names: Collection[str], synonyms: Mapping[str, str]) -> str:
    synonym = synonyms.get(name.lower())
    if synonym:
        return f"Did you mean '{synonym}'?"
    return did_you_mean(name, names) or f"The keys are {one_of(names)}."


def _existing(name: str, known: frozenset[str]) -> str:
    if not known:
        return "There is none yet."
    return did_you_mean(name, sorted(known)) or f"There is {one_of(sorted(known))}."


def _quoted(node: Node) -> bool:
    return isinstance(node, Scalar) and node.style in ("'", '"') and bool(re.fullmatch("true|false|1|0", node.value))
