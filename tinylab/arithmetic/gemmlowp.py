"""exp, logistic and tanh of fixed-point numbers, from shifts and integer products alone, as gemmlowp computes them.

A number in Qm.n has m integer bits, n = 31 - m fractional bits and a sign: the int32 `raw` stands for raw / 2**n.
Results are in Q0.31, from -1 to just under 1; a product of two numbers is the high half of the 64-bit product, rounded.

Every function takes and returns int64 arrays that hold int32 values. Retells gemmlowp's fixedpoint/fixedpoint.h, and
GetReciprocal and CalculateInputRadius of tensorflow/lite/kernels/internal.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, rounding_divide_by_pot
from tinylab.arithmetic.fixed_point import saturating_rounding_doubling_high_mul as multiply

Raw = NDArray[np.int64]

ONE = INT32_MAX  # Q0.31 cannot hold 1.0: this is the nearest
INPUT_INTEGER_BITS = 4  # of LOGISTIC and TANH for int8: from -16 to 16


def raw_of(real: float, integer_bits: int) -> int:
    """`real` as a raw number of that many integer bits, rounded to nearest."""
    return round(real * 2.0 ** (31 - integer_bits))


def saturating_left_shift(x: Raw, exponent: int | Raw) -> Raw:
    """x * 2**exponent, held inside int32 (SaturatingRoundingMultiplyByPOT of an exponent above 0)."""
    shifted: Raw = np.clip(x << exponent, INT32_MIN, INT32_MAX)
    return shifted


def exp_on_negative_values(x: ArrayLike, integer_bits: int) -> Raw:
    """exp(x) in Q0.31, for x <= 0 of that many integer bits.

    x is split into a part in [-1/4, 0), whose exp a polynomial gives, and a sum of powers of two, each of which
    multiplies the result by a constant: exp(-5.4) = exp(-0.15) * exp(-1/4) * exp(-1) * exp(-4).
    """
    x = np.asarray(x, np.int64)
    fractional_bits = 31 - integer_bits
    quarter = 1 << (fractional_bits - 2)
    part = (x & (quarter - 1)) - quarter
    powers = part - x
    result = _exp_from_minus_one_quarter_to_0(part << integer_bits)
    for exponent in range(-2, min(integer_bits, 5)):
        has_power = (powers >> (fractional_bits + exponent)) & 1
        result = np.where(has_power, multiply(result, raw_of(math.exp(-(2.0**exponent)), 0)), result)
    if integer_bits > 5:
        result = np.where(x < -(32 << fractional_bits), 0, result)
    return np.where(x == 0, ONE, result)


def _exp_from_minus_one_quarter_to_0(a: Raw) -> Raw:
    """exp(a) in Q0.31, for a in [-1/4, 0) in Q0.31: four terms of the Taylor series around -1/8."""
    x = a + raw_of(1 / 8, 0)
    x2 = multiply(x, x)
    x3 = multiply(x2, x)
    x4 = multiply(x2, x2)
    cubic_and_quartic = multiply(rounding_divide_by_pot(x4, 2) + x3, raw_of(1 / 3, 0))
    beyond_linear = rounding_divide_by_pot(cubic_and_quartic + x2, 1)  # x**2/2 + x**3/6 + x**4/24
    center = raw_of(math.exp(-1 / 8), 0)
    return center + multiply(x + beyond_linear, center)


def _two_over_one_plus(a: Raw) -> Raw:
    """2 / (1 + a) in Q2.29, for a in [0, 1] in Q0.31: three steps of Newton and Raphson."""
    half_denominator = (a + ONE + 1) >> 1  # (1 + a) / 2 in Q0.31
    x = raw_of(48 / 17, 2) + multiply(half_denominator, raw_of(-32 / 17, 2))
    for _ in range(3):
        error = raw_of(1.0, 2) - multiply(half_denominator, x)
        x = x + saturating_left_shift(multiply(x, error), 2)
    return x


def one_over_one_plus_x_for_x_in_0_1(a: Raw) -> Raw:
    """1 / (1 + a) in Q0.31, for a in [0, 1] in Q0.31."""
    return saturating_left_shift(_two_over_one_plus(a), 1)


def one_minus_x_over_one_plus_x_for_x_in_0_1(a: Raw) -> Raw:
    """(1 - a) / (1 + a), which is 2 / (1 + a) - 1, in Q0.31, for a in [0, 1] in Q0.31."""
    return saturating_left_shift(_two_over_one_plus(a) - raw_of(1.0, 2), 2)


def logistic(x: ArrayLike, integer_bits: int) -> Raw:
    """1 / (1 + exp(-x)) in Q0.31, for x of that many integer bits."""
    x = np.asarray(x, np.int64)
    positive = one_over_one_plus_x_for_x_in_0_1(exp_on_negative_values(-np.abs(x), integer_bits))
    return np.where(x == 0, raw_of(0.5, 0), np.where(x > 0, positive, ONE - positive))


def tanh(x: ArrayLike, integer_bits: int) -> Raw:
    """tanh(x) = (1 - exp(-2x)) / (1 + exp(-2x)) in Q0.31, for x of that many integer bits."""
    x = np.asarray(x, np.int64)
    # The same raw number, with one more integer bit, is 2x.
    positive = one_minus_x_over_one_plus_x_for_x_in_0_1(exp_on_negative_values(-np.abs(x), integer_bits + 1))
    return np.where(x == 0, 0, np.where(x > 0, positive, -positive))


def reciprocal(x: NDArray[Any], integer_bits: int) -> tuple[Raw, Raw]:
    """1 / x as (mantissa in Q0.31, exponent): 1 / x = mantissa / 2**exponent (GetReciprocal).

    x: positive, of that many integer bits, read as uint32. The exponent counts the bits of x above 1.0.
    """
    bits = np.frexp(x.astype(np.float64))[1].astype(np.int64)
    fraction = (x.astype(np.int64) << (32 - bits)) - (1 << 31)  # x between 1 and 2, less 1, in Q0.31
    return one_over_one_plus_x_for_x_in_0_1(fraction), integer_bits - (32 - bits)


def calculate_input_radius(input_integer_bits: int, input_left_shift: int) -> int:
    """The largest |x| that keeps to that many integer bits when it is scaled by 2**input_left_shift."""
    largest = ((1 << input_integer_bits) - 1) * 2.0 ** (31 - input_integer_bits)
    return math.floor(largest / 2.0**input_left_shift)


def input_multiplier(input_scale: float) -> tuple[int, int]:
    """(multiplier, left shift) that bring an int8 of that scale to Q4.27, as LOGISTIC and TANH prepare them.

    TFLM writes this out beside QuantizeMultiplier, and does not flush tiny scales to zero.
    """
    fraction, left_shift = math.frexp(input_scale * (1 << (31 - INPUT_INTEGER_BITS)))
    return round(fraction * 2**31), left_shift
