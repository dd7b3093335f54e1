"""The fast requantization equals the definition: over all shifts, near every tie, at every extreme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import (
    INT32_MAX,
    INT32_MIN,
    multiply_by_quantized_multiplier,
    multiply_int64_by_quantized_multiplier,
)
from tinylab.arithmetic.requantize import BLOCK_ELEMENTS, requantize, requantize_int64

Array = NDArray[Any]
DTYPES = [np.int8, np.int16, np.int32]
ROUND_MULTIPLIERS = [0, 2**30, 3 * 2**29, INT32_MAX, 0x7FFF0000, 0x7FFEFFFF]  # they meet ties most often


def expected(acc: Array, multiplier: Any, shift: Any, zero_point: int, dtype: type, int64_sums: bool = False) -> Array:
    """The definition, written out."""
    multiply = multiply_int64_by_quantized_multiplier if int64_sums else multiply_by_quantized_multiplier
    limits = np.iinfo(dtype)
    return np.clip(zero_point + multiply(acc.astype(np.int64), multiplier, shift), limits.min, limits.max).astype(dtype)


def check(acc: Array, multiplier: Any, shift: Any, zero_point: int, dtype: type, int64_sums: bool = False) -> None:
    limits = np.iinfo(dtype)
    fast = (requantize_int64 if int64_sums else requantize)(
        acc, multiplier, shift, zero_point, limits.min, limits.max, dtype
    )
    assert fast.dtype == dtype
    assert fast.shape == acc.shape
    np.testing.assert_array_equal(fast, expected(acc, multiplier, shift, zero_point, dtype, int64_sums))


def random_multipliers(rng: np.random.Generator, count: int) -> Array:
    multipliers = rng.integers(2**30, 2**31, count)
    multipliers = np.where(rng.random(count) < 0.3, rng.choice(ROUND_MULTIPLIERS, count), multipliers)
    return np.where(rng.random(count) < 0.1, -multipliers, multipliers)  # LEAKY_RELU's may be negative


def sums_near_ties(rng: np.random.Generator, rows: int, multipliers: Array, shifts: Array) -> Array:
    """Sums whose results lie at a tie of the second rounding, or one sum beside it."""
    halves = rng.integers(-200, 200, (rows, multipliers.size)) + 0.5
    exact = np.rint(halves * 2.0 ** (31 - shifts) / np.where(multipliers == 0, 1, multipliers))
    return np.clip(exact + rng.integers(-1, 2, exact.shape), INT32_MIN, INT32_MAX)


@pytest.mark.parametrize("shift", range(-31, 31))
def test_every_shift(shift: int) -> None:
    rng = np.random.default_rng(shift + 31)
    multipliers = random_multipliers(rng, 24)
    shifts = np.full(24, shift)
    any_size = np.rint(rng.uniform(-1, 1, (150, 24)) * 2.0 ** rng.integers(1, 32, (150, 24)))
    extremes = np.full((2, 24), [[INT32_MIN], [INT32_MAX]])
    acc = np.concatenate([sums_near_ties(rng, 150, multipliers, shifts), any_size, extremes])
    acc = np.clip(acc, INT32_MIN, INT32_MAX).astype(np.int32)
    narrow = acc[np.abs(acc.astype(np.int64)).max(axis=1) < 2**22]
    for dtype, zero_point in zip(DTYPES, (-128, 0, 0), strict=True):
        check(acc, multipliers, shifts, zero_point, dtype)
        check(narrow, multipliers, shifts, zero_point, dtype)
        check(acc, int(multipliers[0]), shift, zero_point, dtype)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32, np.float64])
def test_sums_of_every_type(dtype: type) -> None:
    """A channel of each shift, in narrow sums as convolutions make them; more than one block, the last one cut."""
    rng = np.random.default_rng(1)
    multipliers, shifts = random_multipliers(rng, 40), rng.integers(-15, 3, 40)
    acc = rng.integers(-(2**22) + 1, 2**22, (3, BLOCK_ELEMENTS // 70, 40)).astype(dtype)
    check(acc, multipliers.astype(np.int32), shifts.astype(np.int32), 5, np.int8)


@pytest.mark.parametrize("bits", range(16, 32))
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_ties_of_the_first_rounding(bits: int, beside: int) -> None:
    """Sums of every size with x * m / 2**31 = k + 1/2, or 2**-31 beside it: one bit lost in a product would show."""
    rng = np.random.default_rng(bits)
    acc = rng.integers(2 ** (bits - 1), 2**bits, 200) | 1
    multipliers = np.array([(2**30 + beside) * pow(int(x), -1, 2**31) % 2**31 for x in acc])
    for sign in (1, -1):
        check(sign * acc[np.newaxis], multipliers, np.zeros(200, int), 0, np.int32)


def test_every_narrow_sum_of_one_multiplier() -> None:
    """All of them, at a shift where one in 16 meets the neighbourhood of a tie."""
    acc = np.arange(-(2**20), 2**20, dtype=np.int32)
    for multiplier in (2**30, 2**30 + 2**26, 1_518_500_249):
        check(acc, multiplier, -4, -7, np.int16)


def test_sums_beyond_int32_wrap() -> None:
    acc = np.array([2**31 + 3, -(2**31) - 5, 2**33 + 12], np.int64)
    check(acc, 2**30, 1, 0, np.int32)
    check(acc.astype(np.float64), 2**30, 1, 0, np.int32)


def test_a_left_shift_wraps() -> None:
    assert requantize(np.array([2**29, 2**30], np.int32), 2**30, 2, 0, INT32_MIN, INT32_MAX, np.int32).tolist() == [
        -(2**30),
        0,
    ]


def test_clamps_to_the_activation_range_and_moves_by_the_zero_point() -> None:
    acc = np.array([-1000, -10, 0, 10, 1000], np.float32)
    assert requantize(acc, 2**30, 1, 3, 3, 100, np.int8).tolist() == [3, 3, 3, 13, 100]


def test_no_sums_and_a_strided_view() -> None:
    assert requantize(np.zeros((0, 4), np.int32), 2**30, 0, 0, -128, 127, np.int8).shape == (0, 4)
    acc = np.arange(-60, 60, dtype=np.int32).reshape(10, 12)
    check(acc[::3, 1::2], np.arange(2**30, 2**30 + 6), np.array([-1, 0, 1, -2, 2, 0]), 1, np.int8)
    check(acc.T, 2**30, -1, 1, np.int8)


@pytest.mark.parametrize("shift", range(-31, 8))
def test_int64_sums_every_shift(shift: int) -> None:
    """Also beyond 2**37, where float64 is not exact, and beyond what int32 holds of the result."""
    rng = np.random.default_rng(shift + 31)
    multipliers = rng.integers(2**30, 2**31, 24)
    multipliers = np.where(rng.random(24) < 0.3, rng.choice(ROUND_MULTIPLIERS, 24), multipliers)
    shifts = np.full(24, shift)
    for bits in (8, 20, 30, 36, 46):
        acc = rng.integers(-(2**bits), 2**bits, (100, 24))
        check(acc, multipliers, shifts, 0, np.int16, int64_sums=True)
        check(acc.astype(np.float64), multipliers, shifts, 0, np.int16, int64_sums=True)
        check(acc, int(multipliers[0]), shift, 0, np.int16, int64_sums=True)
    halves = rng.integers(-200, 200, (100, 24)) + 0.5
    ties = np.rint(halves * 2.0 ** (31 - shift) / np.maximum(multipliers, 2**30)).astype(np.int64)
    check(np.clip(ties, -(2**46), 2**46), multipliers, shifts, 0, np.int16, int64_sums=True)


@pytest.mark.parametrize("total_shift", range(30, 47))
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_int64_sums_at_ties(total_shift: int, beside: int) -> None:
    """The same for the one rounding of int64 sums, x * m16 / 2**total_shift."""
    rng = np.random.default_rng(total_shift)
    m16 = rng.integers(2**14, 2**15, 200) | 1
    acc = np.array([(2 ** (total_shift - 1) + beside) * pow(int(m), -1, 2**total_shift) for m in m16], object)
    acc = (acc % 2**total_shift).astype(np.int64)
    check(acc[np.newaxis], m16 << 16, np.full(200, 15 - total_shift), 0, np.int32, int64_sums=True)
    check(-acc[np.newaxis], m16 << 16, np.full(200, 15 - total_shift), 0, np.int32, int64_sums=True)
