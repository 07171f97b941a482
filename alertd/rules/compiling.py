"""The tree of an expression, checked against the vocabulary, becomes one SQL predicate. Literals travel as parameters.

Truth has three values, as in SQL: a comparison with null is unknown, and a row is only taken where the whole is true.
A comparison in which something was computed rounds both sides to the precision of the house, so that 0.1 + 0.2 = 0.3.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ..folding import fold
from ..model import PLACES
from . import measures, vocabulary
from .rule import Predicate
from .suggest import did_you_mean, one_of
from .syntax import (
    Arithmetic,
    Between,
    Both,
    Call,
    Compare,
    ExpressionTrouble,
    Fault,
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

LARGEST = 1e15
_OPERATORS = {"=": "=", "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_EQUALITY = ("=", "==", "!=", "in")
_CALLED = {
    "number": "a number",
    "text": "a text",
    "flag": "a flag of 0 or 1",
    "id": "an identifier",
    "condition": "a condition",
    "null": "null",
}

Kind = Literal["number", "text", "flag", "id", "condition", "null", "broken"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A compiled part. `literal` holds a value written in the rule; `computed` says that arithmetic made it."""

    sql: str
    parameters: tuple[Any, ...]
    kind: Kind
    at: int
    computed: bool = False
    literal: float | str | None = None
    word: str | None = None


def compile_condition(text: str, on: str) -> Predicate | tuple[Fault, ...]:
    """The predicate of an expression, or every fault that was found in it."""
    try:
        tree = parse(text)
    except ExpressionTrouble as trouble:
        return (trouble.fault,)
    compiler = _Compiler(on)
    piece = compiler.condition(tree)
    if compiler.faults:
        return tuple(compiler.faults)
    return Predicate(piece.sql, piece.parameters, tuple(dict.fromkeys(compiler.words)))


_Check = Callable[[str, Piece, Piece], tuple[Piece, Piece] | None]


