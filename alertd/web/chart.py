"""The step chart of a level: stock over time against its minimum, as paths of an SVG that needs no script.

Stock holds its value until the next change, so the line goes in steps; where the level vanished the line breaks.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..store.pages_products import Change

WIDTH = 600
HEIGHT = 160
STEPS = 4

Value = Callable[[Change], float | None]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths in a box of WIDTH by HEIGHT, and the ticks of the value axis from the top down."""

    stock: str
    area: str
    minimum: str
    ticks: tuple[float, ...]
    grid: tuple[float, ...]
    start: int
    end: int
    first: float | None
    last: float | None


def step_chart(changes: Sequence[Change], start: int, end: int) -> Chart | None:
    """The chart of a level's changes between two moments; None when there is nothing to draw."""
    known = [change for change in changes if change.stock is not None]
    if not known or end <= start:
        return None
    start = max(start, changes[0].at) if changes[0].at < end else start
    ticks = _ticks(value for change in changes for value in (change.stock, change.minimum) if value is not None)
    scale = _scale(start, end, ticks[-1], ticks[0])
    runs = _runs(changes, end, lambda change: change.stock, scale)
    base = scale(start, 0.0)[1]
    return Chart(
        stock="".join(_line(run) for run in runs),
        area="".join(f"{_line(run)}V{base:.1f}H{run[0][0]:.1f}Z" for run in runs),
        minimum="".join(_line(run) for run in _runs(changes, end, lambda change: change.minimum or None, scale)),
        ticks=ticks,
        grid=tuple(round(HEIGHT * place / (len(ticks) - 1), 1) for place in range(len(ticks))),
        start=start,
        end=end,
        first=known[0].stock,
        last=known[-1].stock,
    )


def _scale(start: int, end: int, low: float, high: float) -> Callable[[int, float], Point]:
    def place(at: int, value: float) -> Point:
        across = (min(max(at, start), end) - start) / (end - start)
        return across * WIDTH, (high - value) / (high - low) * HEIGHT

    return place


def _runs(changes: Sequence[Change], end: int, value: Value, scale: Callable[[int, float], Point]) -> list[list[Point]]:
    """The corners of the steps, one list for each stretch in which the value is known."""
    runs: list[list[Point]] = []
    run: list[Point] = []
    ends = [change.at for change in changes[1:]] + [end]
    for change, until in zip(changes, ends, strict=True):
        height = value(change)
        if height is None:
            run = []
            continue
        if not run:
            runs.append(run)
        run += [scale(change.at, height), scale(until, height)]
    return runs


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _ticks(values: Iterable[float]) -> tuple[float, ...]:
    """Round values that embrace all of these and zero, evenly apart, from the top down."""
    found = [0.0, *values]
    low, high = min(found), max(found)
    step = _round_step((high - low) / STEPS or 0.25)
    bottom, top = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return tuple(round(place * step, 6) + 0.0 for place in range(top, bottom - 1, -1))


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * 0.999)
