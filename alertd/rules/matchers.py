"""What a silence may match, checked: a misspelt matcher would silence nothing, or the wrong thing. Pure."""

from collections.abc import Iterable

from ..alerts.silence import FIELDS
from ..errors import UsageTrouble
from ..model import SEVERITIES
from .rule import Rule
from .suggest import did_you_mean


def check_matchers(pairs: Iterable[tuple[str, str]], rules: Iterable[Rule], sources: Iterable[str]) -> dict[str, str]:
    """The matchers, each once. Raises UsageTrouble that names the nearest key or value there is."""
    rules = tuple(rules)
    labels = {name for rule in rules for name in rule.labels}
    known = {"rule": [rule.name for rule in rules], "source": list(sources), "severity": list(SEVERITIES)}
    found: dict[str, str] = {}
    for key, value in pairs:
        _check_key(key, labels)
        if key in known and value not in known[key]:
            raise UsageTrouble(f"There is no {key} called '{value}'; {_hint(value, tuple(known[key]))}")
        if found.setdefault(key, value) != value:
            raise UsageTrouble(f"'{key}' is matched twice, and nothing is both; add two silences instead.")
    return found


def _check_key(key: str, labels: set[str]) -> None:
    if key not in FIELDS and key not in labels:
        raise UsageTrouble(f"Nothing can be matched by '{key}'; {_hint(key, (*FIELDS, *sorted(labels)))}")


def _hint(word: str, options: tuple[str, ...]) -> str:
    return did_you_mean(word, options) or f"there is {', '.join(options) or 'none yet'}."
