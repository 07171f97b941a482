"""Rule files become rules and mistakes: all mistakes of all files at once, and every good rule beside them.

What a caller does with a mistake (show it, keep the last good version in force) is not decided here.
"""

import os
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .document import (
    Blemish,
    Document,
    DocumentTrouble,
    Mapping,
    Node,
    Place,
    Scalar,
    Sequence,
    parse_document,
    read_document,
)
from .fault import RuleError
from .keys import KEYS, Known, name_place, read_rule
from .reader import Reader
from .rule import Rule
from .suggest import did_you_mean

__all__ = ["RuleError", "RuleSet", "load_rules", "load_text", "rule_files"]

ENDINGS = (".yaml", ".yml")
TEST_ENDINGS = (".test.yaml", ".test.yml")
"""Files that try rules and hold none; a folder of rules passes them over."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that can work, and everything that is wrong with the others, in the order of the files."""

    rules: tuple[Rule, ...]
    errors: tuple[RuleError, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One rule node of a file: its name and where that stands, and the rule if nothing is wrong with it."""

    name: str | None
    place: Place
    file: str
    rule: Rule | None


def load_rules(
    paths: Iterable[Path], *, known_sources: frozenset[str] | None = None, known_channels: frozenset[str] | None = None
) -> RuleSet:
    """Every rule of these files and folders. Names of sources and channels are checked only where they are given."""
    known = Known(known_sources, known_channels)
    found: list[_Found] = []
    errors: list[RuleError] = []
    for path in rule_files(paths):
        try:
            document = read_document(path)
        except DocumentTrouble as trouble:
            errors.append(_whole_file(str(path), trouble.blemish))
        else:
            found.extend(_rules_of(str(path), document, known, errors))
    return _rule_set(found, errors)


def load_text(
    text: str, file: str, *, known_sources: frozenset[str] | None = None, known_channels: frozenset[str] | None = None
) -> RuleSet:
    """The rules of a text that stands in no file yet, such as one typed into a form; `file` names it in mistakes."""
    errors: list[RuleError] = []
    try:
        document = parse_document(text)
    except DocumentTrouble as trouble:
        return RuleSet((), (_whole_file(file, trouble.blemish),))
    found = _rules_of(file, document, Known(known_sources, known_channels), errors)
    return _rule_set(found, errors)


def rule_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files themselves, and those a folder holds, sorted and each once. What is hidden is passed over."""
    found: dict[str, Path] = {}
    for path in paths:
        for file in _in_folder(path) if path.is_dir() else (path,):
            found.setdefault(os.path.realpath(file), file)
    return tuple(found.values())


def _in_folder(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(ENDINGS) and not name.endswith(TEST_ENDINGS) and not name.startswith("."):
                yield Path(here) / name


def _whole_file(file: str, blemish: Blemish) -> RuleError:
    return RuleError(file, blemish.place.line, blemish.place.column, None, blemish.message, blemish.hint)


def _rules_of(file: str, document: Document, known: Known, errors: list[RuleError]) -> list[_Found]:
    """The rules of one file: the file itself is one, or `rules:` holds several."""
    whole = Reader(file)
    found: list[_Found] = []
    for node, text in _rule_nodes(whole, document):
        reader = Reader(file)
        rule = read_rule(reader, node, known, text)
        errors.extend(reader.errors)
        found.append(_Found(reader.rule, name_place(node), file, rule))
    errors.extend(whole.errors)
    return found


def _rule_nodes(reader: Reader, document: Document) -> list[tuple[Node, str]]:
    root = document.root
    if root is None or (isinstance(root, Scalar) and root.kind == "null"):
        return []
    if not isinstance(root, Mapping):
        hint = "Write one rule as 'key: value' lines, or a list of them under 'rules:'."
        reader.wrong(root.place, "The file holds no rule.", hint)
        return []
    if not any(key.value == "rules" for key, _ in root.entries):
        return [(root, document.text)] if _looks_like_a_rule(reader, root) else []
    return _under_rules(reader, root)


def _looks_like_a_rule(reader: Reader, document: Mapping) -> bool:
    """A file whose only key is `rule:` or `reglas:` is a slip of one word, not a rule with everything missing."""
    if len(document.entries) != 1:
        return True
    key, value = document.entries[0]
    if key.value in KEYS or not isinstance(value, Sequence | Mapping):
        return True
    reader.wrong(key.place, f"'{key.value}' is not a key of a rule file.", did_you_mean(key.value, ["rules"]))
    return False


def _under_rules(reader: Reader, document: Mapping) -> list[tuple[Node, str]]:
    found: list[tuple[Node, str]] = []
    for name, (_, value) in reader.entries(document, "a file with several rules", ("rules",)).items():
        if isinstance(value, Sequence):
            found.extend((item, _as_written(item)) for item in value.items)
        elif not (isinstance(value, Scalar) and value.kind == "null"):
            reader.wrong(value.place, f"'{name}' must be a list of rules.", "Begin each rule with '- name: …'.")
    return found


def _as_written(node: Node) -> str:
    """The source of an item of a list, moved to the left margin as a file of its own would have it."""
    if not isinstance(node, Mapping):
        return ""
    return textwrap.dedent(" " * (node.place.column - 1) + node.text)


def _rule_set(found: list[_Found], errors: list[RuleError]) -> RuleSet:
    """The first rule of a name stays; a later one is a mistake, even where the first cannot work."""
    first: dict[str, _Found] = {}
    for one in found:
        if one.name is not None and first.setdefault(one.name, one) is not one:
            errors.append(_taken(one, first[one.name]))
    rules = tuple(one.rule for one in found if one.rule is not None and first[one.rule.name] is one)
    order = {error.file: number for number, error in reversed(list(enumerate(errors)))}
    return RuleSet(rules, tuple(sorted(errors, key=lambda error: (order[error.file], error.line, error.column))))


def _taken(one: _Found, first: _Found) -> RuleError:
    message = f"There is a rule '{one.name}' in {first.file}, line {first.place.line}, already."
    return RuleError(one.file, one.place.line, one.place.column, one.name, message, "Give this one another name.")
