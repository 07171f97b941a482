"""What a page keeps from one request to the next is never older than the last commit, and a look writes nothing."""

import re

from flask.testing import FlaskClient

from alertd.store import sessions
from alertd.store.db import Store

from . import makers
from .conftest import Clock


def _badge(client: FlaskClient) -> str:
    found = re.search(r'id="menu-alerts".*?(?:<span class="badge">(\d+)</span>)?</a>', client.get("/more").text)
    assert found is not None
    return found[1] or ""


def test_the_number_in_the_menu_follows_every_change(signed_in: FlaskClient, store: Store) -> None:
    """It is counted again after a change by this thread, and after one that another process makes."""
    shop = makers.source(store)
    assert _badge(signed_in) == ""
    key = makers.alert(store, shop)
    assert _badge(signed_in) == "1"
    other = Store(store.path)
    makers.alert(other, shop, "Arroz", severity="info", state="firing")
    assert _badge(signed_in) == "2"
    other.execute("UPDATE alert SET state = 'resolved', resolved_at = since WHERE id = ?", (key,))
    assert _badge(signed_in) == "1"
    other.close()


def test_the_cookie_is_renewed_while_somebody_keeps_coming(signed_in: FlaskClient, clock: Clock) -> None:
    """Not on every page, but as often as the session is noted as in use: before its thirty days are over."""
    signed_in.get("/more")
    assert "Set-Cookie" not in signed_in.get("/more").headers
    clock.pass_(sessions.SEEN_EVERY)
    assert "Set-Cookie" in signed_in.get("/more").headers
    assert "Set-Cookie" not in signed_in.get("/more").headers
