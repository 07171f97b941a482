"""Every trap of the Smartbis API, as a story. The stand-in is real HTTP; the clock belongs to the test."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from alertd.errors import SourceTrouble
from alertd.model import Product
from alertd.sandbox.smartbis import DEFAULT_KEY, DEFAULT_SECRET, ENVELOPES, Programme, create_app, serve
from alertd.sources.registry import KINDS, address_for
from alertd.sources.smartbis import tokens
from alertd.sources.smartbis.envelope import rows_of
from alertd.sources.smartbis.rewards import read_rewards
from alertd.store import quarantine
from sources.house import House

Connected = Callable[..., Any]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_01_null_is_unlimited_not_zero(house: House, connected: Connected, envelope: str) -> None:
    """A reward without a figure, with null or with -1 never runs out; one with 2 does."""
    programme, _ = connected(("Café", 2), ("Cashback", None), ("Lavagem", -1), envelope=envelope)
    programme.add("Sem campo", 9)
    programme.coupons[-1].pop("stock")
    assert house.poll().complete
    assert house.stock() == {"Café": 2}
    assert house.products() == {"Café", "Cashback", "Lavagem", "Sem campo"}
    assert house.firing() == {"Café"}


def test_01_a_reward_that_becomes_unlimited_is_no_longer_low(house: House, connected: Connected) -> None:
    """Its level is not known any more, and its alert ends."""
    programme, _ = connected(("Café", 2), ("Caneca", 50))
    house.poll()
    programme.set(501, stock=None)
    house.poll()
    house.poll()
    assert house.stock() == {"Caneca": 50}
    assert house.firing() == set()


def test_02_zero_stock_of_an_inactive_or_expired_reward_is_no_news(house: House, connected: Connected) -> None:
    """They leave the catalogue; nobody is told that they ran out."""
    programme, _ = connected(("Café", 40), ("Caneca", 50), ("Brinde", 0), ("Panetone", 0))
    programme.set(503, active=False)
    programme.set(504, expires_at="2020-12-31")
    assert house.poll().complete
    assert house.products() == {"Café", "Caneca"}
    programme.set(502, active="inactive", stock=0)
    house.poll()
    assert house.products() == {"Café"}
    assert house.firing() == set()


def test_02_a_reward_is_on_offer_until_the_end_of_its_last_day(house: House, connected: Connected) -> None:
    """A bare date is a day in the shop's zone, and the day counts."""
    programme, _ = connected(("Hoje", 1), ("Ontem", 1))
    programme.set(501, expires_at="2026-11-18")
    programme.set(502, expires_at="17/11/2026")
    house.now = 1_795_040_000_000  # 2026-11-18, four in the afternoon in São Paulo
    house.poll()
    assert house.products() == {"Hoje"}


def test_03_and_15_nothing_but_lists_is_ever_called(house: House, connected: Connected) -> None:
    """Test, poll, poll again: no sale, no voucher validated, no customer read, no change of stock."""
    from alertd.engine.inspect import inspect_source
    from alertd.store import sources

    programme, _ = connected(("Café", 2), ("Caneca", 50))
    findings = inspect_source(house.context, sources.get_source(house.store, "fonte"))
    programme.redeem(501)
    house.cycle("fonte")
    house.cycle("fonte", lane="transactions")
    called = set(programme.log.document()["counts"])
    assert called == {"POST /v2/auth/token", "GET /v2/coupons", "GET /v2/vouchers"}
    written = house.everything_written() + repr(findings)
    for planted in ("529.982", "Ana Beatriz", "91234"):
        assert planted not in written


def test_04_a_token_that_runs_out_between_pages_is_renewed_and_that_page_asked_again(
    house: House, connected: Connected
) -> None:
    """The loop goes on where it was: no page twice but the refused one."""
    programme, _ = connected(*[(f"Prêmio {n}", 50) for n in range(150)])
    house.poll()
    programme.log.clear()
    programme.faults.add("expire", path="coupons", after=2, times=1)
    assert house.poll().complete
    pages = [call["path"] for call in programme.log.document()["last"] if "coupons" in call["path"]]
    assert [path.partition("page=")[2][:1] for path in pages] == ["", "1", "2", "2"]
    assert [call["status"] for call in programme.log.document()["last"]].count(401) == 1


