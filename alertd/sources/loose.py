"""Read records whose field names nobody has published, and say what was seen without showing it.

A name is looked for in a fixed order over all records of a list, never record by record, so that one odd record cannot
change where a number comes from. What is shown to people are names and types; values stay out of logs and messages.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..clock import moment
from ..model import Quarantined
from .values import BadValueError, maybe_number

MOST_KEYS = 25
_TRUE = frozenset(
    {"1", "true", "yes", "sim", "si", "sí", "active", "activo", "ativo", "available", "disponível", "disponivel"}
    | {"published", "publicado", "enabled"}
)
_BARE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})|(\d{2})/(\d{2})/(\d{4})")
Record = Mapping[str, Any]
Fits = Callable[[Any], bool]


def look(record: Record, path: str) -> Any:
    """The value under a name, or under a name inside another (`category.name`); None where there is none."""
    if path in record:
        return record[path]
    found: Any = record
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def has(record: Record, path: str) -> bool:
    """Whether a record carries a name at all, be its value null."""
    if path in record:
        return True
    head, _, rest = path.partition(".")
    inner = record.get(head)
    return bool(rest) and isinstance(inner, Mapping) and has(inner, rest)


def choose(records: Sequence[Record], names: Iterable[str], fits: Fits) -> str | None:
    """The first name that some record carries and under which most values fit; null says nothing either way.

    Most, not all: one value that cannot be read is that record's fault and must not send the others elsewhere.
    """
    for name in names:
        if not any(has(record, name) for record in records):
            continue
        values = [value for record in records if (value := look(record, name)) is not None]
        if 2 * sum(map(fits, values)) >= len(values):
            return name
    return None


def is_number(value: Any) -> bool:
    """Whether a value is a number or its text, with a point or a comma."""
    try:
        return decimal(value, "") is not None
    except BadValueError:
        return False


def is_text(value: Any) -> bool:
    """Whether a value can be a name or an id."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def is_word(value: Any) -> bool:
    """Whether a value can be a yes, a no, or a word for a state."""
    return isinstance(value, bool | str | int)


def decimal(value: Any, field: str) -> float | None:
    """A number, also from text with a decimal comma; null and empty text are None. Raises BadValueError."""
    if isinstance(value, str):
        bare = value.strip().replace(" ", "")
        if "," in bare:
            if bare.count(",") > 1 or "." in bare[bare.index(",") :]:
                raise BadValueError(f"'{field}' is no number that can be read one way only")
            value = bare.replace(".", "").replace(",", ".")
    try:
        return maybe_number(value, field)
    except BadValueError:
        # The house's own sentence shows the value; what stands in a field of unknown meaning is not shown.
        raise BadValueError(f"'{field}' holds {kind_of(value)} where a number belongs") from None


def says_yes(value: Any) -> bool:
    """Whether a flag or a word for a state says that something is on offer."""
    if isinstance(value, bool):
        return value
    return str(value).strip().casefold() in _TRUE


def identity(value: Any) -> int | str:
    """An id as the house keeps it: a plain number as such, anything else as its text. Raises BadValueError."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise BadValueError("it has no usable id")
    written = str(value).strip()
    return int(written) if written.isdecimal() and str(int(written)) == written else written


def end_of(value: Any, zone: str) -> int | None:
    """The moment at which something is over: a time, or the end of a bare day; None for what is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return seconds_or_millis(value)
    if not isinstance(value, str):
        return None
    bare = _BARE_DATE.fullmatch(value.strip())
    if bare:
        try:
            day = date.fromisoformat(bare[1] or f"{bare[4]}-{bare[3]}-{bare[2]}") + timedelta(days=1)
        except (ValueError, OverflowError):
            return None
        return moment(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))
    return time_of(value, zone)


def time_of(value: Any, zone: str = "UTC") -> int | None:
    """A moment from seconds, milliseconds or ISO 8601; text without a zone is read in the given one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return seconds_or_millis(value)
    if not isinstance(value, str) or not value.strip():
        return None
    written = value.strip()
    if written.isdecimal():
        return seconds_or_millis(int(written))
    try:
        found = datetime.fromisoformat(written.replace("Z", "+00:00"))
        return moment(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None


def seconds_or_millis(value: float) -> int | None:
    """A moment from a number: from 10^12 on it is milliseconds, below it seconds."""
    if not 0 <= value < 10**15:
        return None
    return int(value) if value >= 10**12 else int(value * 1000)


def kind_of(value: Any) -> str:
    """The type of a value in a word, never the value itself."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"


def keys_seen(value: Any, depth: int = 2) -> str:
    """What a document is made of: its keys and the types under them, values left out."""
    if isinstance(value, Mapping):
        shown = [
            f"{_key(key)}: {keys_seen(inner, depth - 1) if depth > 1 else kind_of(inner)}"
            for key, inner in list(value.items())[:MOST_KEYS]
        ]
        return "{" + ", ".join(shown) + (", ..." if len(value) > MOST_KEYS else "") + "}"
    if isinstance(value, list):
        return f"[{keys_seen(value[0], depth - 1) if depth > 1 else kind_of(value[0])}, ...]" if value else "empty list"
    return kind_of(value)


def _key(key: object) -> str:
    """A key as it may be shown: one with many digits or an at-sign is data that was used as a name."""
    text = str(key)[:40]
    return "(hidden)" if "@" in text or sum(letter.isdigit() for letter in text) > 4 else text


def set_aside(key: object, reason: str, record: Any) -> Quarantined:
    """A record that could not be read, kept without a single value of it."""
    shown = str(key) if isinstance(key, int | str) and not isinstance(key, bool) else ""
    return Quarantined(key=shown, reason=reason, raw=keys_seen(record))
