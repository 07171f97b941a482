"""The page of API tokens: made once and shown once, by the administrator alone."""

from flask.testing import FlaskClient

from alertd.store import tokens
from alertd.store.db import Store

from . import makers
from .conftest import Clock
from .makers import DAY, NOW
from .test_sources_page import post


def _text(page: str) -> str:
    return page.partition('id="token-text"')[2].partition(">")[2].partition("<")[0]


def test_a_token_is_in_one_answer_and_nowhere_else(signed_in: FlaskClient, store: Store) -> None:
    """Not in the database, not in the cookie, not on the page a moment later; and it opens the API."""
    answer = post(signed_in, "/tokens", name="Hoja de compras", scope="read", days="90")
    text = _text(answer.text)
    assert (answer.status_code, text.startswith("alertd_")) == (200, True)
    assert text not in signed_in.get("/tokens").text
    assert text not in "\n".join(store.connection.iterdump())
    assert text not in str(answer.headers)
    found = tokens.all_tokens(store)[0]
    assert (found.name, found.scope, found.expires_at, found.created_by) == (
        "hoja-de-compras", "read", NOW + 90 * DAY, "marta",
    )  # fmt: skip
    assert signed_in.get("/api/v1/alerts", headers={"Authorization": f"Bearer {text}"}).status_code == 200


def test_a_name_that_will_not_do_keeps_what_was_typed(signed_in: FlaskClient, store: Store) -> None:
    """Beside the field; nothing was made."""
    tokens.add(store, "hoja", now=NOW)
    for name in ("Hoja", "¡!"):
        answer = post(signed_in, "/tokens", name=name, scope="write", days="")
        assert answer.status_code == 422
        assert f'value="{name}"' in answer.text
        assert 'value="write" checked' in answer.text
    assert len(tokens.all_tokens(store)) == 1


def test_a_token_is_taken_back(signed_in: FlaskClient, store: Store) -> None:
    """Its line is gone, and the change log says who did it."""
    made, _ = tokens.add(store, "hoja", now=NOW)
    post(signed_in, f"/tokens/{made.id}/remove")
    assert tokens.all_tokens(store) == []
    assert "Quitó la llave de API" in signed_in.get("/audit").text
    assert post(signed_in, f"/tokens/{made.id}/remove").status_code == 404


def test_one_that_ran_out_is_told_so(signed_in: FlaskClient, store: Store, clock: Clock) -> None:
    """It stays in the list until somebody removes it."""
    tokens.add(store, "hoja", life=DAY, now=NOW)
    clock.pass_(DAY)
    assert "Vencida" in signed_in.get("/tokens").text


def test_only_the_administrator_makes_tokens(client: FlaskClient, store: Store) -> None:
    """A token may do what its maker could not."""
    makers.sign_in(client, store, makers.user(store, "ana", role="editor"))
    assert client.get("/tokens").status_code == 403
    assert post(client, "/tokens", name="x", scope="write", days="").status_code == 403
    assert tokens.all_tokens(store) == []