def test_04_a_token_is_renewed_before_it_runs_out(house: House, connected: Connected) -> None:
    """At four fifths of its life: after 49 of 60 seconds, not after 40."""
    programme, _ = connected(("Café", 20))
    house.poll()
    first = programme.log.document()["counts"]["POST /v2/auth/token"]
    house.now -= 60_000 - 40_000
    house.poll()
    assert programme.log.document()["counts"]["POST /v2/auth/token"] == first
    house.now -= 60_000 - 9_000
    house.poll()
    assert programme.log.document()["counts"]["POST /v2/auth/token"] == first + 1
    assert all(call["status"] == 200 for call in programme.log.document()["last"])


def test_05_several_threads_renew_once() -> None:
    """Eight that need a token at the same moment make one exchange."""
    purse, exchanges, start = tokens.Purse(), [], threading.Barrier(8)

    def exchange() -> bytes:
        exchanges.append(1)
        return b'{"access_token": "t", "expires_in": 60}'

    def ask() -> None:
        start.wait()
        tokens.token(purse, exchange, 0)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(exchanges) == 1


@pytest.mark.parametrize("refusal", [400, 401, 403, 422])
def test_06_refused_credentials_are_no_login_storm(house: House, connected: Connected, refusal: int) -> None:
    """One try, then none for an hour; then one again, without a person having to say so."""
    programme, _ = connected(("Café", 20), refusal=refusal)
    programme.credentials = {}
    poll = house.poll()
    assert (poll.complete, poll.error_kind) == (False, "key")
    assert "refused the credentials" in (poll.error or "")
    for _ in range(5):
        house.poll()
    assert programme.log.document()["total"] == 1
    programme.credentials = {DEFAULT_KEY: DEFAULT_SECRET}
    house.forward(3_600)
    assert house.poll().complete


def test_06_a_refused_source_is_due_again_in_an_hour(house: House, connected: Connected) -> None:
    """The worker comes back by itself."""
    from alertd.engine.cycle import due_lanes
    from alertd.store import sources

    programme, _ = connected(("Café", 20))
    programme.credentials = {}
    house.poll()
    source = sources.get_source(house.store, "fonte")
    assert due_lanes(house.context, source) == []
    house.forward(3_601)
    assert due_lanes(house.context, source) == ["sweep", "transactions"]


@pytest.mark.parametrize("given", ["https://h.example", "https://h.example/v2", "https://h.example/v2/v2/"])
def test_07_the_base_address_ends_in_v2_once(given: str) -> None:
    """However it was written."""
    assert address_for(KINDS["smartbis"], given) == "https://h.example/v2/"
    assert address_for(KINDS["smartbis"], None) == "https://api.smartbis.com/v2/"


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 1}],
        {"data": [{"id": 1}]},
        {"data": {"data": [{"id": 1}]}},
        {"data": {"items": [{"id": 1}]}},
        {"coupons": [{"id": 1}]},
        {"rewards": [{"id": 1}]},
        {"items": [{"id": 1}]},
        {"results": [{"id": 1}]},
        {"data": {"id": 1}},
        {"id": 1},
    ],
)
def test_08_coupon_and_reward_are_the_same_thing(body: Any) -> None:
    """Under either name, and in every known envelope, it is a list of rewards."""
    assert rows_of(body) == [{"id": 1}]


@pytest.mark.parametrize(
    "body", [{"payload": []}, {}, {"data": "none"}, {"data": [1, 2]}, "text", None, {"data": None}]
)
def test_09_an_unknown_envelope_is_an_error(body: Any) -> None:
    """Never an empty list, which would retire the catalogue."""
    with pytest.raises(SourceTrouble, match="Shape not recognised"):
        rows_of(body)


def test_09_an_unknown_envelope_changes_nothing(house: House, connected: Connected) -> None:
    """The catalogue and its alert stay, and the poll says what it saw without a value."""
    programme, _ = connected(("Café", 2), ("Caneca", 50))
    house.poll()
    programme.faults.add("shape", path="coupons")
    poll = house.poll()
    assert not poll.complete
    assert "{payload: {rewardsList: [object, ...]}, status: text}" in (poll.error or "")
    assert (house.stock(), house.firing()) == ({"Café": 2, "Caneca": 50}, {"Café"})


