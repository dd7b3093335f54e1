"""One bar of several parts, each named and counted beside it, however thin it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tinylab.views.buffer_kinds import LOOKS


class Part(NamedTuple):
    """kind: how it looks (a name in LOOKS); label: what is written beside it; start_bytes, size_bytes: its place."""

    kind: str
    label: str
    start_bytes: int
    size_bytes: int


def stacked_bar(axes: Axes, left: float, width: float, parts: Sequence[Part], size: float) -> None:
    """A bar that stands upright at x = left, its parts in bytes, each label to its right with a line to it.

    Labels are moved up and down until none overlaps another. The axes' limits must have been set.
    """
    for part in parts:
        look = LOOKS[part.kind]
        box = Rectangle((left, part.start_bytes), width, part.size_bytes, facecolor=look.colour, hatch=look.hatch)
        box.set(edgecolor="black", linewidth=0.6, gid=part.kind)
        axes.add_patch(box)
    low, high = axes.get_ylim()
    ceiling = max(part.start_bytes + part.size_bytes for part in parts)
    inches = axes.get_position().height * axes.figure.get_size_inches()[1]  # type: ignore[union-attr]
    lines = 1 + max(part.label.count("\n") for part in parts)
    step = lines * size * 1.25 / 72 / inches * (high - low)
    middles = [part.start_bytes + part.size_bytes / 2 for part in parts]
    for part, middle, height in zip(parts, middles, spread(middles, step, low, ceiling), strict=True):
        right = left + width
        axes.plot([right, right + 0.12, right + 0.2], [middle, height, height], color="black", linewidth=0.5)
        axes.text(right + 0.24, height, part.label, size=size, va="center", ha="left")


def spread(places: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """The same places, moved as little as needs be to lie at least `step` apart, in their order and within bounds."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    found = [0.0] * len(places)
    floor = low + step / 2
    for index in order:
        found[index] = max(places[index], floor)
        floor = found[index] + step
    ceiling = high - step / 2
    for index in reversed(order):
        found[index] = min(found[index], ceiling)
        ceiling = found[index] - step
    return found
