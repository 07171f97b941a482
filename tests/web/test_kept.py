"""What is dear to make is kept until something is read anew, and made again before the next one looks."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alertd.store import pages_overview, quality
from alertd.store.db import Store
from alertd.web import room
from alertd.web.room import LATELY, Room
from alertd.web.state import state_at

from . import makers
from .makers import NOW


@pytest.fixture
def kept(app: Flask) -> Room:
    """What all pages share."""
    found: Room = app.extensions["alertd"]
    return found


@pytest.fixture
def shop(store: Store) -> int:
    """Oil is low."""
    key = makers.source(store)
    makers.lane(store, key)
    makers.level(store, makers.product(store, key), makers.warehouse(store, key), 3, 5, maximum=20)
    return key


def ends(store: Store, source: int) -> None:
    """A poll of this source is over."""
    store.execute("UPDATE source SET snapshot_at = snapshot_at + 1 WHERE id = ?", (source,))
    makers.poll(store, source)


def test_the_list_is_made_before_somebody_looks_again(
    signed_in: FlaskClient, store: Store, shop: int, kept: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a poll the next look finds it made, with what the poll found."""
    assert "Aceite 1 L" in signed_in.get("/buying").text
    store.execute("UPDATE level SET stock = 1")
    ends(store, shop)
    kept.work_ahead()
    monkeypatch.setattr(room, "purchases", None)
    assert "Hay 1" in signed_in.get("/buying").text


def test_what_nobody_looked_at_for_a_week_is_not_made(
    signed_in: FlaskClient, store: Store, shop: int, kept: Room, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purchases of a shop that nobody buys for cost nothing."""
    signed_in.get("/buying")
    clock.pass_(LATELY + 1)
    ends(store, shop)
    monkeypatch.setattr(room, "purchases", None)
    kept.work_ahead()


def test_a_shop_that_was_disconnected_disturbs_nobody(
    signed_in: FlaskClient, store: Store, shop: int, kept: Room
) -> None:
    """Its list cannot be made any more; the rest is made all the same."""
    signed_in.get("/buying")
    signed_in.get("/")
    store.execute("DELETE FROM source")
    kept.work_ahead()
    assert kept.sizes() == {}


def test_a_poll_that_begins_makes_nothing_old(store: Store, shop: int) -> None:
    """Only what a poll found can be other than before: when it takes over, and when it ends."""
    before = pages_overview.newest_poll(store)
    running = makers.poll(store, shop, started_at=NOW, finished_at=None, outcome="running")
    assert pages_overview.newest_poll(store) == before
    store.execute("UPDATE poll SET finished_at = ? WHERE id = ?", (NOW, running))
    assert pages_overview.newest_poll(store) != before


def test_an_older_poll_that_ends_last_is_noticed(store: Store, shop: int) -> None:
    """Two systems are read at once, and the one that began first ends last."""
    slow = makers.poll(store, shop, finished_at=None, outcome="running")
    makers.poll(store, shop)
    before = pages_overview.newest_poll(store)
    store.execute("UPDATE poll SET finished_at = ? WHERE id = ?", (NOW, slow))
    store.execute("UPDATE lane SET planned_at = ?, last_success_at = ?", (NOW, NOW))
    assert pages_overview.newest_poll(store) != before


def test_shelves_are_counted_as_the_list_shows_them(store: Store) -> None:
    """What is gone, absent, hidden, switched off or a service is in no tile; two shops are two counts."""
    for name in ("tienda-centro", "tienda-sur"):
        key = makers.source(store, name)
        here, hidden = makers.warehouse(store, key), makers.warehouse(store, key, "Norte", "Cerrada")
        store.execute("UPDATE warehouse SET hidden_at = ? WHERE id = ?", (NOW, hidden))
        for number, (more, at, level) in enumerate((
            ({}, here, {"stock": 3}), ({}, here, {"stock": 0}), ({}, here, {"stock": -1}), ({}, here, {"stock": 8}),
            ({}, here, {"stock": 50, "maximum": 20}), ({}, hidden, {"stock": 3}),
            ({}, here, {"stock": 3, "absent_at": NOW}), ({}, here, {"stock": 3, "absent_at": NOW, "gone_at": NOW}),
            ({"enabled": 0}, here, {"stock": 3}), ({"kind": "Servicio"}, here, {"stock": 0}),
            ({"absent_at": NOW}, here, {"stock": 3}), ({"absent_at": NOW, "gone_at": NOW}, here, {"stock": 3}),
        )):  # fmt: skip
            makers.level(store, makers.product(store, key, f"{name} {number}", **more), at, **level)
    state = state_at(NOW)
    plain: dict[int, dict[str, int]] = {}
    for key, word, count in store.execute(
        f"SELECT source_id, {state.sql} AS word, count(*) FROM stock_row r WHERE present AND NOT gone AND stock <> 8"
        " GROUP BY 1, 2",
        state.parameters,
    ):
        plain.setdefault(key, {})[word] = count
    found = pages_overview.shelves(store, state)
    assert {key: shelf.states for key, shelf in found.items()} == plain
    assert {(shelf.products, shelf.levels) for shelf in found.values()} == {(11, 11)}
    assert {key: (shelf.products, shelf.levels) for key, shelf in pages_overview.sizes(store).items()} == {
        key: (shelf.products, shelf.levels) for key, shelf in found.items()
    }


def test_what_is_wrong_with_the_data_is_counted_by_kind(store: Store) -> None:
    """Each kind once; what is absent or of another shop does not count, nor does a level of what is switched off."""
    key, other = makers.source(store), makers.source(store, "otra")
    for number, (more, level) in enumerate((
        ({"code": "A"}, {}), ({"code": "A"}, {}), ({"code": "A", "absent_at": NOW}, {}),
        ({"code": "B"}, {}), ({"code": "B", "absent_at": NOW}, {}), ({"code": None}, {}),
        ({"code": "C"}, {"minimum": 0}), ({"code": "D"}, {"minimum": 9, "maximum": 4}),
        ({"code": "E", "enabled": 0}, {"minimum": 0, "stock": 4}), ({"code": "F", "enabled": 0}, {"stock": 0}),
    )):  # fmt: skip
        product = makers.product(store, key, f"producto {number}", **more)
        makers.level(store, product, makers.warehouse(store, key, "Centro", f"Bodega {number}"), **level)
    makers.level(store, makers.product(store, other, code="A"), makers.warehouse(store, other), minimum=0)
    assert quality.findings(store, key) == {
        "no_minimum": 1, "minimum_above_maximum": 1, "equal_codes": 2, "missing_codes": 1, "disabled_with_stock": 1,
    }  # fmt: skip


def test_the_menu_is_drawn_for_each_who_and_where(client: FlaskClient, store: Store, shop: int) -> None:
    """It is kept; but not from one role, language, page or count to the next."""
    admin, viewer = makers.user(store), makers.user(store, "ana", "viewer", "en")
    makers.sign_in(client, store, admin)
    first = client.get("/products").text
    assert "Usuarios" in first and 'id="menu-products" href="/products" aria-current="page"' in first
    makers.sign_in(client, store, viewer)
    second = client.get("/messages").text
    assert "Users" not in second and 'id="menu-messages" href="/messages" aria-current="page"' in second
    assert '<span class="badge">' not in second
    makers.alert(store, shop)
    assert 'Alerts</span><span class="badge">1</span>' in client.get("/messages").text
