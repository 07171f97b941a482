"""Read the loosely typed values that upstream systems send. Refuse loudly what is none of the known forms.

A number may come as a number or as its decimal text; null is "not known". Nothing here guesses: a comma, a word or a
boolean where a number belongs is an error that names the field.
"""

import math
from datetime import datetime
from typing import Any

from ..clock import moment
from ..model import quantity

LARGEST = 1e15
LARGEST_ID = 2**53
_TRUE = frozenset({"1", "true", "activo", "si", "sí"})
_FALSE = frozenset({"0", "false", "inactivo", "no", ""})


class BadValueError(ValueError):
    """A value that has none of the forms the contract knows. Its text is one sentence about field and value."""


def number(value: Any, field: str) -> float:
    """A number from a number or decimal text, at the precision of the house. Raises BadValueError."""
    found = maybe_number(value, field)
    if found is None:
        raise BadValueError(f"'{field}' is empty where a number belongs")
    return found


def maybe_number(value: Any, field: str) -> float | None:
    """Like `number`, with null and empty text as None."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadValueError(f"'{field}' is {_shown(value)} where a number belongs")
    if isinstance(value, str) and "_" in value:
        raise BadValueError(f"'{field}' is {_shown(value)} where a number belongs")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise BadValueError(f"'{field}' is {_shown(value)} where a number belongs") from None
    if not math.isfinite(found) or abs(found) > LARGEST:
        raise BadValueError(f"'{field}' is {_shown(value)}, which is no believable quantity")
    return quantity(found)


def flag(value: Any, field: str) -> bool:
    """A yes or no from 1/0, "1"/"0", true/false. Raises BadValueError."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    if word in _TRUE:
        return True
    if word in _FALSE and value is not None:
        return False
    raise BadValueError(f"'{field}' is {_shown(value)} where 1 or 0 belongs")


def text(value: Any) -> str | None:
    """Text without outer white space; numbers become their text; empty and null become None.

    Raises BadValueError for what is neither.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadValueError(f"{_shown(value)} stands where a text belongs")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def identity(value: Any, field: str) -> int:
    """An id from a whole number or its decimal text. Raises BadValueError."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip().isdecimal():
        raise BadValueError(f"it has no usable '{field}'")
    found = int(value)
    if found > LARGEST_ID:
        raise BadValueError(f"'{field}' is {_shown(value)}, which is no believable id")
    return found


def when(value: Any) -> int | None:
    """The moment of an ISO 8601 time; None for null and for text that is none (a time decides nothing here)."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment(found) if found.tzinfo else None


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
