"""Guess why a gap is there. Every guess carries its evidence; what no evidence explains stays "sin documento".

A guess never nets one product against another, and within one product only pairs that fit exactly. First the gaps of
one product are paired with each other, then each is looked at alone, then with what other products did at that time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .nouns import MILLION, Balance, Cause, Gap, Kind, Placed, Shelf, Side, Sums, units
from .placing import exact_subset
from .timeline import sides

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ORDER_DAYS = 7
TRANSIT_DAYS = 3
LEAST_BOX = 3
SURE_BOX = 6
MOST_BOX = 1_000
CASES = 3
PEERS = 3
BULK = 10
BULK_SHARE = 0.2
MOST_PER_KIT = 50
MOSTLY = 0.7


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a product besides its stock. `costs` are the changes of its cost: (moment, before, after)."""

    name: str
    code: str | None = None
    cost: float | None = None
    supplier: str | None = None
    kind: str | None = None
    pack: int | None = None
    factor: int | None = None
    costs: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class KitSale:
    """Units of a kit sold in some window."""

    kit_id: int
    quantity: int
    name: str = ""


def explain(
    balances: Iterable[Balance],
    shelves: Mapping[int, Sequence[Shelf]],
    facts: Mapping[int, Facts],
    kits: Mapping[int, Sequence[KitSale]],
) -> list[Gap]:
    """Give every gap its cause and evidence. Gaps that are no difference of any kind are left out.

    `kits` holds, by window, the sales of products that are sets of others.
    """
    found: list[Gap] = []
    for balance in balances:
        own = _by_place(_with_sides(balance.gaps, shelves[balance.product_id]), shelves[balance.product_id])
        _pair(own)
        left = {day.window: day.units for day in balance.windows}
        sold = {day.window: day.sums.sold for day in balance.windows if day.sums.sold > 0}
        for gap in own:
            if gap.cause is None:
                _alone(gap, facts[balance.product_id], shelves[balance.product_id], kits, left)
                _by_the_box(gap, left, sold)
        found += own
    _by_supplier(found, facts)
    _bulk_edit(found)
    for gap in found:
        _tell_arithmetic(gap)
    return found


def _with_sides(gaps: Sequence[Gap], shelves: Sequence[Shelf]) -> list[Gap]:
    for gap in gaps:
        gap.sides = sides(gap, shelves)
        gap.facts = {}
    return [gap for gap in gaps if gap.units or _both_ways(gap.sides)]


def _by_place(gaps: Sequence[Gap], shelves: Sequence[Shelf]) -> list[Gap]:
    """A gap of several branches as one gap each, for goods that came to one never pay for what is missing in another.

    Sides that cancel each other exactly are a transfer and stay together. Where the sides do not add up to the gap,
    some document has no branch to be counted in, and the gap stays whole.
    """
    found = []
    for gap in gaps:
        rest = _without_pairs(gap.sides)
        if not gap.units or len(gap.sides) < 2 or sum(side.units for side in rest) != gap.units:
            found.append(gap)
            continue
        found += [_of_side(gap, side, shelves) for side in rest]
        if len(rest) < len(gap.sides):
            pairs = [side for side in gap.sides if side not in rest]
            found.append(replace(gap, units=0, sides=pairs, placed=[], sums=Sums(), closing=gap.opening, facts={}))
    return sorted(found, key=lambda gap: gap.window)


def _without_pairs(found: Sequence[Side]) -> list[Side]:
    rest = list(found)
    for side in found:
        other = next((each for each in rest if each.units == -side.units), None)
        if side in rest and other is not None:
            rest.remove(side)
            rest.remove(other)
    return rest


def _of_side(gap: Gap, side: Side, shelves: Sequence[Shelf]) -> Gap:
    """The part of a gap that one branch has."""
    here = [shelf for shelf in shelves if shelf.branch == side.branch and side.warehouse in (None, shelf.warehouse)]
    placed = [each for each in gap.placed if each.event.branch == side.branch]
    sums = Sums()
    for each in placed:
        sums.add(each.event.kind, each.quantity)
    opening, closing = (sum(_held(shelf, at) for shelf in here) for at in (gap.opened_at, gap.closed_at))
    return replace(
        gap, units=side.units, sides=[side], placed=placed, sums=sums, opening=opening, closing=closing, facts={}
    )


