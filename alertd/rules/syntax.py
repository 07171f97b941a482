"""Expressions as text become a small tree, or one fault with its place. What the words mean is decided in `compiling`.

The grammar is wider than the language on purpose: a bare field or a compared condition parses, so that the check of
types can say in plain words what is wrong with it instead of "unexpected token".
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

LONGEST = 500
DEEPEST = 40
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters, which no database takes as text."""

_GRAMMAR = r"""
?start: either
?either: both | both (OR both)+ -> either_of
?both: unless | unless (AND unless)+ -> all_of
?unless: comparison | NOT unless -> negated
?comparison: sum
    | sum COMPARE sum -> compare
    | sum IN "(" (sum ("," sum)*)? ")" -> within
    | sum NOT IN "(" (sum ("," sum)*)? ")" -> not_within
    | sum BETWEEN sum AND sum -> between
    | sum IS NULL -> is_null
    | sum IS NOT NULL -> is_not_null
?sum: product | sum (PLUS | MINUS) product -> arithmetic
?product: unary | product (TIMES | OVER) unary -> arithmetic
?unary: atom | MINUS unary -> minus
?atom: NUMBER -> number
    | STRING -> text
    | NULL -> null
    | NAME -> name
    | NAME "(" (sum ("," sum)*)? ")" -> call
    | "(" either ")" -> grouped

OR.2: /or\b/i
AND.2: /and\b/i
NOT.2: /not\b/i
IN.2: /in\b/i
BETWEEN.2: /between\b/i
IS.2: /is\b/i
NULL.2: /null\b/i
COMPARE: "==" | "!=" | "<=" | ">=" | "=" | "<" | ">"
PLUS: "+"
MINUS: /-(?!-)/
TIMES: /[*](?![*\/])/
OVER: /\/(?![*])/
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
STRING: /'([^']|'')*'/
NAME: /[^\W\d]\w*/
%ignore /\s+/
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an expression, at which of its characters (from 0), and what to write instead."""

    index: int
    message: str
    hint: str | None = None


class ExpressionTrouble(Exception):
    """An expression that cannot be read; carries its one fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Number:
    at: int
    written: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    at: int
    value: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Null:
    at: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    at: int
    word: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    at: int
    word: str
    arguments: "tuple[Node, ...]"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Minus:
    at: int
    operand: "Node"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Arithmetic:
    at: int
    operator: str
    left: "Node"
    right: "Node"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Compare:
    at: int
    operator: str
    left: "Node"
    right: "Node"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Within:
    at: int
    operand: "Node"
    items: "tuple[Node, ...]"
    negated: bool
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Between:
    at: int
    operand: "Node"
    low: "Node"
    high: "Node"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class IsNull:
    at: int
    operand: "Node"
    negated: bool
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Both:
    """`and` or `or` over two or more conditions."""

    at: int
    operator: str
    parts: "tuple[Node, ...]"
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    at: int
    operand: "Node"
    depth: int = 1


Node = Number | Text | Null | Name | Call | Minus | Arithmetic | Compare | Within | Between | IsNull | Both | Not


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionTrouble for what is not one."""
    if not text.strip():
        raise ExpressionTrouble(
            Fault(0, "The expression is empty.", "Write a condition such as stock <= stock_minimo.")
        )
    unwritable = UNWRITABLE.search(text)
    if unwritable:
        message = f"The character U+{ord(unwritable[0]):04X} cannot stand in a rule."
        raise ExpressionTrouble(Fault(unwritable.start(), message, "Delete it and type the place anew."))
    if len(text) > LONGEST:
        message = f"The expression has {len(text)} characters; {LONGEST} is the most."
        raise ExpressionTrouble(Fault(LONGEST, message, "Split it into two rules."))
    try:
        node: Any = _parser().parse(text)
    except UnexpectedToken as unexpected:
        raise ExpressionTrouble(_unexpected_token(text, unexpected)) from None
    except UnexpectedCharacters as unexpected:
        raise ExpressionTrouble(_unexpected_character(text, unexpected.pos_in_stream or 0)) from None
    if node.depth > DEEPEST:
        message = f"The expression is nested {node.depth} levels deep; {DEEPEST} is the most."
        raise ExpressionTrouble(Fault(0, message, "Take out some brackets, or split it into two rules."))
    tree: Node = node
    return tree


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Tree())


