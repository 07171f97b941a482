"""Change a rule's YAML where it stands: one value at a time, every other byte as its author left it.

The text is read for the places of its keys and values, and only what changes is cut out and written anew: comments,
order, quotes and blank lines elsewhere stay. Nothing here judges whether a rule is good; `load` does.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from .document import Blemish, DocumentTrouble, Place, parse_document
from .keys import KEYS, LANGUAGES

FOLD_AFTER = 100
"""A condition longer than this is written over several lines."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One rule as a text of its own, and where it stands in its file. `indent` is 0 where it is the whole file."""

    name: str | None
    text: str
    start: int
    end: int
    indent: int
    whole: bool


def units(text: str) -> tuple[Unit, ...]:
    """The rules of a file, each to be edited alone. Raises DocumentTrouble where it is no YAML."""
    parse_document(text)
    root = _compose(text)
    listed = _entry(root, "rules") if isinstance(root, MappingNode) else None
    if listed is None:
        return (Unit(_name_of(root), text, 0, len(text), 0, True),)
    items = listed[1].value if isinstance(listed[1], SequenceNode) else []
    return tuple(_unit(text, item) for item in items)


def splice(file: str, unit: Unit, text: str) -> str:
    """The file with this rule written otherwise; every other rule in it stays as it was."""
    if unit.whole:
        return text
    margin = " " * unit.indent
    lines = text.strip("\n").split("\n")
    moved = "\n".join([lines[0], *(margin + line if line.strip() else "" for line in lines[1:])])
    return file[: unit.start] + moved + file[unit.end :]


def without(file: str, unit: Unit) -> str:
    """The file with this rule taken out of its list."""
    start = file.rfind("\n", 0, unit.start) + 1
    return file[:start] + file[_line_end(file, unit.end) + 1 :]


def put(text: str, path: Sequence[str], value: str | None) -> str:
    """The text with the value of a key written anew, added in its usual place, or (None) taken out.

    `value` is YAML; one that begins with a line break is a block of lines, each indented as seen from its key.
    Raises DocumentTrouble where the text is no YAML, as it is after a value that was none.
    """
    root = _compose(text)
    if not isinstance(root, MappingNode):
        return text if value is None else f"{text}{_gap(text)}{path[0]}: {value}\n"
    if len(path) == 1:
        return _put_in(text, root, path[0], value)
    inner = _entry(root, path[0])
    if inner is not None and isinstance(inner[1], MappingNode) and inner[1].value:
        if value is None and [key.value for key, _ in inner[1].value] == [path[1]]:
            return put(text, path[:1], None)
        return _put_in(text, inner[1], path[1], value)
    return text if value is None else put(text, path[:1], f"\n  {path[1]}: {value}")


def scalar(value: str, *, flow: bool = False) -> str:
    """A text as YAML: plain where that says the same, else in double quotes."""
    trial = f"[{value}]" if flow else f"k: {value}"
    return value if value and "\n" not in value and _reads_back(trial, value) else json.dumps(value, ensure_ascii=False)


def condition(expression: str) -> str:
    """An expression as YAML; a long one is folded before its `and` and `or`."""
    plain = scalar(" ".join(expression.split()))
    if len(plain) <= FOLD_AFTER:
        return plain
    return ">-" + "".join(f"\n  {line}" for line in _folded(" ".join(expression.split())))


def listed(values: Iterable[str]) -> str:
    """Names as a list in brackets."""
    return f"[{', '.join(scalar(value, flow=True) for value in values)}]"


def mapped(pairs: Iterable[tuple[str, str]]) -> str:
    """Keys and values (YAML already) in braces."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def lines(pairs: Iterable[tuple[str, str]]) -> str:
    """Keys and values (YAML already), one a line below their key."""
    return "".join(f"\n  {key}: {value}" for key, value in pairs)


def literal(text: str) -> str:
    """A text of several lines, as it stands."""
    body = text.rstrip("\n")
    # A text that begins with a space needs its indentation said; an empty line is no line of it.
    mark = "|2" if body[:1].isspace() else "|"
    return mark + "".join(f"\n  {line}" if line.strip() else "\n" for line in body.split("\n"))


def _compose(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except YAMLError as fault:
        raise DocumentTrouble(Blemish(Place(1, 1), str(fault))) from None


def _reads_back(trial: str, value: str) -> bool:
    """Whether plain YAML would be read as this very text."""
    try:
        root = _compose(trial)
    except DocumentTrouble:
        return False
    items = root.value if isinstance(root, SequenceNode) else [pair[1] for pair in root.value]
    one = items[0] if len(items) == 1 else None
    return isinstance(one, ScalarNode) and one.value == value and str(one.tag).endswith(":str") and one.anchor is None


def _name_of(node: Any) -> str | None:
    found = _entry(node, "name") if isinstance(node, MappingNode) else None
    return str(found[1].value) if found and isinstance(found[1], ScalarNode) else None


def _unit(text: str, item: Any) -> Unit:
    start, indent = item.start_mark.index, item.start_mark.column
    end = _end(text, item)
    # A remark behind the last value belongs to the rule.
    end = max(end, len(text[: _line_end(text, end)].rstrip()))
    margin = " " * indent
    rows = text[start:end].split("\n")
    body = [rows[0], *(row.removeprefix(margin) if row.startswith(margin) else row.lstrip(" ") for row in rows[1:])]
    return Unit(_name_of(item), "\n".join(body) + "\n", start, end, indent, False)


def _entry(node: Any, key: str) -> tuple[Any, Any] | None:
    return next(((name, value) for name, value in node.value if name.value == key), None)


def _end(text: str, node: Any) -> int:
    """Where a value ends: the reader itself counts what follows, up to the next key, as part of it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, ScalarNode):
        return int(start) + len(text[start:end].rstrip()) if node.style in ("|", ">") else int(end)
    if node.flow_style or not node.value:
        return int(end)
    last = node.value[-1]
    if isinstance(last, tuple):
        filled = last[1].end_mark.index > last[1].start_mark.index
        return _end(text, last[1]) if filled else int(last[0].end_mark.index) + 1
    return _end(text, last)


