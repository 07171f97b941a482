"""One product over a span of snapshots: the equation from end to end, and each window that it does not hold in.

A shelf that was not listed at one end of a window is unknown there, not empty, and the window is not computed. A row
that is new in a known warehouse began at nothing; a warehouse that vanished while a new one shows the same stock was
renamed. Pure: a function of shelves, events and snapshots.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from .nouns import Balance, Cause, Day, Event, Gap, Moments, Placed, Shelf, Side, Sums
from .placing import boxes_in_place, exact_subset, fit, open_boxes, place, single_units

_Ends = tuple[int | None, int | None]


def balance(
    product_id: int,
    shelves: Sequence[Shelf],
    events: Sequence[Event],
    moments: Moments,
    *,
    factor: int | None = None,
    absent: bool = False,
) -> Balance:
    """The equation of a product from the first of these snapshots to the last, or from the first that shows it.

    `absent`: the product was not in the last snapshot. Gaps come without a cause; see `alertd.reconcile.causes`.
    """
    first = _first_window(shelves, moments)
    if first is None or first > moments.last:
        return Balance(product_id, None, None, Sums(), pending=first is not None)
    changes = _changes(shelves, moments, first)
    opening, actual = _ends(shelves, moments, changes, first)
    rest, shelf_moves = _stock_moves(changes)
    placed = place(events, moments)
    known = [each for each in placed if each.window is None or each.window > first]
    for each in known:
        for window in (*each.choices, each.window):
            if window is not None and first < window <= moments.last:
                rest.setdefault(window, 0)
    unknown = {window for window, left in rest.items() if left is None}
    open_rest = {window: left for window, left in rest.items() if left is not None}
    for each in known:
        if each.window in open_rest:
            open_rest[each.window] -= each.quantity
    placed, open_rest = _fitted(placed, open_rest, factor)
    if factor:
        _boxes_by_branch(placed, open_rest, shelves, shelf_moves, factor)
    counted = [each for each in placed if each.window is not None and first < each.window <= moments.last]
    result = Balance(product_id, opening, None if absent else actual, _sums(counted), placed=counted)
    result.pending = any(each.choices.stop > moments.last + 1 for each in placed if not each.event.optional)
    _tell_late(result, placed, moments, first)
    if unknown and result.actual is None:
        result.notes.add(Cause.HIDDEN)
    windows = _windows(open_rest, unknown, counted, set(shelf_moves))
    result.branches = _branches(shelves, moments, counted, first)
    by_window: dict[int | None, list[Placed]] = defaultdict(list)
    for each in counted:
        by_window[each.window].append(each)
    total, totals = opening, _totals_after(shelves, moments, windows)
    for window in windows:
        here = by_window[window]
        sums = _sums(here)
        before, after = total, totals[window]
        total = after
        result.windows.append(Day(window, before, after, sums, open_rest.get(window, 0)))
        if window in open_rest and before is not None and after is not None:
            gap = _gap(product_id, window, open_rest[window], before, after, sums, here, shelf_moves, moments)
            if gap is not None:
                result.gaps.append(gap)
    return result


def _fitted(placed: list[Placed], rest: dict[int, int], factor: int | None) -> tuple[list[Placed], dict[int, int]]:
    """Events moved within their bounds, boxes opened where there are any. Most shops sell a product in one way only,
    so every line is also tried as boxes, and the reading that leaves less unexplained is taken.
    """
    if not factor:
        fit(placed, rest)
        return placed, rest
    boxed = [replace(each, factor=factor if each.event.boxed else 1) for each in placed]
    boxed_rest = dict(rest)
    for each, before in zip(boxed, placed, strict=True):
        if each.window in boxed_rest:
            boxed_rest[each.window] -= each.quantity - before.quantity
    fit(boxed, boxed_rest)
    for window in [number for number, left in boxed_rest.items() if left]:
        single_units(boxed, window, boxed_rest)
    fit(placed, rest)
    open_boxes(placed, factor, rest)
    if sum(map(abs, boxed_rest.values())) < sum(map(abs, rest.values())):
        return boxed, boxed_rest
    return placed, rest


def _boxes_by_branch(
    placed: list[Placed],
    rest: dict[int, int],
    shelves: Sequence[Shelf],
    shelf_moves: dict[int, dict[int, int]],
    factor: int,
) -> None:
    """What the windows that are still off look like branch by branch."""
    branches = {shelf.key: shelf.branch for shelf in shelves}
    for window in [number for number, left in rest.items() if left]:
        moved: dict[str, int] = defaultdict(int)
        for key, units in shelf_moves.get(window, {}).items():
            moved[branches[key]] += units
        boxes_in_place(placed, window, moved, factor, rest)


def _first_window(shelves: Sequence[Shelf], moments: Moments) -> int | None:
    """The first snapshot that shows the product; one past the last where it only comes later, None for never."""
    seen = [next((at for at, stock in shelf.steps if stock is not None), None) for shelf in shelves]
    known = [at for at in seen if at is not None]
    return moments.window(max(min(known), moments.at[0])) if known else None


def _changes(shelves: Sequence[Shelf], moments: Moments, first: int) -> dict[int, dict[int, _Ends]]:
    """By window and shelf, what stood there before and after; only where something changed."""
    found: dict[int, dict[int, _Ends]] = defaultdict(dict)
    for shelf in shelves:
        existed, before = shelf.held(moments.at[first])
        for moment, stock in shelf.steps:
            if moment <= moments.at[first]:
                continue
            window = moments.window(moment)
            if window > moments.last:
                break
            if window in found and shelf.key in found[window]:
                found[window][shelf.key] = (found[window][shelf.key][0], stock)
            else:
                opening = 0 if not existed and shelf.place_since < moment and stock is not None else before
                found[window][shelf.key] = (opening, stock)
            existed, before = True, stock
    return found


def _stock_moves(changes: dict[int, dict[int, _Ends]]) -> tuple[dict[int, int | None], dict[int, dict[int, int]]]:
    """By window, how much the product's stock moved (None: not known), and how much on each shelf."""
    totals: dict[int, int | None] = {}
    by_shelf: dict[int, dict[int, int]] = {}
    for window, ends in changes.items():
        if _renamed(ends):
            totals[window], by_shelf[window] = 0, {}
            continue
        unknown = any((before is None) != (after is None) for before, after in ends.values())
        by_shelf[window] = {key: (after or 0) - (before or 0) for key, (before, after) in ends.items()}
        totals[window] = None if unknown else sum(by_shelf[window].values())
    return totals, by_shelf


