"""A shop that lives: customers come, deliveries arrive, now and then something is taken back or simply missing.

Time and chance are handed in, so a test lives through an hour in a moment. The shop is nudged a little, so that whoever
watches sees something happen soon: a first product runs low within a handful of events, and what ran low is delivered
after a while.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from random import Random

from alertd.sandbox.smartpyme.history import people
from alertd.sandbox.smartpyme.model import Level, Product, quantity
from alertd.sandbox.smartpyme.shop import Shop

_FIRST_DROP, _NEXT_DROP = 5, 15
"""After so many events without a product running low, the next sale makes one run low."""
_STAYS_LOW = 12
"""So many events pass before what ran low is delivered again."""
_LOW_AT_MOST = 12
_TRIES = 40


class Life:
    """Makes things happen in a shop, so many events a minute; 0 is a shop that stands still."""

    def __init__(self, shop: Shop, pace: float, rng: Random | None = None) -> None:
        self.shop = shop
        self.pace = pace
        self._rng = rng or Random(1)
        self._until: datetime | None = None
        self._due = 0.0
        self._events = 0
        self._next_drop = _FIRST_DROP
        self._ran_low: deque[tuple[int, int, Level]] = deque()
        self._recent: deque[int] = deque(maxlen=50)
        self._ids: list[int] = []

    def tick(self, now: datetime) -> int:
        """Live from the last tick until now, and say how many events that took. The first tick only starts the time."""
        since, self._until = self._until or now, now
        return self.live(since, (now - since).total_seconds())

    def live(self, now: datetime, seconds: float) -> int:
        """Live for so many seconds from `now` on, each event at its own moment."""
        self._due += max(0.0, seconds) * self.pace / 60
        count = int(self._due)
        self._due -= count
        for position in range(count):
            with self.shop.lock:
                self._event(now + timedelta(seconds=seconds * (position + 1) / count))
        return count

    def _event(self, at: datetime) -> None:
        self._events += 1
        self._refresh()
        if self._events >= self._next_drop:
            self._sell_down(at)
        elif self._delivery_is_due():
            self._deliver()
        else:
            self._anything()(at)

    def _refresh(self) -> None:
        if len(self._ids) != len(self.shop.products):
            self._ids = list(self.shop.products)

    def _anything(self) -> Callable[[datetime], None]:
        events = (self._sell, self._quote, self._take_back, self._cancel, self._lose, self._restock)
        return self._rng.choices(events, (80, 3, 6, 2, 2, 7))[0]

    def _delivery_is_due(self) -> bool:
        if not self._ran_low:
            return False
        return self._ran_low[0][0] + _STAYS_LOW <= self._events or len(self._ran_low) > _LOW_AT_MOST

    def _sell(self, at: datetime) -> None:
        picked = self._pick(lambda level: level.stock >= 1)
        if picked is None:
            return
        product, level = picked
        items = [(product.id, min(int(level.stock), self._rng.choice((1, 1, 1, 2, 3))))]
        other = self._pick(lambda row: row.bodega is level.bodega and row.stock >= 1)
        if other is not None and other[0] is not product and self._rng.random() < 0.4:
            items.append((other[0].id, 1))
        self._book(items, level, at)
        for sold, row in (picked, other or picked):
            self._notice_low(sold, row)

    def _sell_down(self, at: datetime) -> None:
        """Sell what stands nearest above its minimum, down to the minimum or one below."""
        self._next_drop = self._events + _NEXT_DROP
        found = [picked for _ in range(_TRIES) if (picked := self._pick(_above_minimum, tries=4))]
        if not found:
            return
        product, level = min(found, key=lambda picked: _room(picked[1]))
        count = _room(level)
        if level.stock > count and self._rng.random() < 0.5:
            count = min(level.stock, count + 1)
        self._book([(product.id, count)], level, at)
        self._notice_low(product, level)

    def _book(self, items: list[tuple[int, int]] | list[tuple[int, Decimal]], level: Level, at: datetime) -> None:
        estado = self._rng.choices(("Pagada", "Pendiente", "Consigna"), (92, 6, 2))[0]
        told = people(self._rng, estado)
        self._recent.append(self.shop.sell(items, level.bodega.nombre, estado=estado, at=at, **told))

    def _quote(self, at: datetime) -> None:
        picked = self._pick(lambda level: level.stock >= 1)
        if picked is not None:
            told = people(self._rng, "Pendiente")
            warehouse = picked[1].bodega.nombre
            self.shop.sell([(picked[0].id, 1)], warehouse, estado="Pendiente", cotizacion=True, at=at, **told)

    def _cancel(self, at: datetime) -> None:
        if self._recent:
            self.shop.cancel_sale(self._recent.pop(), at=at)

    def _take_back(self, at: datetime) -> None:
        if not self._recent:
            return
        sale_id = self._rng.choice(self._recent)
        sale = self.shop.sales.get(sale_id)
        if sale is None or sale.detalles[0].product_id not in self.shop.products:
            return
        self._recent.remove(sale_id)
        self.shop.return_(sale_id, [(sale.detalles[0].product_id, 1)], at=at, observaciones="Cambio de opinión")

    def _lose(self, at: datetime) -> None:
        """Something is missing, and no document says why."""
        picked = self._pick(lambda level: level.stock >= 3)
        if picked is not None:
            product, level = picked
            self.shop.move(product.id, level.bodega, -quantity(self._rng.randint(1, 2)))
            self._notice_low(product, level)

    def _restock(self, at: datetime) -> None:
        picked = self._pick(lambda level: level.stock_minimo is not None and level.stock <= 2 * level.stock_minimo)
        if picked is not None:
            self._fill_up(*picked)

    def _deliver(self) -> None:
        _, product_id, level = self._ran_low.popleft()
        product = self.shop.products.get(product_id)
        if product is not None:
            self._fill_up(product, level)

    def _fill_up(self, product: Product, level: Level) -> None:
        minimum = level.stock_minimo or Decimal(5)
        target = level.stock_maximo or minimum * 4
        if target > level.stock:
            self.shop.move(product.id, level.bodega, (target - level.stock).to_integral_value(ROUND_CEILING))

    def _pick(self, wanted: Callable[[Level], bool], tries: int = _TRIES) -> tuple[Product, Level] | None:
        """A product on sale and one of its stock rows, by chance; none when chance does not find one soon."""
        for _ in range(tries if self._ids else 0):
            product = self.shop.products.get(self._rng.choice(self._ids))
            if product is None or not product.enable or product.borrado or product.tipo != "Producto":
                continue
            rows = [level for level in product.levels if wanted(level)]
            if rows:
                return product, self._rng.choice(rows)
        return None

    def _notice_low(self, product: Product, level: Level) -> None:
        low = level.stock_minimo is not None and level.stock <= level.stock_minimo
        if low and all(level is not known for _, _, known in self._ran_low):
            self._ran_low.append((self._events, product.id, level))


def _above_minimum(level: Level) -> bool:
    return bool(level.stock_minimo) and level.stock > (level.stock_minimo or 0)


def _room(level: Level) -> Decimal:
    return level.stock - (level.stock_minimo or Decimal(0))
