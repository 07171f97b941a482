"""A condition as rows that a form can show: field, comparison, value, joined by `all` or `any`; and back again.

What no row can say (a calculation on the left, a bracket of the other join) stays as the text it was, as a row of its
own. A condition that cannot be read at all has no rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from . import vocabulary
from .syntax import (
    Arithmetic,
    Between,
    Both,
    Call,
    Compare,
    ExpressionTrouble,
    IsNull,
    Minus,
    Name,
    Node,
    Not,
    Null,
    Number,
    Text,
    Within,
    parse,
)

NUMBER_SIGNS: Final = ("<=", "<", "=", "!=", ">=", ">", "between", "is null", "is not null")
TEXT_SIGNS: Final = ("contains", "not contains", "=", "!=", "in", "not in", "is null", "is not null")
ALONE: Final = ("is null", "is not null")
"""Comparisons that take no value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a condition. Without a `word` it is `text`, an expression as it was written.

    `days` is what stands in the brackets of a function; `until` is the upper end of `between`.
    """

    word: str = ""
    days: str = ""
    sign: str = ""
    value: str = ""
    until: str = ""
    text: str = ""

    @property
    def complete(self) -> bool:
        """Whether it says something already; a row that was just added does not."""
        if not self.word:
            return bool(self.text.strip())
        return self.sign in ALONE or bool(self.value.strip() and (self.sign != "between" or self.until.strip()))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a condition, and whether all of them must hold (`and`) or any (`or`)."""

    join: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number of a condition: which one, where it stands, and the comparison it belongs to."""

    at: int
    written: str
    within: str

    @property
    def value(self) -> float:
        """The number itself."""
        return float(self.written)


def rows_of(expression: str, on: str) -> Rows | None:
    """The rows of a condition; None where it cannot be read."""
    try:
        tree = parse(expression)
    except ExpressionTrouble:
        return None
    if isinstance(tree, Both):
        return Rows(tree.operator.lower(), tuple(_row(part, on) for part in tree.parts))
    return Rows("and", (_row(tree, on),))


def expression_of(rows: Rows, on: str) -> str:
    """The condition that the complete rows make; empty without any."""
    return f" {rows.join} ".join(_written(row, on, rows.join) for row in rows.rows if row.complete)


def kind_of(word: str, on: str) -> str:
    """The kind of a word as a row sees it: text, number, flag or id."""
    found = vocabulary.function(word, on) or vocabulary.field(word, on)
    return found.kind if found else "number"


def signs_for(word: str, on: str) -> tuple[str, ...]:
    """The comparisons that make sense for a word."""
    kind = kind_of(word, on)
    if kind == "text":
        return TEXT_SIGNS
    return {"flag": ("=",), "id": ("=", "!=", "in", "not in")}.get(kind, NUMBER_SIGNS)


def literals(expression: str) -> tuple[Literal, ...]:
    """Every number of a condition, in order; none where it cannot be read."""
    try:
        tree = parse(expression)
    except ExpressionTrouble:
        return ()
    return tuple(sorted(_numbers(tree, unparse(tree)), key=lambda each: each.at))


def with_number(expression: str, literal: Literal, written: str) -> str:
    """The condition with one of its numbers replaced."""
    return expression[: literal.at] + written + expression[literal.at + len(literal.written) :]


def unparse(node: Node) -> str:  # noqa: PLR0911, PLR0912 - one line for each kind of node
    """A tree as text, with the brackets it needs."""
    match node:
        case Number():
            return node.written
        case Text():
            return quoted(node.value)
        case Null():
            return "null"
        case Name():
            return node.word
        case Call():
            return f"{node.word}({', '.join(map(unparse, node.arguments))})"
        case Minus():
            return f"-{_inside(node.operand, 4)}"
        case Arithmetic():
            level = 2 if node.operator in "+-" else 3
            return f"{_inside(node.left, level)} {node.operator} {_inside(node.right, level + 1)}"
        case Compare():
            return f"{_inside(node.left, 2)} {node.operator} {_inside(node.right, 2)}"
        case Within():
            word = "not in" if node.negated else "in"
            return f"{_inside(node.operand, 2)} {word} ({', '.join(map(unparse, node.items))})"
        case Between():
            return f"{_inside(node.operand, 2)} between {_inside(node.low, 2)} and {_inside(node.high, 2)}"
        case IsNull():
            return f"{_inside(node.operand, 2)} is {'not ' if node.negated else ''}null"
        case Both():
            return f" {node.operator.lower()} ".join(_inside(part, 0, node.operator) for part in node.parts)
        case Not():
            return f"not {_inside(node.operand, 1)}"


def quoted(text: str) -> str:
    """A text as it is written in an expression."""
    return "'" + text.replace("'", "''") + "'"


def _inside(node: Node, least: int, join: str | None = None) -> str:
    """A part of a larger expression: in brackets where it binds less tightly than its place asks."""
    text = unparse(node)
    if isinstance(node, Both) and join == "OR" and node.operator == "AND":
        return text
    return text if _binding(node) >= max(least, 1 if join else least) else f"({text})"


def _binding(node: Node) -> int:
    if isinstance(node, Both):
        return 0
    if isinstance(node, Not | Compare | Within | Between | IsNull):
        return 1
    if isinstance(node, Arithmetic):
        return 2 if node.operator in "+-" else 3
    return 4 if not isinstance(node, Minus) else 3


def _row(node: Node, on: str) -> Row:
    """A comparison as a row, or its text where it is more than a row can say."""
    return _compared(node, on) or _listed(node, on) or _looked_for(node, on) or Row(text=unparse(node))


def _subject(node: Node, on: str) -> tuple[str, str] | None:
    """The field or function on the left: its word and its days."""
    if isinstance(node, Name) and vocabulary.field(node.word, on):
        return node.word, ""
    if isinstance(node, Call) and vocabulary.function(node.word, on) and len(node.arguments) == 1:
        days = node.arguments[0]
        return (node.word, days.written) if isinstance(days, Number) else None
    return None


def _compared(node: Node, on: str) -> Row | None:
    if not isinstance(node, Compare | Between | IsNull):
        return None
    found = _subject(node.left if isinstance(node, Compare) else node.operand, on)
    if found is None:
        return None
    word, days = found
    if isinstance(node, IsNull):
        return Row(word, days, "is not null" if node.negated else "is null")
    kind = kind_of(word, on)
    if isinstance(node, Between):
        low, high = unparse(node.low), unparse(node.high)
        return Row(word, days, "between", low, high) if kind == "number" else None
    sign = "=" if node.operator == "==" else node.operator
    value = _value(node.right, kind)
    return Row(word, days, sign, value) if value is not None and sign in signs_for(word, on) else None


def _value(node: Node, kind: str) -> str | None:
    """What stands in the box of a row: a text without its quotes, anything else as it is written."""
    if kind == "text":
        return node.value if isinstance(node, Text) and node.value.strip() == node.value and node.value else None
    if kind == "id":
        return node.value if isinstance(node, Text) else node.written if isinstance(node, Number) else None
    return unparse(node)


def _listed(node: Node, on: str) -> Row | None:
    if not isinstance(node, Within):
        return None
    found = _subject(node.operand, on)
    kind = kind_of(found[0], on) if found else ""
    items = [_value(item, kind) for item in node.items]
    if found is None or kind not in ("text", "id") or any(item is None or "," in item for item in items):
        return None
    return Row(*found, "not in" if node.negated else "in", ", ".join(item for item in items if item is not None))


def _looked_for(node: Node, on: str) -> Row | None:
    """`contains(nombre, 'x')`, and `not` of it."""
    negated = isinstance(node, Not)
    inner = node.operand if isinstance(node, Not) else node
    if not isinstance(inner, Call) or inner.word != "contains" or len(inner.arguments) != 2:
        return None
    field, text = inner.arguments
    if not isinstance(field, Name) or kind_of(field.word, on) != "text" or not isinstance(text, Text):
        return None
    return Row(field.word, "", "not contains" if negated else "contains", text.value)


def _written(row: Row, on: str, join: str) -> str:
    if not row.word:
        return _bracketed(row.text.strip(), join)
    subject = f"{row.word}({row.days.strip() or '30'})" if vocabulary.function(row.word, on) else row.word
    kind = kind_of(row.word, on)
    if row.sign in ALONE:
        return f"{subject} {row.sign}"
    if row.sign in ("contains", "not contains"):
        return f"{row.sign.removesuffix('contains')}contains({subject}, {quoted(row.value.strip())})"
    if row.sign in ("in", "not in"):
        items = [_boxed(part.strip(), kind) for part in row.value.split(",") if part.strip()]
        return f"{subject} {row.sign} ({', '.join(items)})"
    if row.sign == "between":
        return f"{subject} between {row.value.strip()} and {row.until.strip()}"
    return f"{subject} {row.sign} {_boxed(row.value.strip(), kind)}"


def _boxed(value: str, kind: str) -> str:
    if kind == "text" or (kind == "id" and not value.isdigit()):
        return quoted(value)
    return value


def _bracketed(text: str, join: str) -> str:
    """An expression of its own inside others: in brackets where it would otherwise be torn apart."""
    try:
        tree = parse(text)
    except ExpressionTrouble:
        return text
    return f"({text})" if isinstance(tree, Both) and tree.operator.lower() != join else text


def _numbers(node: Node, within: str) -> list[Literal]:
    """The numbers below a node, each with the smallest comparison around it."""
    if isinstance(node, Number):
        return [Literal(node.at, node.written, within)]
    if isinstance(node, Both | Not):
        return [each for part in _parts(node) for each in _numbers(part, unparse(part))]
    return [each for part in _parts(node) for each in _numbers(part, within)]


def _parts(node: Node) -> Sequence[Node]:  # noqa: PLR0911 - one line for each kind of node
    match node:
        case Both():
            return node.parts
        case Not() | Minus() | IsNull():
            return (node.operand,)
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Within():
            return (node.operand, *node.items)
        case Between():
            return (node.operand, node.low, node.high)
        case Call():
            return node.arguments
    return ()
