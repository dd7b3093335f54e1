"""`requantize` (requantize.py) of sums whose limits are known in Prepare: constants made once, half the passes.

For the integer X = sum + bias, M = multiplier * 2**(left - right - 31) and t = 2**-(right + 1), or 0 where right is 0,
the two roundings of TFLM are one:

    floor(X*M + 1/2 + t) for X >= 0, floor(X*M + 1/2 - t) for X < 0

With y = X*M * 2**right, TFLM rounds h = floor(y + 1/2), then h / 2**right, ties away from zero. For h >= 0 that is
floor((h + 2**(right-1)) / 2**right); a floor inside a floor, beside integers, changes nothing: floor(X*M + t + 1/2).
For h < 0 it is floor((h + 2**(right-1) - 1) / 2**right) = floor(X*M - t + 1/2). For X < 0 and h = 0, where y >= -1/2,
both are 0.

So bias, rounding and zero point are one constant a channel. Where the activation lets nothing through below the zero
point (RELU and its kin), negative X give its lower end in either form, and the first is all that is needed.

Everything is exact in float64: every term is a multiple of u = 2**(left - right - 31), the products are below 2**53 u
while |X| < 2**22, and so are the sums while they are within the output's range (`_is_exact`); a sum beyond it may be
rounded, but not back into the range, since rounding keeps order. What does not fit goes through `requantize`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinylab.arithmetic.fixed_point import IntArray
from tinylab.arithmetic.requantize import NARROW_SUM, requantize
from tinylab.arithmetic.scratch import scratch

Array = NDArray[Any]
Write = Callable[[Array, Array], None]

ROW_ELEMENTS = 1024  # one value a channel, again and again: one long vector is faster than many short ones
BLOCK_ROWS = 16  # of which the temporaries stay in the processor's cache
EXACT = 2**53


class Parameters(NamedTuple):
    """Of a channel each, int64 [channels], or one of each; bias in sums' units; low, high: the activation's range."""

    bias: NDArray[np.int64]
    multiplier: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    zero_point: int
    low: int
    high: int


def requantization(
    bias: Array,
    multiplier: IntArray | int,
    shift: IntArray | int,
    zero_point: int,
    low: int,
    high: int,
    largest_sum: float,
) -> Write:
    """A function write(sums, output): output = requantize(sums + bias, multiplier, shift, zero_point, low, high).

    bias: integers [channels], of any dtype; sums: integers [..., channels], of any dtype, at most `largest_sum` in
    magnitude; they are used up. output: int8 or int16 of the same shape, strided as it may be.
    """
    shifts = np.asarray(shift, np.int64)
    left, right = np.maximum(shifts, 0), np.maximum(-shifts, 0)
    given = Parameters(bias.astype(np.int64), np.asarray(multiplier, np.int64), left, right, zero_point, low, high)
    if not _is_exact(given, largest_sum):
        return partial(_write_any, bias.astype(np.float64), multiplier, shift, zero_point, low, high)
    unit = 2.0 ** (left - right - 31)
    tie = np.where(right > 0, 2.0 ** -(right + 1), 0.0)
    scale = _repeated(given.multiplier * unit, bias.size)
    move = 0.5 + zero_point - low
    offset = given.bias * given.multiplier * unit
    if low >= zero_point:
        return Requantization(scale, _repeated(offset + tie + move, bias.size), None, 0.0, low, high - low).write
    return Requantization(
        scale, _repeated(offset, bias.size), _repeated(tie, bias.size), move, low, high - low
    ).write


def _is_exact(given: Parameters, largest_sum: float) -> bool:
    largest = largest_sum + float(np.abs(given.bias).max(initial=0))
    if not given.bias.size or largest >= NARROW_SUM or np.any(given.multiplier < 0):
        return False
    if largest * 2.0 ** given.left.max(initial=0) >= 2**31:  # x << left wraps
        return False
    bits = given.right - given.left + 31
    reach = given.high - given.low + abs(given.zero_point - given.low) + 2
    return bool(np.all(np.ldexp(float(reach), bits) + np.abs(given.bias) * given.multiplier <= EXACT))


def _write_any(
    bias: Array,
    multiplier: IntArray | int,
    shift: IntArray | int,
    zero_point: int,
    low: int,
    high: int,
    sums: Array,
    output: Array,
) -> None:
    output[...] = requantize(sums + bias, multiplier, shift, zero_point, low, high, output.dtype)


class Requantization(NamedTuple):
    """Constants of the one rounding: float64 [length], channel after channel, again and again.

    tie: t, where it takes the sign of X; None where it is in `offset`, as everything else then is.
    move: 1/2 and the zero point, from `low`, where they are not in `offset`.
    """

    scale: NDArray[np.float64]
    offset: NDArray[np.float64]
    tie: NDArray[np.float64] | None
    move: float
    low: int
    top: int

    def write(self, sums: Array, output: Array) -> None:
        """`output` from `sums` of its shape."""
        flat = sums.reshape(-1)
        steps = scratch("steps", flat.shape, np.uint8 if output.dtype == np.int8 else np.uint16)  # above `low`
        length = self.scale.size
        whole = flat.size // length * length
        rows, row_steps = flat[:whole].reshape(-1, length), steps[:whole].reshape(-1, length)
        for start in range(0, len(rows), BLOCK_ROWS):
            self._write_block(rows[start : start + BLOCK_ROWS], row_steps[start : start + BLOCK_ROWS])
        if whole < flat.size:
            self._write_block(flat[whole:], steps[whole:])
        np.add(steps.view(output.dtype).reshape(output.shape), output.dtype.type(self.low), out=output)

    def _write_block(self, sums: Array, steps: Array) -> None:
        length = sums.shape[-1]
        x = scratch("requantized", sums.shape, np.float64)
        np.copyto(x, sums)
        x *= self.scale[:length]
        x += self.offset[:length]
        if self.tie is not None:
            x += np.copysign(self.tie[:length], x)
            x += self.move
        x.clip(0.0, self.top + 0.5, out=x)
        np.copyto(steps, x, casting="unsafe")  # toward zero, which is floor here


def _repeated(parameter: Array, channels: int) -> NDArray[np.float64]:
    """One value a channel, again and again over at least ROW_ELEMENTS, whole rows of channels."""
    count = max(1, ROW_ELEMENTS // max(1, channels))
    return np.broadcast_to(parameter, (count, channels)).astype(np.float64).reshape(-1)
