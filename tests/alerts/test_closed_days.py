"""Closed days: nobody is disturbed, nothing is lost, and the first open day tells how things stand."""

from datetime import date

import pytest

from alertd.alerts.closed import Hours, closed_between, is_closed, next_closed, read_hours, why_closed
from alertd.clock import parse_moment
from alertd.engine.tending import tell_due
from alertd.errors import UsageTrouble
from alertd.places import country_of, holiday, money_sign
from alertd.store import hours, sources

from .conftest import DAY, HOUR, LOW, MINUTE, ZONE, House

SUNDAY = "2026-11-22"
SUNDAYS = Hours(weekdays=(6,))


def shut(house: House, said: Hours) -> None:
    hours.put(house.store, sources.get_source(house.store, "tienda").id, said)


def put_at(house: House, text: str) -> None:
    house.at = parse_moment(text, ZONE)


def test_what_fires_on_a_closed_day_is_told_when_the_shop_opens(calm_house: House):
    """Held over the whole Sunday, and told once on Monday."""
    shut(calm_house, SUNDAYS)
    put_at(calm_house, f"{SUNDAY}T09:00")
    calm_house.stock(1, 3)
    calm_house.poll()
    assert (calm_house.events(), calm_house.tick(14 * HOUR)) == ([], 0)
    assert (calm_house.tick(HOUR), calm_house.events()) == (1, ["firing"])
    assert calm_house.tick(HOUR) == 0


def test_what_is_over_before_the_shop_opens_is_never_told(calm_house: House):
    """The truth of Monday morning is that nothing is wrong."""
    shut(calm_house, SUNDAYS)
    put_at(calm_house, f"{SUNDAY}T09:00")
    for stock in (3, 20):
        calm_house.stock(1, stock)
        calm_house.after(HOUR)
    assert (calm_house.tick(DAY), calm_house.events()) == (0, [])


def test_what_is_critical_is_told_on_a_closed_day(calm_house: House):
    """As in quiet hours: an emergency has no Sunday."""
    calm_house.write_rules(LOW + "severity: {critical: stock <= 0, warning: true}\n")
    shut(calm_house, SUNDAYS)
    put_at(calm_house, f"{SUNDAY}T09:00")
    calm_house.stock(1, 3)
    calm_house.stock(2, 0)
    calm_house.poll()
    assert calm_house.told() == [[("firing", "Producto 2")]]


def test_two_closed_days_in_a_row_are_one_wait(calm_house: House):
    """Christmas on a Friday, the Saturday after it closed as well."""
    shut(calm_house, Hours(weekdays=(6,), holidays="SV", dates=("2026-12-26",)))
    put_at(calm_house, "2026-12-25T10:00")
    calm_house.stock(1, 3)
    calm_house.poll()
    assert [calm_house.tick(DAY), calm_house.tick(DAY), calm_house.tick(DAY)] == [0, 0, 1]


def test_a_digest_leaves_the_closed_day_out_and_says_so_on_the_next(calm_house: House):
    """No message on Sunday; Monday's names the day that is missing."""
    calm_house.channel("resumen", digest="18:00")
    shut(calm_house, SUNDAYS)
    for day in ("2026-11-21", SUNDAY, "2026-11-23"):
        put_at(calm_house, f"{day}T18:05")
        calm_house.poll()
        tell_due(calm_house.context)
    first, second = calm_house.contents("resumen")
    assert (first.closed, second.closed) == ([], [SUNDAY])
    assert "La tienda cerró el dom 22 nov; este resumen cubre también ese día." in calm_house.rendered("resumen").text


def test_a_shop_that_said_nothing_is_never_closed(calm_house: House):
    """Holidays are kept only by who keeps them."""
    put_at(calm_house, "2026-12-25T10:00")
    calm_house.stock(1, 3)
    calm_house.poll()
    assert calm_house.events() == ["firing"]


def test_the_day_is_the_shops_own():
    """Eight in the evening of Saturday in San Salvador is Sunday in London."""
    assert not is_closed(SUNDAYS, ZONE, parse_moment("2026-11-21T20:00", ZONE))
    assert is_closed(SUNDAYS, "UTC", parse_moment("2026-11-21T20:00", ZONE))


@pytest.mark.parametrize(
    ("zone", "country", "money", "day", "name"),
    [
        ("America/El_Salvador", "SV", "$", date(2026, 8, 6), "Celebración del Divino Salvador del Mundo"),
        ("America/Guatemala", "GT", "Q", date(2026, 6, 29), "Día del Ejército"),
        ("America/Tegucigalpa", "HN", "L", date(2026, 9, 15), "Día de la Independencia"),
        ("America/Managua", "NI", "C$", date(2026, 7, 19), "Día de la Revolución"),
        ("America/Costa_Rica", "CR", "₡", date(2026, 4, 11), "Día de Juan Santamaría"),
        ("America/Panama", "PA", "B/.", date(2026, 11, 3), "Separación de Panamá de Colombia"),
        ("America/Mexico_City", "MX", "$", date(2026, 11, 16), "Día de la Revolución"),
        ("America/Sao_Paulo", "BR", "R$", date(2026, 9, 7), "Independência do Brasil"),
    ],
)
def test_a_zone_names_the_country_its_money_and_its_holidays(zone, country, money, day, name):
    """Every country the shops are in; the name in its own language."""
    said = read_hours(zone, holidays="auto")
    assert (country_of(zone), money_sign(zone), said.holidays) == (country, money, country)
    found = holiday(country, day, "pt" if country == "BR" else "es")
    assert name.lower()[:12] in (found or "").lower()
    assert why_closed(said, day) is not None


def test_what_was_said_of_one_date_wins():
    """Closed on Christmas Eve, open on the fifteenth of September in spite of the parade, open one Sunday."""
    said = Hours(weekdays=(6,), holidays="SV", dates=("2026-12-24",), open=("2026-09-15", SUNDAY))
    assert why_closed(said, date(2026, 12, 24)) == "date"
    assert why_closed(said, date(2026, 9, 15)) is None
    assert why_closed(said, date.fromisoformat(SUNDAY)) is None
    assert closed_between(said, "2026-12-22", date(2026, 12, 28)) == ["2026-12-24", "2026-12-25", "2026-12-27"]
    assert next_closed(said, date(2026, 12, 20))[0] == (date(2026, 12, 24), "date")


@pytest.mark.parametrize(
    ("zone", "said", "says"),
    [
        ("UTC", {"holidays": "auto"}, "names no country"),
        (ZONE, {"holidays": "Atlantis"}, "not a country"),
        (ZONE, {"weekdays": ["lunes"]}, "not a day"),
        (ZONE, {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "at least one day open"),
        (ZONE, {"dates": ["24/12/2026"]}, "not a date"),
        (ZONE, {"dates": ["2026-02-30"]}, "not a date"),
    ],
)
def test_what_cannot_be_is_one_sentence(zone, said, says):
    """Nothing is kept of it."""
    with pytest.raises(UsageTrouble, match=says):
        read_hours(zone, **said)


def test_a_repeat_falls_due_once_after_the_closed_day(calm_house: House):
    """Not on Sunday, and not twice on Monday."""
    calm_house.write_rules(LOW + "repeat: 6h\n")
    shut(calm_house, SUNDAYS)
    put_at(calm_house, "2026-11-21T20:00")
    calm_house.stock(1, 3)
    calm_house.poll()
    said = [calm_house.tick(30 * MINUTE) for _ in range(60)]
    assert (sum(said), calm_house.events()) == (1, ["firing", "still"])
