"""A real multiplier as (int32 multiplier, power of two), and the products that gemmlowp forms with it.

A quantized operator must scale an int32 sum by a real number such as 0.0072 without floating point. TFLM stores the
number as `multiplier * 2**(shift - 31)` with the multiplier in [2**30, 2**31), multiplies in 64 bits and rounds
**twice**: once at bit 31, once at the shift (TFLITE_SINGLE_ROUNDING is defined in no TFLM build).

Retells tensorflow/lite/kernels/internal/quantization_util.cc, common.cc and gemmlowp's fixedpoint.h.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.signedinteger[Any]]
Int32Array = NDArray[np.int32]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def quantize_multiplier(real: float) -> tuple[int, int]:
    """The pair (multiplier, shift) with `real ≈ multiplier * 2**(shift - 31)`, as TFLM's QuantizeMultiplier.

    A multiplier that rounds up to 2**31 is halved and its shift raised; a shift below -31 flushes to (0, 0).
    """
    if real == 0.0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = _round_half_away(fraction * 2**31)
    if multiplier == 2**31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(reals: NDArray[np.float64]) -> tuple[Int32Array, Int32Array]:
    """`quantize_multiplier` for one multiplier a channel: (multipliers int32 [n], shifts int32 [n])."""
    pairs = [quantize_multiplier(real) for real in reals.tolist()]
    multipliers, shifts = zip(*pairs, strict=True)
    return np.array(multipliers, np.int32), np.array(shifts, np.int32)


def _round_half_away(value: float) -> int:
    """C's std::round: ties go away from zero (Python's round goes to even)."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def saturating_rounding_doubling_high_mul(a: IntArray, b: IntArray | int) -> NDArray[np.int64]:
    """`round(a * b / 2**31)`, ties towards +infinity, as int64 holding int32 values.

    gemmlowp's SaturatingRoundingDoublingHighMul adds a nudge of the product's sign and divides by `1ll << 31`, which
    truncates toward zero; together that is floor(a * b / 2**31 + 1/2), one shift here. Only INT32_MIN * INT32_MIN
    overflows; it saturates.
    """
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    high: NDArray[np.int64] = (product + (1 << 30)) >> 31
    return np.minimum(high, INT32_MAX, out=high) if high.ndim else np.minimum(high, INT32_MAX)


def rounding_divide_by_pot(x: IntArray, exponent: IntArray | int) -> NDArray[np.int64]:
    """`round(x / 2**exponent)`, ties away from zero (gemmlowp's RoundingDivideByPOT); exponents ≥ 0 broadcast."""
    exponent = np.asarray(exponent, np.int64)
    half = (np.int64(1) << exponent) >> 1
    wide = np.asarray(x, np.int64)
    # For negative x, floor((x + half - 1) / 2**e) is the rounding away from zero; exponent 0 must leave x alone.
    nudge = np.where(exponent > 0, wide >> 63, 0)
    shifted: NDArray[np.int64] = (wide + half + nudge) >> exponent
    return shifted


def multiply_by_quantized_multiplier(
    x: IntArray, multiplier: IntArray | int, shift: IntArray | int
) -> NDArray[np.int64]:
    """`x * multiplier * 2**(shift - 31)` with TFLM's two roundings, for int32 sums; all three broadcast.

    Returns int64 holding int32 values. The definition: every faster path must equal this one.
    """
    shift = np.asarray(shift, np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    # C computes x * (1 << left) in 32 bits, so it wraps where it overflows.
    shifted = (np.asarray(x, np.int64) << left).astype(np.int32)
    return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, multiplier), right)


def multiply_int64_by_quantized_multiplier(
    x: IntArray, multiplier: IntArray | int, shift: IntArray | int
) -> NDArray[np.int64]:
    """The same for the int64 sums of int16 kernels.

    The multiplier is cut to 16 bits, and rounding is once, ties upward.
    """
    multiplier = np.asarray(multiplier, np.int64)
    reduced = np.where(multiplier < 0x7FFF0000, (multiplier + (1 << 15)) >> 16, 0x7FFF)
    total_shift = 15 - np.asarray(shift, np.int64)
    result: NDArray[np.int64] = (np.asarray(x, np.int64) * reduced + (np.int64(1) << (total_shift - 1))) >> total_shift
    return result.astype(np.int32).astype(np.int64)