def _both_ways(found: Sequence[Side]) -> bool:
    return any(side.units > 0 for side in found) and any(side.units < 0 for side in found)


def _pair(gaps: list[Gap]) -> None:
    """Exact pairs within one product: a transfer, a reading between two writings, an order and its invoice."""
    for gap in gaps:
        if not gap.units:
            gap.cause = Cause.TRANSFER
            gap.facts["transfer"] = _transferred(gap.sides)
    for position, second in enumerate(gaps):
        for first in reversed(gaps[:position]):
            if second.closed_at - first.closed_at > ORDER_DAYS * DAY_MS and first.window + 1 < second.window:
                break
            if first.cause is None and second.cause is None and first.units == -second.units:
                cause = _pair_cause(first, second)
                if cause is not None:
                    first.cause = second.cause = cause
                    first.facts["with"], second.facts["with"] = second.closed_at, first.closed_at
                    break


def _pair_cause(first: Gap, second: Gap) -> Cause | None:
    apart = second.closed_at - first.closed_at
    late_sale = exact_subset([-each.quantity for each in _of(second, Kind.SALE)], second.units)
    if first.units < 0 and late_sale and apart <= ORDER_DAYS * DAY_MS:
        told = [_of(second, Kind.SALE)[position] for position in late_sale]
        return Cause.CONSIGNMENT if any(_is_consignment(each) for each in told) else Cause.ORDER
    if second.units < 0 and _consignment_split(first, second) and apart <= ORDER_DAYS * DAY_MS:
        return Cause.CONSIGNMENT
    if _elsewhere(first, second) and apart <= TRANSIT_DAYS * DAY_MS:
        return Cause.TRANSFER
    if second.window == first.window + 1:
        return Cause.JITTER
    return None


def _of(gap: Gap, kind: Kind) -> list[Placed]:
    return [each for each in gap.placed if each.event.kind is kind]


def _is_consignment(each: Placed) -> bool:
    return (each.event.state or "").casefold() == "consigna"


def _consignment_split(first: Gap, second: Gap) -> bool:
    """The rest of a billed consignment became a row of its own, which moves nothing."""
    new_rows = [each.quantity for gap in (first, second) for each in _of(gap, Kind.SALE) if _is_consignment(each)]
    return bool(new_rows) and exact_subset(new_rows, -abs(first.units)) is not None


def _elsewhere(first: Gap, second: Gap) -> bool:
    """Whether the one went missing in a single place and came up in a single other one."""
    if len(first.sides) != 1 or len(second.sides) != 1:
        return False
    here, there = first.sides[0], second.sides[0]
    return (here.branch, here.warehouse) != (there.branch, there.warehouse) and here.branch != there.branch


def _transferred(found: Sequence[Side]) -> float:
    return units(sum(side.units for side in found if side.units > 0))


def _alone(
    gap: Gap,
    facts: Facts,
    shelves: Sequence[Shelf],
    kits: Mapping[int, Sequence[KitSale]],
    left: Mapping[int, int],
) -> None:
    """One gap by itself: the first explanation that fits exactly, else what is left over."""
    gap.cause = (
        _oversold(gap, shelves)
        or _nothing_moved(gap)
        or _corrected_negative(gap)
        or _part_of_kit(gap, facts, kits, left)
        or (_received(gap, facts, shelves) if gap.units > 0 else None)
        or (Cause.SURPLUS if gap.units > 0 else Cause.SHORT)
    )
    if gap.cause in (Cause.SHORT, Cause.SURPLUS) and _both_ways(gap.sides):
        gap.facts["maybe_transfer"] = units(min(_sum_of(gap.sides, 1), _sum_of(gap.sides, -1)))


def _sum_of(found: Sequence[Side], sign: int) -> int:
    return sum(abs(side.units) for side in found if side.units * sign > 0)


def _oversold(gap: Gap, shelves: Sequence[Shelf]) -> Cause | None:
    """Lots stop at zero: more was sold than there was, and the rest of the sale moved nothing."""
    if gap.units <= 0 or not _of(gap, Kind.SALE):
        return None
    places = [side for side in gap.sides if side.units > 0]
    empty = gap.closing == 0 or (len(places) == 1 and _branch_is_empty(places[0].branch, gap, shelves))
    if not empty or gap.units > gap.sums.sold:
        return None
    if gap.closing == 0 and gap.expected >= 0:
        return None
    return Cause.OVERSELL


