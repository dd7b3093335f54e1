"""Softmax of integers: exp of each difference from the row's largest, divided by their sum.

8 bits: exp in Q0.31, sums in Q12.19, division by Newton and Raphson. 16 bits: exp and 1 / (1 + x) by tables, in Q0.15.

Retells tensorflow/lite/kernels/internal/reference/softmax.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tinylab.arithmetic.fixed_point import (
    multiply_by_quantized_multiplier,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from tinylab.arithmetic.gemmlowp import exp_on_negative_values, reciprocal
from tinylab.arithmetic.lookup_table import INT16_MAX, INT16_MIN, Int16Array, lookup_int16, populate_int16

Int64Array = NDArray[np.int64]

SCALED_DIFF_INTEGER_BITS = 5
ACCUMULATION_INTEGER_BITS = 12
INT16_RANGE = np.float32(2**16 - 1)


def exp_table(multiplier: int, left_shift: int, diff_min: int) -> Int64Array:
    """exp(-d) in Q0.31 for the differences d = 0 to 255 of two int8, int64 [256]; 0 where -d is below diff_min."""
    differences = -np.arange(256)
    scaled = multiply_by_quantized_multiplier(differences, multiplier, left_shift)  # Q5.26
    return np.where(differences >= diff_min, exp_on_negative_values(scaled, SCALED_DIFF_INTEGER_BITS), 0)


def sum_of_exps(exps: Int64Array) -> Int64Array:
    """The sum along the last axis, which stays, as size 1: Q0.31 in, Q12.19 out, read as uint32."""
    rescaled = rounding_divide_by_pot(exps, ACCUMULATION_INTEGER_BITS)
    total: Int64Array = rescaled.sum(axis=-1, keepdims=True) & 0xFFFFFFFF
    return total


def divide_by_sum(exps: Int64Array, total: Int64Array, dtype: DTypeLike) -> NDArray[Any]:
    """exps / total, from the smallest to the largest number of `dtype`, int8 or int16."""
    limits = np.iinfo(dtype)
    scale, bits_over_unit = reciprocal(total, ACCUMULATION_INTEGER_BITS)
    quotient = saturating_rounding_doubling_high_mul(exps, scale)
    output = rounding_divide_by_pot(quotient, bits_over_unit + 31 - limits.bits) + limits.min
    return np.clip(output, limits.min, limits.max).astype(dtype)


def int16_exp_table() -> Int16Array:
    """exp from -10 to 0, in Q0.15."""
    return populate_int16(np.exp, np.float32(10) / INT16_RANGE, INT16_MAX, np.float32(2) / INT16_RANGE, 0)


def int16_one_over_one_plus_x_table() -> Int16Array:
    """1 / (1 + x) for x from 0 to 1, in Q0.15."""
    scales = np.float32(1) / INT16_RANGE, np.float32(2) / INT16_RANGE
    return populate_int16(lambda x: 1 / (1 + x.astype(np.float32)), scales[0], INT16_MIN, scales[1], 0)


def softmax_int16(
    x: NDArray[np.int16], multiplier: int, left_shift: int, exp: Int16Array, one_over_one_plus_x: Int16Array
) -> NDArray[np.int64]:
    """Softmax along the last axis, 0 to 32767 for 0 to 1. A difference times the multiplier is 65535 for 10."""
    wide = x.astype(np.int64)
    differences = wide - wide.max(axis=-1, keepdims=True)
    scaled = multiply_by_quantized_multiplier(differences, multiplier, left_shift)
    exps = lookup_int16(exp, np.clip(scaled + INT16_MAX, INT16_MIN, INT16_MAX)).astype(np.int64)  # Q0.15
    total = exps.sum(axis=-1, keepdims=True)
    # total = (1 + fraction) * 2**(bits - 1), and the table's argument is the fraction, from -32768 for 0.
    bits = np.frexp(total.astype(np.float64))[1].astype(np.int64)
    shifted = ((total << (31 - bits)) + (1 << 13)) >> 14
    fraction = np.clip(shifted - (2**15 + 2**16), INT16_MIN, INT16_MAX)
    right_shift = bits - 1
    rounded = (exps * lookup_int16(one_over_one_plus_x, fraction) + (1 << (right_shift - 1))) >> right_shift
    result: NDArray[np.int64] = np.clip(rounded, 0, INT16_MAX)
    return result
