"""Rewards out of records whose names nobody has published. Knows nothing of HTTP.

Null is unlimited or unknown and never zero: such a reward has no level. What is switched off or over is not on offer,
so it is left out of the catalogue rather than sold out. Points are not money and are not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import SourceTrouble
from ...model import Product, Quarantined, StockLevel
from ..loose import (
    Fits,
    Record,
    choose,
    decimal,
    end_of,
    has,
    identity,
    is_number,
    is_text,
    is_word,
    keys_seen,
    look,
    says_yes,
    set_aside,
)
from ..values import BadValueError, text

UNLIMITED_FLAGS = ("unlimited", "is_unlimited", "ilimitado")
STOCK_FLAGS = ("has_stock", "controls_stock")
CATEGORY = "Recompensas"
KIND = "Producto"


def _anything(_value: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What alertd wants of a reward and the names to try. A `firm` one may not vanish once it was found."""

    names: tuple[str, ...]
    fits: Fits
    firm: bool = True


WANTED: Mapping[str, Wanted] = {
    "id": Wanted(("id", "coupon_id", "reward_id", "uuid", "code"), is_text),
    "name": Wanted(("name", "title", "description"), is_text),
    "code": Wanted(("code", "sku", "reference"), is_text, firm=False),
    "stock": Wanted(
        ("stock", "stock_quantity", "quantity", "available", "available_quantity", "quantity_available", "remaining")
        + ("balance",),
        is_number,
    ),
    "minimum": Wanted(("minimum_stock", "min_stock", "stock_min", "alert_stock"), is_number),
    "category": Wanted(("category", "category.name", "category_name", "category_id"), is_text, firm=False),
    "active": Wanted(("active", "is_active", "enabled", "status"), is_word),
    "expires": Wanted(("expires_at", "valid_until", "end_date", "expiration_date"), _anything, firm=False),
}
Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rewards:
    """What a list came to. `left_out` were listed and are not on offer; `names` is where each field was read from."""

    products: list[Product]
    quarantined: list[Quarantined]
    left_out: int
    names: Names


def read_rewards(records: Sequence[Record], pinned: Mapping[str, str], place: str, zone: str, now: int) -> Rewards:
    """The rewards on offer. Raises SourceTrouble when the shape is not what was pinned, or has no id or name."""
    names = names_in(records, pinned)
    products: dict[int | str, Product] = {}
    quarantined: dict[str, Quarantined] = {}
    out: set[int | str] = set()
    for record in records:
        key = look(record, names.get("id", "id"))
        try:
            product = _reward(record, names, place)
            if on_offer(record, names, zone, now):
                products[product.id] = product
            else:
                out.add(product.id)
        except BadValueError as fault:
            aside = set_aside(key, str(fault), record)
            quarantined[aside.key or f"?{len(quarantined)}"] = aside
    return Rewards(list(products.values()), list(quarantined.values()), len(out), names)


def names_in(records: Sequence[Record], pinned: Mapping[str, str]) -> Names:
    """Where each field stands: where it was pinned, else under the first name that fits. Raises SourceTrouble."""
    if not records:
        return dict(pinned)
    found: Names = {}
    for field, wanted in WANTED.items():
        name = pinned.get(field) or choose(records, wanted.names, wanted.fits)
        if field in pinned and wanted.firm and not any(has(record, pinned[field]) for record in records):
            raise _vanished(field, pinned[field], records)
        if name is not None:
            found[field] = name
    missing = [field for field in ("id", "name") if field not in found]
    if missing:
        raise SourceTrouble(
            f"Shape not recognised: no reward has anything that could be its {' or '.join(missing)}; "
            f"they have {keys_seen(records[0])}.",
            kind="answer",
        )
    return found


def _vanished(field: str, name: str, records: Sequence[Record]) -> SourceTrouble:
    return SourceTrouble(
        f"The field '{name}', where the {field} of rewards was read, is gone from all of them; they have "
        f"{keys_seen(records[0])}. Nothing was changed. Say where it is now: "
        f"'alertd source set NAME field.{field}=...'.",
        kind="answer",
    )


def _reward(record: Record, names: Names, place: str) -> Product:
    key = identity(look(record, names["id"]))
    code = _text(record, names, "code")
    stock = stock_of(record, names)
    levels = () if stock is None else (StockLevel(place, "", stock, _number(record, names, "minimum")),)
    return Product(
        id=key,
        name=_text(record, names, "name") or code or f"#{key}",
        levels=levels,
        code=code,
        category=_text(record, names, "category") or CATEGORY,
        kind=KIND,
    )


def stock_of(record: Record, names: Names) -> float | None:
    """How many are left; None where there is no end of them, or nobody knows. Raises BadValueError."""
    if any(has(record, flag) and says_yes(look(record, flag)) for flag in UNLIMITED_FLAGS):
        return None
    if any(has(record, flag) and not says_yes(look(record, flag)) for flag in STOCK_FLAGS):
        return None
    stock = _number(record, names, "stock")
    return None if stock == -1 else stock


def on_offer(record: Record, names: Names, zone: str, now: int) -> bool:
    """Whether a reward is in the catalogue: switched on, and not over."""
    active = look(record, names["active"]) if "active" in names else None
    if active is not None and not says_yes(active):
        return False
    end = end_of(look(record, names["expires"]), zone) if "expires" in names else None
    return end is None or end > now


def _number(record: Record, names: Names, field: str) -> float | None:
    return decimal(look(record, names[field]), names[field]) if field in names else None


def _text(record: Record, names: Names, field: str) -> str | None:
    found = look(record, names[field]) if field in names else None
    return text(found) if is_text(found) else None
