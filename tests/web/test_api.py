"""The JSON API as a program meets it: its door, its pages, its words, and what it writes down."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alertd.store import tokens
from alertd.store.db import Store
from alertd.web.api.door import OPERATIONS
from alertd.web.limit import BURST

from . import makers
from .conftest import Clock
from .makers import DAY, HOUR, NOW

Ask = Callable[..., TestResponse]


@pytest.fixture
def shop(store: Store) -> dict[str, int]:
    return makers.seed_shop(store)


def caller(client: FlaskClient, store: Store, scope: str, name: str = "hoja") -> Ask:
    """Somebody with a token of that scope."""
    _, text = tokens.add(store, name, scope=scope, now=NOW)

    def ask(method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {text}", **more.pop("headers", {})}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    return ask


@pytest.fixture
def reader(client: FlaskClient, store: Store, shop: dict[str, int]) -> Ask:
    return caller(client, store, "read", "reader")


@pytest.fixture
def writer(client: FlaskClient, store: Store, shop: dict[str, int]) -> Ask:
    return caller(client, store, "write", "writer")


def path_of(operation: Any) -> str:
    """An address of the operation, whose names name nothing."""
    return str(operation.path.replace("<int:number>", "1").replace("<fingerprint>", "x").replace("<name>", "x"))


def problem(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    return answer.status_code, answer.json["detail"]


# The door


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_no_operation_answers_without_a_token(client: FlaskClient, operation: Any) -> None:
    """Also one that is added later: the door is in the declaration."""
    answer = client.open(f"/api/v1{path_of(operation)}", method=operation.method)
    assert problem(answer)[0] == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_what_changes_anything_needs_a_token_that_may_write(reader: Ask, operation: Any) -> None:
    """A program that fills a sheet cannot silence the shop. Reading, and trying a rule, keep nothing."""
    changes = operation.method != "GET" and operation.name != "check_rules"
    assert (operation.scope == "write") is changes
    assert (reader(operation.method, path_of(operation)).status_code == 403) is changes


def test_a_session_of_the_page_opens_nothing_here(signed_in: FlaskClient) -> None:
    """So no other site can make somebody's browser use the API in her name."""
    assert signed_in.get("/api/v1/alerts").status_code == 401
    assert signed_in.post("/api/v1/silences", json={}).status_code == 401


def test_a_token_opens_no_page(client: FlaskClient, store: Store) -> None:
    """The API is the only thing it is for."""
    _, text = tokens.add(store, "hoja", scope="write", now=NOW)
    assert client.get("/alerts", headers={"Authorization": f"Bearer {text}"}).status_code == 303


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer alertd_guess", "Basic bWFydGE6eA==", "bearer ñandú", "Bearer \udcff"]
)
def test_what_is_no_token_is_refused(client: FlaskClient, header: str) -> None:
    """Whatever is in the header."""
    answer = client.get(
        "/api/v1/alerts", environ_overrides={"HTTP_AUTHORIZATION": header.encode("utf-8", "replace").decode("latin-1")}
    )
    assert problem(answer)[0] == 401


def test_a_token_runs_out_and_can_be_taken_back(client: FlaskClient, store: Store, clock: Clock) -> None:
    """From that moment it is refused, and the answer says why."""
    _, text = tokens.add(store, "hoja", life=DAY, now=NOW)
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/silences", headers=headers).status_code == 200
    clock.pass_(DAY)
    assert "has run out" in problem(client.get("/api/v1/silences", headers=headers))[1]
    clock.pass_(-DAY)
    tokens.remove(store, "hoja")
    assert client.get("/api/v1/silences", headers=headers).status_code == 401


def test_when_a_token_was_used_is_known(reader: Ask, store: Store) -> None:
    """Whoever tidies up sees which tokens nobody needs."""
    assert tokens.all_tokens(store)[0].last_used_at is None
    reader("GET", "/alerts")
    assert tokens.all_tokens(store)[0].last_used_at == NOW


def test_a_token_that_calls_too_often_is_told_when_to_come_again(reader: Ask, writer: Ask, clock: Clock) -> None:
    """A loop gone wild stops itself; another program goes on, and so does this one a moment later."""
    answers = [reader("GET", "/silences").status_code for _ in range(BURST + 1)]
    assert answers == [200] * BURST + [429]
    refused = reader("GET", "/silences")
    assert problem(refused)[0] == 429
    assert writer("GET", "/silences").status_code == 200
    clock.pass_(1000 * int(refused.headers["Retry-After"]))
    assert reader("GET", "/silences").status_code == 200


