"""The keys of a rule that say how people are told: labels, groups, repeats, quiet time and a message of its own.

Only reading and checking happens here. When a message waits, and how it is rendered, is decided where alerts are told.
"""

import re
from dataclasses import dataclass
from typing import Final

from .document import Mapping, Node, Place, Scalar, Sequence
from .reader import Reader
from .suggest import did_you_mean, one_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of `quiet`, in the order of `datetime.weekday()`."""

MESSAGE_NAMES = (
    "alerts", "group", "labels", "rule", "title", "severity", "source", "company", "at", "url", "language",
)  # fmt: skip
"""What a `message` may speak of. Whoever renders it must hand in all of these."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "stock": (
        "nombre_sucursal", "nombre_bodega", "nombre_categoria", "marca", "nombre_proveedor", "codigo", "nombre",
    ),
    "product": ("nombre_categoria", "marca", "nombre_proveedor", "codigo", "nombre"),
    "returns": ("nombre_categoria", "marca", "codigo", "nombre"),
    "sales": ("nombre_categoria", "marca", "codigo", "nombre"),
    "reconciliation": ("nombre_categoria", "marca", "nombre_proveedor", "codigo", "nombre"),
    "source": (),
}  # fmt: skip
"""The fields of a subject that messages may be grouped by. `severity`, `source` and the rule's labels always may."""

ALWAYS_GROUPS = ("severity", "source")
_TAKEN = (
    "rule", "source", "severity", "codigo", "nombre_bodega", "nombre_sucursal", "state", "id", "nombre",
)  # fmt: skip
_LABEL = re.compile(r"[a-z_][a-z0-9_]*")
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
_DAY_SYNONYMS = {
    "lun": "mon", "mar": "tue", "mie": "wed", "jue": "thu", "vie": "fri", "sab": "sat", "dom": "sun", "seg": "mon",
    "ter": "tue", "qua": "wed", "qui": "thu", "sex": "fri", "monday": "mon", "tuesday": "tue", "wednesday": "wed",
    "thursday": "thu", "friday": "fri", "saturday": "sat", "sunday": "sun",
}  # fmt: skip
_LONGEST_MESSAGE = 5_000
_MOST_LABELS = 20


@dataclass(frozen=True, slots=True)
class Quiet:
    """When messages are held back, on the clock of the source.

    `start` and `end` are minutes after midnight (None: no hours were given); where `end` is the smaller, the night
    runs into the next day. It is quiet in those hours of every day, and the whole of each day in `days` (0 is
    Monday). What is critical passes, unless `critical` says that it waits too.
    """

    start: int | None = None
    end: int | None = None
    days: tuple[int, ...] = ()
    critical: bool = False


def read_labels(reader: Reader, node: Node) -> dict[str, str]:
    """The labels of a rule: names a person chose, with a text each."""
    if not isinstance(node, Mapping):
        reader.wrong(node.place, "'labels' must hold keys and values.", "Write it like labels: {equipo: compras}.")
        return {}
    found: dict[str, str] = {}
    for key, value in node.entries:
        name = key.value
        if name in found:
            reader.wrong(key.place, f"The label '{name}' stands here twice.", "Keep it once.")
        elif not _LABEL.fullmatch(name) or len(name) > 50:
            hint = "Write a word of the letters a-z, digits and '_', such as equipo."
            reader.wrong(key.place, f"'{name[:50]}' cannot be the name of a label.", hint)
        elif name in _TAKEN:
            reader.wrong(key.place, f"'{name}' is what every alert has already.", "Choose another name for the label.")
        else:
            found[name] = reader.text(value, f"labels: {name}", longest=100) or ""
    if len(found) > _MOST_LABELS:
        reader.wrong(
            node.place, f"The rule has {len(found)} labels; {_MOST_LABELS} is the most.", "Keep the useful ones."
        )
    return found


def read_groups(reader: Reader, node: Node, on: str, labels: dict[str, str]) -> tuple[str, ...]:
    """The words that messages are grouped by; each must be one that every alert of this rule has."""
    options = (*GROUPS.get(on, ()), *ALWAYS_GROUPS, *labels)
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        reader.wrong(node.place, "'group_by' names nothing.", "Write at least one field, or delete 'group_by'.")
    found: dict[str, None] = {}
    for item in items:
        word = reader.text(item, "group_by")
        if word is None:
            continue
        if word in found:
            reader.wrong(item.place, f"'{word}' stands in 'group_by' twice.", "Keep it once.")
        elif word not in options:
            hint = did_you_mean(word, options) or f"There is {one_of(options)}."
            reader.wrong(item.place, f"Messages cannot be grouped by '{word}'.", hint)
        found[word] = None
    return tuple(found)


