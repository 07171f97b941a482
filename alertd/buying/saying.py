"""Terms of buying as people write them, checked: one sentence for what cannot be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ..errors import UsageTrouble
from ..reconcile.ordering import SERVICE_Z, TERMS, Said

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MOST_DAYS = 365.0
_MOST_UNITS = 1_000_000.0


class TermTrouble(UsageTrouble):
    """A term that cannot be; `term` is which, `kind` what is wrong with it."""

    def __init__(self, term: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.term, self.kind = term, kind


def _days(term: str, text: str) -> float:
    return _number(term, text, "days", 0.0, _MOST_DAYS, "a number of days from 0 to 365, such as 7")


def _units(term: str, text: str) -> float:
    return _number(term, text, "units", 1e-6, _MOST_UNITS, "a number of units above 0, such as 12")


def _number(term: str, text: str, kind: str, low: float, high: float, expected: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not low <= number <= high:
        raise TermTrouble(term, kind, f"'{text}' is not {expected}.")
    return round(number, 6)


def _service(term: str, text: str) -> int:
    found = text.rstrip("% ")
    if not found.isascii() or not found.isdigit() or int(found) not in SERVICE_Z:
        raise TermTrouble(term, "service", f"'{text}' is not a level of service; there is 90, 95, 98 and 99.")
    return int(found)


def _cutoff(term: str, text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise TermTrouble(term, "clock", f"'{text}' is not a time of the day; write it like 11:00.")
    return f"{int(found[1]):02d}:{found[2]}"


READERS: dict[str, Callable[[str, str], float | int | str]] = {
    "lead_days": _days, "lead_spread": _days, "review_days": _days, "safety_days": _days, "coverage_days": _days,
    "service": _service, "pack": _units, "least": _units, "cutoff": _cutoff,
}  # fmt: skip


def read_terms(typed: Mapping[str, str], before: Said | None = None) -> Said:
    """The terms as typed, over those that stood before. An empty text takes a term back. Raises TermTrouble.

    The reserve is said in one way: a new `service` takes the place of days in reserve, and the other way round.
    """
    said = before or Said()
    given = {name: text.strip() for name, text in typed.items() if name in TERMS}
    if given.get("service") and given.get("safety_days"):
        raise TermTrouble("service", "both", "Say the reserve in days or as a level of service, not both.")
    if given.get("service"):
        said = replace(said, safety_days=None)
    if given.get("safety_days"):
        said = replace(said, service=None)
    values = {name: READERS[name](name, text) if text else None for name, text in given.items()}
    return replace(said, **values)  # type: ignore[arg-type]
