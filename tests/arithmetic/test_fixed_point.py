"""Fixed-point arithmetic: against scalar Python that follows the C++ statement by statement, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylab.arithmetic.fixed_point import (
    INT32_MAX,
    INT32_MIN,
    multiply_by_quantized_multiplier,
    multiply_int64_by_quantized_multiplier,
    quantize_multiplier,
    quantize_multipliers,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)

edges = st.sampled_from([INT32_MIN, INT32_MIN + 1, -(2**30), -1, 0, 1, 2**30 - 1, 2**30, INT32_MAX])
int32s = st.integers(INT32_MIN, INT32_MAX) | edges
multipliers = st.integers(2**30, INT32_MAX) | st.sampled_from([0, 2**30, INT32_MAX, 0x7FFF0000, 0x7FFEFFFF])


def wrapped(value: int) -> int:
    """The int32 that C keeps of `value`."""
    return (value + 2**31) % 2**32 - 2**31


def c_divide(a: int, b: int) -> int:
    """C's division, toward zero."""
    return abs(a) // b if a >= 0 else -(abs(a) // b)


def c_high_mul(a: int, b: int) -> int:
    if a == b == INT32_MIN:
        return INT32_MAX
    nudge = 1 << 30 if a * b >= 0 else 1 - (1 << 30)
    return c_divide(a * b + nudge, 1 << 31)


def c_divide_by_pot(x: int, exponent: int) -> int:
    mask = (1 << exponent) - 1
    threshold = (mask >> 1) + (1 if x < 0 else 0)
    return (x >> exponent) + (1 if x & mask > threshold else 0)


def c_multiply(x: int, multiplier: int, shift: int) -> int:
    left, right = max(shift, 0), max(-shift, 0)
    return c_divide_by_pot(c_high_mul(wrapped(x << left), multiplier), right)


def c_multiply_int64(x: int, multiplier: int, shift: int) -> int:
    reduced = (multiplier + (1 << 15)) >> 16 if multiplier < 0x7FFF0000 else 0x7FFF
    total_shift = 15 - shift
    return wrapped((x * reduced + (1 << (total_shift - 1))) >> total_shift)


@given(int32s, int32s)
def test_high_mul_is_gemmlowps(a: int, b: int) -> None:
    assert saturating_rounding_doubling_high_mul(np.int32(a), np.int32(b)) == c_high_mul(a, b)


def test_high_mul_by_hand() -> None:
    a = np.array([1, 1, -1, -3, 2**30, INT32_MIN], np.int32)
    b = np.array([2**30 - 1, 2**30, 2**30, 2**30, 2**30, INT32_MIN], np.int32)
    # 0.4999…, and the ties 0.5, -0.5, -1.5, which go up; then exact, then saturated
    assert saturating_rounding_doubling_high_mul(a, b).tolist() == [0, 1, 0, -1, 2**29, INT32_MAX]


@given(int32s, st.integers(0, 31))
def test_divide_by_pot_is_gemmlowps(x: int, exponent: int) -> None:
    assert rounding_divide_by_pot(np.int32(x), exponent) == c_divide_by_pot(x, exponent)


def test_divide_by_pot_by_hand() -> None:
    x = np.array([5, 6, 7, -5, -6, -7, 2, -2], np.int32)
    assert rounding_divide_by_pot(x, 2).tolist() == [1, 2, 2, -1, -2, -2, 1, -1]  # 1.5 to 2, -1.5 to -2, ±0.5 to ±1
    assert rounding_divide_by_pot(x, 0).tolist() == x.tolist()


@given(int32s, multipliers, st.integers(-31, 30))
def test_multiply_is_tflms(x: int, multiplier: int, shift: int) -> None:
    assert multiply_by_quantized_multiplier(np.int32(x), multiplier, shift) == c_multiply(x, multiplier, shift)


@given(st.integers(-(2**47), 2**47 - 1), multipliers, st.integers(-31, 7))
def test_multiply_int64_is_tflms(x: int, multiplier: int, shift: int) -> None:
    expected = c_multiply_int64(x, multiplier, shift)
    assert multiply_int64_by_quantized_multiplier(np.int64(x), multiplier, shift) == expected


def test_int64_multipliers_have_15_bits() -> None:
    """The largest ones are cut to 0x7FFF instead of rounding up to 0x8000."""
    assert multiply_int64_by_quantized_multiplier(np.int64(2**15), 0x7FFF_8000, 0) == 0x7FFF
    assert multiply_int64_by_quantized_multiplier(np.int64(2**15), 0x4000_8000, 0) == 0x4001


def test_two_roundings_differ_from_one() -> None:
    x, multiplier, shift = 5, 3 * 2**29 - 1, -3
    assert 0.46 < x * multiplier * 2.0 ** (shift - 31) < 0.47  # one rounding would give 0
    # 5 * multiplier / 2**31 = 3.7499… rounds to 4, and 4 / 2**3 is a tie
    assert multiply_by_quantized_multiplier(np.int32(x), multiplier, shift) == 1


def test_a_left_shift_wraps_as_in_c() -> None:
    assert multiply_by_quantized_multiplier(np.int32(2**30), 2**30, 1) == -(2**30)


def test_one_multiplier_a_channel() -> None:
    x = np.array([[100, 100, 100], [-101, -101, -101]], np.int32)
    result = multiply_by_quantized_multiplier(x, np.array([2**30] * 3, np.int32), np.array([1, 0, -1], np.int32))
    assert result.tolist() == [[100, 50, 25], [-101, -50, -25]]


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (0.5, (2**30, 0)),
        (1.0, (2**30, 1)),
        (0.75, (3 * 2**29, 0)),
        (-0.75, (-3 * 2**29, 0)),
        (2.0**-32, (2**30, -31)),
        (2.0**-33, (0, 0)),  # a shift below -31 flushes to zero
        (1 - 2.0**-40, (2**30, 1)),  # rounds up to 2**31, so halved
        (0.5 + 2.0**-32, (2**30 + 1, 0)),  # a tie, away from zero
        (-0.5 - 2.0**-32, (-(2**30) - 1, 0)),
    ],
)
def test_quantize_multiplier_by_hand(real: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(real) == expected


@given(st.floats(2.0**-31, 2.0**20))
def test_quantize_multiplier_is_close(real: float) -> None:
    multiplier, shift = quantize_multiplier(real)
    assert 2**30 <= multiplier < 2**31
    assert abs(math.ldexp(multiplier, shift - 31) - real) <= math.ldexp(0.5, shift - 31)


def test_quantize_multipliers_does_each() -> None:
    reals = np.array([0.3, 1.7, 0.0, 1e-12])
    multipliers, shifts = quantize_multipliers(reals)
    assert multipliers.dtype == shifts.dtype == np.int32
    assert list(zip(multipliers.tolist(), shifts.tolist(), strict=True)) == [quantize_multiplier(r) for r in reals]
