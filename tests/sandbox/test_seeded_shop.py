"""The invented shop is believable, holds every oddity, and is the same for the same seed."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from alertd.sandbox.smartpyme import Life, Shop
from alertd.sandbox.smartpyme.encode import product_record, sale_record
from alertd.sandbox.smartpyme.model import Level

from .conftest import NOON, StoppedClock


@pytest.fixture
def shop(clock: StoppedClock) -> Shop:
    return Shop.seeded(clock=clock)


def test_same_seed_same_shop(clock: StoppedClock) -> None:
    """Products, stock and history agree to the letter; another seed makes another shop."""

    def everything(seed: int) -> list[object]:
        shop = Shop.seeded(products=120, seed=seed, history_days=10, clock=clock)
        products = [product_record(product, shop.dialect) for product in shop.products.values()]
        return [*products, *(sale_record(shop, sale) for sale in shop.sales.values()), *shop.returns.values()]

    assert everything(4) == everything(4)
    assert everything(4) != everything(5)


def test_there_is_some_of_everything(shop: Shop) -> None:
    """500 products in 5 active warehouses of 3 branches, and each oddity a client must live with."""
    products = list(shop.products.values())
    levels = [level for product in products for level in product.levels]
    active = [warehouse for warehouse in shop.warehouses if warehouse.activa]
    assert (len(products), len(active), len({one.sucursal for one in active})) == (500, 5, 3)
    assert {product.tipo for product in products} == {"Producto", "Servicio", "Compuesto", "Materia Prima"}
    assert {len(product.levels) for product in products if product.tipo == "Producto"} == {1, 2, 3, 4, 5}
    assert not any(product.levels for product in products if product.tipo == "Servicio")
    assert {level.stock_minimo is None for level in levels} == {True, False}
    assert any(level.stock_minimo == 0 for level in levels)
    assert any(level.stock != level.stock.to_integral_value() for level in levels)
    assert sum(level.stock < 0 for level in levels) in (1, 2)
    assert sum(product.borrado for product in products) == 2
    assert any(not product.enable and not product.borrado for product in products)
    codes = [product.codigo for product in products]
    assert None in codes and len(set(codes)) < len(codes) - 1
    assert len({product.nombre for product in products}) < 500
    assert any(not level.bodega.activa for product in products for level in product.inventarios)


def test_a_few_products_start_low(shop: Shop) -> None:
    """Two to four in a hundred stand at or below a minimum."""
    low = sum(any(is_low(level) for level in product.levels) for product in shop.products.values())
    assert 10 <= low <= 20


def test_history_is_a_quarter_of_a_year_of_sales_and_a_few_returns(shop: Shop) -> None:
    """No document lies in the future, and writing them moved no stock."""
    assert len(shop.sales) > 1000
    assert 10 < len(shop.returns) < 200
    assert all(sale.created_at < NOON for sale in shop.sales.values())
    assert min(sale.fecha for sale in shop.sales.values()) == NOON.date() - timedelta(days=90)
    assert shop.stock(301, "Bodega Principal") == 12


def test_small_and_empty_shops() -> None:
    """A shop may have one product, or none, or no past."""
    assert list(Shop.seeded(products=1, history_days=2).products) == [301]
    assert Shop.seeded(products=0).sales == {}
    assert Shop.seeded(products=10, history_days=0).sales == {}


def test_a_living_shop_soon_shows_something(shop: Shop, clock: StoppedClock) -> None:
    """Within twenty seconds at 30 events a minute a product that had enough is low, and later it is delivered."""
    enough = [level for level in all_levels(shop) if not is_low(level)]
    life = Life(shop, pace=30, rng=Random(7))
    life.live(clock.now, 20)
    fallen = [level for level in enough if is_low(level)]
    assert fallen
    life.live(clock.now + timedelta(seconds=20), 120)
    assert any(not is_low(level) for level in fallen)


def test_an_hour_of_life_leaves_every_kind_of_trace(shop: Shop, clock: StoppedClock) -> None:
    """Sales, quotations, returns, a cancellation; stock never turns negative by itself; few products stay low."""
    sales, returns = set(shop.sales), set(shop.returns)
    life = Life(shop, pace=60, rng=Random(2))
    assert life.live(clock.now, 3600) == 3600
    made = [sale for id, sale in shop.sales.items() if id not in sales]
    assert {"Pagada", "Pendiente", "Anulada", "Consigna"} <= {sale.estado for sale in made}
    assert any(sale.cotizacion for sale in made)
    assert set(shop.returns) - returns
    assert all(clock.now <= sale.created_at <= clock.now + timedelta(hours=1) for sale in made)
    assert sum(level.stock < 0 for level in all_levels(shop)) <= 2
    assert sum(is_low(level) for level in all_levels(shop)) < 150


def test_life_keeps_time_by_its_ticks(clock: StoppedClock) -> None:
    """The first tick starts the time; fractions of an event are saved up; a pace of nothing is stillness."""
    shop = Shop.seeded(products=50, history_days=0, clock=clock)
    life = Life(shop, pace=30)
    counts = []
    for _ in range(5):
        counts.append(life.tick(clock.now))
        clock.forward(seconds=1)
    assert counts == [0, 0, 1, 0, 1]
    assert Life(shop, pace=0).live(clock.now, 10_000) == 0


def test_the_same_dice_live_the_same_life(clock: StoppedClock) -> None:
    """Stock after an hour depends on the seeds and the clock alone."""

    def after_an_hour() -> list[Decimal]:
        shop = Shop.seeded(products=80, history_days=0, clock=clock)
        Life(shop, pace=60, rng=Random(9)).live(clock.now, 3600)
        return [level.stock for level in all_levels(shop)]

    assert after_an_hour() == after_an_hour()


def all_levels(shop: Shop) -> list[Level]:
    return [level for product in shop.products.values() for level in product.levels]


def is_low(level: Level) -> bool:
    return bool(level.stock_minimo) and level.stock <= (level.stock_minimo or 0)
