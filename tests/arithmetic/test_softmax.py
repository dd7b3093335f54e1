"""Softmax of integers: against scalar Python that follows the C++, and against real numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arithmetic.test_fixed_point import c_divide_by_pot, c_high_mul, c_multiply
from tests.arithmetic.test_gemmlowp import c_exp_on_negative_values, c_shift_left, c_two_over_one_plus
from tinylab.arithmetic.fixed_point import quantize_multiplier
from tinylab.arithmetic.gemmlowp import calculate_input_radius
from tinylab.arithmetic.softmax import (
    divide_by_sum,
    exp_table,
    int16_exp_table,
    int16_one_over_one_plus_x_table,
    softmax_int16,
    sum_of_exps,
)


def int8_numbers(scale: float) -> tuple[int, int, int]:
    """(multiplier, left shift, smallest difference) of an int8 input with beta 1."""
    multiplier, left_shift = quantize_multiplier(scale * 2**26)
    return multiplier, left_shift, -calculate_input_radius(5, left_shift)


def c_softmax(row: list[int], multiplier: int, left_shift: int, diff_min: int, bits: int) -> list[int]:
    differences = [x - max(row) for x in row]
    exps = [
        c_exp_on_negative_values(c_multiply(d, multiplier, left_shift), 5) if d >= diff_min else None
        for d in differences
    ]
    total = sum(c_divide_by_pot(exp, 12) for exp in exps if exp is not None)
    headroom = 32 - total.bit_length()
    scale = c_shift_left(c_two_over_one_plus((total << headroom) - 2**31), 1)
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    exponent = 12 - headroom + 31 - bits
    return [
        low if exp is None else min(max(c_divide_by_pot(c_high_mul(scale, exp), exponent) + low, low), high)
        for exp in exps
    ]


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
def test_int8_rows_are_those_of_the_c_loop(dtype: type) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        numbers = int8_numbers(2.0 ** rng.uniform(-8, 0))
        rows = rng.integers(-128, 128, (3, rng.integers(1, 20)))
        exps = exp_table(*numbers)[rows.max(axis=-1, keepdims=True) - rows]
        ours = divide_by_sum(exps, sum_of_exps(exps), dtype)
        assert ours.dtype == dtype
        assert ours.tolist() == [c_softmax(row, *numbers, np.iinfo(dtype).bits) for row in rows.tolist()]


def test_two_equal_numbers_are_a_half_each() -> None:
    exps = exp_table(*int8_numbers(0.1))[np.zeros((1, 2), np.int64)]
    assert sum_of_exps(exps).tolist() == [[2 * 2**19]]
    assert divide_by_sum(exps, sum_of_exps(exps), np.int8).tolist() == [[0, 0]]
    assert divide_by_sum(exps[:, :1], sum_of_exps(exps[:, :1]), np.int8).tolist() == [[127]]  # 1 is beyond int8


def test_small_differences_count_for_nothing() -> None:
    """With steps of 1, 31 * 2**26 / 2**27 = 15.5 steps are kept."""
    multiplier, left_shift, diff_min = int8_numbers(1.0)
    assert (multiplier, left_shift, diff_min) == (2**30, 27, -15)
    table = exp_table(multiplier, left_shift, diff_min)
    assert table[15] > 0
    assert not table[16:].any()


def test_the_sum_is_read_as_uint32() -> None:
    exps = exp_table(*int8_numbers(0.1))[np.zeros((1, 5000), np.int64)]
    assert sum_of_exps(exps).tolist() == [[5000 * 2**19]]  # more than int32 holds
    assert np.unique(divide_by_sum(exps, sum_of_exps(exps), np.int16)).tolist() == [-(2**15) + round(2**16 / 5000)]


def c_lookup(table: list[int], x: int) -> int:
    index, offset = 256 + (x >> 7), x & 0x7F
    return table[index] + (((table[index + 1] - table[index]) * offset + 64) >> 7)


def c_softmax_int16(row: list[int], multiplier: int, left_shift: int) -> list[int]:
    exp, one_over = int16_exp_table().tolist(), int16_one_over_one_plus_x_table().tolist()
    scaled = [c_multiply(x - max(row), multiplier, left_shift) + 32767 for x in row]
    exps = [c_lookup(exp, min(max(x, -32768), 32767)) for x in scaled]
    headroom = 32 - sum(exps).bit_length()
    shifted = ((sum(exps) << (headroom - 1)) + (1 << 13)) >> 14
    scale = c_lookup(one_over, min(max(shifted - (1 << 15) - (1 << 16), -32768), 32767))
    right = 31 - headroom
    return [min(max((x * scale + (1 << (right - 1))) >> right, 0), 32767) for x in exps]


def test_int16_rows_are_those_of_the_c_loop() -> None:
    rng = np.random.default_rng(3)
    for _ in range(100):
        numbers = quantize_multiplier(2.0 ** rng.uniform(-14, -3) / (10.0 / 65535.0))
        row = rng.integers(-(2**15), 2**15, rng.integers(1, 20)) // rng.choice([1, 100])
        ours = softmax_int16(row.astype(np.int16), *numbers, int16_exp_table(), int16_one_over_one_plus_x_table())
        assert ours.tolist() == c_softmax_int16(row.tolist(), *numbers)


def test_int16_is_near_the_real_function() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(-(2**15), 2**15, (50, 10)).astype(np.int16)
    scale = 10 / 2**16
    numbers = quantize_multiplier(scale / (10.0 / 65535.0))
    ours = softmax_int16(x, *numbers, int16_exp_table(), int16_one_over_one_plus_x_table()) / 2**15
    real = np.exp((x - x.max(axis=-1, keepdims=True).astype(np.float64)) * scale)
    np.testing.assert_allclose(ours, real / real.sum(axis=-1, keepdims=True), rtol=0, atol=3e-4)


def test_int16_tables_by_hand() -> None:
    exp, one_over = int16_exp_table(), int16_one_over_one_plus_x_table()
    assert (exp[256], exp[512]) == (221, 32767)  # exp(-5) and exp(0) in Q0.15
    assert (one_over[0], one_over[256], one_over[512]) == (32767, 21845, 16384)