def _branch_is_empty(branch: str, gap: Gap, shelves: Sequence[Shelf]) -> bool:
    held = [_held(shelf, gap.closed_at) for shelf in shelves if shelf.branch == branch]
    return bool(held) and not any(held)


def _held(shelf: Shelf, at: int) -> int:
    return shelf.held(at)[1] or 0


def _nothing_moved(gap: Gap) -> Cause | None:
    """A document whose goods did not move: an imported sale, a void or a return that put nothing back."""
    amounts = {kind: [each.quantity for each in _of(gap, kind)] for kind in Kind}
    if gap.units > 0 and exact_subset(amounts[Kind.SALE], -gap.units):
        return Cause.NO_MOVEMENT
    if gap.units < 0 and exact_subset(amounts[Kind.RETURN], -gap.units):
        return Cause.NO_RESTOCK
    if gap.units < 0 and exact_subset(amounts[Kind.CANCELLED], -gap.units):
        return Cause.NO_MOVEMENT
    return None


def _corrected_negative(gap: Gap) -> Cause | None:
    """Somebody put a negative figure right: the system allows selling what is not there, a shelf does not."""
    fits = gap.opening < 0 <= gap.closing and gap.units == gap.closing - gap.opening and not gap.placed
    return Cause.EDIT if fits and gap.closing == 0 else None


def _part_of_kit(
    gap: Gap, facts: Facts, kits: Mapping[int, Sequence[KitSale]], left: Mapping[int, int]
) -> Cause | None:
    """Stock that left with sets sold at that time, so many pieces a set, and did so whenever that set was sold."""
    fitting = []
    for kit_id, quantity in _sold_by_kit(kits.get(gap.window, ()), gap.product_id).items():
        each, remainder = divmod(-gap.units, quantity) if quantity and gap.units else (0, 1)
        if not remainder and 0 < each <= MOST_PER_KIT and _always(gap, kit_id, each, kits, left):
            fitting.append((kit_id, each, quantity))
    if not fitting or facts.kind == "Compuesto":
        return None
    kit_id, each, quantity = min(fitting, key=lambda fit: (fit[1], fit[0]))
    name = next(sale.name for sale in kits[gap.window] if sale.kit_id == kit_id)
    gap.facts["kit"] = {"id": kit_id, "name": name, "each": each, "sold": units(quantity)}
    windows = sum(1 for sales in kits.values() if _sold_by_kit(sales, gap.product_id).get(kit_id))
    # One set sold once fits any number of pieces: that alone is no evidence, only a case to remember.
    return Cause.KIT if windows > 1 or quantity >= 2 * MILLION else None


def _sold_by_kit(sales: Sequence[KitSale], part_id: int) -> dict[int, int]:
    sold: dict[int, int] = defaultdict(int)
    for sale in sales:
        if sale.kit_id != part_id:
            sold[sale.kit_id] += sale.quantity
    return sold


def _always(gap: Gap, kit_id: int, each: int, kits: Mapping[int, Sequence[KitSale]], left: Mapping[int, int]) -> bool:
    """Whether the part left with its set nearly every time; a set sold without it is no set of it."""
    times = fits = 0
    for window, sales in kits.items():
        quantity = _sold_by_kit(sales, gap.product_id).get(kit_id, 0)
        if quantity:
            times += 1
            fits += left.get(window, 0) == -each * quantity
    return fits >= MOSTLY * times


