"""The stand-in SmartEPI keeps to what is public of the real one."""

import io
import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from alertd.sandbox.run import run_smartepi
from alertd.sandbox.smartepi import DEFAULT_KEY, DEFAULT_SECRET, Organisation, Sender, create_app, serve, sign
from alertd.sandbox.smartepi.organisation import KINDS

HEADERS = {"Authorization": f"Bearer {DEFAULT_KEY}"}


class Caller:
    """Asks as a client would."""

    def __init__(self, organisation: Organisation) -> None:
        self.client = create_app(organisation).test_client()

    def __call__(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> tuple[int, Any]:
        answer = self.client.get(f"/v1/{path}", headers=HEADERS if headers is None else headers, query_string=query)
        return answer.status_code, json.loads(answer.data)

    def walk(self, path: str, **query: Any) -> list[list[str]]:
        pages, cursor = [], None
        while True:
            _, body = self(path, **query, **({"cursor": cursor} if cursor else {}))
            pages.append([each["id"] for each in body["data"]])
            cursor = body["cursor"]
            if cursor is None:
                return pages


@pytest.fixture
def works() -> Organisation:
    return Organisation.seeded(products=5, days=2, rate=10_000)


def test_a_list_has_data_and_cursor_and_nothing_else(works: Organisation) -> None:
    """No totals, no page numbers; twenty rows unless asked for more."""
    works = Organisation.seeded(products=45, days=0, rate=10_000)
    _, body = Caller(works)("products")
    assert (set(body), len(body["data"])) == ({"data", "cursor"}, 20)
    assert [len(page) for page in Caller(works).walk("products")] == [20, 20, 5]


def test_the_newest_comes_first_and_news_shifts_no_later_page(works: Organisation) -> None:
    """A cursor points at a record: what is added in front does not push rows over the edge."""
    ask = Caller(works)
    _, first = ask("withdrawals", limit=3)
    works.withdraw("prd-1")
    _, second = ask("withdrawals", limit=3, cursor=first["cursor"])
    times = [each["createdAt"] for each in first["data"] + second["data"]]
    assert times == sorted(times, reverse=True)
    assert len({each["id"] for each in first["data"] + second["data"]}) == 6


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 101},
        {"limit": 0},
        {"limit": "1.5"},
        {"cursor": "eyJ"},
        {"sectorId": "sec-1", "productId": "prd-1"},
        {"sectorId": "sec-1", "createdSince": 1},
        {"createdSince": "yesterday"},
    ],
)
def test_bad_questions_are_problems(works: Organisation, query: dict[str, Any]) -> None:
    """The application refuses them with a problem document and an id of the request."""
    answer = create_app(works).test_client().get("/v1/withdrawals", headers=HEADERS, query_string=query)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert json.loads(answer.data)["type"].startswith("urn:smartepi:error:")
    assert answer.headers["X-Request-Id"]


def test_the_gateway_speaks_otherwise(works: Organisation) -> None:
    """No key, a key that is refused, too fast: a bare message, once with a capital letter, and no request id."""
    ask = Caller(works)
    assert ask("products", headers={}) == (401, {"message": "Unauthorized"})
    status, body = ask("products", headers={"Authorization": "Bearer nonsense"})
    assert (status, list(body)) == (403, ["Message"])
    works.faults.add("429", times=1)
    assert ask("products") == (429, {"message": "Too Many Requests"})


def test_a_new_key_waits(works: Organisation) -> None:
    """A key that is not active yet is refused like a wrong one."""
    works.keys["sk_new"] = works.clock() + 60
    assert Caller(works)("products", headers={"Authorization": "Bearer sk_new"})[0] == 403


def test_an_empty_page_is_not_the_end() -> None:
    """Now and then a page comes empty with a cursor; nothing is lost."""
    works = Organisation.seeded(products=30, days=0, rate=10_000, empty_every=2)
    pages = Caller(works).walk("products", limit=10)
    assert [] in pages
    assert sorted(each for page in pages for each in page) == sorted(each["id"] for each in works.records["products"])


def test_single_records(works: Organisation) -> None:
    """A product has its version in a header; a transaction cannot be read alone."""
    client = create_app(works).test_client()
    assert client.get("/v1/products/prd-1", headers=HEADERS).headers["ETag"] == '"1"'
    assert client.get("/v1/withdrawals/w-1", headers=HEADERS).status_code == 405
    assert client.get("/v1/products/prd-99", headers=HEADERS).status_code == 404
    assert client.options("/v1/products", headers=HEADERS).status_code == 403


