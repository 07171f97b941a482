"""Make the pages of an invented shop: the same size and shape as a real catalogue, the same every time.

A product is about 910 bytes with three levels, written as the deployed servers write it (decimals as text). One level
in fifty stands at or below its minimum. The second edition of a shop differs from the first in 1 % of its levels,
scattered over all pages, so that going from one to the other and back is 1 % of churn each time.
"""

import json
import random
from pathlib import Path

PAGE = 200
LEVELS = 3
LOW_SHARE = 0.02
CHURN_SHARE = 0.01
EDITIONS = ("a", "b")
_CATEGORIES = ("Seguridad industrial", "Herramientas manuales", "Pintura y acabados", "Plomería", "Electricidad")
_BRANDS = ("Truper", "3M", "Stanley", "Pretul", "Dewalt", "Sylvania", "Generica")
_SUPPLIERS = ("Distribuidora Central", "Importadora Norte", "Ferretera El Roble")
_PLACES = (("Centro", "Principal"), ("Norte", "Bodega 2"), ("Sur", "Bodega 3"))
_WORDS = ("Guante", "Casco", "Martillo", "Tornillo", "Cable", "Brocha", "Llave", "Tubo", "Foco", "Cinta", "Lija")


def page_files(folder: Path, edition: str) -> list[Path]:
    """The files that hold `data` of each page of an edition, in order."""
    return sorted((folder / edition).glob("*.json"))


def make(folder: Path, products: int) -> int:
    """Write both editions of a shop into a folder unless they are there. Returns how many levels differ."""
    note = folder / "made"
    if note.exists():
        return int(note.read_text())
    dice = random.Random(products)
    differ = 0
    for edition in EDITIONS:
        (folder / edition).mkdir(parents=True, exist_ok=True)
    for first in range(0, products, PAGE):
        page = [_product(dice, number) for number in range(first + 1, min(first + PAGE, products) + 1)]
        _write(folder, "a", first, page)
        differ += sum(_move(dice, level) for product in page for level in product["inventarios"])
        _write(folder, "b", first, page)
    (folder / "products").write_text(str(products))
    note.write_text(str(differ))
    return differ


def _write(folder: Path, edition: str, first: int, page: list[dict]) -> None:
    text = json.dumps(page, ensure_ascii=True, separators=(",", ":"))
    (folder / edition / f"{first // PAGE + 1:06}.json").write_text(text)


def _product(dice: random.Random, number: int) -> dict:
    cost = dice.randrange(50, 90_000) / 100
    created = f"20{dice.randrange(18, 26)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}T15:00:00.000000Z"
    return {
        "id": number,
        "nombre": f"{dice.choice(_WORDS)} {dice.choice(_WORDS).lower()} {dice.randrange(1, 400)} mm {number}",
        "descripcion": None,
        "codigo": f"SKU-{number:07}",
        "barcode": f"75{dice.randrange(10**10, 10**11)}",
        "nombre_categoria": dice.choice(_CATEGORIES),
        "precio": f"{cost * 1.4:.6f}",
        "costo": f"{cost:.6f}",
        "costo_anterior": f"{cost * 0.98:.6f}",
        "costo_promedio": f"{cost:.6f}",
        "marca": dice.choice(_BRANDS),
        "nombre_proveedor": dice.choice(_SUPPLIERS),
        "tipo": "Producto",
        "enable": "1",
        "created_at": created,
        "updated_at": created,
        "inventarios": [_level(dice, number, branch, warehouse) for branch, warehouse in _PLACES[:LEVELS]],
    }


def _level(dice: random.Random, number: int, branch: str, warehouse: str) -> dict:
    minimum = dice.randrange(1, 20)
    low = dice.random() < LOW_SHARE
    stock = dice.randrange(0, minimum + 1) if low else minimum + dice.randrange(1, 200)
    return {
        "id_producto": number,
        "stock": f"{stock}.000000",
        "stock_minimo": f"{minimum}.000000",
        "stock_maximo": f"{minimum * 10}.000000" if number % 2 else None,
        "nota": None,
        "nombre_bodega": warehouse,
        "nombre_sucursal": branch,
    }


def _move(dice: random.Random, level: dict) -> bool:
    """Change one level in a hundred: the low ones recover, one in fifty of the others falls to its minimum."""
    if dice.random() >= CHURN_SHARE:
        return False
    stock, minimum = float(level["stock"]), float(level["stock_minimo"])
    falls = dice.random() < LOW_SHARE
    after = minimum + 5 if stock <= minimum else minimum if falls else stock + 1
    level["stock"] = f"{after:.6f}"
    return True
