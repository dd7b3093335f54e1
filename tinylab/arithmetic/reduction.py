"""Sums along axes, as TFLM makes them.

Retells tensorflow/lite/kernels/internal/reference/reduce.h.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def sequential_sum(input: NDArray[np.float32], axes: tuple[int, ...]) -> NDArray[np.float32]:
    """Sums in float32 along axes other than the first: [samples, elements kept].

    One element is added after another, as in a loop; NumPy's own sum adds in pairs and rounds otherwise.
    """
    moved = np.moveaxis(input, axes, range(1, 1 + len(axes)))
    count = math.prod(moved.shape[1 : 1 + len(axes)])
    total: NDArray[np.float32] = np.add.accumulate(moved.reshape(len(input), count, -1), axis=1)[:, -1]
    return total


def divided_multiplier(multiplier: int, shift: int, count: int) -> tuple[int, int]:
    """(multiplier, shift) / count, in integers, the multiplier cut off and not rounded."""
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << extra) // count, shift - extra
