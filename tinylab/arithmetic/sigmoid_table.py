"""logistic and tanh of int16 numbers: one table of 256 points serves both, since tanh(x) = 2 logistic(2x) - 1.

The table holds logistic(i / 24), so the input is first brought to the scale 1 / (3 * 4096), where a step of the table
is 512 for logistic and 256 for tanh, whose argument is twice as large.

Retells tensorflow/lite/kernels/internal/common.h (sigmoid_table_uint16) and
tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h and tanh.h.
"""

from __future__ import annotations

from collections.abc import Container
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.signedinteger[Any]]
Int32Array = NDArray[np.int32]

INPUT_SCALE_LOG2 = -12  # an input of this scale needs no more than a product with 3
LARGEST_INPUT_SCALE = 2.0**17  # of larger ones the multiplier is beyond int32
LAST = 255


@cache
def sigmoid_table() -> Int32Array:
    """logistic(i / 24) in 16 fractional bits, int32 [256].

    Each point is moved by half of what the line to the next one misses the function by at its middle, so that the error
    is shared; the last point stands for everything beyond.
    """

    def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.float64(2**16) / (1 + np.exp(-x / 24))

    i = np.arange(LAST + 1, dtype=np.float64)
    line_misses = sigmoid(i + 0.5) - (sigmoid(i) + sigmoid(i + 1)) / 2
    table = np.floor(sigmoid(i) + line_misses / 2 + 0.5).astype(np.int32)
    table[LAST] = 2**16 - 1
    table.setflags(write=False)
    return table


def checked_log2(x: np.float32) -> tuple[int, bool]:
    """(log2(x) rounded, whether x is that power of two within 0.1 %), in float32 (CheckedLog2)."""
    if not x > 0:
        return 0, False
    log2 = np.float32(np.log(np.float64(x))) * (np.float32(1) / np.float32(np.log(2.0)))
    rounded = np.rint(log2)
    return int(rounded), bool(abs(log2 - rounded) < np.float32(1e-3))


def input_rescaling(input_scale: np.float32, exact_shifts: Container[int]) -> tuple[int, int]:
    """(multiplier, right shift) that bring an input to the table's scale, as Prepare chooses them.

    Scales of 2**(shift - 12), with a shift among `exact_shifts`, are scaled by 3 * 2**shift, exactly; others by a
    multiplier of 15 bits, cut off and not rounded.
    """
    log2, is_power_of_two = checked_log2(input_scale)
    if is_power_of_two and log2 - INPUT_SCALE_LOG2 in exact_shifts:
        return 3 << (log2 - INPUT_SCALE_LOG2), 0
    multiplier, shift = float(input_scale) * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2.0 and shift <= 30:
        multiplier, shift = multiplier * 2.0, shift + 1
    return int(multiplier), shift


def logistic_int16(x: IntArray, multiplier: int, shift: int) -> Int32Array:
    """logistic of int16 numbers, in 15 fractional bits (scale 2**-15), int32 arrays of int16 values."""
    x = _rescale(x, multiplier, shift)
    positive = _interpolate(np.abs(x), 9, saturated=0x7FFF << 10)  # 25 fractional bits
    both = np.where(x >= 0, positive + (1 << 9), (1 << 25) - positive + (1 << 9) - 1)
    return both >> 10


def tanh_int16(x: IntArray, multiplier: int, shift: int) -> Int32Array:
    """tanh of int16 numbers, in 15 fractional bits (scale 2**-15), int32 arrays of int16 values."""
    x = _rescale(x, multiplier, shift)
    positive = _interpolate(np.abs(x), 8, saturated=0xFFFF << 8) - (1 << 23)  # (2 logistic - 1) / 2, 24 fractional bits
    both = np.where(x >= 0, positive + (1 << 7), -positive + (1 << 7) - 1)
    return both >> 8


def _rescale(x: IntArray, multiplier: int, shift: int) -> Int32Array:
    """x * multiplier / 2**shift, rounded, in int32, where C's product wraps too."""
    half = (1 << shift) >> 1
    return (x.astype(np.int64) * multiplier + half).astype(np.int32) >> shift


def _interpolate(x: Int32Array, step_bits: int, *, saturated: int) -> Int32Array:
    """The table at x >= 0, whose steps are 2**step_bits wide, with 16 + step_bits fractional bits."""
    table = sigmoid_table()
    index = x >> step_bits
    inside = np.minimum(index, LAST - 1)
    offset = x & ((1 << step_bits) - 1)
    line = (table[inside] << step_bits) + offset * (table[inside + 1] - table[inside])
    return np.where(index >= LAST, np.int32(saturated), line)
