"""The table of logistic and tanh for int16: its points, the choice of a multiplier, and the functions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tinylab.arithmetic.sigmoid_table import (
    checked_log2,
    input_rescaling,
    logistic_int16,
    sigmoid_table,
    tanh_int16,
)

EVERY_INT16 = np.arange(-(2**15), 2**15, dtype=np.int16)


def c_logistic(x: int, multiplier: int, shift: int) -> int:
    """One element, as the C++ computes it."""
    x = (x * multiplier + ((1 << shift) >> 1)) >> shift
    index, offset = abs(x) >> 9, abs(x) & 0x1FF
    table = sigmoid_table().tolist()
    result = 0x7FFF << 10 if index >= 255 else (table[index] << 9) + offset * (table[index + 1] - table[index])
    return (result + (1 << 9) if x >= 0 else (1 << 25) - result + (1 << 9) - 1) >> 10


def c_tanh(x: int, multiplier: int, shift: int) -> int:
    x = (x * multiplier + ((1 << shift) >> 1)) >> shift
    index, offset = abs(x) >> 8, abs(x) & 0xFF
    table = sigmoid_table().tolist()
    result = 0xFFFF << 8 if index >= 255 else (table[index] << 8) + offset * (table[index + 1] - table[index])
    return (result - (1 << 23) + (1 << 7) if x >= 0 else -result + (1 << 23) + (1 << 7) - 1) >> 8


def test_points_of_the_table() -> None:
    """Some entries of TFLM's sigmoid_table_uint16; its sum stands for the others."""
    table = sigmoid_table()
    assert table[[0, 1, 2, 3, 4, 35, 100, 254, 255]].tolist() == [
        32768,
        33451,
        34133,
        34813,
        35493,
        53169,
        64536,
        65534,
        65535,
    ]
    assert table.shape == (256,)
    assert np.all(np.diff(table) >= 0)
    assert not table.flags.writeable


@pytest.mark.parametrize("scale", [2.0**-12, 2.0**-11, 3e-4, 1e-5, 0.01])
def test_elements_are_those_of_the_c_loop(scale: float) -> None:
    some = EVERY_INT16[::97]
    for ours, theirs, shifts in ((logistic_int16, c_logistic, (0,)), (tanh_int16, c_tanh, (0, 1))):
        numbers = input_rescaling(np.float32(scale), shifts)
        assert ours(some, *numbers).tolist() == [theirs(int(x), *numbers) for x in some]


@pytest.mark.parametrize("scale", [2.0**-12, 3e-4, 1e-5])
def test_near_the_real_functions(scale: float) -> None:
    x = EVERY_INT16.astype(np.float64) * scale
    logistic = logistic_int16(EVERY_INT16, *input_rescaling(np.float32(scale), (0,))) / 2**15
    tanh = tanh_int16(EVERY_INT16, *input_rescaling(np.float32(scale), (0, 1))) / 2**15
    np.testing.assert_allclose(logistic, 1 / (1 + np.exp(-x)), rtol=0, atol=1e-4)
    np.testing.assert_allclose(tanh, np.tanh(x), rtol=0, atol=2e-4)


def test_multipliers_by_hand() -> None:
    assert input_rescaling(np.float32(2**-12), (0,)) == (3, 0)
    assert input_rescaling(np.float32(2**-11), (0, 1)) == (6, 0)
    # 2**-11 * 12288 is 6: doubled 12 times, until it is above 16383.5
    assert input_rescaling(np.float32(2**-11), (0,)) == (24576, 12)
    assert input_rescaling(np.float32(2.0), (0,)) == (24576, 0)
    # 0.0001 * 12288 is 1.2288: times 2**14, cut off
    assert input_rescaling(np.float32(0.0001), (0,)) == (math.floor(float(np.float32(0.0001)) * 12288 * 2**14), 14)


def test_log2() -> None:
    assert checked_log2(np.float32(2**-15)) == (-15, True)
    assert checked_log2(np.float32(2**-15 * 1.0005)) == (-15, True)  # within 0.1 % of the exponent's unit
    assert checked_log2(np.float32(2**-15 * 1.001)) == (-15, False)
    assert checked_log2(np.float32(0.75)) == (0, False)
    assert checked_log2(np.float32(0)) == (0, False)
