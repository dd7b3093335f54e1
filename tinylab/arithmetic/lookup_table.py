"""Functions of integers by table: every value of an int8, or 513 points of an int16 with straight lines between.

Retells tensorflow/lite/kernels/internal/common.h (LUTPopulate, LUTLookup).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Float32Array = NDArray[np.float32]
Int16Array = NDArray[np.int16]

INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1
STEPS = 512  # of an int16 table: the upper 9 bits choose a step, the lower 7 the place inside it


def tabulated(function: Callable[[Array], Array], dtype: DTypeLike) -> Callable[[Array], Array]:
    """`function`, for arrays of `dtype`: computed once for each of 256 values and looked up, where dtype has one byte.

    function: element by element, array in and array of the same shape out. Wider types come back unchanged.
    """
    if np.dtype(dtype).itemsize > 1:
        return function
    table = function(np.arange(256, dtype=np.uint8).view(dtype))  # in the order of the bytes: 0 to 127, -128 to -1
    return lambda x: table[x.view(np.uint8)]


def tabulated_pair(function: Callable[[Array, Array], Array], dtype: DTypeLike) -> Callable[[Array, Array], Array]:
    """The same for functions of two arrays that broadcast, by a table of all 65,536 pairs where dtype has one byte."""
    if np.dtype(dtype).itemsize > 1:
        return function
    every = np.arange(256, dtype=np.uint8).view(dtype)
    table = function(every[:, np.newaxis], every).ravel()
    return lambda a, b: table[a.view(np.uint8) * np.uint16(256) + b.view(np.uint8)]


def round_half_away(x: Array) -> Array:
    """C's std::round, of float32 or float64: ties go away from zero (np.rint sends them to even)."""
    away: Array = np.copysign(np.floor(np.abs(x.astype(np.float64)) + 0.5), x)
    return away.astype(x.dtype)


def populate_int16(
    function: Callable[[Array], Array],
    input_scale: np.float32,
    input_zero_point: int,
    output_scale: np.float32,
    output_zero_point: int,
) -> Int16Array:
    """The 513 points of `function` that `lookup_int16` joins by lines (LUTPopulate<int16_t>).

    Each point is moved by half of what the line to the next one misses the function by at its middle, so that the error
    is shared. In float32, operation by operation, as TFLM computes it; the function itself is rounded from float64,
    which is what C's float functions come to.
    """

    def f(x: Float32Array) -> Float32Array:
        return function(x.astype(np.float64)).astype(np.float32)

    def ends(scale: np.float32, zero_point: int) -> tuple[np.float32, np.float32]:
        return scale * np.float32(INT16_MIN - zero_point), scale * np.float32(INT16_MAX - zero_point)

    input_min, input_max = ends(input_scale, input_zero_point)
    output_min, output_max = ends(output_scale, output_zero_point)
    to_output = np.float32(2**16) / (output_max - output_min)
    step = (input_max - input_min) / np.float32(STEPS)
    i = np.arange(STEPS, dtype=np.float32)
    start = input_min + i * step  # float32 [steps], as all below
    value, middle = f(start), f(start + step / np.float32(2))
    following = f(input_min + (i + np.float32(1)) * step)
    sample = round_half_away(value * to_output)
    line_middle = round_half_away((following * to_output + sample) / np.float32(2))
    bias = round_half_away((line_middle - round_half_away(middle * to_output)) / np.float32(2))
    last = round_half_away(f(np.array([input_max])) * to_output)
    points: Int16Array = np.clip(np.concatenate([sample - bias, last]), INT16_MIN, INT16_MAX).astype(np.int16)
    return points


def lookup_int16(table: Int16Array, values: NDArray[np.signedinteger[Any]]) -> NDArray[np.int32]:
    """The table's function of each int16 value, by the straight line between two points (LUTLookup); int32 results."""
    values = values.astype(np.int32)
    index, offset = 256 + (values >> 7), values & 0x7F
    base = table[index].astype(np.int32)
    # C holds the slope and the result in int16, so they wrap.
    slope = (table[index + 1] - base).astype(np.int16).astype(np.int32)
    result: NDArray[np.int32] = (base + ((slope * offset + 64) >> 7)).astype(np.int16).astype(np.int32)
    return result
