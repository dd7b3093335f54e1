"""Quotients of integers by integer products alone: the numerator times the reciprocal of the divisor.

Newton and Raphson find the reciprocal. The numerator is first shifted up as far as 32 bits allow, so that the product
keeps as many bits as it can; one shift at the end undoes all.

Retells DivElementwise of tensorflow/lite/kernels/internal/reference/div.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import saturating_rounding_doubling_high_mul as multiply
from tinylab.arithmetic.gemmlowp import Raw, reciprocal


def scaled_quotient(numerator: NDArray[Any], divisor: NDArray[Any], multiplier: int, shift: int) -> Raw:
    """numerator / divisor * multiplier * 2**(shift - 31), of integers that broadcast; no divisor may be 0."""
    numerator = np.where(divisor < 0, -numerator, numerator)
    inverse, bits_over_unit = reciprocal(np.abs(divisor), 31)
    headroom = 31 - np.frexp(np.where(numerator < 0, ~numerator, numerator))[1]  # upper bits that repeat the sign
    quotient = multiply(numerator.astype(np.int64) << headroom, inverse)
    return divide_by_pot_as_x86(multiply(quotient, multiplier), bits_over_unit + headroom - shift)


def divide_by_pot_as_x86(x: Raw, exponent: Raw) -> Raw:
    """`rounding_divide_by_pot` statement by statement, for exponents outside 0 to 31 too, where C says nothing.

    TFLM's division asks for them: of small numerators by large divisors. An x86-64 then shifts by the lowest bits of
    the exponent, so that the smallest quotients become the largest; a Cortex-M makes them 0 or 1.
    """
    mask = ((np.int64(1) << (exponent & 63)) - 1).astype(np.int32)
    threshold = (mask >> 1) + (x < 0)
    result: Raw = (x >> (exponent & 31)) + ((x & mask) > threshold)
    return result
