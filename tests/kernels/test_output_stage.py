"""Sums made outputs: the bias and the inputs' zero point, by hand, with and without constants made before."""

from __future__ import annotations

import numpy as np
import pytest

from tinylab.kernels.output_stage import OutputStage

WEIGHTS = np.array([[3.0, -1.0], [0.0, 2.0]], np.float32)  # [taps, channels]
INPUTS = np.array([[10, -20], [5, 7]], np.int8)
ZERO_POINT = 5


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_the_zero_point_is_taken_off_by_way_of_the_bias(dtype: str) -> None:
    """(inputs - 5) @ weights + bias, halved, ties away from zero, plus 1."""
    stage = OutputStage(2**30, 0, 1, -20, 20, int64_sums=dtype == "int16")
    bias, output = np.array([2.0, -30.0]), np.empty((2, 2), dtype)
    stage.writer(WEIGHTS, bias, ZERO_POINT, np.dtype(dtype))(INPUTS.astype(np.float32) @ WEIGHTS, output)
    assert output.tolist() == [[10, -20], [2, -12]]  # 17/2 and -85/2; 2/2 and -26/2
    without_bias = stage.writer(WEIGHTS, None, 0, np.dtype(dtype))
    without_bias(INPUTS.astype(np.float32) @ WEIGHTS, output)
    assert output.tolist() == [[16, -20], [9, 6]]  # 30/2 and -50/2; 15/2 and 9/2


def test_floats() -> None:
    stage = OutputStage(None, 0, 0, 0.0, 6.0)
    output = np.empty((1, 2), np.float32)
    stage.writer(WEIGHTS, np.float32([0.5, 1.0]), 0, np.dtype(np.float32))(np.float32([[2.0, -3.0]]), output)
    assert output.tolist() == [[2.5, 0.0]]
    assert stage.is_float