def _renamed(ends: dict[int, _Ends]) -> bool:
    """Whether the rows that vanished and the rows that came hold the same: a warehouse under another name."""
    lost = [before for before, after in ends.values() if before is not None and after is None]
    come = [after for before, after in ends.values() if before is None and after is not None]
    return bool(lost and come) and len(lost) + len(come) == len(ends) and sum(lost) == sum(come)


def _ends(
    shelves: Sequence[Shelf], moments: Moments, changes: dict[int, dict[int, _Ends]], first: int
) -> tuple[int | None, int | None]:
    """What the product held at both ends; unknown where a shelf is known at one end only."""
    both: list[tuple[int, int]] = []
    lost: list[int] = []
    come: list[int] = []
    for shelf in shelves:
        existed, before = shelf.held(moments.at[first])
        there, after = shelf.held(moments.at[moments.last])
        if there and not existed:
            # A row that is new since: what it began with was decided where it came.
            before = next((ends[shelf.key][0] for _, ends in sorted(changes.items()) if shelf.key in ends), None)
        if before is not None and after is not None:
            both.append((before, after))
        elif before is not None:
            lost.append(before)
        elif after is not None:
            come.append(after)
    opening = sum(before for before, _ in both) + sum(lost) if both or lost else None
    actual = sum(after for _, after in both) + sum(come) if both or come else None
    if (lost or come) and (len(lost) != len(come) or sum(lost) != sum(come)):
        return opening, None
    return opening, actual


def _totals_after(shelves: Sequence[Shelf], moments: Moments, windows: Sequence[int]) -> dict[int, int | None]:
    """What all shelves held after each of these windows, in one walk; None where none of them was known."""
    totals: dict[int, int | None] = dict.fromkeys(windows)
    for shelf in shelves:
        ahead = iter(shelf.steps)
        step, stock = next(ahead, None), None
        for window in windows:
            while step is not None and step[0] <= moments.at[window]:
                stock = step[1]
                step = next(ahead, None)
            if stock is not None:
                totals[window] = (totals[window] or 0) + stock
    return totals


