"""Past sales and returns, so that a new sandbox shop has something to count.

They are documents only: today's stock is what is left after them, so writing them moves nothing.
"""

from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from alertd.sandbox.smartpyme import words
from alertd.sandbox.smartpyme.model import LOCAL_ZONE

if TYPE_CHECKING:
    from alertd.sandbox.smartpyme.shop import Shop

_FEWEST, _MOST = 14, 30
"""Sales of one day."""

_STATES = (
    (("Pagada", False), 84),
    (("Pendiente", False), 6),
    (("Anulada", False), 3),
    (("Pendiente", True), 3),
    (("Consigna", False), 2),
    (("Facturada", True), 1),
    (("Pre-venta", True), 1),
)


def write(shop: "Shop", rng: Random, *, days: int, now: datetime) -> None:
    """Write the sales of the last `days` days, and the few returns that followed."""
    goods = [product.id for product in shop.products.values() if product.tipo == "Producto" and not product.borrado]
    if not goods:
        return
    today = now.astimezone(LOCAL_ZONE).date()
    for ago in range(days, 0, -1):
        opening = datetime.combine(today - timedelta(days=ago), time(8), LOCAL_ZONE)
        minutes = sorted(rng.randrange(660) for _ in range(rng.randint(_FEWEST, _MOST)))
        for minute in minutes:
            _one_sale(shop, rng, goods, opening + timedelta(minutes=minute), now)


def _one_sale(shop: "Shop", rng: Random, goods: list[int], at: datetime, now: datetime) -> None:
    items = [(product_id, rng.choice((1, 1, 1, 2, 2, 3, 5))) for product_id in _some(rng, goods)]
    (estado, cotizacion), _ = rng.choices(_STATES, [weight for _, weight in _STATES])[0]
    sale_id = shop.sell(
        items, _warehouse(rng), estado=estado, cotizacion=cotizacion, at=at, move=False, **people(rng, estado)
    )
    back_at = at + timedelta(days=rng.randrange(9), minutes=rng.randrange(5, 300))
    if estado == "Pagada" and rng.random() < 0.04 and back_at < now:
        tipo = "descuento_ajuste" if rng.random() < 0.2 else "devolucion"
        shop.return_(sale_id, [(items[0][0], 1)], tipo, at=back_at, move=False, observaciones="Defecto")


def people(rng: Random, estado: str) -> dict[str, Any]:
    """Who bought, who sold, and how it was paid."""
    credit = estado == "Pendiente"
    return {
        "nombre_cliente": rng.choice(words.CUSTOMERS[3:] if credit else words.CUSTOMERS),
        "nombre_usuario": rng.choice(words.USERS),
        "nombre_vendedor": rng.choice(words.SELLERS),
        "forma_pago": "Crédito" if credit else rng.choice(("Efectivo", "Efectivo", "Tarjeta", "Transferencia")),
    }


def _some(rng: Random, goods: list[int]) -> list[int]:
    return rng.sample(goods, min(len(goods), rng.choice((1, 1, 1, 2, 2, 3, 4))))


def _warehouse(rng: Random) -> str:
    return rng.choice([nombre for nombre, _, activa in words.WAREHOUSES if activa])
