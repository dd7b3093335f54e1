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
rounded, but not back into the range, since rounding keeps order. A channel whose smallest and largest X give one output
gives that always; pruned networks have such, with scales that nothing else fits. What does not fit goes through
`requantize`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import IntArray
from tinylab.arithmetic.requantize import NARROW_SUM, requantize
from tinylab.arithmetic.scratch import scratch

Array = NDArray[Any]
Write = Callable[[Array, Array], None]

ROW_ELEMENTS = 1024  # one value a channel, again and again: one long vector is faster than many short ones
BLOCK_ROWS = 16  # of which the temporaries stay in the processor's cache
EXACT = 2**53
ENDS = np.array([[-1], [1]])  # times the largest sum: the smallest and the largest


class Parameters(NamedTuple):
    """Of a channel each, int64 [channels]. bias: in the sums' units; largest: the magnitude of bias + sum."""

    bias: NDArray[np.int64]
    largest: NDArray[np.int64]
    multiplier: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]


def requantization(
    bias: Array,
    multiplier: IntArray | int,
    shift: IntArray | int,
    zero_point: int,
    low: int,
    high: int,
    largest_sum: Array,
) -> Write:
    """A function write(sums, output): output = requantize(sums + bias, multiplier, shift, zero_point, low, high).

    bias: integers [channels], of any dtype; sums: integers [..., channels], of any dtype, at most `largest_sum`
    [channels] in magnitude; they are used up. output: int8 or int16 of the same shape, strided as it may be.
    """
    arguments = multiplier, shift, zero_point, low, high
    shifts = np.asarray(shift, np.int64)
    columns = bias, np.abs(bias) + largest_sum, multiplier, np.maximum(shifts, 0), np.maximum(-shifts, 0)
    given = Parameters(*(np.broadcast_to(column, bias.shape).astype(np.int64) for column in columns))
    reach = high - low + abs(zero_point - low) + 2
    constants = np.full(bias.shape, np.nan)
    if not _is_exact(given, reach):
        constants = _constant_outputs(given, requantize(bias + largest_sum * ENDS, *arguments, np.int32))
        given = Parameters(*(np.where(np.isnan(constants), column, 0) for column in given))
        if not _is_exact(given, reach):
            return partial(_write_any, bias.astype(np.float64), *arguments)
    unit = 2.0 ** (given.left - given.right - 31)
    tie = np.where(given.right > 0, 2.0 ** -(given.right + 1), 0.0)
    move = 0.5 + zero_point - low
    offset = given.bias * given.multiplier * unit
    if low >= zero_point:
        offset, move = offset + tie + move, 0.0
    offset = np.where(np.isnan(constants), offset, constants - low + 0.5 - move)
    scale, offset, tie = (_repeated(column) for column in (given.multiplier * unit, offset, tie))
    return Requantization(scale, offset, None if low >= zero_point else tie, move, low, high - low).write


def _is_exact(given: Parameters, reach: int) -> bool:
    if not given.bias.size or given.largest.max() >= NARROW_SUM or given.multiplier.min() < 0:
        return False
    units = np.ldexp(float(reach), given.right - given.left + 31) + np.abs(given.bias) * given.multiplier
    return bool(units.max() <= EXACT and _does_not_wrap(given).all())


def _does_not_wrap(given: Parameters) -> NDArray[np.bool]:
    return given.largest << given.left < 2**31


def _constant_outputs(given: Parameters, ends: NDArray[np.int32]) -> NDArray[np.float64]:
    """float64 [channels]: the output of a channel that always gives one, else NaN. ends: those of ENDS."""
    are_constant = _does_not_wrap(given) & (given.multiplier >= 0) & (ends[0] == ends[1])
    return np.where(are_constant, ends[0], np.nan)


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


def _repeated(parameter: Array) -> NDArray[np.float64]:
    """One value a channel, again and again over about ROW_ELEMENTS, whole rows of channels."""
    return np.tile(parameter, max(1, ROW_ELEMENTS // parameter.size))
