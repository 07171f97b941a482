"""Put documented events into the windows between snapshots, so that they explain as much as they truly can.

An event counts where it moved stock, which is known only within bounds: not before the reading that did not show it,
not after the one that did, and a snapshot is itself read over a while. Where these bounds leave a choice, the one that
leaves less unexplained is taken; what crosses the first or the last snapshot is moved only when it fits exactly, so
that a document never hides a loss of another size. Pure arithmetic over whole millionths.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from .nouns import Event, Moments, Placed

MOST_PASSES = 3
MOST_SUBSET = 12


def place(events: Sequence[Event], moments: Moments) -> list[Placed]:
    """Every event in the window of its likely moment; optional ones in none."""
    return [
        Placed(
            event,
            None if event.optional else moments.window(event.at),
            moments.windows(event.earliest, event.latest),
        )
        for event in events
    ]


def fit(placed: list[Placed], rest: dict[int, int]) -> None:
    """Move events within their bounds where that leaves less unexplained. `rest` holds what each known window lacks."""
    free = [each for each in placed if each.window is None or len(each.choices) > 1]
    if not free or not any(rest.values()):
        return
    for _ in range(MOST_PASSES):
        if not sum(_move_better(each, rest) for each in free):
            break
    open_windows = [number for number, left in rest.items() if left]
    near = _near(free, set(open_windows))
    for window in open_windows:
        _cross_border(near[window], window, rest)


def _near(free: Sequence[Placed], windows: set[int]) -> Mapping[int, list[Placed]]:
    """By window, the events that are in it or may be put into it."""
    found: dict[int, list[Placed]] = defaultdict(list)
    for each in free:
        for window in windows.intersection((*each.choices, each.window)):
            found[window].append(each)
    return found


def exact_subset(amounts: Sequence[int], target: int) -> tuple[int, ...] | None:
    """The positions of the fewest amounts that add up to exactly the target; None where no few of them do."""
    if len(amounts) > MOST_SUBSET:
        return tuple(range(len(amounts))) if sum(amounts) == target else _one_or_two(amounts, target)
    for size in range(1, len(amounts) + 1):
        for chosen in combinations(range(len(amounts)), size):
            if sum(amounts[position] for position in chosen) == target:
                return chosen
    return None


def _one_or_two(amounts: Sequence[int], target: int) -> tuple[int, ...] | None:
    """Of many amounts the first that is the target, else the first two that are; found in one walk."""
    if target in amounts:
        return (amounts.index(target),)
    later: dict[int, int] = {}
    found = None
    for position in reversed(range(len(amounts))):
        partner = later.get(target - amounts[position])
        if partner is not None:
            found = (position, partner)
        later[amounts[position]] = position
    return found


def _move_better(each: Placed, rest: dict[int, int]) -> bool:
    """Move one event between two known windows when the sum of what both leave unexplained gets smaller."""
    here, amount = each.window, each.quantity
    if here not in rest or not rest[here]:
        return False
    best, found = 0, None
    for there in each.choices:
        if there != here and there in rest:
            before = abs(rest[here]) + abs(rest[there])
            gain = abs(rest[here] + amount) + abs(rest[there] - amount) - before
            if gain < best:
                best, found = gain, there
    if found is None:
        return False
    _take(each, found, rest)
    return True


def _cross_border(free: list[Placed], window: int, rest: dict[int, int]) -> None:
    """Bring in what fell outside every known window, or put outside what did not show yet, when it fits exactly."""
    inward = [each for each in free if each.window not in rest and window in each.choices]
    outward = [
        each
        for each in free
        if each.window == window and any(there not in rest for there in each.choices) and not each.event.optional
    ]
    for candidates, sign in ((inward, 1), (outward, -1)):
        chosen = exact_subset([sign * each.quantity for each in candidates], rest[window])
        if chosen:
            for position in chosen:
                each = candidates[position]
                outside = next((there for there in each.choices if there not in rest), None)
                _take(each, window if sign == 1 else outside, rest)
            return


def _take(each: Placed, window: int | None, rest: dict[int, int]) -> None:
    if each.window in rest:
        rest[each.window] += each.quantity
    if window in rest:
        rest[window] -= each.quantity
    each.window, each.moved = window, True


def open_boxes(placed: list[Placed], factor: int, rest: dict[int, int]) -> None:
    """Where lines may be boxes of a known size, count as boxes those that explain a window exactly."""
    for window in [number for number, left in rest.items() if left]:
        boxes = [each for each in placed if each.window == window and each.event.boxed and each.factor == 1]
        chosen = exact_subset([each.quantity * (factor - 1) for each in boxes], rest[window])
        for position in chosen or ():
            boxes[position].factor = factor
        if chosen:
            rest[window] = 0


def single_units(placed: list[Placed], window: int, rest: dict[int, int]) -> None:
    """The other way round: where lines were taken for boxes, count as units those that explain a window exactly."""
    boxes = [each for each in placed if each.window == window and each.factor > 1]
    chosen = exact_subset([each.event.quantity - each.quantity for each in boxes], rest[window])
    for position in chosen or ():
        boxes[position].factor = 1
    if chosen:
        rest[window] = 0


def boxes_in_place(
    placed: list[Placed], window: int, moved: Mapping[str, int], factor: int, rest: dict[int, int]
) -> None:
    """The same by branch: a receipt in one must not decide how the sale in another is read."""
    for branch, units in moved.items():
        here = [each for each in placed if each.window == window and each.event.branch == branch]
        off = units - sum(each.quantity for each in here)
        for before, after in ((1, factor), (factor, 1)):
            lines = [each for each in here if each.event.boxed and each.factor == before]
            chosen = exact_subset([each.event.quantity * (after - before) for each in lines], off) if off else None
            if chosen:
                for position in chosen:
                    lines[position].factor = after
                rest[window] -= off
                break
