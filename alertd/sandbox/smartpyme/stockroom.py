"""Products and what stands on the shelves: warehouses, stock rows, and the orders in which products are listed.

Every public method takes the lock, so a test, the living shop and the HTTP answers may share one shop. Documents that
move stock are in `shop`; how a product looks on the wire is in `encode`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from threading import RLock
from typing import Any, Final

from alertd.sandbox.smartpyme.model import Level, Number, Product, Warehouse, optional_quantity, quantity
from alertd.sandbox.smartpyme.text import folded

Clock = Callable[[], datetime]

KEEP: Final[Any] = object()
"""Stands for "leave this figure as it is" where null is itself a value."""

_FILTER_CACHE = 16


def utc_now() -> datetime:
    """The clock a shop uses when none is handed in."""
    return datetime.now(UTC)


def _nulls_first(value: object) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


_ORDER_KEYS: dict[str, Callable[[Product], Any]] = {
    "nombre": lambda product: folded(product.nombre),
    "codigo": lambda product: _nulls_first(product.codigo and folded(product.codigo)),
    "precio": lambda product: product.precio,
    "costo": lambda product: product.costo,
    "created_at": lambda product: _nulls_first(product.created_at),
}


class Stockroom:
    """The catalogue and its stock, under one lock."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.lock = RLock()
        self.clock = clock
        self.products: dict[int, Product] = {}
        self.warehouses: list[Warehouse] = []
        self.fragments: dict[int, bytes] = {}
        """Products already encoded, each until it changes."""
        self._orders: dict[tuple[str, bool], list[Product]] = {}
        self._matches: dict[object, list[Product]] = {}

    def add_warehouse(self, nombre: str, sucursal: str, *, activa: bool = True) -> int:
        """Open a warehouse and return its id, which the API never shows. Names may repeat."""
        with self.lock:
            warehouse = Warehouse(len(self.warehouses) + 1, nombre, sucursal, activa)
            self.warehouses.append(warehouse)
            return warehouse.id

    def hide_warehouse(self, nombre: str) -> None:
        """Deactivate every warehouse of this name: its rows vanish from the answers, its stock stays."""
        self._set_active(nombre, False)

    def show_warehouse(self, nombre: str) -> None:
        """Undo `hide_warehouse`."""
        self._set_active(nombre, True)

    def rename_warehouse(self, nombre: str, nuevo: str) -> None:
        """Give the warehouses of this name another one."""
        with self.lock:
            for warehouse in self._named(nombre):
                warehouse.nombre = nuevo
            self._changed_everywhere()

    def warehouse(self, nombre: str) -> Warehouse:
        """The first warehouse of this name, or a `KeyError`."""
        return self._named(nombre)[0]

    def _set_active(self, nombre: str, activa: bool) -> None:
        with self.lock:
            for warehouse in self._named(nombre):
                warehouse.activa = activa
            self._changed_everywhere()

    def _named(self, nombre: str) -> list[Warehouse]:
        found = [warehouse for warehouse in self.warehouses if warehouse.nombre == nombre]
        if not found:
            raise KeyError(f"no warehouse {nombre!r}")
        return found

    def add_product(
        self,
        *,
        nombre: str,
        id: int | None = None,
        codigo: str | None = None,
        descripcion: str | None = None,
        barcode: str | None = None,
        nombre_categoria: str | None = None,
        precio: Number = 1,
        costo: Number = 1,
        costo_anterior: Number | None = None,
        costo_promedio: Number | None = None,
        marca: str | None = None,
        nombre_proveedor: str | None = None,
        tipo: str = "Producto",
        enable: bool | int = True,
        img: str | None = None,
        created_at: datetime | None = KEEP,
        updated_at: datetime | None = KEEP,
        inventarios: Sequence[Mapping[str, Any]] = (),
        componentes: Iterable[tuple[int, Number]] = (),
        borrado: bool = False,
    ) -> int:
        """Put a product into the catalogue and return its id. Without dates it is new as of now."""
        with self.lock:
            product_id = max(self.products, default=0) + 1 if id is None else id
            if product_id in self.products:
                raise ValueError(f"product {product_id} exists already")
            created = self.clock() if created_at is KEEP else created_at
            self.products[product_id] = Product(
                id=product_id,
                nombre=nombre,
                codigo=codigo,
                descripcion=descripcion,
                barcode=barcode,
                nombre_categoria=nombre_categoria,
                precio=quantity(precio),
                costo=quantity(costo),
                costo_anterior=optional_quantity(costo_anterior),
                costo_promedio=optional_quantity(costo_promedio),
                marca=marca,
                nombre_proveedor=nombre_proveedor,
                tipo=tipo,
                enable=bool(enable),
                img=img,
                created_at=created,
                updated_at=created if updated_at is KEEP else updated_at,
                inventarios=[self._level(row) for row in inventarios],
                componentes=[(part, quantity(count)) for part, count in componentes],
                borrado=borrado,
            )
            self._orders.clear()
            self._changed(product_id)
            return product_id

    def _level(self, row: Mapping[str, Any]) -> Level:
        """A stock row from its upstream names. A warehouse that does not exist yet is opened."""
        nombre = row["nombre_bodega"]
        sucursal = row.get("nombre_sucursal")
        for warehouse in self.warehouses:
            if warehouse.nombre == nombre and sucursal in (None, warehouse.sucursal):
                break
        else:
            warehouse = self.warehouses[self.add_warehouse(nombre, sucursal or "Sucursal Central") - 1]
        return Level(
            warehouse,
            quantity(row.get("stock", 0)),
            optional_quantity(row.get("stock_minimo")),
            optional_quantity(row.get("stock_maximo")),
            row.get("nota"),
            bool(row.get("borrado", False)),
        )

    def remove_product(self, product_id: int, *, soft: bool = False) -> None:
        """Remove a product for good, or only mark it deleted, which the deployed API goes on listing."""
        with self.lock:
            if soft:
                self._product(product_id).borrado = True
                self.enable_product(product_id, False)
                return
            del self.products[product_id]
            self._orders.clear()
            self._changed(product_id)

    def enable_product(self, product_id: int, enable: bool = True) -> None:
        """Switch a product on or off."""
        with self.lock:
            product = self._product(product_id)
            product.enable = enable
            product.updated_at = self.clock()
            self._changed(product_id)

    def _product(self, product_id: int) -> Product:
        try:
            return self.products[product_id]
        except KeyError:
            raise KeyError(f"no product {product_id}") from None

    def set_level(
        self,
        product_id: int,
        nombre_bodega: str,
        *,
        stock: Number | None = None,
        stock_minimo: Number | None = KEEP,
        stock_maximo: Number | None = KEEP,
        nota: str | None = KEEP,
    ) -> None:
        """Write a stock row by hand, without any document, as an adjustment does. A missing row is made."""
        with self.lock:
            level = self._row(product_id, nombre_bodega)
            if stock is not None:
                level.stock = quantity(stock)
            if stock_minimo is not KEEP:
                level.stock_minimo = optional_quantity(stock_minimo)
            if stock_maximo is not KEEP:
                level.stock_maximo = optional_quantity(stock_maximo)
            if nota is not KEEP:
                level.nota = nota
            self._changed(product_id)

    def stock(self, product_id: int, nombre_bodega: str) -> Decimal:
        """What stands there now."""
        with self.lock:
            return self._row(product_id, nombre_bodega).stock

    def _row(self, product_id: int, nombre_bodega: str) -> Level:
        product = self._product(product_id)
        for level in product.inventarios:
            if level.bodega.nombre == nombre_bodega and not level.borrado:
                return level
        level = Level(self.warehouse(nombre_bodega), quantity(0))
        product.inventarios.append(level)
        return level

    def move(self, product_id: int, warehouse: Warehouse, delta: Decimal) -> None:
        """Add to a stock row. Without a row nothing moves and nobody is told, as upstream."""
        with self.lock:
            product = self.products.get(product_id)
            if product is None:
                return
            for level in product.inventarios:
                if level.bodega is warehouse and not level.borrado:
                    level.stock = quantity(level.stock + delta)
                    self._changed(product_id)
                    return

    def ordered(self, order_by: str, descending: bool = False) -> list[Product]:
        """All products in this order, deleted ones included; equal keys by id, turned round with the direction."""
        with self.lock:
            wanted = (order_by, descending)
            if wanted not in self._orders:
                by_id = sorted(self.products.values(), key=lambda product: product.id)
                by_id.sort(key=_ORDER_KEYS[order_by])
                self._orders[wanted] = by_id[::-1] if descending else by_id
            return self._orders[wanted]

    def matching(self, key: object, find: Callable[[], list[Product]]) -> list[Product]:
        """The answer to a filter, remembered until anything changes: the pages of one sweep ask the same again."""
        with self.lock:
            if key not in self._matches:
                if len(self._matches) >= _FILTER_CACHE:
                    self._matches.clear()
                self._matches[key] = find()
            return self._matches[key]

    def _changed(self, product_id: int) -> None:
        self.fragments.pop(product_id, None)
        self._matches.clear()

    def _changed_everywhere(self) -> None:
        self.fragments.clear()
        self._matches.clear()
