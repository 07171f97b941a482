"""The records a sandbox shop keeps: warehouses, products, stock rows, sales, returns.

Plain mutable records in the upstream's own words. They know nothing of JSON, of dialects or of HTTP; `encode` does.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

Number = int | float | str | Decimal

LOCAL_ZONE = timezone(timedelta(hours=-6), "El Salvador")
"""Every company lives at UTC-6 all year, whatever its country."""

CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")


@lru_cache(maxsize=65_536)
def _six_decimals(text: str) -> Decimal:
    return Decimal(text).quantize(_MICRO, rounding=ROUND_HALF_UP)


def quantity(value: Number) -> Decimal:
    """A stock or money figure as the database keeps it. Equal figures share one object: big catalogues repeat them."""
    return _six_decimals(str(value))


def optional_quantity(value: Number | None) -> Decimal | None:
    """Like `quantity`, with null left null."""
    return None if value is None else quantity(value)


def cents(value: Decimal) -> Decimal:
    """Money rounded half up to two decimals."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(slots=True)
class Warehouse:
    """A place that holds stock. Nothing makes `nombre` unique, and several can belong to one branch."""

    id: int
    nombre: str
    sucursal: str
    activa: bool = True


@dataclass(slots=True)
class Level:
    """One stock row: a product in a warehouse. A null minimum means that nobody configured one."""

    bodega: Warehouse
    stock: Decimal
    stock_minimo: Decimal | None = None
    stock_maximo: Decimal | None = None
    nota: str | None = None
    borrado: bool = False

    @property
    def visible(self) -> bool:
        """Whether the API shows this row."""
        return self.bodega.activa and not self.borrado


@dataclass(slots=True)
class Product:
    """One product, service, kit or raw material. `borrado` is the soft delete, which the real API does not tell."""

    id: int
    nombre: str
    codigo: str | None
    descripcion: str | None
    barcode: str | None
    nombre_categoria: str | None
    precio: Decimal
    costo: Decimal
    costo_anterior: Decimal | None
    costo_promedio: Decimal | None
    marca: str | None
    nombre_proveedor: str | None
    tipo: str
    enable: bool
    img: str | None
    created_at: datetime | None
    updated_at: datetime | None
    inventarios: list[Level]
    componentes: list[tuple[int, Decimal]]
    borrado: bool = False

    @property
    def levels(self) -> list[Level]:
        """The stock rows the API shows."""
        return [level for level in self.inventarios if level.visible]


@dataclass(slots=True)
class SaleLine:
    """One line of a sale. `factor` is how many stock units one sold unit is; the API never tells it."""

    product_id: int | None
    cantidad: Decimal
    precio: Decimal
    total: Decimal
    nombre: str | None = None
    costo: Decimal | None = None
    descuento: Decimal = Decimal(0)
    total_costo: Decimal | None = None
    iva: Decimal | None = None
    factor: Decimal = Decimal(1)


@dataclass(slots=True)
class Sale:
    """One sales document, quotations included. `bodega` and `pagos` are stored but never shown."""

    id: int
    fecha: date
    estado: str
    sub_total: Decimal
    total: Decimal
    created_at: datetime
    updated_at: datetime
    detalles: list[SaleLine]
    bodega: Warehouse | None = None
    correlativo: int | None = None
    referencia: str | None = None
    forma_pago: str | None = "Efectivo"
    monto_pago: Decimal | None = None
    cambio: Decimal | None = None
    iva: Decimal = Decimal(0)
    total_costo: Decimal | None = None
    descuento: Decimal = Decimal(0)
    gravada: Decimal = Decimal(0)
    observaciones: str | None = None
    recurrente: bool | None = None
    cotizacion: bool | None = False
    nombre_cliente: str = "Consumidor Final"
    nombre_usuario: str | None = None
    nombre_vendedor: str | None = None
    nombre_sucursal: str | None = None
    nombre_canal: str | None = "Tienda"
    nombre_documento: str | None = "Factura"
    pagos: Decimal = Decimal(0)


@dataclass(slots=True)
class ReturnLine:
    """One line of a return."""

    product_id: int | None
    cantidad: Decimal
    precio: Decimal
    total: Decimal
    costo: Decimal = Decimal(0)
    descuento: Decimal = Decimal(0)
    descripcion: str | None = None
    medida: str | None = "59"


@dataclass(slots=True)
class Return:
    """One return or credit note. The API tells neither its branch nor its warehouse."""

    id: int
    id_venta: int
    fecha: date
    tipo: str | None
    sub_total: Decimal
    total: Decimal
    created_at: datetime
    updated_at: datetime
    detalles: list[ReturnLine] = field(default_factory=list)
    bodega: Warehouse | None = None
    correlativo: int | None = None
    iva: Decimal = Decimal(0)
    observaciones: str | None = None
    anulada: bool = False
    nombre_cliente: str | None = "Consumidor Final"
    nombre_usuario: str | None = None
    nombre_documento: str | None = "Nota de crédito"
