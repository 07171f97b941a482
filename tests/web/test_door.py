"""Who gets in: sign-in, the set-up link, throttling, sessions, and forms that are not ours."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.errors import UsageTrouble
from alertd.settings import Settings, read_settings
from alertd.store import users
from alertd.store.db import Store
from alertd.web.app import create_app

from . import makers
from .conftest import Clock
from .makers import NOW, PASSWORD


def token_of(page: TestResponse) -> str:
    """The CSRF token of the first form on a page."""
    return page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


def sign_in(client: FlaskClient, name: str = "marta", password: str = PASSWORD, **more: str) -> TestResponse:
    form = {"name": name, "password": password, "csrf_token": token_of(client.get("/login")), **more}
    return client.post("/login", data=form)


def test_the_right_password_opens_and_leads_back(client: FlaskClient, store: Store) -> None:
    """Somebody who followed a link to an alert arrives there after signing in."""
    makers.user(store)
    refused = client.get("/alerts?severity=critical")
    assert refused.location == "/login?next=/alerts?severity%3Dcritical"
    answer = sign_in(client, next="/alerts?severity=critical")
    assert (answer.status_code, answer.location) == (303, "/alerts?severity=critical")
    assert client.get("/").status_code == 200
    assert store.value("SELECT last_seen_at FROM user") == NOW


@pytest.mark.parametrize("name", ["MARTA", " marta "])
def test_names_are_read_as_people_type_them(client: FlaskClient, store: Store, name: str) -> None:
    """A phone writes a capital first; that is the same person."""
    makers.user(store)
    assert sign_in(client, name).status_code == 303


@pytest.mark.parametrize("name", ["marta", "nobody"])
def test_a_wrong_password_does_not_say_which_half_was_wrong(client: FlaskClient, store: Store, name: str) -> None:
    """Known and unknown names get the same answer."""
    makers.user(store)
    answer = sign_in(client, name, "not the password")
    assert answer.status_code == 401
    assert "El usuario o la contraseña no son correctos" in answer.text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", ""],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, store: Store, target: str) -> None:
    """`next` may be a path of this page and nothing else."""
    makers.user(store)
    assert sign_in(client, next=target).location == "/"


def test_guessing_is_stopped_and_forgotten_later(client: FlaskClient, store: Store, clock: Clock) -> None:
    """After too many tries even the right password waits; ten minutes later it works."""
    makers.user(store)
    for _ in range(users.TRIES_A_NAME):
        assert sign_in(client, password="a wrong guess").status_code == 401
    stopped = sign_in(client)
    assert stopped.status_code == 429
    assert "10 min" in stopped.text
    clock.pass_(users.FAILURE_WINDOW)
    assert sign_in(client).status_code == 303


def test_one_address_cannot_try_many_names(client: FlaskClient, store: Store) -> None:
    """The limit of an address counts whatever names it tries."""
    for number in range(users.TRIES_AN_ADDRESS):
        assert users.begin_try(store, f"name {number}", "127.0.0.1", NOW) is None
    assert sign_in(client, "somebody").status_code == 429


def test_a_right_password_forgets_the_tries_before_it(store: Store) -> None:
    """Somebody who mistypes twice every morning is never locked out."""
    for minute in range(3 * users.TRIES_A_NAME):
        assert users.begin_try(store, "marta", "10.0.0.7", NOW + minute) is None
        users.forgive_tries(store, "marta", "10.0.0.7", NOW + minute)
    assert store.value("SELECT count(*) FROM sign_in_failure") == 0


def test_passwords_typed_as_names_are_not_kept(client: FlaskClient, store: Store) -> None:
    """The name of a failed try is stored as a digest only."""
    sign_in(client, "my secret password")
    assert "secret" not in " ".join(row["who"] for row in store.rows("SELECT who FROM sign_in_failure"))


def test_the_session_is_a_new_one_after_signing_in(client: FlaskClient, store: Store) -> None:
    """A session planted before the sign-in is worth nothing after it."""
    makers.user(store)
    with client.session_transaction() as session:
        session["planted"] = "yes"
    before = token_of(client.get("/login"))
    sign_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["id"]
    assert token_of(client.get("/")) != before


def test_a_new_password_ends_every_session(signed_in: FlaskClient, store: Store) -> None:
    """A lost phone is locked out by changing the password."""
    assert signed_in.get("/").status_code == 200
    users.set_password(store, "marta", "another long one", NOW)
    assert signed_in.get("/").status_code == 303


def test_a_removed_user_is_out_at_once(signed_in: FlaskClient, store: Store) -> None:
    """No cookie outlives its user."""
    makers.user(store, "jorge")
    users.remove_user(store, "marta")
    assert signed_in.get("/").status_code == 303


def test_signing_out_needs_a_form_and_keeps_the_language(signed_in: FlaskClient, store: Store) -> None:
    """A link or an image elsewhere cannot sign anybody out."""
    assert signed_in.get("/logout").status_code == 405
    signed_in.post("/language", data={"language": "pt", "csrf_token": token_of(signed_in.get("/"))})
    signed_in.post("/logout", data={"csrf_token": token_of(signed_in.get("/"))})
    assert signed_in.get("/").status_code == 303
    assert "Senha" in signed_in.get("/login").text


@pytest.mark.parametrize("path", ["/login", "/logout", "/language"])
def test_a_form_without_our_token_is_refused(signed_in: FlaskClient, path: str) -> None:
    """Another site cannot post in somebody's name; the answer is a page that says what to do."""
    answer = signed_in.post(path, data={"language": "en", "csrf_token": "forged"})
    assert answer.status_code == 400
    assert "La página caducó" in answer.text


