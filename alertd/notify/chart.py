"""The small picture in a mail: a product's stock over the last weeks, its limits, and the moment the alert fired.

Drawn on an opaque light ground, so that it reads the same in a dark mailbox; a few kilobytes. Words stand below it in
the mail, because the letters at hand for drawing know no accents. Whoever sends it goes on without it when it cannot be
drawn. Pillow is read when there is something to draw.
"""

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .content import Chart
from .speech import Speech

if TYPE_CHECKING:
    from PIL import ImageDraw

NAME = "alertd.png"
WIDTH, HEIGHT = 560, 190
_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 46, 14, 26
_GROUND, _FRAME, _GRID = "#fbfcfb", "#d7deda", "#e7ecea"
_LINE, _FILL, _SOFT = "#1f6f50", "#d9ece3", "#66736d"
MINIMUM, MAXIMUM, FIRED = "#b04e18", "#3b6fb5", "#cf3b36"
"""The colours of the limits and of the moment, which the words below repeat."""


def draw(chart: Chart, speech: Speech) -> bytes:
    """The picture as PNG. Raises ValueError where there is nothing to draw."""
    if len(chart.points) < 2 or chart.points[0][0] >= chart.points[-1][0]:
        raise ValueError("a line needs two moments")
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _GROUND)
    Board(ImageDraw.Draw(image), chart, speech).fill()
    out = io.BytesIO()
    image.quantize(48).save(out, "PNG", optimize=True)
    return out.getvalue()


class Board:
    """One picture while it is drawn: where moments and quantities lie on it."""

    def __init__(self, pen: "ImageDraw.ImageDraw", chart: Chart, speech: Speech) -> None:
        self._pen, self._chart, self._speech = pen, chart, speech
        from PIL import ImageFont

        self._font = ImageFont.load_default(11 * _SCALE)
        stocks = [stock for _, stock in chart.points]
        limits = [limit for limit in (chart.minimum, chart.maximum) if limit]
        self._low, self._high = min(0.0, *stocks), max(1.0, *stocks, *limits) * 1.08
        self._begin, self._end = chart.points[0][0], chart.points[-1][0]

    def fill(self) -> None:
        """Everything, from the ground up."""
        self._frame()
        self._stock()
        self._limit(self._chart.minimum, MINIMUM)
        self._limit(self._chart.maximum, MAXIMUM)
        self._fired()
        self._labels()

    def _x(self, at: float) -> float:
        share = (at - self._begin) / (self._end - self._begin)
        return (_LEFT + share * (WIDTH - _LEFT - _RIGHT)) * _SCALE

    def _y(self, stock: float) -> float:
        share = (stock - self._low) / (self._high - self._low)
        return (HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)) * _SCALE

    def _text(self, x: float, y: float, said: str, colour: str, anchor: str) -> None:
        self._pen.text((x, y), said, fill=colour, font=self._font, anchor=anchor)

    def _frame(self) -> None:
        edge = (0, 0, WIDTH * _SCALE - 1, HEIGHT * _SCALE - 1)
        self._pen.rectangle(edge, outline=_FRAME, width=_SCALE)
        for stock in {self._low, 0.0, self._high / 1.08}:
            self._pen.line(
                [(self._x(self._begin), self._y(stock)), (self._x(self._end), self._y(stock))], _GRID, _SCALE
            )
            self._text(
                self._x(self._begin) - 6 * _SCALE, self._y(stock), self._speech.number(round(stock, 1)), _SOFT, "rm"
            )

    def _stock(self) -> None:
        line = [(self._x(at), self._y(stock)) for at, stock in _steps(self._chart.points)]
        ground = self._y(max(0.0, self._low))
        self._pen.polygon([(line[0][0], ground), *line, (line[-1][0], ground)], fill=_FILL)
        self._pen.line(line, fill=_LINE, width=2 * _SCALE, joint="curve")

    def _limit(self, limit: float | None, colour: str) -> None:
        if not limit:
            return
        y, dash = self._y(limit), 6 * _SCALE
        x = self._x(self._begin)
        while x < self._x(self._end):
            self._pen.line([(x, y), (min(x + dash, self._x(self._end)), y)], colour, _SCALE)
            x += 2 * dash
        self._text(self._x(self._end) + 6 * _SCALE, y, self._speech.number(limit), colour, "lm")

    def _fired(self) -> None:
        at = self._chart.fired_at
        if at is None:
            return
        at = min(max(at, self._begin), self._end)
        stock = next((stock for moment, stock in reversed(self._chart.points) if moment <= at), 0.0)
        x, y, wide = self._x(at), self._y(stock), 5 * _SCALE
        self._pen.line([(x, _TOP * _SCALE), (x, (HEIGHT - _BOTTOM) * _SCALE)], FIRED, _SCALE)
        self._pen.ellipse((x - wide, y - wide, x + wide, y + wide), fill=FIRED, outline=_GROUND, width=_SCALE)

    def _labels(self) -> None:
        y = (HEIGHT - _BOTTOM + 7) * _SCALE
        self._text(self._x(self._begin), y, self._speech.day(self._begin), _SOFT, "lt")
        self._text(self._x(self._end), y, self._speech.day(self._end), _SOFT, "rt")


def _steps(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Stock stays what it was until it changes."""
    line = [points[0]]
    for (_, before), (at, stock) in pairwise(points):
        line += [(at, before), (at, stock)]
    return line


def legend(chart: Chart, speech: Speech) -> list[tuple[str, str]]:
    """What the colours mean, each with its words."""
    limits = (("chart_maximum", chart.maximum, MAXIMUM), ("chart_minimum", chart.minimum, MINIMUM))
    said = [(colour, speech.say(key, n=speech.number(limit))) for key, limit, colour in limits if limit]
    return [*said, (FIRED, speech.say("chart_fired", when=speech.moment(chart.fired_at)))] if chart.fired_at else said
