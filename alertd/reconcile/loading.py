"""Fetch what the count of some products needs, and put it into the nouns of this room.

Here a movement's bounds are decided. Its document was not there at the last reading of its day (`not_before`), and was
there at the next (`seen_at`); its own time counts as far as it lies between the two. A time that lies outside is a
wrong clock or a document that was dated back: then only the bounds are believed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..store import Store, knowledge, reconciliation
from ..store.db import Row
from .causes import Facts, KitSale
from .nouns import SKEW_MS, Balance, Event, Kind, Moments, Shelf, micro
from .timeline import balance

DAY_MS = 86_400_000
_DATE_ONLY_MS = 6 * 3_600_000
_WORDS = {"sale": "venta", "return": "devolución"}
_ENTRY_KINDS = {"receipt": Kind.RECEIPT, "adjustment": Kind.ADJUSTMENT, "count": Kind.ADJUSTMENT}


@dataclass(slots=True)
class Loaded:
    """Some products over some snapshots, ready to be counted."""

    moments: Moments
    shelves: dict[int, list[Shelf]] = field(default_factory=dict)
    events: dict[int, list[Event]] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    kits: dict[int, list[KitSale]] = field(default_factory=dict)


def moments_between(store: Store, source_id: int, since: int, until: int) -> Moments:
    """The whole snapshots of a span."""
    rows = reconciliation.snapshots(store, source_id, since, until)
    return Moments([at for at, _ in rows], [began for _, began in rows])


def load(store: Store, source_id: int, products: Iterable[int], moments: Moments) -> Loaded:
    """Everything about these products over these snapshots; products without shelves are left out."""
    wanted = set(products)
    since = moments.at[0]
    loaded = Loaded(moments)
    loaded.shelves = _shelves(store, wanted, since)
    there = loaded.shelves.keys()
    loaded.events = _events(store, there, since)
    costs = reconciliation.cost_steps(store, there, since)
    for row in reconciliation.facts(store, there):
        loaded.rows[row["id"]] = row
        loaded.facts[row["id"]] = _facts(row, costs.get(row["id"], ()))
    if reconciliation.has_kits(store, source_id):
        loaded.kits = _kit_sales(store, source_id, moments)
    return loaded


def balances(loaded: Loaded) -> list[Balance]:
    """The equation of every loaded product."""
    end = loaded.moments.at[-1]
    return [
        balance(
            product_id,
            shelves,
            loaded.events.get(product_id, ()),
            loaded.moments,
            factor=loaded.facts[product_id].factor,
            absent=(loaded.rows[product_id]["absent_at"] or end + 1) <= end,
        )
        for product_id, shelves in loaded.shelves.items()
    ]


def _facts(row: Row, costs: Iterable[tuple[int, float, float]]) -> Facts:
    return Facts(
        name=row["name"],
        code=row["code"],
        cost=row["cost"],
        supplier=row["supplier"],
        kind=row["kind"],
        pack=micro(row["pack"]) if row["pack"] else micro(row["factor"]) if row["factor"] else None,
        factor=round(row["factor"]) if row["factor"] else None,
        costs=tuple(costs),
    )


def _shelves(store: Store, products: set[int], since: int) -> dict[int, list[Shelf]]:
    found: dict[int, list[Shelf]] = defaultdict(list)
    places: dict[int, int] = {}
    steps: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for product, level, branch, name, minimum, maximum, place, at, stock in reconciliation.shelf_steps(
        store, products, since
    ):
        if level not in steps:
            if place not in places:
                places[place] = reconciliation.warehouse_since(store, place)
            shelf = Shelf(level, branch, name, steps[level], places[place], _maybe(minimum), _maybe(maximum))
            found[product].append(shelf)
        steps[level].append((at, _maybe(stock)))
    return dict(found)


def _maybe(number: float | None) -> int | None:
    return None if number is None else micro(number)


def _events(store: Store, products: Iterable[int], since: int) -> dict[int, list[Event]]:
    wanted = set(products)
    found: dict[int, list[Event]] = defaultdict(list)
    for row in reconciliation.movements(store, wanted, since):
        found[row["product_id"]].append(_event(row))
    recipes = knowledge.recipes_of_parts(store, wanted)
    parts: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for kit, part, pieces in recipes:
        parts[kit].append((part, pieces))
    for row in reconciliation.movements(store, parts.keys(), since) if parts else ():
        for part, pieces in parts[row["product_id"]]:
            found[part].append(_event(row, pieces=pieces))
    for row in knowledge.entries(store, wanted, since):
        found[row["product_id"]].append(_entry(row))
    return dict(found)


def _event(row: Row, pieces: float = 1.0) -> Event:
    earliest, at, latest = bounds(row["happened_at"], row["not_before"], row["seen_at"], kind=row["document_kind"])
    word = _WORDS.get(row["document_kind"], row["document_kind"])
    return Event(
        quantity=round(micro(row["quantity"]) * pieces),
        kind=_kind(row),
        at=at,
        earliest=earliest,
        latest=latest,
        branch=row["branch"],
        label=f"{word} {row['number'] or row['external_id']}",
        document_id=row["document_id"],
        state=row["state"],
        # A document that was deleted upstream put nothing back on the shelf; neither does one that came again.
        optional=row["kind"] == "deleted" or bool(row["after_deletion"]),
        boxed=row["document_kind"] == "sale" and pieces == 1.0,
    )


def _kind(row: Row) -> Kind:
    if row["document_kind"] == "return":
        return Kind.RETURN
    return Kind.CANCELLED if row["kind"] in ("sale cancelled", "deleted") else Kind.SALE


def bounds(happened_at: int, not_before: int | None, seen_at: int, *, kind: str = "sale") -> tuple[int, int, int]:
    """When a movement happened at the earliest, most likely, and at the latest."""
    floor = not_before if not_before is not None else 0
    date_only = kind == "return" and happened_at % DAY_MS == _DATE_ONLY_MS
    if date_only and happened_at + DAY_MS > floor:
        earliest, latest = max(floor, happened_at), min(seen_at, happened_at + DAY_MS)
        return earliest, min(max(floor + 1, happened_at), seen_at), latest
    unknown = happened_at == seen_at or happened_at <= floor or happened_at > seen_at + SKEW_MS
    if unknown:
        # What came since the last reading most likely came before the snapshot that this reading followed.
        return floor, min(floor + 1, seen_at) if not_before is not None else 0, seen_at
    return max(floor, happened_at - SKEW_MS), min(happened_at, seen_at), min(seen_at, happened_at + SKEW_MS)


def _entry(row: Row) -> Event:
    counted = row["kind"] == "count"
    # Nobody types today what comes in tomorrow: a line of a day happened before it was typed on that day.
    until = row["until"] if counted or not row["at"] < row["typed_at"] < row["until"] else row["typed_at"]
    return Event(
        quantity=micro(row["quantity"]),
        kind=_ENTRY_KINDS[row["kind"]],
        at=(row["at"] + until) // 2,
        earliest=row["at"],
        latest=until,
        branch=row["branch"],
        label=row["note"] or {"receipt": "entrada", "adjustment": "ajuste", "count": "conteo"}[row["kind"]],
        optional=counted,
    )


def _kit_sales(store: Store, source_id: int, moments: Moments) -> dict[int, list[KitSale]]:
    found: dict[int, list[KitSale]] = defaultdict(list)
    for row in reconciliation.kit_movements(store, source_id, moments.at[0], moments.at[-1]):
        _, at, _ = bounds(row["happened_at"], row["not_before"], row["seen_at"])
        found[moments.window(at)].append(KitSale(row["product_id"], -micro(row["quantity"]), row["name"]))
    return found
