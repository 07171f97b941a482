"""The JSON Schema of a rule file, made from the tables of keys and words, so that an editor helps while people type."""

from typing import Any

from ..model import SEVERITIES
from .keys import KEYS, LANGUAGES, REQUIRED
from .telling import DAYS
from .vocabulary import BY, ON_TYPES, QUERY, VOCABULARY

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = r"^(0|([0-9]+(\.[0-9]+)?[smhdw])+)$"

_HELP = {
    "name": "The rule's own name: a-z, digits and '-'.",
    "title": "What people read: one text, or one for each of es, pt and en.",
    "on": "What one alert is about.",
    "source": "One connected system, or several; without it all of them.",
    "query": "Which products and levels are looked at, by the filters of the inventory API.",
    "for": "How long it must hold before anybody is told.",
    "recover": "The condition that ends the alert.",
    "keep_firing_for": "How long the alert stays after that.",
    "severity": "One word, or several with a condition each; the first that holds decides.",
    "labels": "Words of your own that every alert carries.",
    "group_by": "One message for each group: fields, severity, source or labels.",
    "notify": "Channels; [] tells nobody.",
    "repeat": "How long until it is said again while nobody has acknowledged it.",
    "resolved": "Whether to say that it is over.",
    "quiet": "When messages wait, on the clock of the source.",
    "message": "A Jinja2 text of your own.",
    "window": "How many whole days are counted.",
    "by": "What one subject is, on returns and sales.",
    "enabled": "false switches the rule off.",
}


def schema() -> dict[str, Any]:
    """The schema of a file: one rule, or several under `rules`."""
    return {
        "$schema": DIALECT,
        "title": "alertd rules",
        "$defs": {"rule": _rule()},
        "anyOf": [
            {"$ref": "#/$defs/rule"},
            {
                "type": "object",
                "properties": {"rules": {"type": ["array", "null"], "items": {"$ref": "#/$defs/rule"}}},
                "required": ["rules"],
                "additionalProperties": False,
            },
        ],
    }


def _rule() -> dict[str, Any]:
    kinds = _kinds()
    properties = {key: {"description": _help(key), **kinds[key]} for key in KEYS}
    return {
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": False,
    }


def _help(key: str) -> str:
    return _words() if key == "when" else _HELP[key]


def _words() -> str:
    """The condition, with every word that may stand in it."""
    lines = ["The condition that makes an alert. The words:"]
    for word in VOCABULARY:
        homes = [on for on in word.on if word.available(on)]
        if homes:
            shown = word.name if word.argument is None else f"{word.name}({word.argument})"
            lines.append(f"{shown} ({', '.join(homes)}): {word.en}")
    return "\n".join(lines)


def _kinds() -> dict[str, dict[str, Any]]:
    text = {"type": "string", "minLength": 1}
    names = {"anyOf": [text, {"type": "array", "items": text, "uniqueItems": True}]}
    duration = {"type": ["string", "integer"], "pattern": _DURATION, "maximum": 0, "minimum": 0}
    expression = {"type": "string", "minLength": 1, "maxLength": 500}
    condition = {"anyOf": [expression, {"const": True}]}
    return {
        "name": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 100},
        "title": {"anyOf": [text, _object(dict.fromkeys(LANGUAGES, text))]},
        "on": {"enum": [on for on, available in ON_TYPES.items() if available]},
        "source": names,
        "query": _object({key.name: {"description": key.en, **_QUERY[key.kind]} for key in QUERY}),
        "when": expression,
        "for": duration,
        "recover": expression,
        "keep_firing_for": duration,
        "severity": {"anyOf": [{"enum": list(SEVERITIES)}, _object(dict.fromkeys(SEVERITIES, condition))]},
        "labels": {"type": "object", "propertyNames": {"pattern": "^[a-z_][a-z0-9_]*$"}, "additionalProperties": text},
        "group_by": names,
        "notify": names,
        "repeat": duration,
        "resolved": {"type": "boolean"},
        "quiet": _object(
            {
                "hours": {"type": "string", "pattern": r"^\s*\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}\s*$"},
                "days": {"anyOf": [{"enum": list(DAYS)}, {"type": "array", "items": {"enum": list(DAYS)}}]},
                "critical": {"type": "boolean"},
            }
        ),
        "message": text,
        "window": duration,
        "by": {"enum": sorted({word for words in BY.values() for word in words})},
        "enabled": {"type": "boolean"},
    }


_QUERY: dict[str, dict[str, Any]] = {
    "part": {"type": "string", "minLength": 1},
    "exact": {"type": "string", "minLength": 1},
    "flag": {"enum": [0, 1, True, False]},
    "filter": {"enum": [0, 1, True, False]},
}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