def test_10_pages_that_repeat_end_the_reading(house: House, connected: Connected) -> None:
    """Paging is ignored: it stops after one repetition, and what is missing is not taken for gone."""
    programme, _ = connected(*[(f"Prêmio {n}", 50) for n in range(150)])
    house.poll()
    programme.ignore_pages = True
    programme.log.clear()
    poll = house.poll()
    assert (poll.complete, poll.torn) == (False, True)
    assert programme.log.document()["counts"]["GET /v2/coupons"] <= 9
    assert len(house.products()) == 150


def test_11_a_next_page_on_another_host_is_not_followed(house: House, connected: Connected) -> None:
    """It would be given the token."""
    programme, _ = connected(("Café", 20))
    programme.faults.add("foreign_next")
    poll = house.poll()
    assert not poll.complete
    assert "another host" in (poll.error or "")


def test_12_numbers_as_text_and_flags_as_digits(house: House, connected: Connected) -> None:
    """A decimal comma is a decimal point, "0" is off."""
    programme, _ = connected(("Meio", 2.5), ("Mil", "1.234,5"), ("Fora", 9), ("Torto", "muitos"), text_numbers=True)
    programme.set(503, active="0")
    programme.set(501, active="1")
    poll = house.poll()
    assert house.stock() == {"Meio": 2.5, "Mil": 1234.5}
    assert poll.quarantined == 1
    kept = quarantine.list_quarantine(house.store, 1)[0]
    assert (kept["key"], "muitos" in kept["raw"] + kept["reason"]) == ("504", False)


def test_13_points_are_not_money(house: House, connected: Connected) -> None:
    """A price in points gives a reward no value."""
    programme, _ = connected(("Café", 20))
    programme.set(501, points=120, price=120, cost=3)
    house.poll()
    assert house.store.execute("SELECT price, cost, average_cost FROM product").fetchall() == [(None, None, None)]


def test_14_without_a_minimum_only_a_rule_with_a_threshold_fires(house: House, connected: Connected) -> None:
    """The minimum is unknown, not zero; where the API tells one, it is used."""
    programme, _ = connected(("Café", 2), ("Caneca", 2))
    programme.set(502, min_stock="5")
    house.poll()
    found = dict(house.store.execute("SELECT name, minimum FROM stock_row").fetchall())
    assert found == {"Café": None, "Caneca": 5.0}
    assert house.firing() == {"Café", "Caneca"}


def test_16_what_was_read_where_is_remembered_and_may_not_vanish(house: House, connected: Connected) -> None:
    """A stock under another name from one day to the next is an error that says so, never a stock of nothing."""
    programme, _ = connected(("Café", 2), ("Caneca", 50), names={"stock": "available_quantity"})
    assert house.poll().complete
    assert house.settled()["field.stock"] == "available_quantity"
    programme.names = {"stock": "left_over"}
    poll = house.poll()
    assert not poll.complete
    assert "'available_quantity'" in (poll.error or "") and "left_over: number" in (poll.error or "")
    assert house.stock() == {"Café": 2, "Caneca": 50}
    house.settle(field__stock="left_over")
    assert house.poll().complete


def test_16_the_test_of_a_source_shows_names_and_no_values(house: House, connected: Connected) -> None:
    """An operator can report what the API is really like."""
    from alertd.engine.inspect import inspect_source
    from alertd.store import sources

    connected(("Café secreto", 2), names={"name": "title"})
    findings = inspect_source(house.context, sources.get_source(house.store, "fonte"))
    text = "\n".join(findings.lines())
    assert "name = title" in text and "stock: number" in text
    assert "secreto" not in text
    assert house.settled()["field.name"] == "title"


def test_too_fast_is_waited_for_and_then_left(house: House, connected: Connected) -> None:
    """5, 10 and 20 seconds at most; then the poll ends and names the moment to come back."""
    programme, _ = connected(("Café", 20))
    programme.faults.add("429", path="coupons", times=2)
    assert house.poll().complete
    programme.faults.add("429", path="coupons")
    house.slept.clear()
    programme.log.clear()
    poll = house.poll()
    assert (poll.complete, poll.error_kind) == (False, "quota")
    assert programme.log.document()["counts"]["GET /v2/coupons"] == 4
    assert max(house.slept) <= 20
    due = house.store.value("SELECT next_due_at FROM lane WHERE name = 'sweep'")
    assert 60 <= (due - house.now) / 1000 <= 90


def test_one_call_a_second(house: House, connected: Connected) -> None:
    """Calls are spaced, and no real time passes in this test."""
    connected(*[(f"Prêmio {n}", 50) for n in range(20)])
    house.poll()
    assert len([wait for wait in house.slept if 0.5 < wait <= 1.0]) >= 1


