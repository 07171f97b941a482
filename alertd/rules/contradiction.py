"""Find the part of a condition that can never hold beside the rest, such as `stock > 10 and stock < 5`.

Only what is written out about one field at a time is weighed: a field against a number or text. What hangs on two
fields, or on arithmetic, is left to the preview.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from .syntax import Between, Both, Call, Compare, IsNull, Minus, Name, Node, Number, Text, Within

Constant = float | str
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Clash:
    """The word about which two parts disagree, and where the later of them stands."""

    word: str
    at: int


def clash(node: Node, known: Sequence[Node] = ()) -> Clash | None:
    """The first part of a condition that leaves nothing, given conditions that are known to hold besides."""
    if isinstance(node, Both) and node.operator == "OR":
        return next((found for part in node.parts if (found := clash(part, known))), None)
    parts = list(_conjuncts(node))
    rooms: dict[str, _Room] = {}
    for part in (*known, *parts):
        word = _narrow(rooms, part)
        if word is not None and rooms[word].empty:
            return Clash(word, _begin(part))
    choices = [part for part in parts if isinstance(part, Both)]
    return next((found for part in choices if (found := clash(part, [*known, *parts]))), None)


def _begin(part: Node) -> int:
    """Where a part begins; a comparison itself stands at its sign."""
    if isinstance(part, Compare):
        return part.left.at
    return part.operand.at if isinstance(part, (Between, IsNull, Within)) else part.at


def _conjuncts(node: Node) -> Iterable[Node]:
    if isinstance(node, Both) and node.operator == "AND":
        for part in node.parts:
            yield from _conjuncts(part)
    else:
        yield node


@dataclass(slots=True)
class _Room:
    """What one word may still be."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    chosen: set[Constant] | None = None
    banned: set[Constant] = field(default_factory=set)
    null: bool | None = None
    broken: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        if self.broken or self.low > self.high:
            return True
        if self.low == self.high and (self.low_open or self.high_open or self.low in self.banned):
            return True
        return self.chosen is not None and not any(self._fits(value) for value in self.chosen)

    def _fits(self, value: Constant) -> bool:
        if value in self.banned:
            return False
        if isinstance(value, str):
            return True
        above = value > self.low or (value == self.low and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))

    def compare(self, operator: str, value: Constant) -> None:
        if operator in ("=", "=="):
            self.choose({value})
        elif operator == "!=":
            self.banned.add(value)
        elif isinstance(value, float) and operator in ("<", "<=") and value <= self.high:
            self.high_open = operator == "<" or (self.high_open and value == self.high)
            self.high = value
        elif isinstance(value, float) and operator in (">", ">=") and value >= self.low:
            self.low_open = operator == ">" or (self.low_open and value == self.low)
            self.low = value

    def choose(self, values: set[Constant]) -> None:
        self.chosen = values if self.chosen is None else self.chosen & values

    def ban(self, values: set[Constant]) -> None:
        self.banned |= values

    def be_null(self, null: bool) -> None:
        self.broken = self.broken or (self.null is not None and self.null != null)
        self.null = null


def _narrow(rooms: dict[str, _Room], part: Node) -> str | None:
    """Take one part into account; the word it is about, None where it is about none or several."""
    if isinstance(part, IsNull):
        return _note(rooms, part.operand, lambda room: None, null=not part.negated)
    if isinstance(part, Compare):
        return _compare(rooms, part)
    if isinstance(part, Between):
        return _between(rooms, part)
    return _within(rooms, part) if isinstance(part, Within) else None


def _between(rooms: dict[str, _Room], part: Between) -> str | None:
    low, high = _constant(part.low), _constant(part.high)
    if low is None or high is None:
        return None

    def narrow(room: _Room) -> None:
        room.compare(">=", low)
        room.compare("<=", high)

    return _note(rooms, part.operand, narrow)


def _within(rooms: dict[str, _Room], part: Within) -> str | None:
    values = {value for item in part.items if (value := _constant(item)) is not None}
    if len(values) < len(part.items):
        return None
    return _note(rooms, part.operand, lambda room: (room.ban if part.negated else room.choose)(values))


def _compare(rooms: dict[str, _Room], part: Compare) -> str | None:
    value, operand, operator = _constant(part.right), part.left, part.operator
    if value is None:
        value, operand, operator = _constant(part.left), part.right, _MIRRORED.get(part.operator, part.operator)
    if value is None:
        return None
    return _note(rooms, operand, lambda room: room.compare(operator, value))


def _note(rooms: dict[str, _Room], operand: Node, say: Callable[[_Room], None], *, null: bool = False) -> str | None:
    word = _word(operand)
    if word is None:
        return None
    room = rooms.setdefault(word, _Room())
    room.be_null(null)
    say(room)
    return word


def _word(node: Node) -> str | None:
    """A field as it is written, or a function of plain numbers. Identifiers are numbers and texts at once: left out."""
    if isinstance(node, Name):
        return None if node.word == "id" else node.word
    if isinstance(node, Call):
        given = [value for argument in node.arguments if isinstance(value := _constant(argument), float)]
        return (
            None if len(given) < len(node.arguments) else f"{node.word}({', '.join(f'{value:g}' for value in given)})"
        )
    return None


def _constant(node: Node) -> Constant | None:
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Number):
        return float(node.written)
    if isinstance(node, Minus) and isinstance(node.operand, Number):
        return -float(node.operand.written)
    return None