def _put_in(text: str, mapping: Any, key: str, value: str | None) -> str:
    entry = _entry(mapping, key)
    if mapping.flow_style:
        return _put_in_flow(text, mapping, key, value)
    if entry is not None:
        return _cut(text, entry) if value is None else _replace(text, mapping, entry, value)
    return text if value is None else _add(text, mapping, key, value)


def _replace(text: str, mapping: Any, entry: tuple[Any, Any], value: str) -> str:
    name, old = entry
    start, end = old.start_mark.index, _end(text, old)
    if start == end or value.startswith("\n") or (not isinstance(old, ScalarNode) and not old.flow_style):
        start = text.index(":", name.end_mark.index) + 1
        end = max(start, end if old.end_mark.index > old.start_mark.index else start)
        value = value if value.startswith("\n") else f" {value}"
    head, *block = _indented(value, mapping.start_mark.column).split("\n")
    # What stood behind the value, a remark as a rule, stays on the line of its key.
    rest = _line_end(text, end) if block else end
    return text[:start] + "\n".join([head + text[end:rest], *block]) + text[rest:]


def _cut(text: str, entry: tuple[Any, Any]) -> str:
    name, old = entry
    empty = old.end_mark.index <= old.start_mark.index
    start = text.rfind("\n", 0, name.start_mark.index) + 1
    return text[:start] + text[_line_end(text, name.end_mark.index if empty else _end(text, old)) + 1 :]


def _add(text: str, mapping: Any, key: str, value: str) -> str:
    """A new line, behind the keys that usually come before it."""
    rank = {name: place for place, name in enumerate((*KEYS, *LANGUAGES))}
    before = [pair for pair in mapping.value if rank.get(pair[0].value, 0) < rank.get(key, len(rank))]
    line = " " * mapping.start_mark.column + key + ":" + (value if value.startswith("\n") else f" {value}")
    line = _indented(line, mapping.start_mark.column)
    if not before:
        first = mapping.value[0][0].start_mark.index
        start = text.rfind("\n", 0, first) + 1
        return text[:start] + line + "\n" + text[start:]
    name, last = before[-1]
    empty = last.end_mark.index <= last.start_mark.index
    at = _line_end(text, name.end_mark.index if empty else _end(text, last))
    return text[:at] + "\n" + line + (text[at:] or "\n")


def _put_in_flow(text: str, mapping: Any, key: str, value: str | None) -> str:
    entry = _entry(mapping, key)
    value = None if value is None else _in_flow(value)
    if entry is not None and value is not None:
        return text[: entry[1].start_mark.index] + value + text[_end(text, entry[1]) :]
    pairs = [
        (text[name.start_mark.index : name.end_mark.index], text[old.start_mark.index : _end(text, old)])
        for name, old in mapping.value
        if name.value != key
    ]
    pairs += [(key, value)] if value is not None else []
    return text[: mapping.start_mark.index] + mapped(pairs) + text[mapping.end_mark.index :]


def _in_flow(value: str) -> str:
    """A value as it may stand in braces: no block, and quotes where a comma or a bracket would end it."""
    node = _compose(f"k: {value}\n").value[0][1]
    text = isinstance(node, ScalarNode) and str(node.tag).endswith(":str")
    return scalar(node.value, flow=True) if text and node.style not in ("'", '"') else value


def _indented(value: str, column: int) -> str:
    first, *rest = value.split("\n")
    return "\n".join([first, *(" " * column + line if line.strip() else line for line in rest)])


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _gap(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _folded(expression: str) -> list[str]:
    """Lines that say the same when they are folded: broken before `and` and `or` outside of quotes."""
    parts, quoted, start = [], False, 0
    for at, sign in enumerate(expression):
        quoted ^= sign == "'"
        if sign == " " and not quoted and expression[at + 1 :].lower().startswith(("and ", "or ")):
            parts.append(expression[start:at])
            start = at + 1
    rows: list[str] = []
    for part in (*parts, expression[start:]):
        if rows and len(rows[-1]) + len(part) < FOLD_AFTER:
            rows[-1] += f" {part}"
        else:
            rows.append(part)
    return rows
