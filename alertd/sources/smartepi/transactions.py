"""Withdrawals, returns and exchanges out of SmartEPI's records; the same for a list and for a webhook.

Only what alertd counts leaves this module: ids, units, a time, a state. Whatever else a record tells of the person who
stood before the dispenser is dropped here, at the door.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ...model import Moved, Quarantined, Transaction, quantity
from ..loose import Record, decimal, identity, kind_of, look, set_aside, time_of
from ..values import BadValueError

PATHS = {"withdrawal": "withdrawals", "return": "returns", "exchange": "exchanges"}
EVENTS = {f"{kind}.created": kind for kind in PATHS}
STATES = ("withdrawalStatus", "returnStatus", "exchangeStatus", "status")
TIMES = ("createdAt", "timestamp", "date")
QUANTITIES = ("quantity", "amount", "qty")
GIVEN = ("productId", "product.id", "newProductId", "newProduct.id")
TAKEN_BACK = ("returnedProductId", "returnedProduct.id", "oldProductId", "oldProduct.id")
LISTS = ("items", "products")
SUCCESS = "success"
STATE_LENGTH = 40


def read_transaction(kind: str, record: Any) -> Transaction | Quarantined:
    """One record, or what is wrong with it; never a value of it."""
    if not isinstance(record, Mapping):
        return set_aside(f"{kind}:", f"it is {kind_of(record)} where a record belongs", record)
    try:
        return _read(kind, record)
    except BadValueError as fault:
        key = record.get("id")
        shown = key if isinstance(key, str | int) and not isinstance(key, bool) else ""
        return set_aside(f"{kind}:{shown}"[:80], str(fault), record)


def _read(kind: str, record: Record) -> Transaction:
    state = _state(record)
    return Transaction(
        kind=kind,
        id=identity(record.get("id")),
        completed=state is None or state.casefold() == SUCCESS,
        moved=_moved(kind, record),
        state=state,
        happened_at=next((at for name in TIMES if (at := time_of(record.get(name))) is not None), None),
        sector=_place(record, "sectorId", "sector.id"),
        cost_center=_place(record, "costCenterId", "costCenter.id"),
    )


def _state(record: Record) -> str | None:
    for name in STATES:
        found = record.get(name)
        if isinstance(found, str) and found.strip():
            return found.strip()[:STATE_LENGTH]
    return None


def _moved(kind: str, record: Record) -> tuple[Moved, ...]:
    """What it did to each product, summed up; a swap of like for like does nothing. Raises BadValueError."""
    sums: dict[int | str, float] = defaultdict(float)
    rows = _rows(record)
    for item in rows or [record]:
        units = _units(item)
        for product, sign in _signs(kind, item, listed=bool(rows)):
            sums[product] += sign * units
    if not sums:
        raise BadValueError("it names no product")
    return tuple(Moved(product, quantity(units)) for product, units in sums.items())


def _rows(record: Record) -> list[Record]:
    """The rows of a record that tells several products at once."""
    for name in LISTS:
        rows = record.get(name)
        if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows):
            return rows
    return []


def _signs(kind: str, item: Record, *, listed: bool) -> Iterable[tuple[int | str, int]]:
    given, back = _product(item, GIVEN), _product(item, TAKEN_BACK)
    if given is None and back is None and listed and "id" in item:
        # In a list of products the bare id is the product's.
        given = identity(item["id"])
    if kind == "exchange":
        only = given if given is not None else back
        pairs = [(given if given is not None else only, -1), (back if back is not None else only, 1)]
        return [(product, sign) for product, sign in pairs if product is not None]
    return [] if given is None else [(given, -1 if kind == "withdrawal" else 1)]


def _product(item: Record, names: Iterable[str]) -> int | str | None:
    for name in names:
        found = look(item, name)
        if found is not None:
            return identity(found)
    return None


def _units(item: Record) -> float:
    for name in QUANTITIES:
        found = decimal(item.get(name), name)
        if found is not None:
            if found < 0:
                raise BadValueError(f"'{name}' is less than nothing")
            return found
    return 1.0


def _place(record: Record, *names: str) -> str | None:
    for name in names:
        found = look(record, name)
        if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()[:80]
    return None
