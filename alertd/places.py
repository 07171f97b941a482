"""What a country settles for its shops: which one a time zone lies in, the sign of its money, its public holidays.

The only module that knows the calendar of holidays, which takes 10 MB and is read when a shop keeps them. A zone that
lies in no country, such as UTC, settles nothing.
"""

from datetime import date
from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_currency_symbol, get_territory_currencies

LANGUAGES = ("es", "pt", "en")
_LOCALES = {"es": "es", "pt": "pt_BR", "en": "en_US"}
_FIRST_LANGUAGE = {"BR": "pt", "PT": "pt", "US": "en", "GB": "en"}


def country_of(zone: str) -> str | None:
    """The country of a time zone, in two letters; None where it is none."""
    found = get_global("zone_territories").get(zone)
    return found if isinstance(found, str) and len(found) == 2 and found.isalpha() else None


@lru_cache(maxsize=64)
def money_sign(zone: str) -> str | None:
    """How money is written where a zone is: `$`, `Q`, `R$`; None where that is not known."""
    country = country_of(zone)
    currencies = get_territory_currencies(country) if country else []
    if not currencies:
        return None
    language = _FIRST_LANGUAGE.get(country or "", "es")
    return get_currency_symbol(currencies[0], locale=f"{language}_{country}")


def has_holidays(place: str) -> bool:
    """Whether the holidays of a country (`SV`) or of a part of one (`BR-SP`) are known."""
    import holidays

    country, _, part = place.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (not part or part in known[country])


@lru_cache(maxsize=256)
def _holidays(place: str, year: int, language: str) -> dict[date, str]:
    import holidays

    country, _, part = place.partition("-")
    found = holidays.country_holidays(country, subdiv=part or None, years=year)
    if _LOCALES[language] in found.supported_languages:
        found = holidays.country_holidays(country, subdiv=part or None, years=year, language=_LOCALES[language])
    return dict(found)


def holiday(place: str, day: date, language: str = "es") -> str | None:
    """What is celebrated there on a day; None on an ordinary one."""
    return _holidays(place, day.year, language if language in _LOCALES else "es").get(day)
