"""A believable shop out of a seed: products, their stock, and the oddities a client has to live with.

Which product is odd depends on its place alone and everything else on the seed, so a shop of any size holds some of
each oddity and about three in a hundred products start at or below a minimum. Past sales are in `history`.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from alertd.sandbox.smartpyme import history, words

if TYPE_CHECKING:
    from alertd.sandbox.smartpyme.shop import Shop

FIRST_ID = 301

_LEVELS = (1, 2, 2, 2, 3, 3, 3, 4, 4, 5)
_ACTIVE = [nombre for nombre, _, activa in words.WAREHOUSES if activa]
_HIDDEN = [nombre for nombre, _, activa in words.WAREHOUSES if not activa]
_DELETED_PLACES = (23, 229)
_NEGATIVE_PLACES = (41, 141)

Fields = dict[str, Any]


def fill(shop: "Shop", *, products: int, seed: int, history_days: int, now: datetime) -> None:
    """Fill an empty shop. The same arguments fill it the same way."""
    rng = Random(seed)
    with shop.lock:
        for nombre, sucursal, activa in words.WAREHOUSES:
            shop.add_warehouse(nombre, sucursal, activa=activa)
        if products > 0:
            shop.add_product(**_laptop())
        used: set[str] = set()
        previous: Fields = {"nombre": "Laptop Dell Inspiron 15", "codigo": "LAP-DELL-015"}
        for place in range(1, products):
            fields = _product(place, rng, now, used, previous)
            shop.add_product(**fields)
            previous = fields
        history.write(shop, rng, days=history_days, now=now)


def _laptop() -> Fields:
    """The very product that the published pages show."""
    return {
        "id": FIRST_ID,
        "nombre": "Laptop Dell Inspiron 15",
        "descripcion": 'Laptop 15.6" Intel Core i5, 8GB RAM, 512GB SSD',
        "codigo": "LAP-DELL-015",
        "barcode": "7501234567890",
        "nombre_categoria": "Electrónicos",
        "precio": 850,
        "costo": 620,
        "costo_anterior": 610,
        "costo_promedio": "615.5",
        "marca": "Dell",
        "nombre_proveedor": words.CATEGORIES[0].proveedor,
        "img": "https://cdn.smartpyme.site/products/lap-dell-015.jpg",
        "created_at": datetime(2024, 6, 1, 8, tzinfo=UTC),
        "updated_at": datetime(2025, 1, 10, 14, 22, tzinfo=UTC),
        "inventarios": [
            _row("Bodega Principal", 12, 5, 50),
            _row("Bodega Norte", 4, 2, 20, "Revisar vencimiento"),
        ],
    }


def _row(bodega: str, stock: Any, minimo: Any, maximo: Any, nota: str | None = None) -> Fields:
    return {"nombre_bodega": bodega, "stock": stock, "stock_minimo": minimo, "stock_maximo": maximo, "nota": nota}


def _product(place: int, rng: Random, now: datetime, used: set[str], previous: Fields) -> Fields:
    """One product: first what it is, then what is odd about it."""
    created = now - timedelta(days=rng.randrange(100, 900), minutes=rng.randrange(1440))
    fields = {**_kind(place, rng, used), "id": FIRST_ID + place, "created_at": created}
    fields["updated_at"] = created + timedelta(days=rng.randrange(90))
    if place % 101 == 37:
        fields["nombre"] = previous["nombre"]
    if place % 113 == 31:
        fields["codigo"] = previous["codigo"]
    if place % 71 == 29:
        fields["codigo"] = None
    if place % 61 == 19:
        fields["enable"] = False
    if place in _DELETED_PLACES:
        fields |= {"enable": False, "borrado": True}
    return fields


def _kind(place: int, rng: Random, used: set[str]) -> Fields:
    if place % 40 == 11:
        return _service(place, rng)
    if place % 97 == 13:
        parts = [(FIRST_ID + rng.randrange(place), rng.randint(1, 3)) for _ in range(2)]
        name = f"{rng.choice(words.KITS)} {place}"
        return _odd_kind(place, rng, name, "Compuesto") | {"componentes": parts}
    if place % 89 == 17:
        return _odd_kind(place, rng, f"{rng.choice(words.RAW_MATERIALS)} {place}", "Materia Prima")
    return _ware(place, rng, used)


def _service(place: int, rng: Random) -> Fields:
    name, price = rng.choice(words.SERVICES)
    nombre = f"{name}, tarifa {place}"
    return {"nombre": nombre, "codigo": f"SRV-{place:05d}", "tipo": "Servicio", "precio": price, "costo": 0}


def _odd_kind(place: int, rng: Random, nombre: str, tipo: str) -> Fields:
    prefix = "KIT" if tipo == "Compuesto" else "MAT"
    price = round(rng.uniform(4, 40), 2)
    rows = [_row(_ACTIVE[0], rng.randrange(20), None, None)]
    return {
        "nombre": nombre,
        "codigo": f"{prefix}-{place:05d}",
        "tipo": tipo,
        "precio": price,
        "costo": round(price * 0.7, 2),
        "inventarios": rows,
    }


def _ware(place: int, rng: Random, used: set[str]) -> Fields:
    shelf = rng.choice(words.CATEGORIES)
    article, usual = rng.choice(shelf.articulos)
    brand = rng.choice(shelf.marcas)
    nombre = f"{article} {brand} {rng.choice(shelf.variantes)}"
    if nombre in used:
        nombre = f"{nombre}, mod. {rng.choice('ABCDEFGHJK')}{place}"
    used.add(nombre)
    price = round(usual * rng.uniform(0.8, 1.3), 2)
    cost = round(price * rng.uniform(0.55, 0.75), 2)
    return {
        "nombre": nombre,
        "descripcion": f"{article}, marca {brand}" if rng.random() < 0.4 else None,
        "codigo": f"{shelf.prefijo}-{place:05d}",
        "barcode": f"741{place:010d}" if rng.random() < 0.8 else None,
        "nombre_categoria": shelf.nombre,
        "precio": price,
        "costo": cost,
        "costo_anterior": round(cost * 0.98, 2) if rng.random() < 0.7 else None,
        "costo_promedio": round(cost * 0.99, 2) if rng.random() < 0.9 else None,
        "marca": brand if rng.random() < 0.95 else None,
        "nombre_proveedor": shelf.proveedor if rng.random() < 0.9 else None,
        "inventarios": _rows(place, rng, shelf.a_granel),
    }


def _rows(place: int, rng: Random, a_granel: bool) -> list[Fields]:
    """One to five warehouses; at every thirty-third place the first of them is at or below its minimum."""
    chosen = rng.sample(_ACTIVE, rng.choice(_LEVELS))
    rows = [_stock_row(bodega, rng, a_granel) for bodega in chosen]
    if place % 33 == 7:
        rows[0] |= {"stock_minimo": 6, "stock_maximo": 40, "stock": rng.randrange(7)}
    if place in _NEGATIVE_PLACES:
        rows[0] |= {"stock_minimo": None, "stock": -rng.randint(1, 4)}
    if rng.random() < 0.15:
        rows.append(_row(_HIDDEN[0], rng.randrange(30), 5, 60))
    return rows


def _stock_row(bodega: str, rng: Random, a_granel: bool) -> Fields:
    minimo = rng.randint(2, 20)
    maximo = minimo * rng.randint(4, 9)
    stock: float = rng.randint(minimo + 1, maximo)
    if a_granel:
        stock += rng.choice((0, 0.25, 0.5, 0.125))
    nota = rng.choice(words.NOTES) if rng.random() < 0.05 else None
    unset = rng.random()
    if unset < 0.08:
        return _row(bodega, stock, None, None, nota)
    return _row(bodega, stock, 0 if unset < 0.12 else minimo, maximo, nota)