def _deeper(*nodes: Node) -> int:
    return 1 + max((node.depth for node in nodes), default=0)


class _Tree(Transformer[Token, Any]):
    """Builds nodes while lark reads, so that no tree is ever walked by recursion before its depth is known."""

    def number(self, parts: list[Token]) -> Node:
        return Number(_at(parts[0]), str(parts[0]))

    def text(self, parts: list[Token]) -> Node:
        return Text(_at(parts[0]), parts[0][1:-1].replace("''", "'"))

    def null(self, parts: list[Token]) -> Node:
        return Null(_at(parts[0]))

    def name(self, parts: list[Token]) -> Node:
        return Name(_at(parts[0]), str(parts[0]))

    def call(self, parts: list[Any]) -> Node:
        return Call(_at(parts[0]), str(parts[0]), tuple(parts[1:]), _deeper(*parts[1:]))

    def grouped(self, parts: list[Any]) -> Node:
        node: Node = replace(parts[0], depth=parts[0].depth + 1)
        return node

    def minus(self, parts: list[Any]) -> Node:
        return Minus(_at(parts[0]), parts[1], _deeper(parts[1]))

    def arithmetic(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Arithmetic(left.at, str(operator), left, right, _deeper(left, right))

    def compare(self, parts: list[Any]) -> Node:
        left, operator, right = parts
        return Compare(_at(operator), str(operator), left, right, _deeper(left, right))

    def within(self, parts: list[Any]) -> Node:
        return Within(_at(parts[1]), parts[0], tuple(parts[2:]), False, _deeper(parts[0], *parts[2:]))

    def not_within(self, parts: list[Any]) -> Node:
        return Within(_at(parts[1]), parts[0], tuple(parts[3:]), True, _deeper(parts[0], *parts[3:]))

    def between(self, parts: list[Any]) -> Node:
        operand, word, low, _, high = parts
        return Between(_at(word), operand, low, high, _deeper(operand, low, high))

    def is_null(self, parts: list[Any]) -> Node:
        return IsNull(_at(parts[1]), parts[0], False, _deeper(parts[0]))

    def is_not_null(self, parts: list[Any]) -> Node:
        return IsNull(_at(parts[1]), parts[0], True, _deeper(parts[0]))

    def all_of(self, parts: list[Any]) -> Node:
        return Both(parts[0].at, "AND", tuple(parts[::2]), _deeper(*parts[::2]))

    def either_of(self, parts: list[Any]) -> Node:
        return Both(parts[0].at, "OR", tuple(parts[::2]), _deeper(*parts[::2]))

    def negated(self, parts: list[Any]) -> Node:
        return Not(_at(parts[0]), parts[1], _deeper(parts[1]))


def _at(token: Token) -> int:
    return token.start_pos or 0


_STATEMENTS = re.compile(
    r"\b(select|insert|update|delete|drop|create|alter|pragma|attach|detach|union|with|replace|vacuum|begin|commit"
    r"|exec|execute|grant|values|from|where)\b",
    re.IGNORECASE,
)
_FOREIGN = {
    "like": "Use contains(nombre, 'text') to look for a part of a text.",
    "ilike": "Use contains(nombre, 'text') to look for a part of a text.",
    "glob": "Use contains(nombre, 'text') to look for a part of a text.",
    "regexp": "Use contains(nombre, 'text') to look for a part of a text.",
    "exists": "Only conditions over the fields of one row can be written.",
    "case": "Write two rules, or use 'and' and 'or'.",
    "collate": "Use contains(nombre, 'text'), which does not look at case or accents.",
    "y": "Write 'and'.",
    "e": "Write 'and'.",
    "o": "Write 'or'.",
    "ou": "Write 'or'.",
}
_BRACKET = "There is a bracket too many, or something is missing before it."
_JOIN = "Join two conditions with 'and' or 'or'; texts stand in single quotes."
_BEFORE_OPERAND = {"RPAR": _BRACKET, "BETWEEN": "Write not (stock between 1 and 5)."}
_AFTER_OPERAND = {
    "RPAR": _BRACKET,
    "NUMBER": _JOIN,
    "STRING": _JOIN,
    "NAME": _JOIN,
    "COMPARE": "Comparisons cannot be chained: write 1 < stock and stock < 5, or stock between 1 and 5.",
}
_CHARACTERS = {
    ";": "Write one condition only, without ';'.",
    "#": "Comments cannot stand inside an expression; put them on a line of their own in the file.",
    '"': "Texts stand in single quotes: 'text'.",
    "`": "Write the field's name without quotes.",
    "[": "Use round brackets.",
    "{": "Use round brackets.",
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not', or != for different.",
    "%": "There is no remainder or percent; write 20 % as 0.2.",
    "^": "There are only + - * and /.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
    "‘": "Use straight quotes: 'text'.",
    "’": "Use straight quotes: 'text'.",
    "“": "Use straight single quotes: 'text'.",
    "”": "Use straight single quotes: 'text'.",
    "$": "Write the number alone, without a currency sign.",
    "?": "Write the value itself.",
    ":": "Write the value itself.",
    "@": "Write the value itself.",
    ".": "Write the field's name alone, and decimals like 0.5.",
}
_PAIRS = {
    "=<": "Write <=.",
    "=>": "Write >=.",
    "<>": "Write !=.",
    "--": "Comments cannot stand inside an expression; to subtract a negative number write - (-5).",
    "/*": "Comments cannot stand inside an expression; put them on a line of their own in the file.",
    "**": "There are only + - * and /.",
    "||": "Texts cannot be joined; for 'or' write the word.",
    "<<": "Compare with < or <=.",
    ">>": "Compare with > or >=.",
}


def _unexpected_character(text: str, index: int) -> Fault:
    character = text[index]
    if character == "'":
        return Fault(
            index, "This text has no closing quote.", "Close it with a single quote; write '' for a quote inside."
        )
    if text[index : index + 2] in _PAIRS:
        return _pair(text, index)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return Fault(index, f"'{shown}' cannot stand in an expression.", _CHARACTERS.get(character))


def _unexpected_token(text: str, unexpected: UnexpectedToken) -> Fault:
    token: Token = unexpected.token
    if token.type == "$END":
        missing = _what_is_missing(text, unexpected.expected)
        return _statement(text, len(text)) or Fault(len(text.rstrip()), "The expression stops too early.", missing)
    index = _at(token)
    for place in (max(index - 1, 0), index):
        if text[place : place + 2] in _PAIRS:
            return _pair(text, place)
    hint = _hint(text, token, operand_ended="AND" in unexpected.expected)
    return _statement(text, index + len(token)) or Fault(index, f"'{token}' cannot stand here.", hint)


def _pair(text: str, index: int) -> Fault:
    pair = text[index : index + 2]
    return Fault(index, f"'{pair}' cannot stand in an expression.", _PAIRS[pair])


def _statement(text: str, end: int) -> Fault | None:
    """The first word of SQL that opens a statement, up to the place that surprised the parser."""
    without_texts = re.sub(r"'[^']*'", lambda found: " " * len(found[0]), text)
    found = _STATEMENTS.search(without_texts[:end])
    if found is None:
        return None
    message = f"'{found[0]}' is not part of the rule language; there are no statements."
    return Fault(found.start(), message, "Write one condition, such as stock <= stock_minimo.")


def _hint(text: str, token: Token, operand_ended: bool) -> str | None:
    word = str(token).lower()
    if not operand_ended:
        return _BEFORE_OPERAND.get(token.type, "A field, a number or a 'text' belongs here.")
    if re.fullmatch(r"[0-9],", text[_at(token) - 1 : _at(token) + 1]):
        return "Decimals take a point, and thousands no mark: 1500.5."
    if re.fullmatch(r"[0-9]_", text[_at(token) - 1 : _at(token) + 1]):
        return "Write the number without underscores, like 1000."
    return _FOREIGN.get(word) or _AFTER_OPERAND.get(token.type)


def _what_is_missing(text: str, expected: Collection[str]) -> str:
    if "RPAR" in expected and text.count("(") > text.count(")"):
        return "A closing bracket is missing."
    return "Something is missing at the end: a field, a number or a 'text'."
