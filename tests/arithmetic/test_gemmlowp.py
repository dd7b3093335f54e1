"""exp, logistic, tanh and 1 / x in fixed point: against scalar Python that follows gemmlowp, and real numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arithmetic.test_fixed_point import c_divide, c_divide_by_pot, c_high_mul
from tinylab.arithmetic import gemmlowp
from tinylab.arithmetic.fixed_point import INT32_MAX, INT32_MIN

ONE = INT32_MAX
# exp(-1/4), exp(-1/2), exp(-1), ..., exp(-16) in Q0.31, as gemmlowp writes them
EXPS = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242]

int32s = st.integers(INT32_MIN + 1, INT32_MAX) | st.sampled_from([-1, 0, 1, INT32_MIN + 1, INT32_MAX, 2**27, -(2**27)])
integer_bits = st.integers(1, 6)


def c_shift_left(x: int, exponent: int) -> int:
    threshold = (1 << (31 - exponent)) - 1
    return INT32_MAX if x > threshold else INT32_MIN if x < -threshold else x << exponent


def c_exp_on_negative_values(a: int, bits: int) -> int:
    fractional_bits = 31 - bits
    quarter = 1 << (fractional_bits - 2)
    part = (a & (quarter - 1)) - quarter
    x = c_shift_left(part, bits) + (1 << 28)
    x2 = c_high_mul(x, x)
    x3, x4 = c_high_mul(x2, x), c_high_mul(x2, x2)
    terms = c_divide_by_pot(c_high_mul(c_divide_by_pot(x4, 2) + x3, 715827883) + x2, 1)
    result = 1895147668 + c_high_mul(1895147668, x + terms)
    for exponent, constant in zip(range(-2, 5), EXPS, strict=True):
        if bits > exponent and (part - a) & (1 << (fractional_bits + exponent)):
            result = c_high_mul(result, constant)
    if bits > 5 and a < -(1 << (36 - bits)):
        result = 0
    return ONE if a == 0 else result


def c_two_over_one_plus(a: int) -> int:
    half_denominator = c_divide(a + ONE + 1, 2)
    x = 1515870810 + c_high_mul(half_denominator, -1010580540)
    for _ in range(3):
        error = (1 << 29) - c_high_mul(half_denominator, x)
        x += c_shift_left(c_high_mul(x, error), 2)
    return x


def c_logistic(a: int, bits: int) -> int:
    positive = c_shift_left(c_two_over_one_plus(c_exp_on_negative_values(-abs(a), bits)), 1)
    return 1 << 30 if a == 0 else positive if a > 0 else ONE - positive


def c_tanh(a: int, bits: int) -> int:
    positive = c_shift_left(c_two_over_one_plus(c_exp_on_negative_values(-abs(a), bits + 1)) - (1 << 29), 2)
    return 0 if a == 0 else positive if a > 0 else -positive


@given(int32s, integer_bits)
def test_exp_is_gemmlowps(a: int, bits: int) -> None:
    assert int(gemmlowp.exp_on_negative_values(-abs(a), bits)) == c_exp_on_negative_values(-abs(a), bits)


@given(int32s, st.integers(1, 5))
def test_logistic_and_tanh_are_gemmlowps(a: int, bits: int) -> None:
    assert int(gemmlowp.logistic(a, bits)) == c_logistic(a, bits)
    assert int(gemmlowp.tanh(a, bits)) == c_tanh(a, bits)


def test_constants_are_gemmlowps() -> None:
    assert [gemmlowp.raw_of(math.exp(-(2.0**exponent)), 0) for exponent in range(-2, 5)] == EXPS
    assert gemmlowp.raw_of(math.exp(-1 / 8), 0) == 1895147668
    assert gemmlowp.raw_of(1 / 3, 0) == 715827883
    assert (gemmlowp.raw_of(48 / 17, 2), gemmlowp.raw_of(-32 / 17, 2)) == (1515870810, -1010580540)


@pytest.mark.parametrize("bits", [3, 4, 5])
def test_near_the_real_functions(bits: int) -> None:
    raw = np.linspace(INT32_MIN + 1, INT32_MAX, 10_001).astype(np.int64)
    x = raw / 2.0 ** (31 - bits)
    np.testing.assert_allclose(gemmlowp.logistic(raw, bits) / 2**31, 1 / (1 + np.exp(-x)), rtol=0, atol=1e-6)
    np.testing.assert_allclose(gemmlowp.tanh(raw, bits) / 2**31, np.tanh(x), rtol=0, atol=1e-6)
    exps = gemmlowp.exp_on_negative_values(-np.abs(raw), bits) / 2**31
    np.testing.assert_allclose(exps, np.exp(-np.abs(x)), rtol=0, atol=1e-6)


def test_by_hand() -> None:
    assert int(gemmlowp.exp_on_negative_values(0, 5)) == ONE
    assert int(gemmlowp.logistic(0, 4)) == 2**30
    assert int(gemmlowp.tanh(0, 4)) == 0
    assert int(gemmlowp.exp_on_negative_values(-(40 << 25), 6)) == 0  # below -32, where gemmlowp stops
    assert gemmlowp.saturating_left_shift(np.array([2**29, 2**30, -(2**30), -(2**30) - 1]), 1).tolist() == [
        2**30,
        INT32_MAX,
        INT32_MIN,
        INT32_MIN,
    ]


@given(st.integers(1, 2**32 - 1))
def test_reciprocal(x: int) -> None:
    mantissa, exponent = gemmlowp.reciprocal(np.array([x]), 12)
    assert mantissa[0] / 2**31 / 2.0 ** exponent[0] == pytest.approx(2**19 / x, rel=1e-8)


def test_input_radius_and_multiplier() -> None:
    """A step of 1/8 in Q4.27 is 2**24: half of 2**25. The radius counts with the shift: 15 is 60 steps of 2**25."""
    assert gemmlowp.input_multiplier(0.125) == (2**30, 25)
    assert gemmlowp.calculate_input_radius(4, 25) == 60
    assert gemmlowp.calculate_input_radius(5, 23) == 31 * 2**3
    assert gemmlowp.input_multiplier(0.0) == (0, 0)
    assert gemmlowp.input_multiplier(2.0**-70)[0] == 2**30  # not flushed to zero
