"""The stand-in Smartbis: tokens that do not last, three envelopes, and endpoints that nobody should call."""

import io
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from alertd.sandbox.run import run_smartbis
from alertd.sandbox.smartbis import DEFAULT_KEY, DEFAULT_SECRET, Programme, create_app
from alertd.sandbox.smartbis.programme import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


class Caller:
    """Asks as a client would."""

    def __init__(self, programme: Programme) -> None:
        self.client = create_app(programme).test_client()
        self.token = ""

    def sign_in(self, secret: str = DEFAULT_SECRET) -> tuple[int, Any]:
        answer = self.client.post("/v2/auth/token", json={"api_key": DEFAULT_KEY, "api_secret": secret})
        body = json.loads(answer.data)
        self.token = body.get("access_token", "")
        return answer.status_code, body

    def __call__(self, path: str, **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.client.get(f"/v2/{path}", headers=headers, query_string=query)
        return answer.status_code, json.loads(answer.data)


def test_a_token_lasts_a_minute() -> None:
    """Then every call is refused until a new one is asked for."""
    now = 1_000.0
    programme = Programme.seeded(clock=lambda: now)
    ask = Caller(programme)
    assert ask("coupons")[0] == 401
    assert ask.sign_in()[1]["expires_in"] == 60
    assert ask("coupons")[0] == 200
    now += 61
    assert ask("coupons")[0] == 401


@pytest.mark.parametrize("status", [401, 422])
def test_wrong_credentials(status: int) -> None:
    """Refused in either of the two ways that are likely."""
    assert Caller(Programme(refusal=status)).sign_in("wrong")[0] == status


def test_three_envelopes() -> None:
    """The same rewards, bare, under data, or page by page."""
    shapes = {}
    for envelope in ("bare", "data", "paged"):
        ask = Caller(Programme.seeded(rewards=6, envelope=envelope))
        ask.sign_in()
        shapes[envelope] = ask("coupons")[1]
    assert isinstance(shapes["bare"], list) and len(shapes["bare"]) == 10
    assert len(shapes["data"]["data"]) == 10
    assert (len(shapes["paged"]["data"]), shapes["paged"]["last_page"], shapes["paged"]["total"]) == (4, 3, 10)


def test_stock_in_every_form() -> None:
    """A number, a text with a decimal comma, null, minus one; an inactive and an expired reward."""
    programme = Programme(envelope="bare", text_numbers=True)
    for name, stock in (("a", 5), ("b", 2.5), ("c", None), ("d", -1)):
        programme.add(name, stock)
    ask = Caller(programme)
    ask.sign_in()
    assert [each["stock"] for each in ask("coupons")[1]] == ["5", "2,5", None, "-1"]
    names = {each["name"] for each in Programme.seeded().coupons if each["active"] is False or each.get("expires_at")}
    assert names == {"Panetone de Natal", "Brinde antigo"}


def test_faults() -> None:
    """Too fast without a hint when to come back, a failure with status 200, and a page of HTML."""
    programme = Programme.seeded()
    client = create_app(programme).test_client()
    programme.faults.add("429", times=1)
    answer = client.get("/v2/coupons")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)
    programme.faults.add("success_false", times=1)
    assert json.loads(client.get("/v2/coupons").data)["success"] is False
    programme.faults.add("502", times=1)
    assert client.get("/v2/coupons").content_type.startswith("text/html")
    assert client.post("/_sandbox/faults", json={"kind": "no such"}).status_code == 400


def test_the_log_shows_what_should_not_be_called() -> None:
    """Sales and validations answer, and leave a trace."""
    programme = Programme.seeded()
    ask = Caller(programme)
    ask.sign_in()
    programme.redeem(programme.coupons[0]["id"])
    ask.client.post("/v2/vouchers/VC-1/validate", headers={"Authorization": f"Bearer {ask.token}"})
    assert programme.log.document()["counts"]["POST /v2/vouchers/VC-1/validate"] == 1
    assert programme.vouchers == []


def test_running_says_where_it_listens() -> None:
    """The first line is the address, a key and its secret."""
    out, stop = io.StringIO(), threading.Event()
    stop.set()
    run_smartbis(port=0, stop=stop, out=out)
    first = out.getvalue().splitlines()[0].split()
    assert (first[0], first[3], first[5]) == ("ready", DEFAULT_KEY, DEFAULT_SECRET)


@pytest.mark.parametrize("kind", KINDS)
def test_faults_can_be_read_about(kind: str) -> None:
    """A fault nobody can read about is of no use."""
    assert f"`{kind}`" in PAGE
