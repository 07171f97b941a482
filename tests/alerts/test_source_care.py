"""When a shop is closed and whom to call while all is well, said on the command line and on the page."""

from collections.abc import Iterator

import pytest

from alertd.store import hours, sources
from tests.end_to_end.receivers import Watch

from .conftest import MINUTE, House


@pytest.fixture
def cli(calm_house: House, alertd, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALERTD_HOME", str(calm_house.home))
    monkeypatch.setenv("ALERTD_RULES", str(calm_house.rules_folder))
    monkeypatch.setenv("ALERTD_SECRET_KEY", "a key of the tests")
    return alertd


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


def test_closed_days_by_command(cli, calm_house: House):
    """Said piece by piece; what is not named stays."""
    assert cli("source", "hours", "tienda", "--closed", "sun", "--holidays", "auto").status == 0
    assert cli("source", "hours", "tienda", "--closed-on", "2026-12-24", "--open-on", "2026-12-31").status == 0
    found = cli("source", "hours", "tienda", "--json").json
    assert (found["closed"], found["holidays"], found["closed_on"], found["open_on"]) == (
        ["sun"], "SV", ["2026-12-24"], ["2026-12-31"],
    )  # fmt: skip
    cli("source", "hours", "tienda", "--holidays", "none", "--forget", "2026-12-24")
    kept = hours.of(calm_house.store, sources.get_source(calm_house.store, "tienda").id)
    assert (kept.weekdays, kept.holidays, kept.dates) == ((6,), "", ())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--closed", "domingo"),
        ("--holidays", "Atlantis"),
        ("--closed-on", "ayer"),
        ("--closed", "mon,tue,wed,thu,fri,sat,sun"),
    ],
)
def test_what_cannot_be_a_closed_day_exits_2_and_changes_nothing(cli, calm_house: House, arguments):
    """One sentence."""
    done = cli("source", "hours", "tienda", *arguments)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert hours.of(calm_house.store, 1) == hours.ALWAYS_OPEN


def test_a_heartbeat_of_a_source_is_called_after_a_healthy_cycle_only(cli, calm_house: House, watch):
    """And its address is sealed in the database and shown nowhere."""
    url = f"{watch.url}/geheim-42"
    assert cli("source", "heartbeat", "tienda", url).status == 0
    shown = cli("source", "heartbeat", "tienda")
    assert ("127.0.0.1" in shown.out, "geheim" in shown.out + shown.err) == (True, False)
    calm_house.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"geheim-42" not in (calm_house.home / "alertd.db").read_bytes()
    calm_house.poll()
    assert watch.beats == ["/geheim-42"]
    calm_house.fail(100)
    calm_house.after(5 * MINUTE)
    assert watch.beats == ["/geheim-42"]
    calm_house.shop.faults.clear()
    cli("source", "heartbeat", "tienda", "none")
    calm_house.after(5 * MINUTE)
    assert watch.beats == ["/geheim-42"]


def test_a_heartbeat_that_a_form_set_is_not_called_inside(cli, calm_house: House, watch):
    """It led elsewhere when it was set; the cycle goes on without it."""
    found = sources.get_source(calm_house.store, "tienda")
    url = f"{watch.url}/geheim"
    hours.set_beat(calm_house.store, calm_house.context.vault, found.id, url, fenced=True)
    calm_house.poll()
    assert watch.beats == []
    hours.set_beat(calm_house.store, calm_house.context.vault, found.id, url)
    calm_house.after(5 * MINUTE)
    assert watch.beats == ["/geheim"]


@pytest.mark.parametrize("url", ["ftp://x.test/geheim", "nada-geheim", "https:///geheim", "http://x .test/geheim"])
def test_an_address_that_cannot_be_called_is_refused(cli, url):
    """Without repeating it."""
    done = cli("source", "heartbeat", "tienda", url)
    assert (done.status, "geheim" in done.err) == (2, False)
