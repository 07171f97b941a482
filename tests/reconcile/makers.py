"""Small makers: shelves, events and snapshots an hour apart, so that a case reads like its row in the table."""

from typing import Any

from alertd.reconcile.causes import Facts, KitSale, explain
from alertd.reconcile.nouns import Balance, Event, Gap, Kind, Moments, Shelf, micro
from alertd.reconcile.timeline import balance

HOUR = 3_600_000
START = 1_795_000_000_000


def at(hours: float) -> int:
    """A moment so many hours after the first snapshot."""
    return START + round(hours * HOUR)


def hourly(count: int, took: int = 5_000) -> Moments:
    """So many snapshots, one an hour, each read in a few seconds."""
    moments = [at(hour) for hour in range(count)]
    return Moments(moments, [moment - took for moment in moments])


def shelf(*steps: tuple[float, float | None], place: str = "Centro/Bodega 1", **more: Any) -> Shelf:
    """A stock row from (hours, stock) steps."""
    branch, _, warehouse = place.partition("/")
    key = more.pop("key", sum(map(ord, place)))
    limits = {name: micro(more.pop(name)) for name in ("minimum", "maximum") if name in more}
    return Shelf(
        key, branch, warehouse, [(at(hour), None if stock is None else micro(stock)) for hour, stock in steps],
        place_since=more.pop("place_since", START - HOUR), **limits, **more,
    )  # fmt: skip


def event(quantity: float, hours: float, kind: str = "sale", **more: Any) -> Event:
    """A documented movement of a known moment."""
    moment = at(hours)
    told: dict[str, Any] = {"earliest": moment - 1000, "latest": moment + 1000, "boxed": kind == "sale", **more}
    return Event(micro(quantity), Kind(kind), moment, **told)


def count(shelves: list[Shelf], events: list[Event], snapshots: int = 3, **more: Any) -> Balance:
    """The balance of product 1."""
    return balance(1, shelves, events, hourly(snapshots), **more)


def guess(
    counted: Balance, shelves: list[Shelf], kits: dict[int, list[KitSale]] | None = None, **facts: Any
) -> list[Gap]:
    """The gaps of a balance with their causes."""
    return explain([counted], {1: shelves}, {1: Facts("Aceite 1 L", **facts)}, kits or {})