def test_a_name_filter_is_a_prefix_and_changes_the_order(works: Organisation) -> None:
    """By name, not by time, and never in the middle of a word."""
    ask = Caller(works)
    names = [each["name"] for each in ask("products", name="LUVA")[1]["data"]]
    assert names == sorted(names) and len(names) == 2
    assert ask("products", name="nitr")[1]["data"] == []


@pytest.mark.parametrize(
    ("window", "good", "bad"), [("unix", "1", "2020-01-01T00:00:00Z"), ("iso", "2020-01-01T00:00:00Z", "1")]
)
def test_the_window_takes_one_form(window: str, good: str, bad: str) -> None:
    """Which form the real one takes is not known, so both can be had."""
    ask = Caller(Organisation.seeded(products=1, days=1, rate=10_000, window=window))
    assert ask("withdrawals", createdSince=good)[0] == 200
    assert ask("withdrawals", createdSince=bad)[0] == 400


def test_stock_shows_where_it_is_asked_for() -> None:
    """Products with and without stock fields."""
    assert "balance" not in Caller(Organisation.seeded(products=1, days=0))("products")[1]["data"][0]
    works = Organisation.seeded(products=1, days=0, stock_field="balance")
    before = works.one("products", "prd-1")["balance"]
    works.withdraw("prd-1", 2)
    works.withdraw("prd-1", 2, status="FAILED")
    assert Caller(works)("products")[1]["data"][0]["balance"] == before - 2


def test_the_unit_vector_of_the_signature() -> None:
    """The scheme signs exactly these bytes so."""
    body = (
        b'{"id":"evt_withdrawal_created_w-1","type":"withdrawal.created","createdAt":1750000000,'
        b'"data":{"id":"w-1","withdrawalStatus":"SUCCESS"}}'
    )
    assert sign("whsec_alertd_example_secret", 1_750_000_000, body) == (
        "b18feddda6a6d32cbfb6a0afd58a6714ca1435f5a2469eb8d7d5d63cc421c0d0"
    )


def test_deliveries_by_the_control_path(works: Organisation) -> None:
    """The kinds of delivery that a tester can ask for all reach the address."""
    receiver = Receiver()
    with serve(works) as server, receiver:
        client = httpx.Client(base_url=server.origin)
        answer = client.post("/_sandbox/webhooks", json={"url": receiver.url, "secret": DEFAULT_SECRET, "live": False})
        assert answer.json() == {"endpoints": 1}
        for mode in ("test", "wrong_signature", "old", "unknown_type", "broken"):
            assert client.post("/_sandbox/deliver", json={"mode": mode}).json() == {"status": 200}
        sent = client.post("/_sandbox/deliver", json={"mode": "reordered", "count": 2}).json()["sent"]
        assert len(receiver.bodies) == 5 + sent
        assert client.post("/_sandbox/deliver", json={"mode": "loud"}).status_code == 400


def test_what_happens_is_sent_by_itself(works: Organisation) -> None:
    """A live address hears of each transaction, signed with each secret of a change-over."""
    arrived = threading.Event()
    with Receiver(arrived) as receiver:
        Sender(works).add(receiver.url, "whsec_a", "whsec_b")
        record = works.withdraw("prd-1")
        assert arrived.wait(5)
    assert json.loads(receiver.bodies[0])["data"] == record
    assert receiver.headers[0]["X-SmartEPI-Signature"].count("v1=") == 2


def test_running_says_where_it_listens() -> None:
    """The first line is the address and a key that works."""
    out, stop = io.StringIO(), threading.Event()
    stop.set()
    run_smartepi(port=0, products=3, history_days=1, stop=stop, out=out)
    first = out.getvalue().splitlines()[0].split()
    assert (first[0], first[-1]) == ("ready", DEFAULT_KEY)
    assert first[1].endswith("/v1/")


@pytest.mark.parametrize("kind", KINDS)
def test_faults_can_be_read_about(kind: str) -> None:
    """A fault nobody can read about is of no use."""
    assert f"`{kind}`" in PAGE


class Receiver:
    """A small server that keeps what it is sent."""

    def __init__(self, arrived: threading.Event | None = None) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        self.bodies: list[bytes] = []
        self.headers: list[Any] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                kept.headers.append(self.headers)
                self.send_response(200)
                self.end_headers()
                if arrived:
                    arrived.set()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
