"""A small company whose answers were recorded, a clock that stands still, and a client that looks at raw answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from alertd.sandbox.smartpyme import DEFAULT_KEY, Shop, create_app
from alertd.sandbox.smartpyme.model import ReturnLine, SaleLine

SAMPLES = Path(__file__).parent / "samples"
RECORDED_KEY = "EXAMPLEKEY0000000000000000000001"
NOON = datetime(2026, 11, 20, 11, 39, 30, tzinfo=UTC)


@dataclass
class StoppedClock:
    """A clock that moves when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class Caller:
    """Asks a shop as a client would, and hands the answer over with its body decoded."""

    shop: Shop
    key: str = DEFAULT_KEY

    def __post_init__(self) -> None:
        self._client = create_app(self.shop).test_client()

    def raw(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json", **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        where = path if path.startswith("/") else f"/api/external/v1/{path}"
        return self._client.open(where, method=method, headers=headers, **options)

    def __call__(self, path: str, **query: Any) -> Any:
        return json.loads(self.raw(path, query_string=query).get_data())

    def control(self, control: str, **body: Any) -> Any:
        return self._client.post(f"/_sandbox/{control}", json=body).get_json()


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def small(clock: StoppedClock) -> Callable[..., Caller]:
    """A maker of shops with one warehouse, one product of ten and a minimum of three."""

    def make(dialect: str = "deployed", **options: Any) -> Caller:
        shop = Shop.empty(dialect=dialect, clock=clock, **options)
        shop.add_product(id=1, nombre="Café molido", codigo="CAF-1", precio="11.3", costo=5, inventarios=[row(10, 3)])
        return Caller(shop)

    return make


def row(stock: Any, minimo: Any = None, bodega: str = "Bodega Principal", **more: Any) -> dict[str, Any]:
    return {"nombre_bodega": bodega, "stock": stock, "stock_minimo": minimo, **more}


@pytest.fixture
def recorded(clock: StoppedClock) -> Callable[..., Caller]:
    """A maker of the company whose answers were recorded."""

    def make(dialect: str = "deployed", **options: Any) -> Caller:
        shop = Shop.empty(dialect=dialect, clock=clock, empresa="Comercial Ejemplo, S.A. de C.V.", **options)
        shop.keys.add(RECORDED_KEY)
        shop.add_warehouse("Bodega Principal", "Sucursal Centro")
        shop.add_warehouse("Bodega Norte", "Sucursal Norte")
        shop.add_warehouse("Bodega Cerrada", "Sucursal Norte", activa=False)
        _add_products(shop)
        _add_sales(shop)
        _add_returns(shop)
        return Caller(shop, RECORDED_KEY)

    return make


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _add_products(shop: Shop) -> None:
    def add(id: int, nombre: str, codigo: str | None, created: str | None, **fields: Any) -> None:
        at = utc(created) if created else None
        shop.add_product(**{"id": id, "nombre": nombre, "codigo": codigo, "created_at": at, "updated_at": at, **fields})

    tools = {"nombre_categoria": "Herramientas", "marca": "Marca Uno"}
    add(
        101,
        "Taladro percutor 650W",
        "TAL-650",
        "2025-01-10T14:22:00",
        updated_at=utc("2025-02-02T01:30:00"),
        descripcion="Taladro de prueba",
        barcode="7410000000101",
        nombre_proveedor="Distribuidora Ejemplo",
        **prices("89.99", "60.5", "59.25", "60.1"),
        **tools,
        inventarios=[
            row(12, 5, stock_maximo=50),
            row(5, 5, "Bodega Norte", stock_maximo=50, nota="Pasillo 3"),
            row(99, 1, "Bodega Cerrada"),
        ],
    )
    add(
        102,
        "Café molido 400g",
        "CAF-400",
        "2025-01-11T15:00:00",
        nombre_categoria="Café y Té",
        marca="Marca Dos",
        nombre_proveedor="Ana Pérez",
        **prices("6.5", "3.25"),
        inventarios=[row("2.5", 10), row(0, None, "Bodega Norte")],
    )
    add(103, "Instalación", "SRV-1", "2025-01-12T15:00:00", tipo="Servicio", **prices(25, 0))
    low_at = [row(7, 7), row(50, 60, "Bodega Norte", borrado=True)]
    add(104, "Destornillador", "DES-1", "2025-01-13T15:00:00", **prices(3, 1, 1, 1), **tools, inventarios=low_at)
    stock = [row(1, 3, stock_maximo=20)]
    tape = prices("4.75", 2, 2, 2)
    add(105, "Cinta métrica 5m", "CIN-5", "2025-01-14T15:00:00", enable=0, **tape, **tools, inventarios=stock)
    add(
        106,
        "Producto borrado",
        "BOR-1",
        "2025-01-15T15:00:00",
        updated_at=utc("2025-03-01T16:00:00"),
        enable=0,
        borrado=True,
        **prices(10, 5, 5, 5),
        **tools,
        inventarios=[row(2, 4, stock_maximo=20)],
    )
    for id, code, left in ((107, "CAM-R-M", 0), (108, "CAM-A-L", -3)):
        add(id, "Camiseta", code, "2025-01-16T15:00:00", **prices(15, 8, 8, 8), inventarios=[row(left, 0)])
    add(109, "Harina suelta", None, None, **prices(1, 1), inventarios=[row("1250.125")])
    add(110, "Kit de hogar", "KIT-1", "2025-01-18T15:00:00", tipo="Compuesto", **prices(50, 30), inventarios=[row(3)])
    closed = [row(8, 2, "Bodega Cerrada")]
    add(111, "Pala", "PAL-1", "2025-01-19T15:00:00", **prices(12, 7), inventarios=closed)
    kind = {"tipo": "Materia Prima", "nombre_categoria": "Herramientas"}
    add(112, "Arena fina", "A-10", "2025-01-20T05:30:00", **kind, **prices(1, 1, 1, 1), inventarios=[row(0)])


def prices(precio: Any, costo: Any, anterior: Any = None, promedio: Any = None) -> dict[str, Any]:
    return {"precio": precio, "costo": costo, "costo_anterior": anterior, "costo_promedio": promedio}


def _add_sales(shop: Shop) -> None:
    def add(id: int, fecha: str, created: str, line: SaleLine, **fields: Any) -> None:
        at = utc(created)
        later = utc(fields.pop("updated", created))
        told = {"nombre_vendedor": "Vendedor Dos", "nombre_sucursal": "Sucursal Centro", "gravada": Decimal(0)}
        told |= {"correlativo": 2000 + id, "nombre_cliente": "Cliente Ejemplo, S.A.", **fields}
        shop.add_sale(id=id, fecha=fecha, created_at=at, updated_at=later, detalles=[line], **told)

    add(
        501,
        "2025-05-02",
        "2025-05-02T16:15:00",
        line(101, 2, "79.63", "159.26", costo="60.5", total_costo=121, iva="20.72"),
        nombre_cliente="Consumidor Final",
        recurrente=False,
        monto_pago=Decimal(200),
        cambio=Decimal("20.02"),
        gravada=Decimal("159.26"),
    )
    add(
        502,
        "2025-05-31",
        "2025-06-01T01:05:00",
        line(102, 2, "5.75", "11.5", costo="3.25", total_costo="6.5", iva="1.5", nombre="Café molido (oferta)"),
        updated="2025-06-01T14:00:00",
        estado="Pendiente",
        forma_pago="Crédito",
        nombre_vendedor=None,
        nombre_sucursal="Sucursal Norte",
        gravada=Decimal("11.5"),
        pagos=Decimal(5),
    )
    add(
        503,
        "2025-05-31",
        "2025-05-31T17:00:00",
        line(110, 1, 50, 50),
        estado="Pendiente",
        cotizacion=True,
        correlativo=None,
        nombre_cliente="Luis Gómez",
        nombre_vendedor=None,
        nombre_canal=None,
        nombre_documento=None,
    )
    add(
        504,
        "2025-06-01",
        "2025-06-01T15:00:00",
        line(107, 1, 15, 15, costo=8, total_costo=8, iva=0),
        updated="2025-06-03T15:00:00",
        estado="Anulada",
        forma_pago="Tarjeta",
        monto_pago=Decimal(15),
        cambio=Decimal(0),
        recurrente=True,
        cotizacion=None,
        correlativo=2503,
        nombre_cliente="Rosa ",
    )
    consigned = line(108, 1, 15, 14, costo=8, total_costo=8, iva=0, descuento=1)
    told = {"monto_pago": Decimal(0), "cambio": Decimal(0), "descuento": Decimal(1), "correlativo": 2504}
    add(505, "2025-06-02", "2025-06-02T15:00:00", consigned, estado="Consigna", **told)
    gone = line(106, 1, 10, 10, costo=5, total_costo=5, iva=0)
    add(506, "2025-06-03", "2025-06-03T15:00:00", gone, correlativo=2505)


def line(product_id: int, cantidad: Any, precio: Any, total: Any, **more: Any) -> SaleLine:
    money = {name: value if name == "nombre" else Decimal(str(value)) for name, value in more.items()}
    return SaleLine(product_id, Decimal(str(cantidad)), Decimal(str(precio)), Decimal(str(total)), **money)


def _add_returns(shop: Shop) -> None:
    def add(id: int, id_venta: int, fecha: str, updated: str, line: ReturnLine, **fields: Any) -> None:
        created = utc(f"{fecha}T18:00:00")
        dates = {"fecha": fecha, "created_at": created, "updated_at": utc(updated)}
        shop.add_return(**{"id": id, "id_venta": id_venta, "detalles": [line], "iva": Decimal(0), **dates, **fields})

    drill = ReturnLine(101, Decimal(1), Decimal("79.63"), Decimal("79.63"), costo=Decimal("60.5"))
    told = {"iva": Decimal("10.36"), "total": Decimal("89.99"), "observaciones": "Defecto"}
    add(31, 501, "2025-05-05", "2025-05-05T16:00:00", drill, **told)
    rebate = ReturnLine(102, Decimal("0.5"), Decimal(10), Decimal(5), descripcion="Ajuste de precio")
    told = {"total": Decimal(5), "tipo": "descuento_ajuste", "nombre_cliente": "Cliente Ejemplo, S.A."}
    add(32, 502, "2025-05-05", "2025-05-06T16:00:00", rebate, **told)
    gone = ReturnLine(106, Decimal(1), Decimal(10), Decimal(10), costo=Decimal(5))
    told = {"total": Decimal(10), "tipo": None, "anulada": True, "correlativo": None, "nombre_cliente": "Luis Gómez"}
    nobody = {"nombre_usuario": None, "nombre_documento": None}
    add(33, 506, "2025-06-02", "2025-06-02T16:00:00", gone, **told, **nobody)