def read_repeat(reader: Reader, node: Node) -> float | None:
    """Seconds after which it is said again; a repeat of nothing would never end talking."""
    before = len(reader.errors)
    seconds = reader.seconds(node, "repeat")
    if seconds <= 0 and len(reader.errors) == before:
        reader.wrong(node.place, "'repeat: 0' would say it again without end.", "Write 24h, or delete the line.")
    return seconds or None


def read_quiet(reader: Reader, node: Node) -> Quiet | None:
    """The quiet time: hours, days, or both."""
    entries = reader.entries(node, "quiet", ("hours", "days", "critical"), {"horas": "hours", "dias": "days"})
    start, end = _hours(reader, entries["hours"][1]) if "hours" in entries else (None, None)
    days = _days(reader, entries["days"][1]) if "days" in entries else ()
    critical = "critical" in entries and reader.flag(entries["critical"][1], "critical") is True
    if isinstance(node, Mapping) and not {"hours", "days"} & entries.keys():
        hint = 'Write it like quiet: {hours: "20:00-07:00", days: [sun]}.'
        reader.wrong(node.place, "'quiet' says neither hours nor days.", hint)
    if len(days) == len(DAYS):
        reader.wrong(
            node.place, "Every day is quiet, so nobody would ever be told.", "Write notify: [] if that is meant."
        )
    return Quiet(start, end, days, critical)


def _hours(reader: Reader, node: Node) -> tuple[int | None, int | None]:
    written = node.value if isinstance(node, Scalar) else ""
    found = _HOURS.fullmatch(written)
    numbers = [int(part) for part in found.groups()] if found else []
    if not numbers or numbers[0] > 23 or numbers[2] > 24 or max(numbers[1], numbers[3]) > 59:
        reader.wrong(node.place, "'hours' must be two times of the day.", 'Write it like hours: "20:00-07:00".')
        return None, None
    start, end = numbers[0] * 60 + numbers[1], (numbers[2] * 60 + numbers[3]) % 1440
    if start == end:
        reader.wrong(node.place, "These hours begin and end at the same time.", "Use days: for whole days.")
    return start, end


def _days(reader: Reader, node: Node) -> tuple[int, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    found: dict[int, None] = {}
    for item in items:
        word = (reader.text(item, "days") or "mon").strip().lower()
        if word in DAYS:
            found[DAYS.index(word)] = None
            continue
        meant = _DAY_SYNONYMS.get(word)
        hint = f"Did you mean '{meant}'?" if meant else f"The days are {one_of(DAYS)}."
        reader.wrong(item.place, f"'{word}' is not a day.", hint)
    if not items:
        reader.wrong(node.place, "'days' names nothing.", "Write at least one day, or delete 'days'.")
    return tuple(sorted(found))


def read_message(reader: Reader, node: Node) -> str | None:
    """A text of the rule's own, checked as far as it can be before there is anything to tell."""
    text = reader.text(node, "message", longest=_LONGEST_MESSAGE)
    if text is None or not isinstance(node, Scalar):
        return None
    from . import template  # not sooner: few rules have one, and every command reads the rules

    try:
        tree = template.parse(text)
    except template.BadTemplateError as fault:
        reader.wrong(_line(node, text, fault.line), f"'message' is not a good template: {fault}.", _TEMPLATE_HINT)
        return None
    except template.TooDeepError:
        reader.wrong(node.place, "'message' is nested too deeply.", "Write fewer brackets and blocks in each other.")
        return None
    for number in template.other_files(tree):
        reader.wrong(_line(node, text, number), "'message' cannot use other files.", "Write the whole text here.")
    for name in sorted(template.names(tree) - set(MESSAGE_NAMES)):
        at = re.search(rf"\b{re.escape(name)}\b", text)
        place = node.place_of(at.start()) if at else node.place
        hint = did_you_mean(name, MESSAGE_NAMES) or f"There is {one_of(MESSAGE_NAMES)}."
        reader.wrong(place, f"'message' speaks of '{name}', which it does not know.", hint)
    return text


_TEMPLATE_HINT = "Values stand in {{ }}, such as {{ alerts | length }}; every {% for %} and {% if %} needs its end."


def _line(node: Scalar, text: str, number: int) -> Place:
    lines = text.splitlines(keepends=True)[: max(number - 1, 0)]
    return node.place_of(min(sum(map(len, lines)), max(len(text) - 1, 0)))
