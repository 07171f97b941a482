"""How many levels stood in each state: once an hour a row, and one curve over all sources."""

import pytest
from web import makers
from web.makers import DAY, HOUR, NOW

from alertd.store import pages_trend
from alertd.store.db import Store, open_store
from alertd.web.state import state_at


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "alertd.db")
    yield opened
    opened.close()


def test_an_hour_is_written_down_once(store: Store) -> None:
    """The first look of an hour counts; a source that was never read has no row."""
    shop = makers.source(store)
    makers.source(store, "nueva", snapshot_at=None)
    where = makers.warehouse(store, shop)
    makers.level(store, makers.product(store, shop, "Aceite"), where, 0)
    makers.level(store, makers.product(store, shop, "Arroz"), where, 3)
    assert pages_trend.note(store, state_at(NOW), NOW)
    assert not pages_trend.note(store, state_at(NOW), NOW + 60_000)
    assert pages_trend.note(store, state_at(NOW), NOW + HOUR)
    assert store.execute("SELECT source_id, out, low FROM shelf_hour ORDER BY at").fetchall() == [(shop, 1, 1)] * 2


def test_the_curve_adds_the_sources_and_thins_what_is_long_ago(store: Store) -> None:
    """By the hour for two weeks, by the day for longer: the last hour of each day."""
    shops = [makers.source(store, "a"), makers.source(store, "b")]
    hour = NOW - NOW % HOUR
    for at, out in ((hour - 3 * DAY, 1), (hour - 3 * DAY + HOUR, 2), (hour, 5)):
        for shop in shops:
            makers.insert(store, "shelf_hour", source_id=shop, at=at, negative=1, out=out, low=0, over=0)
    assert [point.out for point in pages_trend.points(store, NOW - 14 * DAY, NOW)] == [4, 6, 12]
    assert [point.out for point in pages_trend.points(store, NOW - 90 * DAY, NOW)] == [6, 12]
