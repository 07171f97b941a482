"""Every trap of the SmartEPI API, as a story. The stand-in is real HTTP; the clock belongs to the test.

The traps about webhooks (9 to 14, 18) are in tests/web/test_hooks.py too, where a delivery comes in by the door.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from alertd.errors import UsageTrouble
from alertd.model import Moved, Quarantined, Transaction
from alertd.sandbox.smartepi import Organisation
from alertd.sources.registry import KINDS, address_for
from alertd.sources.smartepi import Refused, read_delivery, read_transaction, verify
from alertd.sources.smartepi.webhooks import fitting_scheme, signature
from alertd.store import polls, transactions
from sources.house import House

Connected = Callable[..., Organisation]
SECRET = "whsec_alertd_example_secret"
VECTOR = (
    b'{"id":"evt_withdrawal_created_w-1","type":"withdrawal.created","createdAt":1750000000,'
    b'"data":{"id":"w-1","withdrawalStatus":"SUCCESS"}}'
)
VECTOR_MARK = "b18feddda6a6d32cbfb6a0afd58a6714ca1435f5a2469eb8d7d5d63cc421c0d0"
VECTOR_AT = 1_750_000_000


def lane(house: House, name: str) -> dict[str, Any]:
    return polls.lanes(house.store, 1)[name]


def movements(house: House) -> dict[str, float]:
    """By the id of a transaction, what it moved."""
    return dict(
        house.store.execute(
            "SELECT d.external_id, sum(m.quantity) FROM movement m JOIN document d ON d.id = m.document_id GROUP BY 1"
        ).fetchall()
    )


def asked(works: Organisation, path: str = "") -> list[str]:
    return [call["path"] for call in works.log.document()["last"] if path in call["path"]]


def test_01_a_refused_key_is_403_with_a_capital_letter(house: House, connected: Connected) -> None:
    """It says that the key was refused, and stops; nobody hammers."""
    works = connected(("Luva", None))
    house.forward(3_600)
    works.keys.clear()
    poll = house.poll()
    assert (poll.complete, poll.error_kind) == (False, "key")
    assert "refused the key (403)" in (poll.error or "")
    assert works.log.document()["total"] == 1
    assert lane(house, "sweep")["stopped_kind"] == "key"


def test_01_a_fresh_key_gets_some_minutes(house: House, connected: Connected) -> None:
    """It is refused until it is activated: the lane comes back by itself, and a person is not bothered."""
    works = connected(("Luva", None))
    works.keys = {key: house.seconds() + 300 for key in works.keys}
    poll = house.poll()
    assert poll.error_kind == "key" and "some minutes" in (poll.error or "")
    assert lane(house, "sweep")["stopped"] is None
    assert (lane(house, "sweep")["next_due_at"] - house.now) <= 60_000
    house.forward(300)
    assert house.poll().complete


@pytest.mark.parametrize(("kind", "error"), [("429", "quota"), ("502", "server"), ("500", "server")])
def test_02_bodies_of_the_gateway_are_no_problem_documents(
    house: House, connected: Connected, kind: str, error: str
) -> None:
    """Plain text, a bare message: told by status, and overcome when it passes."""
    works = connected(("Luva", None))
    works.faults.add(kind, times=1)
    assert house.poll().complete
    works.faults.add(kind)
    poll = house.poll()
    assert (poll.complete, poll.error_kind) == (False, error)


def test_02_what_the_gateway_asks_for_is_waited(house: House, connected: Connected) -> None:
    """Seven seconds are sat out; an hour is the business of the next poll."""
    works = connected(("Luva", None))
    works.faults.add("429_wait", times=1, seconds=7)
    assert house.poll().complete
    assert any(6.9 < wait <= 7 for wait in house.slept)
    works.faults.add("429_wait", seconds=3_600)
    assert house.poll().error_kind == "quota"
    assert lane(house, "sweep")["next_due_at"] - house.now == pytest.approx(3_600_000, abs=2_000)


def test_02_too_fast_is_tried_six_times(house: House, connected: Connected) -> None:
    """Then the poll gives up."""
    works = connected(("Luva", None))
    works.faults.add("429")
    house.poll()
    assert works.log.document()["total"] == 6


def test_03_a_page_is_a_hundred(house: House, connected: Connected) -> None:
    """Never more, which is an error, and never the default of twenty."""
    works = connected(*[(f"Luva {n}", None) for n in range(205)])
    assert house.poll().products == 205
    assert [path.partition("limit=")[2][:3] for path in asked(works, "products")] == ["100"] * 3


def test_04_an_empty_page_is_not_the_end(house: House, connected: Connected) -> None:
    """Only a null cursor is."""
    connected(*[(f"Luva {n}", None) for n in range(205)], empty_every=2)
    assert house.poll().products == 205


def test_04_a_cursor_that_comes_twice_is_an_error(house: House, connected: Connected) -> None:
    """A walk in a circle proves nothing."""
    works = connected(("Luva", None), ("Bota", None))
    house.poll()
    works.faults.add("cursor_twice")
    poll = house.poll()
    assert not poll.complete and "same cursor twice" in (poll.error or "")
    assert house.products() == {"Luva", "Bota"}


def test_05_one_filter_at_a_time(house: House, connected: Connected) -> None:
    """A window goes alone; nothing is filtered by product, sector or person."""
    works = connected(("Luva", None))
    works.withdraw("prd-1")
    house.cycle("fonte")
    for path in asked(works):
        assert not any(name in path for name in ("sectorId", "productId", "employeeId", "costCenterId"))
    assert any("createdSince=" in path for path in asked(works, "withdrawals"))


def test_06_nothing_is_searched_by_name(house: House, connected: Connected) -> None:
    """A name filter changes the order."""
    works = connected(("Luva", None))
    house.cycle("fonte")
    assert not any("name=" in path or "code=" in path for path in asked(works))


def test_07_a_reading_that_broke_off_does_not_move_the_mark(house: House, connected: Connected) -> None:
    """Newest first leaves the gap in the middle: the next reading begins where the last whole one ended."""
    works = connected(("Luva", None))
    house.cycle("fonte")
    begin = house.now
    for _ in range(250):
        works.withdraw("prd-1")
    works.faults.add("bad_cursor")
    poll = house.poll("transactions")
    assert not poll.complete
    assert len(movements(house)) == 100
    works.faults.clear()
    house.forward(3 * 3_600)
    works.log.clear()
    assert house.poll("transactions").complete
    assert len(movements(house)) == 250
    since = asked(works, "withdrawals")[0].partition("createdSince=")[2].partition("&")[0]
    assert int(since) * 1000 <= begin


def test_08_a_transaction_is_never_asked_for_alone(house: House, connected: Connected) -> None:
    """Only lists are safe; the rest may be a 405."""
    works = connected(("Luva", None))
    works.withdraw("prd-1")
    house.cycle("fonte")
    house.cycle("fonte")
    assert {path.partition("?")[0] for path in asked(works)} == {
        "/v1/products", "/v1/withdrawals", "/v1/returns", "/v1/exchanges",
    }  # fmt: skip


@pytest.mark.parametrize("written", [1_750_000_000, 1_750_000_000_000, "2025-06-15T15:06:40Z", "1750000000"])
def test_09_seconds_milliseconds_and_text_are_told_apart(written: Any) -> None:
    """Wherever a time stands, it is the same moment."""
    found = read_transaction("withdrawal", {"id": "w-1", "productId": "p", "createdAt": written})
    assert isinstance(found, Transaction) and found.happened_at == 1_750_000_000_000


@pytest.mark.parametrize("times", ["unix", "iso", "millis"])
@pytest.mark.parametrize("window", ["unix", "iso", "none"])
def test_09_the_window_is_found_out_and_remembered(house: House, connected: Connected, window: str, times: str) -> None:
    """Whatever form the filter takes, and whatever records tell; without one the newest are read until old enough."""
    works = connected(("Luva", None), window=window, times=times)
    for hours in range(300):
        works.withdraw("prd-1", at=house.seconds() - 3_600 * hours)
    house.cycle("fonte")
    assert len(movements(house)) == 300
    assert house.settled()["window"] == window
    house.forward(400)
    works.log.clear()
    works.withdraw("prd-1")
    assert house.poll("transactions").new == 1
    assert len(asked(works, "withdrawals")) == (2 if window == "none" else 1)


def test_10_the_id_of_an_event_is_made_of_the_record() -> None:
    """A replayed body with a fresh signature is the same event."""
    later = VECTOR_AT + 900
    mark = signature(SECRET, later, VECTOR, "text").decode()
    verify(f"t={later},v1={mark}", VECTOR, [SECRET], later * 1000)
    assert read_delivery(VECTOR).id == "evt_withdrawal_created_w-1"


def test_11_a_product_nobody_listed_is_normal(house: House, connected: Connected) -> None:
    """It waits under its id, asks for the list once, and is counted when it turns up."""
    works = connected(("Luva", None))
    house.cycle("fonte")
    works.withdraw("prd-9", 2)
    poll = house.poll("transactions")
    assert (poll.complete, movements(house)) == (True, {})
    assert lane(house, "sweep")["next_due_at"] == house.now
    works.add_product("Bota nova", id="prd-9")
    house.poll("sweep")
    assert movements(house) == {"w-1": -2}
    assert house.store.value("SELECT sold FROM product_day") == 2


def test_12_the_unit_vector_byte_for_byte() -> None:
    """The bytes that came are what is signed: one blank more, and it is not genuine."""
    assert len(VECTOR) == 135
    assert signature(SECRET, VECTOR_AT, VECTOR, "text").decode() == VECTOR_MARK
    verify(f"t={VECTOR_AT},v1={VECTOR_MARK}", VECTOR, [SECRET], VECTOR_AT * 1000)
    reserialised = json.dumps(json.loads(VECTOR)).encode()
    with pytest.raises(Refused):
        verify(f"t={VECTOR_AT},v1={VECTOR_MARK}", reserialised, [SECRET], VECTOR_AT * 1000)


@pytest.mark.parametrize(
    "header",
    [
        f"t={VECTOR_AT},v1={'0' * 64},v1={VECTOR_MARK}",
        f"t={VECTOR_AT}, v1={VECTOR_MARK} ,v2=xyz,v0={'0' * 64}",
        f"v1={VECTOR_MARK},t={VECTOR_AT}",
    ],
)
def test_13_several_signatures_in_one_header(header: str) -> None:
    """One that fits is enough; schemes nobody knows are passed over."""
    verify(header, VECTOR, [SECRET], VECTOR_AT * 1000)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"v1={VECTOR_MARK}",
        f"t={VECTOR_AT}",
        f"t=soon,v1={VECTOR_MARK}",
        f"t=1e9,v1={VECTOR_MARK}",
        f"t={VECTOR_AT},v1={VECTOR_MARK[:-1]}f",
        f"t={VECTOR_AT},v1={VECTOR_MARK.upper()}x",
        f"t={VECTOR_AT + 1},v1={VECTOR_MARK}",
        f"t={VECTOR_AT},v0={VECTOR_MARK}",
        f"t={VECTOR_AT},v1=ñ",
    ],
)
def test_13_everything_else_is_refused(header: str | None) -> None:
    """With 401, whatever it is."""
    with pytest.raises(Refused) as refused:
        verify(header, VECTOR, [SECRET], VECTOR_AT * 1000)
    assert refused.value.status == 401


@pytest.mark.parametrize(("age", "good"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_13_five_minutes_either_way(age: int, good: bool) -> None:
    """The tolerance includes its ends."""
    if good:
        verify(f"t={VECTOR_AT},v1={VECTOR_MARK}", VECTOR, [SECRET], (VECTOR_AT + age) * 1000)
        return
    with pytest.raises(Refused, match="five minutes"):
        verify(f"t={VECTOR_AT},v1={VECTOR_MARK}", VECTOR, [SECRET], (VECTOR_AT + age) * 1000)


def test_13_one_reading_of_the_scheme_is_never_two() -> None:
    """Another reading of the key is told to a person, and not let in."""
    mark = signature(SECRET, VECTOR_AT, VECTOR, "after").decode()
    header = f"t={VECTOR_AT},v1={mark}"
    with pytest.raises(Refused):
        verify(header, VECTOR, [SECRET], VECTOR_AT * 1000)
    assert fitting_scheme(header, VECTOR, [SECRET], VECTOR_AT * 1000) == "after"


def test_14_a_test_says_nothing() -> None:
    """It has no transaction in it."""
    assert read_delivery(b'{"id":"evt_1","type":"webhook.test","createdAt":1,"data":{"id":"w-1"}}').found is None


def test_15_only_success_is_goods_out(house: House, connected: Connected) -> None:
    """What failed is kept apart and taken off nowhere; a record without a state counts."""
    works = connected(("Luva", None))
    works.withdraw("prd-1", 2)
    works.withdraw("prd-1", 5, status="FAILED")
    works.withdraw("prd-1", 7, status="TIMEOUT")
    house.cycle("fonte")
    assert movements(house) == {"w-1": -2}
    apart = transactions.not_completed(house.store, 1)
    assert [(row["id"], row["state"], row["quantity"]) for row in apart] == [
        ("w-2", "FAILED", 5),
        ("w-3", "TIMEOUT", 7),
    ]
    bare = read_transaction("withdrawal", {"id": 1, "productId": "p"})
    assert isinstance(bare, Transaction) and bare.completed


def test_16_an_exchange_moves_two_items(house: House, connected: Connected) -> None:
    """One out, the other back; like for like nothing at all."""
    works = connected(("Bota 41", None), ("Bota 42", None))
    works.swap("prd-2", "prd-1")
    works.swap("prd-1")
    house.cycle("fonte")
    rows = house.store.execute("SELECT p.name, m.quantity FROM movement m JOIN product p ON p.id = m.product_id")
    assert dict(rows.fetchall()) == {"Bota 42": -1, "Bota 41": 1}
    days = house.store.execute("SELECT sum(sold), sum(returned) FROM product_day").fetchone()
    assert days == (1, 1)


@pytest.mark.parametrize("given", [None, "https://{your-api-host}/v1", "https://<host>/v1"])
def test_17_there_is_no_address_for_everybody(given: str | None) -> None:
    """It must be given, and a placeholder is not one."""
    with pytest.raises(UsageTrouble):
        address_for(KINDS["smartepi"], given)


@pytest.mark.parametrize("given", ["https://api.works.example", "https://api.works.example/v1/"])
def test_17_the_version_is_added_where_it_was_left_out(given: str) -> None:
    """The host is what the console shows."""
    assert address_for(KINDS["smartepi"], given) == "https://api.works.example/v1/"


def test_18_types_that_do_not_exist_yet_say_nothing() -> None:
    """They are let pass and ignored."""
    for name in ("cabinet.opened", "training_record.created", "withdrawal.updated"):
        assert read_delivery(json.dumps({"id": "e", "type": name, "data": {"id": "w-1"}}).encode()).found is None


def test_19_nothing_of_a_person_is_kept(house: House, connected: Connected, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, documents and addresses are in every payload, and in no file, no log and no error."""
    works = connected(("Luva", None))
    for name, document, mail in PLANTED:
        works.add("employees", name=name, identification=document, email=mail)
    for _ in range(20):
        works.withdraw("prd-1", note="para Maria Plantada")
    odd = {"quantity": "Maria Plantada", "productId": "prd-1", "createdAt": int(house.seconds())}
    works.records["withdrawals"].append({"id": "w-x", **odd})
    works.records["products"].append({"id": None, "name": "Maria Plantada", "createdAt": 1})
    house.cycle("fonte")
    house.cycle("fonte")
    assert house.store.value("SELECT count(*) FROM quarantine") == 2
    written = house.everything_written() + "".join(capsys.readouterr())
    for planted in ("Plantada", "planted@", "123.456", "emp-1"):
        assert planted not in written


