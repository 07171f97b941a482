"""Moments and durations as people write them."""

import pytest

from alertd import clock
from alertd.errors import UsageTrouble


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("30m", 1800), ("2h", 7200), ("1d", 86_400), ("1w", 604_800), ("1h30m", 5400), ("1.5h", 5400)],
)
def test_a_duration_is_a_sum_of_numbers_with_units(text: str, seconds: float) -> None:
    """What rules and options take as a duration."""
    assert clock.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m 3", "2:30", "-5m", "5x", "1h30"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """Half a duration is no duration: '1h30' could mean anything."""
    with pytest.raises(UsageTrouble, match="write it like"):
        clock.parse_duration(text)


def test_a_time_without_a_zone_is_read_on_the_clock_of_the_shop() -> None:
    """Noon in San Salvador is 18:00 UTC."""
    at = clock.parse_moment("2025-01-31T12:00", "America/El_Salvador")
    assert clock.rfc3339(at) == "2025-01-31T18:00:00Z"


def test_a_time_with_a_zone_keeps_it() -> None:
    """The shop's zone is only for times that name none."""
    at = clock.parse_moment("2025-01-31T12:00:00+00:00", "America/El_Salvador")
    assert clock.rfc3339(at) == "2025-01-31T12:00:00Z"


def test_a_word_is_no_time() -> None:
    """One sentence that shows the form."""
    with pytest.raises(UsageTrouble, match="is not a date or time"):
        clock.parse_moment("ayer")


def test_an_hour_that_the_clock_change_skipped_still_names_a_moment() -> None:
    """São Paulo had no 00:30 on the day summer time began in 2018; asking for it must not fail."""
    assert clock.rfc3339(clock.parse_moment("2018-11-04T00:30", "America/Sao_Paulo")) is not None


def test_an_unknown_zone_is_refused() -> None:
    """A misspelt zone would shift every digest and quiet hour."""
    with pytest.raises(UsageTrouble, match="no time zone called"):
        clock.check_zone("America/San_Salvador")
