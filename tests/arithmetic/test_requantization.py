"""The one rounding of known sums equals the definition: near every tie, at every end, for every kind of channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinylab.arithmetic.fixed_point import INT32_MAX, multiply_by_quantized_multiplier
from tinylab.arithmetic.requantization import BLOCK_ROWS, ROW_ELEMENTS, Requantization, requantization

Array = NDArray[Any]
CHANNELS = 24
ROUND_MULTIPLIERS = [2**30, 3 * 2**29, 2**30 + 2**20, INT32_MAX]  # they meet ties most often
ENDS = {"relu": (-7, -7, 127), "relu6": (-128, -128, 90), "linear": (5, -128, 127), "above": (-20, 3, 60)}


def check(sums: Array, bias: Array, multiplier: Any, shift: Any, ends: str, dtype: type = np.int8) -> bool:
    """Whether the one rounding was taken."""
    zero_point, low, high = ENDS[ends]
    largest = np.abs(sums).max(axis=0)
    write = requantization(bias.astype(np.float64), multiplier, shift, zero_point, low, high, largest)
    output = np.empty((2, *sums.shape), dtype)[1]
    write(sums.astype(np.float64), output)
    wide = sums.astype(np.int64) + bias.astype(np.int64)
    wide = (wide + 2**31) % 2**32 - 2**31  # in C, sums wrap
    expected = np.clip(zero_point + multiply_by_quantized_multiplier(wide, multiplier, shift), low, high)
    np.testing.assert_array_equal(output, expected)
    return isinstance(getattr(write, "__self__", None), Requantization)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("shift", range(-20, 4))
def test_every_shift_near_ties(shift: int, ends: str) -> None:
    rng = np.random.default_rng(shift + 20)
    multipliers = rng.integers(2**30, 2**31, CHANNELS)
    multipliers = np.where(rng.random(CHANNELS) < 0.5, rng.choice(ROUND_MULTIPLIERS, CHANNELS), multipliers)
    shifts = np.full(CHANNELS, shift)
    bias = rng.integers(-50_000, 50_000, CHANNELS)
    halves = rng.integers(-300, 300, (400, CHANNELS)) + 0.5
    ties = np.rint(halves * 2.0 ** (31 - shift) / multipliers) - bias + rng.integers(-1, 2, halves.shape)
    anything = rng.integers(-(2**20), 2**20, (100, CHANNELS))
    sums = np.clip(np.concatenate([ties, anything, 0 * anything - bias]), -(2**20), 2**20).astype(np.int64)
    is_one_rounding = check(sums, bias, multipliers, shifts, ends)
    assert is_one_rounding or shift < -13  # there the terms need more than 53 bits
    assert not (is_one_rounding and ends == "linear" and shift < -13)
    if ends == "linear":
        check(sums, bias, multipliers, shifts, ends, np.int16)
    check(sums, bias, int(multipliers[0]), shift, ends)


@pytest.mark.parametrize("ends", ENDS)
def test_every_sum_of_one_channel(ends: str) -> None:
    """All that a channel of 2**18 can be, at shifts where one in 16 or less meets the neighbourhood of a tie."""
    sums = np.arange(-(2**18), 2**18)[:, np.newaxis] + np.zeros(3, np.int64)
    bias, shifts = np.array([0, 77, -(2**17)]), np.array([-4, -9, -13])
    assert check(sums, bias, np.array([2**30, 1_518_500_249, 2**30 + 2**26]), shifts, ends)


def test_channels_that_always_give_one_output() -> None:
    """As pruned networks have them, with biases and shifts that nothing else fits; beside ones that do not."""
    sums = np.random.default_rng(1).integers(-1000, 1000, (300, 4))
    bias = np.array([2**30, -(2**30), 2**29, 100])
    multipliers, shifts = np.array([2**30 + 1, 2**30, INT32_MAX, 2**30]), np.array([-31, -25, 0, -3])
    for ends in ENDS:
        assert check(sums, bias, multipliers, shifts, ends)


def test_what_does_not_fit_takes_the_general_way() -> None:
    rng = np.random.default_rng(2)
    sums, bias = rng.integers(-(2**24), 2**24, (50, 2)), np.array([0, 1])
    assert not check(sums, bias, np.array([2**30, 2**30]), np.array([-9, -9]), "linear")  # 55 bits
    assert not check(sums, bias, -(2**30), -9, "relu")
    assert not check(sums, np.array([2**31 - 5, 0]), 2**30, -9, "linear")  # wraps
    assert not check(sums >> 8, bias, 2**30, 20, "linear")  # wraps where it is shifted
    few = np.arange(-4, 5)[:, np.newaxis]
    assert not check(few, np.zeros(1), 2**30, 30, "linear")  # so that the ends give 0, as the middle does not


def test_rows_blocks_and_strides() -> None:
    """Sizes beside those of blocks; outputs apart from one another, as samples side by side are."""
    rng = np.random.default_rng(3)
    for count in (1, ROW_ELEMENTS // CHANNELS, ROW_ELEMENTS // CHANNELS + 1, BLOCK_ROWS * ROW_ELEMENTS // 5):
        sums = rng.integers(-9999, 9999, (count, CHANNELS))
        assert check(sums, np.zeros(CHANNELS), np.full(CHANNELS, 2**30), np.full(CHANNELS, -6), "linear")
    write = requantization(np.zeros(2), 2**30, 1, 0, -128, 127, np.array([9, 9]))
    outputs = np.zeros((3, 4), np.int8)
    write(np.arange(6.0).reshape(3, 2), outputs[:, 1:3])
    assert outputs.tolist() == [[0, 0, 1, 0], [0, 2, 3, 0], [0, 4, 5, 0]]
    requantization(np.zeros(0), 2**30, 1, 0, -128, 127, np.zeros(0))(np.zeros((3, 0)), outputs[:, :0])
