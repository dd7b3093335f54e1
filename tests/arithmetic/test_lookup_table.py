"""Tables of 256 and of 513 entries: against the functions themselves, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinylab.arithmetic.lookup_table import lookup_int16, populate_int16, round_half_away, tabulated, tabulated_pair


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_tabulated_is_the_function(dtype: type) -> None:
    def function(x: np.ndarray) -> np.ndarray:
        return 3 * x.astype(np.int32) - 7

    limits = np.iinfo(dtype)
    x = np.random.default_rng(1).integers(limits.min, limits.max, (5, 7, 2), dtype, endpoint=True)
    x[0, 0] = limits.min, limits.max
    for values in (x, x[:, ::2], x.T):
        np.testing.assert_array_equal(tabulated(function, dtype)(values), function(values))


def test_a_byte_is_computed_256_times_and_no_more() -> None:
    sizes = []

    def function(x: np.ndarray) -> np.ndarray:
        sizes.append(x.size)
        return x

    lookup = tabulated(function, np.int8)
    lookup(np.zeros(10_000, np.int8))
    assert sizes == [256]


def test_round_half_away() -> None:
    x = np.array([0.5, -0.5, 1.5, 2.5, -2.5, 0.49999997, -0.2, 8388609.0, np.inf], np.float32)
    rounded = round_half_away(x)
    assert rounded.dtype == np.float32
    assert rounded.tolist() == [1, -1, 2, 3, -3, 0, 0, 8388609.0, np.inf]


@given(st.floats(-1e6, 1e6))
def test_round_half_away_is_cs_round(x: float) -> None:
    expected = int(abs(x)) + (abs(x) - int(abs(x)) >= 0.5)
    assert abs(round_half_away(np.array([x]))[0]) == expected


def test_a_line_is_kept() -> None:
    """The points of half the input, a straight line, and the line between them."""
    table = populate_int16(lambda x: x / 2, np.float32(2**-15), 0, np.float32(2**-15), 0)
    assert table[[0, 1, 256, 512]].tolist() == [-(2**14), -(2**14) + 64, 0, 2**14]
    x = np.array([-(2**15), -1, 0, 1, 2, 64, 2**15 - 1], np.int16)
    assert lookup_int16(table, x).tolist() == [-(2**14), 0, 0, 1, 1, 32, 2**14]


def test_a_curve_is_followed() -> None:
    """exp from -8 to 0, whose last step int16 cannot hold.

    The table spreads 65,535 units over 512 steps of 128, so at its end it is one unit late: exp rises by 4 there.
    """
    table = populate_int16(np.exp, np.float32(8 / 2**16), 2**15 - 1, np.float32(2**-15), 0)
    x = np.arange(-(2**15), 2**15 - 2**7)
    expected = np.exp((x - (2**15 - 1)) * 8 / 2**16) * 2**15
    assert np.abs(lookup_int16(table, x) - expected).max() < 6


def test_lookup_between_two_points() -> None:
    """Step 256 (values 0 to 127) rises from 100 to 227: one for each of its 127, and one more in the next step."""
    table = np.zeros(513, np.int16)
    table[256:258] = 100, 228
    assert lookup_int16(table, np.array([0, 1, 64, 127, 128], np.int16)).tolist() == [100, 101, 164, 227, 228]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_tabulated_pair_is_the_function(dtype: type) -> None:
    def function(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return 3 * a.astype(np.int32) - b

    limits = np.iinfo(dtype)
    a, b = np.random.default_rng(2).integers(limits.min, limits.max, (2, 4, 5, 6), dtype, endpoint=True)
    a[0, 0, :2], b[0, 0, :2] = (limits.min, limits.max), (limits.max, limits.min)
    for first, second in ((a, b), (a[:, :1], b[:1]), (a.T, b.T)):
        np.testing.assert_array_equal(tabulated_pair(function, dtype)(first, second), function(first, second))