@pytest.mark.parametrize("kind", ["500", "502", "success_false", "truncated"])
def test_what_may_pass_is_tried_again_and_changes_nothing(house: House, connected: Connected, kind: str) -> None:
    """Once is overcome; always is a failed poll."""
    programme, _ = connected(("Café", 2), ("Caneca", 50))
    programme.faults.add(kind, path="coupons", times=1)
    assert house.poll().complete
    programme.faults.add(kind, path="coupons")
    assert not house.poll().complete
    assert (house.stock(), house.firing()) == ({"Café": 2, "Caneca": 50}, {"Café"})


def test_secrets_are_nowhere_in_what_is_written(house: House, connected: Connected) -> None:
    """Neither the credentials nor a token are in the database, its log, or an error."""
    programme, _ = connected(("Café", 2))
    house.poll()
    programme.credentials = {}
    programme.forget_tokens()
    error = house.poll().error or ""
    written = house.everything_written() + error
    for secret in (DEFAULT_KEY, DEFAULT_SECRET, *programme._tokens):
        assert secret not in written


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"access_token": "t", "expires_in": "120"}', 120),
        (b'{"data": {"access_token": "t", "expires_in": 90}}', 90),
        (b'{"token": "t", "expires_at": 1060}', 60),
        (b'{"token": "t", "expiration": "1970-01-01T00:20:00Z"}', 200),
        (b'{"token": "a.eyJleHAiOjEzMDB9.c"}', 300),
        (b'{"access_token": "t"}', 3600),
    ],
)
def test_how_long_a_token_lives(body: bytes, seconds: int) -> None:
    """In whichever form it is told; an hour where it is not."""
    assert tokens.read_token(body, 1_000_000)[1] == seconds


def test_an_odd_value_does_not_change_where_a_field_is_read() -> None:
    """One reward whose stock is a word is that reward's fault."""
    rows = [{"id": n, "name": "x", "stock": 5, "remaining": 99} for n in range(3)] + [
        {"id": 9, "name": "y", "stock": "many", "remaining": 99}
    ]
    found = read_rewards(rows, {}, "loja", "UTC", 0)
    assert found.names["stock"] == "stock"
    assert [product.levels[0].stock for product in found.products] == [5, 5, 5]
    assert [each.key for each in found.quarantined] == ["9"]


def test_a_flag_is_no_stock() -> None:
    """`available: true` is a yes, not a one."""
    found = read_rewards([{"id": 1, "name": "x", "available": True, "available_quantity": 7}], {}, "l", "UTC", 0)
    assert found.names["stock"] == "available_quantity"
    assert isinstance(found.products[0], Product) and found.products[0].levels[0].stock == 7


def test_links_to_the_next_page(house: House) -> None:
    """A link on the same host is followed with its query, a cursor is sent back."""
    import json

    from flask import Flask, Response, request

    from alertd.sandbox.serving import Serving

    app = Flask("links")
    asked: list[str] = []

    @app.route("/v2/auth/token", methods=["POST"])
    def token() -> Response:
        return Response('{"access_token": "t"}', content_type="application/json")

    @app.route("/v2/coupons")
    def coupons() -> Response:
        asked.append(request.full_path)
        first = {"data": [{"id": 1, "name": "a", "stock": 9}], "links": {"next": "/v2/coupons?after=1&per=1"}}
        second = {"data": [{"id": 2, "name": "b", "stock": 9}], "links": {"next": None}, "meta": {"next_cursor": "zz"}}
        third = {"data": [{"id": 3, "name": "c", "stock": 9}]}
        body = third if "cursor" in request.args else second if "after" in request.args else first
        return Response(json.dumps(body), content_type="application/json")

    with Serving(app, "/v2/") as server:
        house.connect("smartbis", server.url, api_key="k", api_secret="s")
        assert house.poll().complete
    assert house.products() == {"a", "b", "c"}
    assert asked == ["/v2/coupons?", "/v2/coupons?after=1&per=1", "/v2/coupons?cursor=zz&limit=100"]


def test_the_stand_in_is_not_called_for_its_own_sake() -> None:
    """The maker of the programme and the server agree on the root."""
    with serve(Programme()) as server:
        assert server.url.endswith("/v2/")
    assert create_app(Programme()).url_map.merge_slashes is False
