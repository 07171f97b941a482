"""Who may do what, and how people come and go. Every address with every role: `test_map`."""

from flask import Flask
from flask.testing import FlaskClient

from alertd.store import sessions, users
from alertd.store.db import Store

from . import makers
from .conftest import Clock
from .makers import HOUR, NOW, PASSWORD
from .test_door import sign_in, token_of
from .test_sources_page import post


def test_what_one_may_not_do_is_not_offered(app: Flask, store: Store) -> None:
    """A viewer sees the shop and no button that would be refused."""
    makers.seed_shop(store)
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store, "ana", role="viewer", language="es"))
    for path in ("/sources", "/sources/tienda-centro", "/channels", "/messages?state=dead", "/messages/4"):
        main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
        assert 'method="post"' not in main, path
    assert "/users" not in client.get("/more").text


def test_signing_out_ends_a_copied_cookie_too(client: FlaskClient, app: Flask, store: Store) -> None:
    """Whoever copied the cookie before is out as well."""
    makers.user(store)
    sign_in(client)
    with client.session_transaction() as session:
        copied = dict(session)
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(copied)
    assert thief.get("/").status_code == 200
    client.post("/logout", data={"csrf_token": token_of(client.get("/"))})
    assert thief.get("/").status_code == 303


def test_signing_out_everywhere_else_leaves_this_browser(signed_in: FlaskClient, app: Flask, store: Store) -> None:
    """The phone that was lost is out; the one in the hand is not."""
    phone = app.test_client()
    makers.sign_in(phone, store, 1)
    assert phone.get("/").status_code == 200
    post(signed_in, "/account/sign-out-everywhere")
    assert phone.get("/").status_code == 303
    assert signed_in.get("/").status_code == 200


def test_a_session_that_nobody_uses_runs_out(signed_in: FlaskClient, clock: Clock) -> None:
    """A month without a visit; a visit in between begins it anew."""
    clock.pass_(sessions.LIFE - HOUR)
    assert signed_in.get("/").status_code == 200
    clock.pass_(sessions.LIFE - HOUR)
    assert signed_in.get("/").status_code == 200
    clock.pass_(sessions.LIFE)
    assert signed_in.get("/").status_code == 303


def test_a_part_of_a_page_without_a_session_loads_the_whole(client: FlaskClient) -> None:
    """A page that asks for news of itself must not be filled with the sign-in form."""
    answer = client.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


def test_ones_own_password_needs_the_old_one(signed_in: FlaskClient, store: Store) -> None:
    """A browser left open is no way to take an account over; after the change this browser stays signed in."""
    new = "otra frase bien larga"
    wrong = post(signed_in, "/account/password", current="not it at all", password=new, again=new)
    assert wrong.status_code == 422
    assert "no es su contraseña actual" in wrong.text
    assert post(signed_in, "/account/password", current=PASSWORD, password=new, again="x").status_code == 422
    assert post(signed_in, "/account/password", current=PASSWORD, password=new, again=new).status_code == 303
    assert signed_in.get("/").status_code == 200
    assert store.value("SELECT generation FROM user") == 2


def test_guessing_the_old_password_is_throttled(signed_in: FlaskClient) -> None:
    """As signing in is."""
    new = "otra frase bien larga"
    tries = [
        post(signed_in, "/account/password", current=f"guess {number}", password=new, again=new).status_code
        for number in range(users.TRIES_A_NAME + 1)
    ]
    assert tries == [422] * users.TRIES_A_NAME + [429]


def test_people_are_let_in_changed_and_taken_out(signed_in: FlaskClient, store: Store) -> None:
    """The whole life of a user, from the page, each step in the change log."""
    short = post(signed_in, "/users", name="Ana", password="kurz7", role="viewer")
    assert short.status_code == 422
    assert 'value="Ana"' in short.text
    assert "kurz7" not in short.text
    post(signed_in, "/users", name="Ana", password="una frase larga", role="viewer")
    ana = users.find_user(store, "ana")
    assert ana is not None
    post(signed_in, f"/users/{ana.id}/role", role="editor")
    post(signed_in, f"/users/{ana.id}/password", password="una frase nueva")
    changed = users.find_user(store, "ana")
    assert changed is not None
    assert (changed.role, changed.generation) == ("editor", 2)
    post(signed_in, f"/users/{ana.id}/remove")
    assert users.find_user(store, "ana") is None
    told = [row["what"] for row in store.rows("SELECT what FROM audit ORDER BY id")]
    assert told == ["user.added", "user.role", "user.password", "user.removed"]


def test_the_last_administrator_cannot_step_down(signed_in: FlaskClient, store: Store) -> None:
    """Nobody could let anybody in any more."""
    post(signed_in, "/users/1/role", role="viewer")
    post(signed_in, "/users/1/remove")
    assert store.value("SELECT role FROM user") == "admin"
    assert "última persona que administra" in signed_in.get("/users").text
    assert store.value("SELECT count(*) FROM audit") == 0


def test_what_a_view_forgets_to_tell_is_written_down_all_the_same(app: Flask, store: Store) -> None:
    """A post that worked leaves a line with its address; one that was refused, and a choice of language, do not."""
    app.add_url_rule("/later", "later", lambda: "done", methods=["POST"])
    client = app.test_client()
    makers.sign_in(client, store, makers.user(store))
    token = token_of(client.get("/account"))
    client.post("/later", data={"csrf_token": token})
    client.post("/later", data={"csrf_token": "forged"})
    client.post("/language", data={"csrf_token": token, "language": "en"})
    assert store.rows("SELECT who, what, about, at FROM audit") == [
        {"who": "marta", "what": "page.later", "about": "/later", "at": NOW}
    ]


def test_the_change_log_is_paged_and_told_in_words(signed_in: FlaskClient, store: Store) -> None:
    """Newest first, in the reader's words, fifty a page."""
    for number in range(60):
        makers.insert(store, "audit", at=NOW - number, who="ana", what="source.polled", about=f"t{number}", facts="{}")
    first = signed_in.get("/audit").text
    assert "Pidió leer la tienda <b>t0</b>" in first
    assert "<b>t50</b>" not in first
    following = first.partition('rel="next"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "<b>t50</b>" in signed_in.get(following).text


def test_dead_messages_get_another_life(signed_in: FlaskClient, store: Store) -> None:
    """One by one, or all whose channel still exists."""
    channel = makers.channel(store)
    for key in ("a", "b", "c"):
        makers.message(store, key, "dead", attempts=9, channel_id=channel if key != "c" else None)
    post(signed_in, "/messages/1/retry")
    assert [row["state"] for row in store.rows("SELECT state FROM message ORDER BY id")] == ["waiting", "dead", "dead"]
    post(signed_in, "/messages/retry")
    assert [row["state"] for row in store.rows("SELECT state FROM message ORDER BY id")] == [
        "waiting", "waiting", "dead",
    ]  # fmt: skip
    post(signed_in, "/messages/3/retry")
    assert "su canal ya no existe" in signed_in.get("/messages").text
