"""The compiled SQL, run by SQLite, against an evaluator so slow and plain that it can be believed."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alertd.folding import fold
from alertd.store.db import Store, open_store

from .makers import predicate, shelf

Row = dict[str, Any]
_COLUMNS = {
    "stock": "stock", "stock_minimo": "minimum", "stock_maximo": "maximum", "costo": "cost", "change": "change",
    "nota": "note", "marca": "brand", "nombre": "name", "enable": "enabled",
}  # fmt: skip
_TEXTS = ["Café", "CAFE", "azúcar", "a", "it's"]


def _six(number: float) -> float:
    return float(Decimal(number).quantize(Decimal("0.000001"), ROUND_HALF_UP))


def _shop() -> tuple[Store, list[Row]]:
    """Forty levels of everything, nulls among them, and the same as plain rows."""
    store = open_store(":memory:")
    numbers = [0.0, 1.0, 2.5, -3.0, 0.1, 0.3, 12.0, 1.000001]
    for i in range(40):
        minimum = [None, 0.0, 5.0, 0.3, 12.0][i % 5]
        maximum = [None, 20.0, 0.1][i % 3]
        texts = {"note": [None, *_TEXTS][i % 6], "brand": [None, *_TEXTS][i % 4], "name": _TEXTS[i % 5]}
        before = {"previous_stock": [None, *numbers][i % 9], "cost": [None, 0.2, 3.0][i % 3]}
        shelf(store, numbers[i % 8], minimum, maximum, enabled=i % 2, **texts, **before)
    rows = store.rows("SELECT * FROM stock_row ORDER BY level_id")
    for row in rows:
        known = row["previous_stock"] is not None
        row["change"] = _six(row["stock"] - row["previous_stock"]) if known else None
    return store, rows


STORE, ROWS = _shop()


# Trees are tuples: ("number", 1.0), ("field", "stock"), ("+", a, b), ("<", a, b), ("and", a, b) …

numbers = st.sampled_from([0.0, 1.0, 2.0, 5.0, 0.1, 0.2, 0.3, 0.5, 12.0, 20.0]).map(lambda n: ("number", n))
fields = st.sampled_from(["stock", "stock_minimo", "stock_maximo", "costo", "change"]).map(lambda n: ("field", n))
values = st.recursive(
    numbers | fields,
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner) | st.tuples(st.just("minus"), inner),
    max_leaves=4,
)
words = st.sampled_from(["nota", "marca", "nombre"]).map(lambda n: ("field", n))
texts = st.sampled_from(_TEXTS).map(lambda t: ("text", t))
operators = st.sampled_from(["=", "==", "!=", "<", "<=", ">", ">="])
tests = st.one_of(
    st.tuples(operators, values, values),
    st.tuples(operators, words, texts),
    st.tuples(
        st.sampled_from(["=", "!="]), st.just(("field", "enable")), st.sampled_from([("number", 0.0), ("number", 1.0)])
    ),
    st.tuples(st.sampled_from(["in", "not in"]), values, st.lists(values, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["in", "not in"]), words, st.lists(texts, min_size=1, max_size=3)),
    st.tuples(st.just("between"), values, fields, values),
    st.tuples(st.sampled_from(["is null", "is not null"]), fields | words),
    st.tuples(st.just("contains"), words, texts),
)
conditions = st.recursive(
    tests,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner) | st.tuples(st.just("not"), inner),
    max_leaves=4,
)


def written(tree: Any) -> str:
    """The tree as a person would write it."""
    match tree:
        case ("number", number):
            return f"{number:g}"
        case ("text", text):
            return "'" + text.replace("'", "''") + "'"
        case ("field", name):
            return str(name)
        case ("minus", inner):
            return f"- ({written(inner)})"
        case ("not", inner):
            return f"not ({written(inner)})"
        case ("contains", inside, sought):
            return f"contains({written(inside)}, {written(sought)})"
        case ("is null" | "is not null" as test, inner):
            return f"{written(inner)} {test}"
        case ("in" | "not in" as test, inner, items):
            return f"{written(inner)} {test} ({', '.join(map(written, items))})"
        case ("between", inner, low, high):
            return f"{written(inner)} between {written(low)} and {written(high)}"
        case (operator, left, right):
            return f"({written(left)} {operator} {written(right)})"
    raise AssertionError(tree)


def computed(tree: Any) -> bool:
    """Whether arithmetic made this value; a negative number is just a number."""
    return tree[0] in "+-*/" or (tree[0] == "minus" and not _plain_number(tree[1]))


def _plain_number(tree: Any) -> bool:
    return tree[0] == "number" or (tree[0] == "minus" and _plain_number(tree[1]))


def value(tree: Any, row: Row) -> Any:
    """The value of a tree for a row; None is not known."""
    if tree[0] in ("number", "text"):
        return tree[1]
    if tree[0] == "field":
        return row[_COLUMNS[tree[1]]]
    operands = [value(part, row) for part in tree[1:]]
    if None in operands or (tree[0] == "/" and operands[1] == 0):
        return None
    if tree[0] == "minus":
        return -operands[0]
    left, right = operands
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[tree[0]]


def compared(operator: str, left: Any, right: Any, row: Row, *, rounding: bool) -> bool | None:
    """One comparison; unknown where either side is."""
    a, b = value(left, row), value(right, row)
    if a is None or b is None:
        return None
    if rounding:
        a, b = _six(a), _six(b)
    return {"=": a == b, "==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def negation(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def conjunction(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def disjunction(parts: list[bool | None]) -> bool | None:
    if True in parts:
        return True
    return None if None in parts else False


def truth(tree: Any, row: Row) -> bool | None:
    """True, false or unknown."""
    match tree:
        case ("not", inner):
            return negation(truth(inner, row))
        case ("and", left, right):
            return conjunction([truth(left, row), truth(right, row)])
        case ("or", left, right):
            return disjunction([truth(left, row), truth(right, row)])
        case ("is null", inner):
            return value(inner, row) is None
        case ("is not null", inner):
            return value(inner, row) is not None
        case ("contains", inside, (_, sought)):
            text = value(inside, row)
            return None if text is None else str(fold(sought)) in str(fold(text))
        case ("in" | "not in" as test, inner, items):
            rounding = any(computed(part) for part in (inner, *items))
            found = disjunction([compared("=", inner, item, row, rounding=rounding) for item in items])
            return found if test == "in" else negation(found)
        case ("between", inner, low, high):
            rounding = any(computed(part) for part in (inner, low, high))
            above = compared(">=", inner, low, row, rounding=rounding)
            return conjunction([above, compared("<=", inner, high, row, rounding=rounding)])
        case (operator, left, right):
            return compared(operator, left, right, row, rounding=computed(left) or computed(right))
    raise AssertionError(tree)


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(conditions)
@example(("=", ("+", ("number", 0.1), ("number", 0.2)), ("number", 0.3)))
@example(("in", ("*", ("number", 0.1), ("number", 3.0)), [("field", "stock")]))
@example(("<=", ("*", ("number", 1.1), ("number", 1.1)), ("number", 1.21)))
def test_the_database_and_the_plain_evaluator_agree_on_every_row(tree: Any):
    """True, false and unknown alike: what fires is what the words say, nulls and divisions by zero included."""
    text = written(tree)
    if len(text) > 500:
        return
    compiled = predicate(text)
    sql = f"SELECT {compiled.sql} AS answer FROM stock_row r ORDER BY r.level_id"
    answers = [row["answer"] for row in STORE.rows(sql, compiled.parameters)]
    expected = [truth(tree, row) for row in ROWS]
    assert [None if answer is None else bool(answer) for answer in answers] == expected, text
