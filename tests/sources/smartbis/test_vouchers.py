"""Vouchers as what goes out of a reward's stock, where an account lists them; and nothing of who holds them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from alertd.engine.inspect import inspect_source
from alertd.model import Moved, Quarantined, Transaction
from alertd.sandbox.smartbis import Programme
from alertd.sources.smartbis.vouchers import read_voucher
from alertd.store import polls, sources
from sources.house import House

Connected = Callable[..., tuple[Programme, Any]]
DAY = 86_400


def moved(house: House) -> list[tuple[str, float]]:
    rows = house.store.execute(
        "SELECT p.name, sum(m.quantity) FROM movement m JOIN product p ON p.id = m.product_id GROUP BY 1 ORDER BY 1"
    )
    return list(rows.fetchall())


def test_vouchers_give_rewards_their_days_of_cover(house: House, connected: Connected) -> None:
    """Two coffees a day for sixty days: what is left lasts for as long as it does."""
    programme, _ = connected(("Café", 200), ("Caneca", 50))
    for day in range(60):
        programme.redeem(501, 2, at=house.seconds() - DAY * day)
    rule = "name: alcanza\non: stock\nwhen: days_of_cover < 60 and sold(30) = 60\n"
    (house.folder / "rules" / "rules.yaml").write_text(rule)
    assert all(poll.complete for poll in house.cycle("fonte").polls)
    house.cycle("fonte")
    assert moved(house) == [("Café", -120)]
    assert house.firing() == {"Café"}


def test_each_voucher_is_counted_once(house: House, connected: Connected) -> None:
    """The whole list is read each time; what is known stays as it is."""
    programme, _ = connected(("Café", 200))
    programme.redeem(501)
    house.cycle("fonte")
    programme.redeem(501)
    for _ in range(3):
        house.cycle("fonte", lane="transactions")
    assert moved(house) == [("Café", -2)]


def test_nothing_of_who_holds_a_voucher_is_kept(
    house: House, connected: Connected, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the member nor the code, which is as good as money."""
    programme, _ = connected(("Café", 200))
    for _ in range(3):
        programme.redeem(501)
    programme.vouchers[0].pop("id")
    programme.vouchers[1]["coupon_id"] = None
    house.cycle("fonte")
    findings = inspect_source(house.context, sources.get_source(house.store, "fonte"))
    written = house.everything_written() + "".join(capsys.readouterr()) + repr(findings)
    assert moved(house) == [("Café", -2)]
    for planted in ("529.982", "Ana Beatriz", "91234", "Carlos", "VC-1", "VC-2"):
        assert planted not in written


@pytest.mark.parametrize("kind", ["missing", "shapeless", "nameless"])
def test_an_account_without_vouchers_is_watched_all_the_same(house: House, connected: Connected, kind: str) -> None:
    """No such address, another shape, no time in them: said once, no failure, and stock is read as ever."""
    programme, _server = connected(("Café", 2))
    programme.redeem(501)
    if kind == "missing":
        programme.no_vouchers = True
    else:
        programme.vouchers = [{"holder": 1}] if kind == "shapeless" else [{"id": 1, "coupon_id": 501}]
    cycle = house.cycle("fonte")
    assert not cycle.failed
    assert house.firing() == {"Café"}
    assert polls.lanes(house.store, 1)["transactions"]["stopped_kind"] == "unsupported"
    assert house.cycle("fonte").polls[-1].lane == "sweep"


def test_the_test_of_a_source_shows_how_vouchers_are_read(house: House, connected: Connected) -> None:
    """Names and types; not one value."""
    programme, _ = connected(("Café", 2))
    programme.redeem(501)
    text = "\n".join(inspect_source(house.context, sources.get_source(house.store, "fonte")).lines())
    assert "voucher = id, reward = coupon_id, time = created_at" in text
    assert not re.search(r"VC-|Ana|9000|91234", text)


@pytest.mark.parametrize(
    ("record", "read"),
    [
        ({"id": 7, "reward": {"id": 5}, "redeemed_at": 1_750_000_000, "quantity": "2"}, (7, True, Moved(5, -2))),
        ({"id": 7, "coupon_id": 5, "created_at": "2026-01-01", "status": "cancelado"}, (7, False, Moved(5, -1))),
        ({"id": 7, "created_at": "2026-01-01"}, None),
        ({"id": 7, "coupon_id": 5}, None),
        ({"coupon_id": 5, "created_at": "2026-01-01"}, None),
        ({"id": 7, "coupon_id": 5, "created_at": "2026-01-01", "quantity": -1}, None),
        ("VC-1", None),
    ],
)
def test_the_forms_of_a_voucher(record: Any, read: tuple[int, bool, Moved] | None) -> None:
    """One that was called off moves nothing; one that cannot be read is set aside without a value of it."""
    found = read_voucher(record, "America/Sao_Paulo")
    if read is None:
        assert isinstance(found, Quarantined)
    else:
        assert isinstance(found, Transaction)
        assert (found.id, found.completed, *found.moved) == read