PLANTED = (("Maria Plantada", "123.456.789-09", "maria.planted@exemplo.com.br"),)


def test_20_and_21_nothing_is_ever_written(house: House, connected: Connected) -> None:
    """No version to send along, and no POST to send twice."""
    works = connected(("Luva", None))
    works.withdraw("prd-1")
    house.cycle("fonte")
    house.cycle("fonte")
    assert {call["method"] for call in works.log.document()["last"]} == {"GET"}


@pytest.mark.parametrize("status", [401, 403])
def test_22_both_generations_of_the_documentation(house: House, connected: Connected, status: int) -> None:
    """A wrong key is 401 in one and 403 in the other: the same to us."""
    works = connected(("Luva", None))
    house.forward(3_600)
    if status == 401:
        works.faults.add("401")
    works.keys.clear()
    poll = house.poll()
    assert poll.error_kind == "key" and str(status) in (poll.error or "")


@pytest.mark.parametrize(
    ("record", "moved"),
    [
        ({"productId": "p"}, (Moved("p", -1),)),
        ({"product": {"id": 7}, "qty": "2,5"}, (Moved(7, -2.5),)),
        ({"items": [{"productId": "p", "quantity": 2}, {"productId": "q"}]}, (Moved("p", -2), Moved("q", -1))),
        ({"products": [{"id": "p", "amount": 3}, {"id": "p"}]}, (Moved("p", -4),)),
    ],
)
def test_the_forms_of_a_withdrawal(record: dict[str, Any], moved: tuple[Moved, ...]) -> None:
    """One product or a list of them; a quantity that is missing is one."""
    found = read_transaction("withdrawal", {"id": "w-1", **record})
    assert isinstance(found, Transaction) and found.moved == moved


@pytest.mark.parametrize("record", [None, [], {}, {"id": "w-1"}, {"id": "w-1", "productId": "p", "quantity": "dois"}])
def test_what_cannot_be_read_is_set_aside(record: Any) -> None:
    """With its reason, and none of its values."""
    found = read_transaction("withdrawal", record)
    assert isinstance(found, Quarantined) and "dois" not in found.raw + found.reason