def test_a_setup_link_makes_one_administrator_once(client: FlaskClient, store: Store) -> None:
    """Name, password, language; then the link is spent and its holder is inside."""
    link = "/setup/" + users.make_setup_link(store, NOW)
    form = {"name": "Marta", "password": PASSWORD, "again": PASSWORD, "language": "pt"}
    answer = client.post(link, data={**form, "csrf_token": token_of(client.get(link))})
    assert (answer.status_code, answer.location) == (303, "/")
    assert [(user.name, user.role, user.language) for user in users.list_users(store)] == [("Marta", "admin", "pt")]
    assert "Conecte sua loja" in client.get("/").text
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "password": PASSWORD}, "Escriba otro nombre"),
        ({"name": "marta", "password": "short"}, "entre 10 y 200"),
        ({"name": "marta", "password": PASSWORD, "again": "something else"}, "no son iguales"),
        ({"name": "JORGE", "password": PASSWORD}, "Escriba otro nombre"),
    ],
)
def test_a_mistake_leaves_the_setup_link_usable(
    client: FlaskClient, store: Store, form: dict[str, str], words: str
) -> None:
    """What is wrong is said in the reader's words, and the link still works."""
    makers.user(store, "jorge")
    link = "/setup/" + users.make_setup_link(store, NOW)
    answer = client.post(link, data={**form, "csrf_token": token_of(client.get(link))})
    assert answer.status_code == 422
    assert words in answer.text
    assert client.get(link).status_code == 200


def test_old_and_forged_setup_links_open_nothing(client: FlaskClient, store: Store, clock: Clock) -> None:
    """A link is worth a day, a newer one replaces it, and a guess is worth nothing."""
    first = users.make_setup_link(store, NOW)
    newest = users.make_setup_link(store, NOW)
    assert client.get(f"/setup/{first}").status_code == 404
    assert client.get("/setup/guess").status_code == 404
    assert client.get(f"/setup/{newest}").status_code == 200
    clock.pass_(users.LINK_LIFE)
    assert "El enlace ya no sirve" in client.get(f"/setup/{newest}").text
    assert users.use_setup_link(store, newest, "marta", PASSWORD, clock.at) is None


def test_the_database_alone_opens_no_door(store: Store) -> None:
    """Only digests of links and hashes of passwords are stored."""
    link = users.make_setup_link(store, NOW)
    users.add_user(store, "marta", PASSWORD, "admin", NOW)
    dump = "\n".join(store.connection.iterdump())
    assert link not in dump
    assert PASSWORD not in dump
    assert "scrypt:32768:8:3$" in dump


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(store: Store, settings: Settings) -> None:
    """HttpOnly and SameSite always; Secure when the public address is https."""
    for address, secure in (("http://127.0.0.1:8000", False), ("https://alertas.example", True)):
        asked = read_settings({"ALERTD_HOME": str(settings.home), "ALERTD_URL": address})
        client = create_app(store, asked, "a key for tests", clock=lambda: NOW).test_client()
        answer = client.get("/login")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure
        assert ("Strict-Transport-Security" in answer.headers) is secure


def test_before_there_are_users_the_form_says_where_the_link_is(client: FlaskClient, store: Store) -> None:
    """A fresh installation does not leave its owner before a locked door."""
    assert "Todavía no hay usuarios" in client.get("/login").text
    makers.user(store)
    assert "Todavía no hay usuarios" not in client.get("/login").text


@pytest.mark.parametrize(
    ("name", "password", "role", "words"),
    [
        ("", PASSWORD, "admin", "needs a name"),
        ("x" * 61, PASSWORD, "admin", "at most 60"),
        ("a\nb", PASSWORD, "admin", "control characters"),
        ("ana", "short", "admin", "at least 10"),
        ("ana", "x" * 201, "admin", "at most 200"),
        ("ana", PASSWORD, "owner", "no role 'owner'"),
        ("MARTA", PASSWORD, "viewer", "already a user called 'MARTA'"),
    ],
)
def test_users_that_cannot_be_are_refused_in_one_sentence(
    store: Store, name: str, password: str, role: str, words: str
) -> None:
    """The command line prints the sentence as it is."""
    makers.user(store)
    with pytest.raises(UsageTrouble, match=words):
        users.add_user(store, name, password, role, NOW)
    assert len(users.list_users(store)) == 1


def test_the_last_administrator_stays(store: Store) -> None:
    """Otherwise nobody could let anybody in."""
    makers.user(store)
    makers.user(store, "ana", "viewer")
    with pytest.raises(UsageTrouble, match="last administrator"):
        users.remove_user(store, "marta")
    users.remove_user(store, "ana")
    with pytest.raises(UsageTrouble, match="no user called 'ana'"):
        users.remove_user(store, "ana")
