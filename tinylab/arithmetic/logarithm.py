"""log(x) of fixed-point numbers from 1 up, by integer products alone.

x = 2**n * r. Where r lies below sqrt(1 / 2), n is one less: r then stays near the fourth root of 1 / 2, around which a
quotient of two polynomials gives its logarithm. log(x) = n * log(2) + log(r).

Retells log_x_for_x_greater_than_or_equal_to_1 of tensorflow/lite/kernels/internal/common.h.
"""

from __future__ import annotations

import math

import numpy as np

from tinylab.arithmetic.fixed_point import rounding_divide_by_pot
from tinylab.arithmetic.fixed_point import saturating_rounding_doubling_high_mul as multiply
from tinylab.arithmetic.gemmlowp import Raw, one_over_one_plus_x_for_x_in_0_1, raw_of, saturating_left_shift

_ROOT = math.sqrt(math.sqrt(2))
LOG_2, CENTER, SQRT_HALF = raw_of(math.log(2), 0), raw_of(1 / _ROOT, 0), raw_of(math.sqrt(0.5), 0)
ALPHA_N, ALPHA_D = raw_of(11 / 240 * _ROOT, 0), raw_of(_ROOT / 20, 0)
ALPHA_I, ALPHA_F = raw_of(2 / _ROOT - _ROOT, 0), raw_of(_ROOT / 4, 0)


def log_of_at_least_1(x: Raw, integer_bits: int, output_integer_bits: int) -> Raw:
    """log(x), of that many integer bits, for x >= 1.0 below 2**31 of that many."""
    fractional_bits = 31 - (output_integer_bits + 1)  # one integer bit more on the way, so that nothing saturates
    quarter = 1 << (fractional_bits - 2)
    # r_a is x between 1/2 and 1, times sqrt(2); r_b the same from a rounded product. The smaller one is below 1.
    headroom = 32 - _bits(x)
    r_a = saturating_left_shift(multiply(x << (headroom - 1), SQRT_HALF), 1)
    power_a = ((integer_bits - headroom) << fractional_bits) + quarter
    headroom = 31 - _bits(multiply(x, SQRT_HALF))
    r_b = saturating_left_shift(x, headroom)
    power_b = ((integer_bits - headroom) << fractional_bits) - quarter
    log_r = _log_around_center(np.minimum(r_a, r_b), output_integer_bits + 1)
    return saturating_left_shift(multiply(np.maximum(power_a, power_b), LOG_2) + log_r, 1)


def _bits(x: Raw) -> Raw:
    """How many bits each positive number takes."""
    return np.frexp(x.astype(np.float64))[1].astype(np.int64)


def _log_around_center(r: Raw, integer_bits: int) -> Raw:
    """log(r / CENTER), of that many integer bits, for r in Q0.31 near CENTER."""
    middle = (r + CENTER + 1) >> 1
    q = 2 * (r - CENTER)
    squared = multiply(q, q)
    numerator = multiply(q, r) + multiply(multiply(q, squared), ALPHA_N)
    denominator = multiply(middle, ALPHA_I + q + multiply(squared, ALPHA_D)) + multiply(q, ALPHA_F)
    return multiply(rounding_divide_by_pot(numerator, integer_bits), one_over_one_plus_x_for_x_in_0_1(denominator))