def _sums(placed: Sequence[Placed]) -> Sums:
    sums = Sums()
    for each in placed:
        sums.add(each.event.kind, each.quantity)
    return sums


def _windows(rest: dict[int, int], unknown: set[int], counted: Sequence[Placed], moved: set[int]) -> list[int]:
    """The windows in which anything happened."""
    busy = {each.window for each in counted if each.window is not None}
    return sorted({window for window, left in rest.items() if left} | busy | unknown | moved)


def _tell_late(result: Balance, placed: Sequence[Placed], moments: Moments, first: int) -> None:
    """A document that had to be moved over the opening snapshot to make the sum come out."""
    for each in placed:
        if each.moved and not each.event.optional:
            was, now = moments.window(each.event.at), each.window
            if (was <= first) != (now is None or now <= first):
                result.notes.add(Cause.LATE)


def _gap(
    product_id: int,
    window: int,
    left: int,
    before: int,
    after: int,
    sums: Sums,
    placed: list[Placed],
    shelf_moves: dict[int, dict[int, int]],
    moments: Moments,
) -> Gap | None:
    """The gap of a window; None where all is explained, place by place."""
    gap = Gap(product_id, window, moments.at[window - 1], moments.at[window], left, before, after, sums, placed=placed)
    gap.facts["moves"] = shelf_moves.get(window, {})
    return gap if left or len(gap.facts["moves"]) > 1 else None


def sides(gap: Gap, shelves: Sequence[Shelf]) -> list[Side]:
    """Which places are off, by branch; by warehouse where the branch has no document in the window."""
    moves: dict[int, int] = gap.facts["moves"]
    by_key = {shelf.key: shelf for shelf in shelves}
    documented = _by_branch(gap.placed, shelves, moves)
    found = []
    for branch in dict.fromkeys([shelf.branch for shelf in shelves]):
        inside = [(by_key[key].warehouse, moved) for key, moved in moves.items() if by_key[key].branch == branch]
        if branch in documented:
            found.append(Side(branch, None, sum(moved for _, moved in inside) - documented[branch]))
        else:
            found += [Side(branch, warehouse, moved) for warehouse, moved in inside]
    return [side for side in found if side.units]


def _by_branch(placed: Sequence[Placed], shelves: Sequence[Shelf], moves: dict[int, int]) -> dict[str, int]:
    """What the documents did to each branch. A return names none and a sale may name one without this product."""
    branches = {shelf.branch for shelf in shelves}
    sums: dict[str, int] = defaultdict(int)
    homeless = []
    for each in placed:
        if each.event.branch in branches:
            sums[each.event.branch or ""] += each.quantity
        elif len(branches) == 1:
            sums[next(iter(branches))] += each.quantity
        else:
            homeless.append(each.quantity)
    by_key = {shelf.key: shelf.branch for shelf in shelves}
    for branch in sorted(branches):
        off = sum(moved for key, moved in moves.items() if by_key[key] == branch) - sums.get(branch, 0)
        chosen = exact_subset(homeless, off) if off and homeless else None
        if chosen:
            sums[branch] += off
            homeless = [amount for position, amount in enumerate(homeless) if position not in chosen]
    return dict(sums)


def _branches(
    shelves: Sequence[Shelf], moments: Moments, counted: Sequence[Placed], first: int
) -> dict[str, tuple[int, int]]:
    """By branch, expected and actual at the end: an indication, for returns name no branch of their own."""
    found: dict[str, list[int]] = {}
    moves: dict[int, int] = {}
    for shelf in shelves:
        before, after = shelf.held(moments.at[first])[1], shelf.held(moments.at[moments.last])[1]
        if after is None:
            continue
        sums = found.setdefault(shelf.branch, [0, 0])
        sums[0] += before or 0
        sums[1] += after
        moves[shelf.key] = after - (before or 0)
    for branch, moved in _by_branch(counted, shelves, moves).items():
        if branch in found:
            found[branch][0] += moved
    return {branch: (expected, actual) for branch, (expected, actual) in found.items()}
