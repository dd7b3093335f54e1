"""Affine quantization as notebook 03 teaches it: a frozen Quantizer, its table and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from tinylab.errors import DataError
from tinylab.views.picture import COLOURS, Picture, new_figure
from tinylab.views.text import table

MOST_BITS = 16


class Quantizer(NamedTuple):
    """real = scale × (q - zero_point), q an integer from lowest to highest."""

    scale: float
    zero_point: int
    lowest: int
    highest: int

    @property
    def range(self) -> tuple[float, float]:
        """The real numbers that the lowest and the highest integer stand for."""
        return self.scale * (self.lowest - self.zero_point), self.scale * (self.highest - self.zero_point)

    def quantize(self, real: ArrayLike) -> NDArray[np.int64]:
        """The nearest integers, ties away from zero; what lies outside the range is clipped to its ends.

        The quotient is a float32, as in TFLM.
        """
        ratio = (np.asarray(real, np.float32) / np.float32(self.scale)).astype(np.float64)
        rounded = np.copysign(np.floor(np.abs(ratio) + 0.5), ratio) + self.zero_point
        return np.asarray(np.clip(rounded, self.lowest, self.highest), np.int64)

    def dequantize(self, q: ArrayLike) -> NDArray[np.float64]:
        """The real numbers that the integers stand for."""
        return self.scale * (np.asarray(q, np.float64) - self.zero_point)

    def error(self, real: ArrayLike) -> NDArray[np.float64]:
        """What is lost on the way there and back: dequantize(quantize(real)) - real."""
        return self.dequantize(self.quantize(real)) - np.asarray(real, np.float64)


def quantizer_for(low: float, high: float, bits: int = 8, symmetric: bool = False) -> Quantizer:
    """The quantizer for real numbers from low to high, as the converter chooses it.

    The range is widened to hold 0, which must be exact. symmetric: zero point 0 and one integer fewer (-127 to 127 of 8
    bits), as weights have it. bits: 2 to 16. DataError where there is no range.
    """
    if not 2 <= bits <= MOST_BITS:
        raise DataError(f"{bits} bits: 2 to {MOST_BITS} are possible")
    low, high = min(low, 0.0), max(high, 0.0)
    if not low < high:
        raise DataError("every number is 0: give a range that is not empty")
    half = 2 ** (bits - 1)
    if symmetric:
        return Quantizer(max(-low, high) / (half - 1), 0, 1 - half, half - 1)
    scale = (high - low) / (2 * half - 1)
    return Quantizer(scale, round(-half - low / scale), -half, half - 1)


def quantizer_text(quantizer: Quantizer, reals: Sequence[float]) -> str:
    """Scale, zero point, range and step, and a row a number: its integer, what comes back, and the error."""
    low, high = quantizer.range
    head = (
        f"scale {quantizer.scale:.6g}, zero point {quantizer.zero_point}, integers {quantizer.lowest} to "
        f"{quantizer.highest}: real numbers {low:.4g} to {high:.4g}, at most {quantizer.scale / 2:.4g} off inside"
    )
    rows = []
    for real in reals:
        q = int(quantizer.quantize(real))
        note = "" if low - quantizer.scale / 2 <= real <= high + quantizer.scale / 2 else "clipped"
        rows.append((f"{real:g}", q, f"{quantizer.dequantize(q):.4f}", f"{quantizer.error(real):+.4f}", note))
    lines = table(("real", "q", "back", "error", ""), rows)
    return f"{head}\n{lines}"


def quantizer_picture(quantizer: Quantizer, low: float, high: float) -> Picture:
    """Two curves over the real numbers from low to high: what comes back, and the error."""
    real = np.linspace(low, high, 2001)
    figure = new_figure(9, 4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    above.plot(real, real, color=COLOURS[7], linewidth=1, linestyle="--", label="real")
    above.plot(real, quantizer.dequantize(quantizer.quantize(real)), color=COLOURS[0], label="back")
    below.plot(real, quantizer.error(real), color=COLOURS[5], label="error")
    for axes in (above, below):
        axes.axvspan(*quantizer.range, color=COLOURS[2], alpha=0.12, label="range of the integers")
        axes.set_xlim(low, high)
        _plain(axes)
    above.legend(fontsize=8, frameon=False)
    above.set_ylabel("back", size=9)
    below.set_ylabel("error", size=9)
    below.set_xlabel("real", size=9)
    text = quantizer_text(quantizer, [low, low / 2, 0.0, high / 2, high])
    largest = float(np.abs(quantizer.error(real)).max())
    return Picture(figure, text, f"A staircase along the diagonal and its error, at most {largest:.3g}. {text}")


def errors_picture(rows: Sequence[tuple[str, float]], what: str) -> Picture:
    """A bar a row: (name, error), on a logarithmic axis. what: the unit, for the axis."""
    figure = new_figure(9, 0.8 + 0.28 * len(rows))
    axes = figure.add_subplot()
    names, errors = zip(*rows, strict=True)
    axes.barh(range(len(rows)), errors, 0.65, color=COLOURS[0], edgecolor="black", linewidth=0.6)
    for place, error in enumerate(errors):
        axes.text(error, place, f" {error:.2g}", size=8, va="center")
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(min(errors) / 3, max(errors) * 3)
    axes.set_xlabel(what, size=8)
    _plain(axes)
    text = table(("", what), [(name, f"{error:.2g}") for name, error in rows])
    return Picture(figure, text, f"Bars: {what} of " + ", ".join(f"{name} {error:.2g}" for name, error in rows))


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


Array = NDArray[np.float64]


def by_channel(weights: NDArray[Any]) -> tuple[Array, Array]:
    """The largest error of each row of weights [row, …]: with one scale for all of them, and with one a row."""
    flat = np.asarray(weights, np.float64).reshape(len(weights), -1)
    one = quantizer_for(float(flat.min()), float(flat.max()), symmetric=True)
    own = [quantizer_for(float(row.min()), float(row.max()), symmetric=True) for row in flat]
    return (
        np.abs(one.error(flat)).max(axis=1),
        np.array([np.abs(each.error(row)).max() for each, row in zip(own, flat, strict=True)]),
    )