@dataclass(slots=True)
class _Compiler:
    on: str
    faults: list[Fault] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def fault(self, at: int, message: str, hint: str | None = None) -> Piece:
        """Write a fault down and go on with a piece that raises no further ones."""
        self.faults.append(Fault(at, message, hint))
        return Piece("NULL", (), "broken", at)

    def condition(self, node: Node) -> Piece:
        """A part that must be true or false: a bare field or number is refused here."""
        piece = self.piece(node)
        if piece.kind in ("condition", "broken"):
            return piece
        what = f"'{piece.word}'" if piece.word else _CALLED[piece.kind].capitalize()
        return self.fault(piece.at, f"{what} alone is not a condition.", _how_to_compare(piece))

    def value(self, node: Node) -> Piece:
        """A part that must be a value: a comparison cannot be compared again."""
        piece = self.piece(node)
        if piece.kind != "condition":
            return piece
        hint = "Join conditions with 'and' and 'or'; a condition stands alone, without = true."
        return self.fault(piece.at, "A condition cannot be compared or calculated with.", hint)

    def piece(self, node: Node) -> Piece:  # noqa: PLR0911, PLR0912 - one line for each kind of node
        """One node, whatever it is."""
        match node:
            case Number():
                return self.number(node)
            case Text():
                return Piece("?", (node.value,), "text", node.at, literal=node.value)
            case Null():
                return Piece("NULL", (), "null", node.at)
            case Name():
                return self.name(node)
            case Call():
                return self.call(node)
            case Minus():
                return self.minus(node)
            case Arithmetic():
                return self.arithmetic(node)
            case Compare():
                return self.compare(node)
            case Within():
                return self.within(node)
            case Between():
                return self.between(node)
            case IsNull():
                return self.is_null(node)
            case Both():
                return self.both(node)
            case Not():
                operand = self.condition(node.operand)
                return Piece(f"(NOT {operand.sql})", operand.parameters, "condition", node.at)

    def number(self, node: Number) -> Piece:
        number = float(node.written)
        if not math.isfinite(number) or number > LARGEST:
            return self.fault(node.at, f"The number {node.written} is too large.", "The largest is 1000000000000000.")
        return Piece("?", (number,), "number", node.at, literal=number)

    def name(self, node: Name) -> Piece:
        word = vocabulary.field(node.word, self.on)
        if word is None:
            return self.fault(node.at, *self._unknown(node.word))
        column = word.column(self.on)
        if column is None:
            return self.fault(node.at, f"'{node.word}' is not available yet.")
        self.words.append(node.word)
        return Piece(column, (), word.kind, node.at, word=node.word)

    def _unknown(self, name: str) -> tuple[str, str | None]:
        function = vocabulary.function(name, self.on)
        if function is not None and not function.available(self.on):
            return f"'{name}({function.argument})' is not available yet.", None
        if function is not None:
            return f"'{name}' is a function.", f"Write {name}({function.argument})."
        return self._nowhere("field", name, vocabulary.names(self.on))

    def _nowhere(self, what: str, name: str, options: tuple[str, ...]) -> tuple[str, str | None]:
        homes = vocabulary.homes(name)
        if homes and self.on not in homes:
            return f"'{name}' is not a {what} of on: {self.on}.", f"It belongs to on: {one_of(homes)}."
        if name.lower() in ("true", "false"):
            return f"'{name}' is not part of the rule language.", "Compare a flag with 1 or 0: enable = 1."
        synonym = vocabulary.SYNONYMS.get(str(fold(name)))
        if what == "field" and synonym in options:
            return f"There is no field '{name}'.", f"Did you mean '{synonym}'?"
        return f"There is no {what} '{name}'.", did_you_mean(name, options) or f"There are {one_of(options)}."

    def call(self, node: Call) -> Piece:
        word = vocabulary.function(node.word, self.on)
        if word is None:
            if vocabulary.field(node.word, self.on):
                return self.fault(node.at, f"'{node.word}' is a field, not a function.", "Write it without brackets.")
            return self.fault(node.at, *self._nowhere("function", node.word, vocabulary.names(self.on, functions=True)))
        if not word.available(self.on):
            return self.fault(node.at, f"'{node.word}({word.argument})' is not available yet.")
        return self.contains(node) if word.name == "contains" else self.days(node, word)

    def days(self, node: Call, word: vocabulary.Word) -> Piece:
        """A function of a number of days, which must be written out: a window cannot hang on the row."""
        hint = f"Write {node.word}(30)."
        days = _constant(node.arguments[0]) if len(node.arguments) == 1 else None
        if len(node.arguments) != 1:
            return self.fault(node.at, f"'{node.word}' takes a number of days.", hint)
        if days is None or not days.is_integer() or not 1 <= days <= measures.LONGEST_DAYS:
            message = f"'{node.word}' takes whole days, from 1 to {measures.LONGEST_DAYS}."
            return self.fault(node.arguments[0].at, message, hint)
        written = f"{node.word}({int(days)})"
        self.words.append(written)
        return Piece(word.column(self.on, int(days)) or "NULL", (), word.kind, node.at, word=written)

    def contains(self, node: Call) -> Piece:
        hint = "Write contains(nombre, 'text')."
        if len(node.arguments) != 2:
            return self.fault(node.at, "'contains' takes a field and a text.", hint)
        inside, sought = (self.piece(argument) for argument in node.arguments)
        if "broken" in (inside.kind, sought.kind):
            return Piece("NULL", (), "broken", node.at)
        if inside.word is None or inside.kind != "text":
            return self.fault(inside.at, "'contains' looks into a field that holds a text.", hint)
        if not isinstance(sought.literal, str):
            return self.fault(sought.at, "'contains' looks for a text in quotes.", hint)
        folded = fold(sought.literal)
        if not folded or not folded.strip():
            return self.fault(sought.at, "'contains' looks for at least one letter.", hint)
        return Piece(f"(instr(fold({inside.sql}), ?) > 0)", (folded,), "condition", node.at)

    def minus(self, node: Minus) -> Piece:
        operand = self._numeric(node.operand, "-")
        if isinstance(operand.literal, float):
            return Piece("?", (-operand.literal,), "number", node.at, literal=-operand.literal)
        return Piece(f"(- {operand.sql})", operand.parameters, _kind(operand), node.at, computed=True)

    def arithmetic(self, node: Arithmetic) -> Piece:
        left, right = self._numeric(node.left, node.operator), self._numeric(node.right, node.operator)
        divisor = f"NULLIF({right.sql}, 0)" if node.operator == "/" else right.sql
        sql = f"({left.sql} {node.operator} {divisor})"
        return Piece(sql, left.parameters + right.parameters, _kind(left, right), node.at, computed=True)

    def _numeric(self, node: Node, operator: str) -> Piece:
        piece = self.value(node)
        if piece.kind in ("number", "broken"):
            return piece
        what = f"'{piece.word}' is" if piece.word else "This is"
        return self.fault(piece.at, f"{what} {_CALLED[piece.kind]}; '{operator}' works with numbers only.")

    def compare(self, node: Compare) -> Piece:
        sides = self._sides(node.operator, self.value(node.left), self.value(node.right))
        if sides is None:
            return Piece("NULL", (), "broken", node.at)
        left, right = sides
        sign = _OPERATORS[node.operator]
        sql, parameters = f"({left.sql} {sign} {right.sql})", left.parameters + right.parameters
        if left.computed or right.computed:
            sql, parameters = _compared_with_care(left, right, sign)
        return Piece(sql, parameters, "condition", node.at)

    def within(self, node: Within) -> Piece:
        if not node.items:
            return self.fault(node.at, "The list of 'in' is empty.", "Write at least one value: codigo in ('A1').")
        return self._choices(node, "in", "NOT IN" if node.negated else "IN", node.items, _listed)

    def between(self, node: Between) -> Piece:
        low, high = _constant(node.low), _constant(node.high)
        if low is not None and high is not None and low > high:
            hint = "Write the smaller number first."
            return self.fault(node.low.at, "Nothing lies between a number and a smaller one.", hint)
        return self._choices(node, "between", "BETWEEN", (node.low, node.high), _spanned)

    def _choices(
        self,
        node: Within | Between,
        word: str,
        operator: str,
        others: tuple[Node, ...],
        join: Callable[[list[str]], str],
    ) -> Piece:
        operand = self.value(node.operand)
        pairs = [self._sides(word, operand, self.value(other)) for other in others]
        sides = [pair for pair in pairs if pair is not None]
        if len(sides) < len(pairs):
            return Piece("NULL", (), "broken", node.at)
        pieces = [sides[0][0], *(right for _, right in sides)]
        if any(piece.computed for piece in pieces):
            pieces = [_rounded(piece) for piece in pieces]
        sql = f"({pieces[0].sql} {operator} {join([piece.sql for piece in pieces[1:]])})"
        return Piece(sql, tuple(value for piece in pieces for value in piece.parameters), "condition", node.at)

    def is_null(self, node: IsNull) -> Piece:
        operand = self.value(node.operand)
        if operand.literal is not None or operand.kind == "null":
            return self.fault(operand.at, "Only a field can be null or not.", "Write stock_minimo is null.")
        sql = f"({operand.sql} IS {'NOT ' if node.negated else ''}NULL)"
        return Piece(sql, operand.parameters, "condition", node.at)

    def both(self, node: Both) -> Piece:
        parts = [self.condition(part) for part in node.parts]
        sql = f"({f' {node.operator} '.join(part.sql for part in parts)})"
        return Piece(sql, tuple(value for part in parts for value in part.parameters), "condition", node.at)

    def _sides(self, operator: str, left: Piece, right: Piece) -> tuple[Piece, Piece] | None:
        """Both sides made comparable, or None after writing down why they are not."""
        kinds = {left.kind, right.kind}
        if "broken" in kinds or kinds in ({"number"}, {"text"}):
            return None if "broken" in kinds else (left, right)
        special: dict[str, _Check] = {"null": self._compared_with_null, "id": self._identifiers, "flag": self._flags}
        check = next((special[kind] for kind in special if kind in kinds), self._mismatch)
        return check(operator, left, right)

    def _compared_with_null(self, operator: str, left: Piece, right: Piece) -> None:
        at = left.at if left.kind == "null" else right.at
        word = left.word or right.word or "stock_minimo"
        test = "is not null" if operator == "!=" else "is null"
        self.fault(at, f"Nothing compares with null, so '{operator} null' is never true.", f"Write {word} {test}.")

    def _mismatch(self, _operator: str, left: Piece, right: Piece) -> None:
        """Point at the literal, which is what people mistype, or else at the right side."""
        wrong, other = (left, right) if left.word is None and right.word is not None else (right, left)
        shown = f"'{other.word}'" if other.word else "the other side"
        hint = None
        if wrong.kind == "number" and wrong.literal is not None and other.kind == "text":
            hint = f"Write it in quotes: '{wrong.literal:g}'."
        elif isinstance(wrong.literal, str) and _is_number(wrong.literal):
            hint = f"Write it without quotes: {wrong.literal}."
        message = f"This is {_CALLED[wrong.kind]}, but {shown} is {_CALLED[other.kind]}."
        self.fault(wrong.at, message, hint)

    def _flags(self, operator: str, left: Piece, right: Piece) -> tuple[Piece, Piece] | None:
        flag, other = (left, right) if left.kind == "flag" else (right, left)
        if operator not in _EQUALITY:
            self.fault(
                flag.at, f"'{flag.word}' is 0 or 1; '{operator}' says nothing about it.", f"Write {flag.word} = 1."
            )
        elif other.kind != "flag" and other.literal not in (0.0, 1.0):
            self.fault(other.at, f"'{flag.word}' can only be compared with 0 or 1.", f"Write {flag.word} = 1.")
        else:
            return left, right
        return None

    def _identifiers(self, operator: str, left: Piece, right: Piece) -> tuple[Piece, Piece] | None:
        """Sources number their products or name them, so identifiers are compared by what they look like."""
        named, other = (left, right) if left.kind == "id" else (right, left)
        if operator not in _EQUALITY:
            self.fault(
                named.at, f"'{named.word}' has no order; '{operator}' says nothing about it.", "Use =, != or in."
            )
            return None
        text = _identifier(other)
        if text is None:
            hint = f"Write {named.word} = 123 or {named.word} = 'abc'."
            self.fault(other.at, f"'{named.word}' can only be compared with a whole number or a text.", hint)
            return None
        as_text = Piece(f"CAST({named.sql} AS TEXT)", named.parameters, "text", named.at, word=named.word)
        value = Piece("?", (text,), "text", other.at, literal=text)
        return (as_text, value) if named is left else (value, as_text)