def test_no_other_site_may_read_the_answers(client: FlaskClient, reader: Ask) -> None:
    """There is no header that would let a script of another page in, not even for a question first."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for answer in (client.options("/api/v1/alerts", headers=asked), reader("GET", "/alerts", headers=asked)):
        assert not [name for name in dict(answer.headers) if name.lower().startswith("access-control")]


# How it says no


def test_every_refusal_is_a_problem_document(reader: Ask, writer: Ask, client: FlaskClient) -> None:
    """A program reads one shape, whatever went wrong and however early."""
    assert problem(reader("GET", "/nothing"))[0] == 404
    assert problem(reader("GET", "/alerts/nothing"))[0] == 404
    assert problem(reader("DELETE", "/alerts"))[0] == 405
    assert problem(reader("GET", "/alerts", headers={"Accept": "text/html"}))[0] == 406
    assert problem(writer("POST", "/silences", data=b"{", content_type="application/json"))[0] == 400
    assert problem(writer("POST", "/silences", data=b"a=1"))[0] == 415
    assert problem(writer("POST", "/silences", data=b"x" * (1024 * 1024 + 1)))[0] == 413
    assert problem(writer("POST", "/silences", json={"match": {}}))[0] == 422
    assert problem(client.get("/api/"))[0] == 404


def test_a_method_that_is_not_there_names_those_that_are(reader: Ask) -> None:
    """As HTTP wants it."""
    assert "GET" in reader("DELETE", "/alerts").headers["Allow"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/alerts?sate=firing", "there is state, severity"),
        ("/alerts?state=open", "Invalid enum value 'open'"),
        ("/alerts?limit=501", "<= 500"),
        ("/alerts?limit=2&limit=3", "given twice"),
        ("/stock?at=yesterday", "not a date or time"),
        ("/alerts/a000000000000000?x=1", "no parameter 'x'"),
    ],
)
def test_a_question_that_was_meant_otherwise_is_not_answered(reader: Ask, path: str, words: str) -> None:
    """A misspelt filter left unread would answer another question."""
    status, said = problem(reader("GET", path))
    assert (status, words in said) == (422, True), said


def test_a_fault_of_ours_shows_no_traceback(app: Flask, client: FlaskClient, store: Store) -> None:
    """One sentence, of the same shape."""
    _, text = tokens.add(store, "hoja", now=NOW)
    store.execute("DROP TABLE silence")
    answer = client.get("/api/v1/silences", headers={"Authorization": f"Bearer {text}"})
    assert problem(answer) == (500, "A fault of alertd itself; what happened is in its log.")


# Lists


@pytest.mark.parametrize(
    ("path", "name", "key"),
    [
        ("/alerts", "alerts", "fingerprint"),
        ("/stock", "levels", "id"),
        ("/stock/history?sku=10000&since=2026-01-01", "changes", "at"),
        ("/rules", "rules", "name"),
        ("/sources", "sources", "name"),
    ],
)
def test_pages_put_together_are_the_whole_list(reader: Ask, path: str, name: str, key: str) -> None:
    """Read three at a time or all at once: the same rows in the same order."""
    joint = "&" if "?" in path else "?"
    whole = reader("GET", f"{path}{joint}limit=500").json
    assert whole["next"] is None
    found, cursor = [], ""
    while cursor is not None:
        page = reader("GET", f"{path}{joint}limit=3" + (f"&cursor={cursor}" if cursor else "")).json
        found, cursor = found + page[name], page["next"]
    assert len(found) > 2
    assert found == whole[name]


@pytest.mark.parametrize("cursor", ["zzz", "WzFd", "W10", "eyJ4IjoxfQ", "A" * 500, "%00", "WyIxIiwiMiJd"])
def test_a_cursor_of_another_list_leads_nowhere(reader: Ask, cursor: str) -> None:
    """A list that silently began anew would be read for ever."""
    assert problem(reader("GET", f"/stock/history?sku=10000&cursor={cursor}"))[0] == 404


def test_alerts_are_filtered(reader: Ask) -> None:
    """By state, severity, rule and source."""
    whole = reader("GET", "/alerts").json["alerts"]
    for name in ("state", "severity", "rule", "source"):
        for value in {each[name] for each in whole}:
            found = reader("GET", f"/alerts?{name}={value}").json["alerts"]
            assert found == [each for each in whole if each[name] == value], (name, value)
    assert reader("GET", "/alerts?state=resolved").json["alerts"] == []


def test_a_silenced_alert_says_so(writer: Ask) -> None:
    """And the silence is in the list until it is ended."""
    made = writer("POST", "/silences", json={"match": {"codigo": "10000"}, "for": "8h", "comment": "inventario"})
    assert made.status_code == 201
    assert made.json["ends_at"] == "2026-11-21T00:20:00Z"
    held = {each["subject"]["codigo"]: each["silenced"] for each in writer("GET", "/alerts").json["alerts"]}
    assert [code for code, silenced in held.items() if silenced] == ["10000"]
    assert writer("DELETE", f"/silences/{made.json['id']}").json["state"] == "expired"
    assert writer("GET", "/silences").json["silences"] == []
    assert len(writer("GET", "/silences?ended=true").json["silences"]) == 1


@pytest.mark.parametrize(
    ("match", "words"),
    [({"rule": "low-stok"}, "low-stock"), ({"bodega": "x"}, "nombre_bodega"), ({"source": "x"}, "no source")],
)
def test_a_silence_that_would_hold_nothing_is_refused(writer: Ask, match: dict[str, str], words: str) -> None:
    """With the name that was meant."""
    status, said = problem(writer("POST", "/silences", json={"match": match, "for": "8h", "comment": "x"}))
    assert (status, words in said) == (404, True), said


def test_stock_of_a_past_moment(reader: Ask) -> None:
    """The value of then, in a past moment's own state."""
    now = reader("GET", "/stock?sku=10000").json["levels"][0]
    then = reader("GET", "/stock?sku=10000&at=2026-10-25T12:00").json["levels"][0]
    assert (now["stock"], now["state"]) == (0, "out")
    assert (then["stock"], then["state"]) == (21, "ok")
    assert reader("GET", "/stock?at=1999-01-01").json["levels"] == []


