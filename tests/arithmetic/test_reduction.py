"""Sums along axes: in a loop's order, and the multiplier of a mean."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tinylab.arithmetic.reduction import divided_multiplier, rows_along, sequential_sum


@pytest.mark.parametrize("axes", [(), (1,), (2,), (3,), (1, 3), (1, 2, 3)])
def test_sums_are_those_of_a_loop(axes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    x = (10.0 ** rng.uniform(-4, 4, (2, 3, 4, 5))).astype(np.float32)
    totals: dict[tuple[int, ...], np.float32] = {}
    for index in itertools.product(*map(range, x.shape)):
        kept = tuple(place for axis, place in enumerate(index) if axis not in axes)
        totals[kept] = totals.get(kept, np.float32(0)) + x[index]
    assert sequential_sum(x, axes).ravel().tolist() == [float(total) for total in totals.values()]


def test_one_is_lost_beside_two_to_the_24() -> None:
    x = np.array([[2.0**24, *[1] * 63]], np.float32)
    assert sequential_sum(x, (1,)).tolist() == [[2.0**24]]
    assert x.sum() > 2.0**24  # NumPy adds in pairs


def test_zeros_add_to_plus_zero() -> None:
    assert not np.signbit(sequential_sum(np.full((1, 2), -0.0, np.float32), (1,))).any()


def test_rows_along() -> None:
    x = np.arange(24).reshape(1, 2, 3, 4)
    assert rows_along(x, (1, 3)).tolist() == [[x[0, i, :, j].tolist() for i in range(2) for j in range(4)]]
    assert rows_along(x, ()).shape == (1, 1, 24)
    assert rows_along(np.zeros((2, 0, 3)), (1,)).shape == (2, 0, 3)


def test_divided_multiplier() -> None:
    assert divided_multiplier(2**30, -1, 1) == (2**30, -1)
    assert divided_multiplier(2**30, -1, 49) == (2**35 // 49, -6)
    assert divided_multiplier(2**30, 0, 3) == (715827882, -1)  # 715827882.67
    assert divided_multiplier(2**30, -31, 49) == (2**30 // 49, -31)  # no shift beyond -31
    assert divided_multiplier(2**30, 0, 2**40) == (2**21, -31)