def _constant(node: Node) -> float | None:
    """The number that a node simply is, or None."""
    if isinstance(node, Number):
        return float(node.written)
    if isinstance(node, Minus) and isinstance(node.operand, Number):
        return -float(node.operand.written)
    return None


def _kind(*pieces: Piece) -> Kind:
    return "broken" if any(piece.kind == "broken" for piece in pieces) else "number"


_NEAR = 2 * 10**-PLACES
_MAY_HOLD = {
    "<": f"{{}} <= {_NEAR} AND",
    "<=": f"{{}} <= {_NEAR} AND",
    ">": f"{{}} >= -{_NEAR} AND",
    ">=": f"{{}} >= -{_NEAR} AND",
    "=": f"abs({{}}) <= {_NEAR} AND",
    "<>": f"abs({{}}) > {_NEAR} OR",
}


def _compared_with_care(left: Piece, right: Piece, sign: str) -> tuple[str, tuple[Any, ...]]:
    """Compare at the precision of the house: 0.1 + 0.2 = 0.3.

    The database rounds by writing a number out and reading it back, which takes longer than all the rest of a rule.
    So the difference is looked at first: where it is larger than rounding could undo, it decides. Sides that look
    something up elsewhere are not asked twice.
    """
    both = left.parameters + right.parameters
    rounded = f"{_rounded(left).sql} {sign} {_rounded(right).sql}"
    if "SELECT" in left.sql + right.sql:
        return f"({rounded})", both
    return f"({_MAY_HOLD[sign].format(f'({left.sql} - {right.sql})')} {rounded})", both * 2


def _rounded(piece: Piece) -> Piece:
    return Piece(f"round({piece.sql}, {PLACES})", piece.parameters, "number", piece.at, True, word=piece.word)


def _listed(items: list[str]) -> str:
    return f"({', '.join(items)})"


def _spanned(items: list[str]) -> str:
    return " AND ".join(items)


def _identifier(piece: Piece) -> str | None:
    if isinstance(piece.literal, str):
        return piece.literal
    if isinstance(piece.literal, float) and piece.literal.is_integer():
        return str(int(piece.literal))
    return None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _how_to_compare(piece: Piece) -> str:
    if piece.kind == "flag":
        return f"Compare it: {piece.word} = 1."
    if piece.kind == "text":
        return f"Compare it: {piece.word or 'codigo'} = 'text', or contains({piece.word or 'nombre'}, 'text')."
    return f"Compare it: {piece.word or 'stock'} > 0."
