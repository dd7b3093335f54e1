"""Quotients of integers: against scalar Python that follows DivElementwise and gemmlowp, and real numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arithmetic.test_fixed_point import c_divide_by_pot, c_high_mul, wrapped
from tests.arithmetic.test_gemmlowp import c_shift_left
from tinylab.arithmetic.division import divide_by_pot_as_x86, scaled_quotient
from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN, quantize_multiplier


def c_reciprocal(x: int) -> tuple[int, int]:
    """(1 / x in Q0.31, exponent) of GetReciprocal(x, 31)."""
    headroom_plus_one = 32 - x.bit_length()
    a = (x << headroom_plus_one) - 2**31
    half_denominator = (a + INT32_MAX + 1) >> 1
    result = 1515870810 + c_high_mul(half_denominator, -1010580540)
    for _ in range(3):
        error = (1 << 29) - c_high_mul(half_denominator, result)
        result += c_shift_left(c_high_mul(result, error), 2)
    return c_shift_left(result, 1), 31 - headroom_plus_one


def c_quotient(a: int, b: int, multiplier: int, shift: int) -> int:
    """Before the output's zero point. The last shift is an x86-64's where C leaves it open."""
    if b < 0:
        a, b = -a, -b
    inverse, recip_shift = c_reciprocal(b)
    headroom = 31 - (a if a >= 0 else -a - 1).bit_length()
    unscaled = c_high_mul(wrapped(a << headroom), inverse)
    scaled = c_high_mul(unscaled, multiplier)
    exponent = recip_shift + headroom - shift
    if 0 <= exponent <= 31:
        return c_divide_by_pot(scaled, exponent)
    mask = wrapped((1 << (exponent & 63)) - 1)
    return (scaled >> (exponent & 31)) + int((scaled & mask) > (mask >> 1) + (scaled < 0))


def test_every_pair_of_int8_is_the_c_function() -> None:
    rng = np.random.default_rng(1)
    for real in (1.0, 0.003, 7.3, 200.0, 3e-9, 1e12):
        multiplier, shift = quantize_multiplier(real)
        a, b = rng.integers(-255, 256, (2, 500))
        b = np.where(b == 0, 1, b)
        expected = [c_quotient(int(x), int(y), multiplier, shift) for x, y in zip(a, b, strict=True)]
        assert scaled_quotient(a, b, multiplier, shift).tolist() == expected


@pytest.mark.parametrize(("a", "b", "expected"), [(200, 4, 50), (-200, 4, -50), (200, -4, -50), (7, 3, 2), (-8, 3, -3)])
def test_by_hand(a: int, b: int, expected: int) -> None:
    """A multiplier of 1. (Of ties nothing can be said: the reciprocal is not exact.)"""
    assert scaled_quotient(np.array([a]), np.array([b]), *quantize_multiplier(1.0)).tolist() == [expected]


def test_a_small_numerator_by_a_large_divisor_is_wrong_as_in_tflm() -> None:
    """1 / 255: the last shift is by 30 + 7 - 1 = 36 bits, of which x86 does 4."""
    assert scaled_quotient(np.array([1]), np.array([255]), *quantize_multiplier(1.0))[0] > 2**24


@given(st.integers(INT32_MIN, INT32_MAX), st.integers(0, 31))
def test_inside_the_range_it_is_rounding_divide_by_pot(x: int, exponent: int) -> None:
    assert divide_by_pot_as_x86(np.array([x]), np.array([exponent]))[0] == c_divide_by_pot(x, exponent)
