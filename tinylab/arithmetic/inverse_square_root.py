"""1 / sqrt(x) of positive integers by integer products alone: five steps of Newton and Raphson.

x is first shifted by an even number of bits, so that half as many bits shift the result back.

Retells GetInvSqrtQuantizedMultiplierExp of tensorflow/lite/kernels/internal/common.h.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX
from tinylab.arithmetic.fixed_point import saturating_rounding_doubling_high_mul as multiply
from tinylab.arithmetic.gemmlowp import Raw, raw_of, saturating_left_shift

STEPS = 5


def inverse_square_root(x: NDArray[np.signedinteger[Any]]) -> tuple[Raw, Raw]:
    """(multiplier, shift) with 1 / sqrt(x) = multiplier * 2**(shift - 31), of int32 numbers; 0 is taken as 1."""
    large = np.maximum(np.asarray(x, np.int64), 2)
    bits = np.frexp(large.astype(np.float64))[1].astype(np.int64)  # how many each takes; exact, below 2**53
    pairs_down = np.maximum(bits - 28, 0) // 2  # x to below 2**29
    pairs_up = (29 - (bits - 2 * pairs_down)) // 2  # x to at least 2**27
    large = (large >> (2 * pairs_down)) << (2 * pairs_up)
    multiplier = _newton_raphson(large >> 1)
    right_shift = 11 + pairs_down - pairs_up
    multiplier = multiplier << np.maximum(-right_shift, 0)
    is_one = np.asarray(x) <= 1
    return np.where(is_one, INT32_MAX, multiplier), np.where(is_one, 0, -np.maximum(right_shift, 0))


def _newton_raphson(x: Raw) -> Raw:
    """sqrt(1 / 2) / sqrt(x) in Q3.28, for x in Q3.28, from the guess 1."""
    half_x = (x + 1) >> 1
    guess: Raw = np.full_like(x, 1 << 28)
    for _ in range(STEPS):
        # A product of numbers of 3 integer bits has 6, of three 9; a shift takes it back to 3.
        cube = saturating_left_shift(multiply(multiply(guess, guess), guess), 6)
        guess = saturating_left_shift(multiply(guess, raw_of(1.5, 3)) - multiply(half_x, cube), 3)
    return multiply(guess, raw_of(math.sqrt(2) / 2, 0))
