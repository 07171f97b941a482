"""Products out of SmartEPI's records, whose fields nobody has published. Knows nothing of HTTP.

Where products tell a stock, it is theirs; where they tell none, it is what a person counted, carried forward by what
was handed out since. A stock that was told once and vanishes is an error, never a silent change to the count.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import SourceTrouble
from ...model import Product, Quarantined, StockLevel
from ..loose import (
    Fits,
    Record,
    choose,
    decimal,
    has,
    identity,
    is_number,
    is_text,
    is_word,
    keys_seen,
    look,
    set_aside,
)
from ..values import BadValueError, text

CATEGORY = "EPI"
KIND = "Producto"
OFF = frozenset({"inactive", "disabled", "0", "false", "inativo", "inactivo"})
PLACES = ("locationName", "location.name", "location", "cabinetName", "cabinet.name", "deviceName", "name", "warehouse")
Counted = Callable[[int | str], tuple[StockLevel, ...]]
Names = dict[str, str]


def is_stock(value: Any) -> bool:
    """Whether a value can be a stock: a number, or a list of places that each tell one."""
    return _places(value) is not None or is_number(value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What alertd wants of a product and the names to try. A `firm` one may not vanish once it was found."""

    names: tuple[str, ...]
    fits: Fits
    firm: bool = True


_STOCK = ("stock", "currentStock", "stockQuantity", "availableQuantity", "quantity", "balance")
WANTED: Mapping[str, Wanted] = {
    "id": Wanted(("id",), is_text),
    "name": Wanted(("name", "description"), is_text),
    "code": Wanted(("code", "sku", "externalId", "reference", "ca"), is_text, firm=False),
    "active": Wanted(("active", "enabled", "status"), is_word, firm=False),
    "stock": Wanted((*_STOCK, "stocks", "inventory"), is_stock),
    "minimum": Wanted(("minimumStock", "minStock", "stockMin", "reorderPoint", "minimumQuantity"), is_number),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a list came to; `names` is where each field was read from."""

    products: list[Product]
    quarantined: list[Quarantined]
    names: Names


def read_catalogue(records: Sequence[Record], pinned: Mapping[str, str], place: str, counted: Counted) -> Catalogue:
    """Every product of a list. Raises SourceTrouble when the shape is not what was pinned, or has no id or name."""
    names = names_in(records, pinned)
    products: dict[int | str, Product] = {}
    quarantined: dict[str, Quarantined] = {}
    for record in records:
        try:
            product = _product(record, names, place, counted)
            products[product.id] = product
        except BadValueError as fault:
            aside = set_aside(look(record, names.get("id", "id")), str(fault), record)
            quarantined[aside.key or f"?{len(quarantined)}"] = aside
    return Catalogue(list(products.values()), list(quarantined.values()), names)


def names_in(records: Sequence[Record], pinned: Mapping[str, str]) -> Names:
    """Where each field stands: where it was pinned, else under the first name that fits. Raises SourceTrouble."""
    if not records:
        return dict(pinned)
    found: Names = {}
    for field, wanted in WANTED.items():
        if field in pinned and wanted.firm and not any(has(record, pinned[field]) for record in records):
            raise SourceTrouble(
                f"The field '{pinned[field]}', where the {field} of products was read, is gone from all of them; they "
                f"have {keys_seen(records[0])}. Nothing was changed. Say where it is now, or forget it: "
                f"'alertd source set NAME field.{field}=...'.",
                kind="answer",
            )
        name = pinned.get(field) or choose(records, wanted.names, wanted.fits)
        if name is not None:
            found[field] = name
    if "id" not in found or "name" not in found:
        raise SourceTrouble(
            f"Shape not recognised: no product has an id and a name; they have {keys_seen(records[0])}.", kind="answer"
        )
    return found


def _product(record: Record, names: Names, place: str, counted: Counted) -> Product:
    key = identity(look(record, names["id"]))
    code = _text(record, names, "code")
    return Product(
        id=key,
        name=_text(record, names, "name") or code or f"#{key}",
        levels=_levels(record, names, place) or counted(key),
        code=code,
        category=CATEGORY,
        kind=KIND,
        enabled=_active(record, names),
    )


def _active(record: Record, names: Names) -> bool:
    value = look(record, names["active"]) if "active" in names else None
    return value is None or str(value).strip().casefold() not in OFF


def _levels(record: Record, names: Names, place: str) -> tuple[StockLevel, ...]:
    if "stock" not in names:
        return ()
    value = look(record, names["stock"])
    minimum = decimal(look(record, names["minimum"]), names["minimum"]) if "minimum" in names else None
    places = _places(value)
    if places is not None:
        return _merged(places, names["stock"])
    stock = decimal(value, names["stock"])
    return () if stock is None else (StockLevel(place, "", stock, minimum),)


def _places(value: Any) -> list[Record] | None:
    """The rows of a stock that is told place by place; None where it is not."""
    if not isinstance(value, list) or not value or not all(isinstance(row, Mapping) for row in value):
        return None
    told = all(_place_name(row) and any(is_number(row.get(name)) for name in _STOCK) for row in value)
    return value if told else None


def _place_name(row: Record) -> str | None:
    return next((found for name in PLACES if is_text(look(row, name)) and (found := text(look(row, name)))), None)


def _merged(rows: list[Record], field: str) -> tuple[StockLevel, ...]:
    """A level a place; rows of the same place are added up."""
    sums: dict[str, float] = {}
    minimums: dict[str, float | None] = {}
    for row in rows:
        place = _place_name(row) or ""
        name = next(name for name in _STOCK if is_number(row.get(name)))
        stock = decimal(row[name], f"{field}.{name}")
        if stock is None:
            continue
        sums[place] = round(sums.get(place, 0.0) + stock, 6)
        least = next((row[each] for each in WANTED["minimum"].names if is_number(row.get(each))), None)
        minimums[place] = decimal(least, field)
    return tuple(StockLevel(place, "", stock, minimums[place]) for place, stock in sums.items())


def _text(record: Record, names: Names, field: str) -> str | None:
    found = look(record, names[field]) if field in names else None
    return text(found) if is_text(found) else None
