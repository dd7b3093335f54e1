"""Labels that fit: inside their box if they can, else beside it where nothing else is, else not at all."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

_LINE = 1.25  # heights of a line of text, spacing included
_MARGIN_INCHES = 0.03


class Area(NamedTuple):
    """A rectangle, in inches from the lower left corner of the axes."""

    left: float
    bottom: float
    width: float
    height: float

    def meets(self, other: Area) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.bottom < other.bottom + other.height
            and other.bottom < self.bottom + self.height
        )

    def holds(self, other: Area) -> bool:
        """Whether all of `other` lies inside."""
        return (
            self.left <= other.left
            and self.bottom <= other.bottom
            and other.left + other.width <= self.left + self.width
            and other.bottom + other.height <= self.bottom + self.height
        )


@functools.lru_cache(4096)
def text_inches(text: str, size: float) -> tuple[float, float]:
    """Width and height of a text of several lines, in inches, at a font size in points."""
    lines = text.split("\n")
    font = FontProperties(family="DejaVu Sans")
    widths = [TextPath((0, 0), line, size=size, prop=font).get_extents().width if line.strip() else 0 for line in lines]
    return float(max(widths)) / 72, len(lines) * size * _LINE / 72


class Labeller:
    """Writes labels into axes of a known size. boxes: all that labels outside their own box must keep clear of."""

    def __init__(self, axes: Axes, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        self.axes = axes
        figure = axes.figure
        width, height = figure.get_size_inches()  # type: ignore[union-attr]
        place = axes.get_position()
        (self._x0, x1), (self._y0, y1) = axes.get_xlim(), axes.get_ylim()
        self._x_inches = place.width * width / (x1 - self._x0)
        self._y_inches = place.height * height / (y1 - self._y0)
        self._room = Area(0, 0, place.width * width, place.height * height)
        self._taken = [self._area(box) for box in boxes]

    def label(
        self,
        box: tuple[float, float, float, float],
        texts: Sequence[str],
        size: float,
        colour: str,
        *,
        on_white: bool = False,
    ) -> bool:
        """The first of `texts` (the longest first) that finds room in or beside box (x, y, width, height, as data).

        on_white: on a patch of white, where the box is hatched.
        """
        area = self._area(box)
        for text in texts:
            for rotation in (0, 90) if area.height > area.width else (0,):
                width, height = text_inches(text, size)[:: -1 if rotation else 1]
                if width + 2 * _MARGIN_INCHES <= area.width and height <= area.height:
                    middle = Area(
                        area.left + (area.width - width) / 2, area.bottom + (area.height - height) / 2, width, height
                    )
                    self._write(middle, text, size, colour, rotation, on_white)
                    return True
        for text in texts[1:] or texts:
            for beside in self._places_beside(area, *text_inches(text, size)):
                if self._room.holds(beside) and not any(beside.meets(other) for other in self._taken):
                    self._write(beside, text, size, "black", 0, False)
                    self._taken.append(beside)
                    return True
        return False

    def _places_beside(self, area: Area, width: float, height: float) -> Iterator[Area]:
        """Above and below an area: in its middle, then at either end."""
        wide = width + 2 * _MARGIN_INCHES
        for left in (area.left + (area.width - wide) / 2, area.left, area.left + area.width - wide):
            for bottom in (area.bottom + area.height + _MARGIN_INCHES, area.bottom - height - _MARGIN_INCHES):
                yield Area(left, bottom, wide, height)

    def _area(self, box: tuple[float, float, float, float]) -> Area:
        x, y, width, height = box
        return Area(
            (x - self._x0) * self._x_inches,
            (y - self._y0) * self._y_inches,
            width * self._x_inches,
            height * self._y_inches,
        )

    def _write(self, area: Area, text: str, size: float, colour: str, rotation: int, on_white: bool) -> None:
        x = self._x0 + (area.left + area.width / 2) / self._x_inches
        y = self._y0 + (area.bottom + area.height / 2) / self._y_inches
        self.axes.text(
            x,
            y,
            text,
            size=size,
            color=colour,
            rotation=rotation,
            ha="center",
            va="center",
            multialignment="center",
            family="DejaVu Sans",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8} if on_white else None,
            zorder=4,
        )