def _received(gap: Gap, facts: Facts, shelves: Sequence[Shelf]) -> Cause | None:
    """Goods that came in: whole packs, to a shelf that ran low, at a new cost, or up to the maximum."""
    reasons: list[dict[str, Any]] = []
    if facts.pack and facts.pack > MILLION and gap.units % facts.pack == 0:
        reasons.append({"packs": gap.units // facts.pack, "size": units(facts.pack)})
    places = [shelf for shelf in shelves if any(side.branch == shelf.branch for side in gap.sides if side.units > 0)]
    if any(shelf.minimum and _held(shelf, gap.opened_at) <= shelf.minimum for shelf in places):
        reasons.append({"was_low": True})
    if any(shelf.maximum and _held(shelf, gap.closed_at) == shelf.maximum for shelf in places):
        reasons.append({"up_to_maximum": True})
    new = next(([before, after] for at, before, after in facts.costs if gap.opened_at < at <= gap.closed_at), None)
    if new:
        reasons.append({"cost_changed": new})
    if gap.units >= 6 * MILLION and any(gap.units % (size * MILLION) == 0 for size in (6, 10, 25)):
        reasons.append({"round": True})
    gap.facts["receipt"] = reasons
    return Cause.RECEIPT if reasons else None


def _by_the_box(gap: Gap, left: Mapping[int, int], sold: Mapping[int, int]) -> None:
    """How many units each sold unit would have to be for the gap to vanish: one case towards learning a factor.

    It is a guess once it fits nearly every window with a sale, and more than one.
    """
    if gap.units >= 0 or gap.sums.sold <= 0:
        return
    factor, remainder = divmod(gap.sums.sold - gap.units, gap.sums.sold)
    if remainder or not LEAST_BOX <= factor <= MOST_BOX:
        return
    gap.facts["box"] = {"factor": factor, "sold": units(gap.sums.sold)}
    fits = sum(left.get(window, 0) == -(factor - 1) * amount for window, amount in sold.items())
    if gap.cause is Cause.SHORT and factor >= SURE_BOX and fits > 1 and fits >= MOSTLY * len(sold):
        gap.cause = Cause.BOX


def learnt_factor(cases: Sequence[tuple[int, float]]) -> int | None:
    """The box factor that the last cases agree on: (factor, units sold) of each gap with sales, the newest last.

    Three in a row must agree; and a small factor must have shown with different quantities, for a slow loss of one
    unit a sale looks just the same.
    """
    if len(cases) < CASES:
        return None
    last = cases[-CASES:]
    factors = {factor for factor, _ in last}
    if len(factors) != 1:
        return None
    factor = factors.pop()
    varied = len({sold for _, sold in last}) > 1
    return factor if factor >= SURE_BOX or (varied and factor >= LEAST_BOX) else None


def learnt_recipe(cases: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The kit and pieces a kit that the last cases agree on: (kit, pieces) of each gap, the newest last."""
    last = cases[-CASES:]
    return last[0] if len(last) == CASES and len(set(last)) == 1 else None


def _by_supplier(gaps: Sequence[Gap], facts: Mapping[int, Facts]) -> None:
    """A delivery brings several products of one supplier at once."""
    together: dict[tuple[int, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        supplier = facts[gap.product_id].supplier
        if gap.units > 0 and supplier and gap.cause in (Cause.SURPLUS, Cause.RECEIPT):
            together[gap.window, supplier].append(gap)
    for (_, supplier), peers in together.items():
        if len({gap.product_id for gap in peers}) >= PEERS:
            for gap in peers:
                gap.cause = Cause.RECEIPT
                gap.facts.setdefault("receipt", []).append({"supplier": supplier, "products": len(peers)})


def _bulk_edit(gaps: Sequence[Gap]) -> None:
    """Many products put right at once, some up and some down: a count that was booked in the inventory system."""
    together: dict[int, list[Gap]] = defaultdict(list)
    for gap in gaps:
        if gap.cause in (Cause.SHORT, Cause.SURPLUS) and not gap.placed:
            together[gap.window].append(gap)
    for edited in together.values():
        up = sum(gap.units > 0 for gap in edited)
        if len(edited) >= BULK and min(up, len(edited) - up) >= BULK_SHARE * len(edited):
            for gap in edited:
                gap.cause = Cause.EDIT
                gap.facts["together"] = len(edited)


def _tell_arithmetic(gap: Gap) -> None:
    """The sum of the window and the documents behind it, so that every figure can be opened."""
    gap.facts["sum"] = {
        "opening": units(gap.opening),
        "sold": units(gap.sums.sold),
        "cancelled": units(gap.sums.cancelled),
        "returned": units(gap.sums.returned),
        "receipts": units(gap.sums.receipts),
        "adjustments": units(gap.sums.adjustments),
        "expected": units(gap.expected),
        "actual": units(gap.closing),
    }
    gap.facts["documents"] = [
        {"id": each.event.document_id, "label": each.event.label, "units": units(each.quantity)} for each in gap.placed
    ]
    gap.facts["places"] = [
        {"branch": side.branch, "warehouse": side.warehouse, "units": units(side.units)} for side in gap.sides
    ]
