"""clip(zero_point + MultiplyByQuantizedMultiplier(sum)): the last step of every quantized operator, fast and exact.

Written out in int64 passes (fixed_point.py: the definition) this step costs more than the matrix product before it.
Here it runs in float64, and not as an approximation: every step below is exact, so the result equals the definition for
every int32 sum, multiplier and shift.

TFLM computes, for a sum x (after `x << left`, which wraps), a multiplier m and a right shift r, first
h = floor(x*m / 2**31 + 1/2), then h / 2**r rounded to nearest, ties away from zero. A float64 holds an integer multiple
of a power of two exactly while the integer is at most 2**53.

- h of narrow sums, |x| < 2**22: |x*m| + 2**30, in units of 2**-31, stays below 2**53: product, sum and floor are exact.
- h of wide sums: with x = 2**16 * high + low and 0 <= low < 2**16,
  h = floor((high*m + floor(low*m / 2**16)) / 2**15 + 1/2), because a floor inside a floor, beside integers, changes
  nothing. |high*m| <= 2**46 and low*m < 2**47, so every step is exact.
- h / 2**r: h * 2**-r is exact, and lies at least 2**-r from every tie it is not on. Times 1 + 2**-50, a tie moves away
  from zero (by 4 units in the last place) and nothing else reaches one, since |h| * 2**-50 < 1; rint then rounds ties
  away from zero.

Retells tensorflow/lite/kernels/internal/common.cc.
NB: C adds zero_point in int32, which overflows for results within 2**15 of 2**31; here they are clipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinylab.arithmetic.fixed_point import IntArray, multiply_int64_by_quantized_multiplier

SumArray = NDArray[np.signedinteger[Any]] | NDArray[np.floating[Any]]

NARROW_SUM = 2.0**22  # smaller sums times an int32 multiplier are exact in float64
NARROW_INT64_SUM = 2.0**37  # smaller sums times a 16-bit multiplier are
AWAY_FROM_ZERO = 1.0 + 2.0**-50
BLOCK_ELEMENTS = 16_384  # the float64 temporaries of a block stay in the processor's cache


def requantize(
    acc: SumArray,
    multiplier: IntArray | int,
    shift: IntArray | int,
    zero_point: int,
    low: int,
    high: int,
    dtype: DTypeLike,
) -> NDArray[Any]:
    """clip(zero_point + multiply_by_quantized_multiplier(acc, multiplier, shift), low, high) as dtype, of acc's shape.

    acc: sums, integers in an integer or a float array (as a BLAS product leaves them); beyond int32 they wrap, as in C.
    multiplier, shift: int32, above -2**31 and from -31 to 30; one of each, or one a channel of acc's last axis.
    low, high: the fused activation's range, inside dtype's.
    """
    left, right = np.maximum(shift, 0), np.maximum(np.negative(shift), 0)
    length = _block_length(acc, max(np.size(multiplier), np.size(shift)))
    scales = _repeated(np.multiply(multiplier, 2.0 ** (left - 31)), length)
    powers = _repeated(2.0**-right * AWAY_FROM_ZERO, length) if right.any() else None
    narrow = min(NARROW_SUM, 2.0 ** (31 - int(left.max())))  # wider sums may wrap in x << left
    result = np.empty(acc.shape, dtype)
    for sums, block in _blocks(acc, result, length):
        if max(float(sums.max()), -float(sums.min())) < narrow:
            x = np.multiply(sums, scales[: sums.size])
            x += 0.5
        else:
            x = _wide_product(sums, _repeated(multiplier, sums.size), _repeated(left, sums.size))
        np.floor(x, out=x)
        if powers is not None:
            x *= powers[: sums.size]
            np.rint(x, out=x)
        np.clip(x, low - zero_point, high - zero_point, out=x)
        np.add(x, zero_point, out=block, casting="unsafe")
    return result


def requantize_int64(
    acc: SumArray,
    multiplier: IntArray | int,
    shift: IntArray | int,
    zero_point: int,
    low: int,
    high: int,
    dtype: DTypeLike,
) -> NDArray[Any]:
    """The same with `multiply_int64_by_quantized_multiplier`, for the int64 sums of int16 kernels.

    |acc| < 2**47, shift from -31 to 7. One rounding, floor(x * m16 * 2**(shift - 15) + 1/2), m16 of 15 bits: exact in
    float64 for |x| < 2**37; wider sums take the definition's path.
    """
    m16 = np.where(
        np.less(multiplier, 0x7FFF0000), np.right_shift(np.add(multiplier, 1 << 15, dtype=np.int64), 16), 0x7FFF
    )
    length = _block_length(acc, max(np.size(multiplier), np.size(shift)))
    scales = _repeated(m16 * 2.0 ** (np.asarray(shift) - 15), length)
    # The product must also fit the int32 that it becomes.
    narrow = min(NARROW_INT64_SUM, (2.0**31 - 1) / max(float(np.abs(scales).max()), 2.0**-31))
    result = np.empty(acc.shape, dtype)
    for sums, block in _blocks(acc, result, length):
        if max(float(sums.max()), -float(sums.min())) < narrow:
            x = np.multiply(sums, scales[: sums.size])
            x += 0.5
            np.floor(x, out=x)
        else:
            multipliers, shifts = _repeated(multiplier, sums.size), _repeated(shift, sums.size)
            x = multiply_int64_by_quantized_multiplier(sums.astype(np.int64), multipliers, shifts).astype(np.float64)
        np.clip(x, low - zero_point, high - zero_point, out=x)
        np.add(x, zero_point, out=block, casting="unsafe")
    return result


def _wide_product(sums: SumArray, multipliers: NDArray[Any], lefts: NDArray[Any]) -> NDArray[np.float64]:
    """`(x << left) * multiplier / 2**31 + 1/2` for any x, as an exact float64 whose floor is the definition's."""
    wrapped = (sums.astype(np.int64) << lefts).astype(np.int32)
    high = (wrapped >> 16).astype(np.float64)
    low = (wrapped & 0xFFFF).astype(np.float64)
    product = high * multipliers + np.floor(low * (multipliers * 2.0**-16))
    result: NDArray[np.float64] = product * 2.0**-15 + 0.5
    return result


def _block_length(acc: SumArray, channels: int) -> int:
    """How many elements to do at a time: whole rows of channels."""
    return channels * max(1, min(BLOCK_ELEMENTS, acc.size) // channels)


def _repeated(parameter: NDArray[Any] | int, length: int) -> NDArray[Any]:
    """One value a channel, again and again over `length` elements; one value stays one.

    One flat vector multiplies several times faster than many short rows.
    """
    channels = np.size(parameter)
    if channels == 1:
        return np.reshape(parameter, 1)
    return np.broadcast_to(parameter, (length // channels, channels)).reshape(-1)


def _blocks(acc: SumArray, result: NDArray[Any], length: int) -> Iterator[tuple[SumArray, NDArray[Any]]]:
    """(sums, where their results go), flat, `length` elements at a time."""
    flat_acc, flat_result = acc.reshape(-1), result.reshape(-1)
    for start in range(0, acc.size, length):
        yield flat_acc[start : start + length], flat_result[start : start + length]