def test_the_health_of_sources(reader: Ask) -> None:
    """What is read well, what fails and why, what was never read."""
    found = {each["name"]: each for each in reader("GET", "/sources").json["sources"]}
    assert {name: each["healthy"] for name, each in found.items()} == {
        "tienda-centro": True,
        "tienda-soyapango": False,
        "tienda-nueva": False,
    }
    assert found["tienda-soyapango"]["lanes"][0]["error"] == "erp.example did not answer within 10 s."
    assert reader("GET", "/sources/tienda-centro").json == found["tienda-centro"]


# Changes


def test_an_alert_is_acknowledged_in_the_tokens_name(writer: Ask, store: Store) -> None:
    """On the alert, and in the change log."""
    path = "/alerts/a000000000000000"
    done = writer("POST", f"{path}/ack", json={"note": "ya pedí"})
    assert done.status_code == 200
    assert (done.json["acknowledged_by"], done.json["note"]) == ("token writer", "ya pedí")
    assert writer("GET", path).json == done.json
    assert store.rows("SELECT who, what, about FROM audit ORDER BY id DESC LIMIT 1") == [
        {"who": "token writer", "what": "alerts.ack", "about": "Aceite vegetal 1 L"}
    ]


def test_an_alert_is_snoozed_ordered_and_woken(writer: Ask) -> None:
    """Each says until when; waking takes it all back."""
    path = "/alerts/a000000000000000"
    assert (
        writer("POST", f"{path}/snooze", json={"for": "2h", "by": "Ana"}).json["snoozed_until"]
        == "2026-11-20T18:20:00Z"
    )
    # The whole of that day in San Salvador.
    assert (
        writer("POST", f"{path}/ordered", json={"until": "2026-11-25"}).json["ordered_until"] == "2026-11-26T06:00:00Z"
    )
    woken = writer("POST", f"{path}/wake").json
    assert (woken["snoozed_until"], woken["ordered_until"], woken["acknowledged_by"]) == (None, None, None)
    assert problem(writer("POST", f"{path}/ordered", json={"until": "2026-11-01"}))[0] == 409


def test_an_alert_that_is_over_takes_no_word(writer: Ask, store: Store) -> None:
    """There is nothing to acknowledge any more."""
    store.execute("UPDATE alert SET state = 'resolved', resolved_at = ?", (NOW - HOUR,))
    assert problem(writer("POST", "/alerts/a000000000000000/ack", json={}))[0] == 409
    assert store.value("SELECT count(*) FROM audit WHERE who LIKE 'token%'") == 0


def test_a_rule_is_checked_before_it_is_kept_anywhere(reader: Ask) -> None:
    """With line, column and what was meant."""
    good = reader("POST", "/rule-checks", data=makers.LOW_RULE.encode(), content_type="application/yaml").json
    assert good == {"ok": True, "errors": []}
    bad = reader("POST", "/rule-checks", data=makers.BROKEN_RULE.encode(), content_type="application/yaml").json
    assert (bad["ok"], bad["errors"][0]["line"], "stock" in bad["errors"][0]["hint"]) == (False, 4, True)


# What it costs to ask again


@pytest.mark.parametrize("path", ["/alerts", "/alerts/a000000000000000", "/stock", "/rules", "/sources", "/silences"])
def test_what_was_not_changed_is_not_sent_again(reader: Ask, path: str) -> None:
    """A program that asks every minute moves a few bytes."""
    first = reader("GET", path)
    again = reader("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_change_gives_another_mark(writer: Ask) -> None:
    """Then the whole answer comes."""
    mark = writer("GET", "/alerts").headers["ETag"]
    writer("POST", "/alerts/a000000000000000/ack", json={})
    assert writer("GET", "/alerts", headers={"If-None-Match": mark}).status_code == 200
