"""Rows and sums along axes, as TFLM makes them.

Retells tensorflow/lite/kernels/internal/reference/reduce.h.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def rows_along(input: NDArray[Any], axes: tuple[int, ...]) -> NDArray[Any]:
    """`input` with some axes other than the first made one, in order, and the rest another: [samples, count, kept]."""
    moved = np.moveaxis(input, axes, range(1, 1 + len(axes)))
    count = math.prod(moved.shape[1 : 1 + len(axes)])
    kept = math.prod(moved.shape[1 + len(axes) :])
    return moved.reshape(len(input), count, kept)


def sequential_sum(input: NDArray[np.float32], axes: tuple[int, ...]) -> NDArray[np.float32]:
    """Sums in float32 along axes other than the first: [samples, elements kept].

    One element is added after another, as in a loop; NumPy's own sum adds in pairs and rounds otherwise.
    """
    rows = rows_along(input, axes)
    with np.errstate(invalid="ignore", over="ignore"):
        total: NDArray[np.float32] = np.add.accumulate(rows, axis=1)[:, -1] + np.float32(0)  # -0.0 sums to 0.0
    return total


def divided_multiplier(multiplier: int, shift: int, count: int) -> tuple[int, int]:
    """(multiplier, shift) / count, in integers, the multiplier cut off and not rounded."""
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << extra) // count, shift - extra
