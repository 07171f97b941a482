"""Every address there is, as everybody there is finds it: who gets in, who is led to sign in, who is refused."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.store import tokens
from alertd.store.db import Store
from alertd.web.api.door import OPERATIONS

from . import makers
from .doors import DOOR_OF, TABLE
from .makers import NOW
from .test_door import token_of

CALLERS = ("anonymous", "viewer", "editor", "admin", "read", "write")
FROM_AFAR = {"REMOTE_ADDR": "203.0.113.7"}
IN, SIGN_IN, UNKNOWN, REFUSED = "in", "led to sign in", "401", "403"
EXPECTED = {
    "anybody": (IN, IN, IN, IN, IN, IN),
    "carried": (IN, IN, IN, IN, IN, IN),
    "metrics": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, IN, IN),
    "leaving": (SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN),
    "viewer": (SIGN_IN, IN, IN, IN, SIGN_IN, SIGN_IN),
    "editor": (SIGN_IN, REFUSED, IN, IN, SIGN_IN, SIGN_IN),
    "admin": (SIGN_IN, REFUSED, REFUSED, IN, SIGN_IN, SIGN_IN),
    "read": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, IN, IN),
    "write": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, REFUSED, IN),
}
"""What each caller meets at each door, in the order of CALLERS."""


def met(answer: TestResponse) -> str:
    """What an answer is to whoever stands before the door. What is not there is seen from inside."""
    if answer.status_code == 403:
        return REFUSED
    if answer.status_code == 401 and "WWW-Authenticate" in answer.headers:
        return UNKNOWN
    led = answer.status_code == 303 and answer.location.startswith("/login")
    return SIGN_IN if led else IN


class Caller:
    """Somebody who comes to one address after the other, each time as if for the first time."""

    def __init__(self, app: Flask, store: Store, who: str) -> None:
        self._app, self._store, self._who = app, store, who
        self._headers: dict[str, str] = {}
        self._user: int | None = None
        if who in ("read", "write"):
            _, text = tokens.add(store, who, scope=who, now=NOW)
            self._headers = {"Authorization": f"Bearer {text}"}
        elif who != "anonymous":
            self._user = makers.user(store, who, role=who, language="es")

    def ask(self, path: str, method: str) -> TestResponse:
        client, form = self._app.test_client(), {}
        if self._user is not None:
            makers.sign_in(client, self._store, self._user)
        if method == "POST" and not path.startswith("/api/"):
            page = client.get("/login" if self._user is None else "/account")
            form = {"csrf_token": token_of(page)}
        return client.open(path, method=method, data=form, headers=self._headers, environ_overrides=FROM_AFAR)


@pytest.mark.parametrize("who", CALLERS)
def test_every_address_answers_everybody_as_was_meant(app: Flask, store: Store, who: str) -> None:
    """All of them, with every method they know, and with keys that are there where there are any."""
    makers.source(store, "1")
    caller, place = Caller(app, store, who), CALLERS.index(who)
    wrong = []
    for rule in app.url_map.iter_rules():
        path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
        assert path is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = caller.ask(path[1], method)
            if met(answer) != EXPECTED[DOOR_OF.get(rule.endpoint, "")][place]:
                wrong.append((method, path[1], answer.status_code))
    assert wrong == []


def test_every_address_is_in_the_table(app: Flask) -> None:
    """A page that is new says here who may pass, before it is let in; one that is gone is taken out."""
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert (there - set(DOOR_OF), set(DOOR_OF) - there) == (set(), set())
    assert set(TABLE) == set(EXPECTED)
    assert len(DOOR_OF) == sum(len(names.split()) for names in TABLE.values())


def test_a_head_opens_no_more_than_a_get(app: Flask, client: FlaskClient) -> None:
    """Whoever only asks for the head of a page has to sign in too."""
    for rule in app.url_map.iter_rules():
        if DOOR_OF.get(rule.endpoint) in ("viewer", "admin", "read") and "GET" in (rule.methods or set()):
            path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
            assert path is not None
            assert met(client.head(path[1])) in (SIGN_IN, UNKNOWN), rule


def test_every_address_of_the_api_is_declared(app: Flask) -> None:
    """With the method and the path of its declaration, and no other."""
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(each.method, f"/api/v1{each.path}") for each in OPERATIONS}


def test_no_address_of_the_page_knows_other_methods(app: Flask) -> None:
    """To look is a GET and to change is a POST, which carries a form token; there is no third way."""
    methods = {
        method
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/api/")
        for method in rule.methods or set()
    }
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def test_no_address_can_be_both_looked_at_and_changed_by_one_function(app: Flask) -> None:
    """A function that answers both would change something for whoever only follows a link."""
    both = {rule.endpoint for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())}
    assert both == set()
