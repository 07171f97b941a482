"""The form on a source's page that says when its shop is closed, and the address that is called."""

import pytest
from flask.testing import FlaskClient

from alertd.errors import UsageTrouble
from alertd.store import hours, sources
from alertd.web.actions import Actions
from alertd.web.app import create_app

from . import makers
from .test_sources_page import post


@pytest.fixture
def asked() -> list[tuple[str, str | None]]:
    return []


@pytest.fixture
def page(store, settings, clock, asked) -> FlaskClient:
    def keep(name: str, url: str | None) -> None:
        if url and "127.0.0.1" in url:
            raise UsageTrouble("inside")
        asked.append((name, url))

    makers.source(store)
    app = create_app(store, settings, "k", clock=clock, rules=makers.rules, actions=Actions(set_heartbeat=keep))
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store, language="es"))
    return client


def name_of(store) -> str:
    return sources.list_sources(store)[0].name


def test_closed_days_are_kept_and_shown_again(page, store):
    """Sundays, the country's holidays, and Christmas Eve."""
    name = name_of(store)
    answer = page.post(
        f"/sources/{name}/hours",
        data={"weekday": ["sun"], "holidays": "SV", "dates": "2026-12-24", "open": "", "csrf_token": _token(page)},
    )
    assert answer.status_code == 303
    kept = hours.of(store, sources.list_sources(store)[0].id)
    assert (kept.weekdays, kept.holidays, kept.dates) == ((6,), "SV", ("2026-12-24",))
    shown = page.get(f"/sources/{name}").text
    assert 'value="sun" checked' in shown
    assert "Días cerrados guardados." in shown


@pytest.mark.parametrize("form", [{"dates": "mañana"}, {"holidays": "XX"}])
def test_a_slip_keeps_what_was_there_and_says_how_to_write_it(page, store, form):
    """In the reader's words."""
    name = name_of(store)
    post(page, f"/sources/{name}/hours", **form)
    assert hours.of(store, sources.list_sources(store)[0].id) == hours.ALWAYS_OPEN
    assert "las fechas se escriben como 2026-12-24" in page.get(f"/sources/{name}").text


def test_the_address_to_call_is_kept_by_the_engine_and_never_shown(page, store, asked):
    """A secret goes in and does not come out."""
    name = name_of(store)
    post(page, f"/sources/{name}/heartbeat", url="https://hc-ping.com/geheim")
    post(page, f"/sources/{name}/heartbeat", url="http://127.0.0.1/x")
    post(page, f"/sources/{name}/heartbeat", url="")
    assert asked == [(name, "https://hc-ping.com/geheim"), (name, None)]
    assert "geheim" not in page.get(f"/sources/{name}").text


def _token(client: FlaskClient) -> str:
    from .test_door import token_of

    return token_of(client.get("/account"))
