"""MAXIMUM and MINIMUM: by hand, and against the real TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builder import TensorSpec, single_operator
from tests.kernels.cells import Cell, assert_cell_as_tflm, binary, every
from tests.kernels.elementwise import binary_model
from tests.kernels.running import assert_as_tflm, assert_refused_as_tflm, outputs_of, refusal_of
from tinylab.peers.tflm import TflmSession

BOTH = pytest.mark.parametrize("name", ["MAXIMUM", "MINIMUM"])


TYPES = ["float32", "int8", "int16", "int32", "int64"]
CELLS = {(name, dtype): binary(name, dtype) for name in ("MAXIMUM", "MINIMUM") for dtype in TYPES}


@every(CELLS)
def test_as_tflm(tflm: TflmSession, cell: Cell) -> None:
    assert_cell_as_tflm(tflm, cell)


def test_by_hand() -> None:
    values = np.array([[1, -5, 127, 0]], np.int8), np.array([[2, -6, -128, 0]], np.int8)
    row = TensorSpec((4,), "INT8")
    assert outputs_of(binary_model("MAXIMUM", None, row), *values)[0].tolist() == [[2, -5, 127, 0]]
    assert outputs_of(binary_model("MINIMUM", None, row), *values)[0].tolist() == [[1, -6, -128, 0]]


@BOTH
def test_a_comparison_with_nan_gives_the_second(tflm: TflmSession, name: str) -> None:
    values = np.array([[np.nan, 1, np.nan, -0.0]], np.float32), np.array([[1, np.nan, np.nan, 0.0]], np.float32)
    model = binary_model(name, None, TensorSpec((4,), "FLOAT32"))
    assert outputs_of(model, *values)[0].tobytes() == values[1].tobytes()
    assert_as_tflm(tflm, model, *values)


@BOTH
def test_integers_are_compared_whatever_their_scales(tflm: TflmSession, name: str) -> None:
    tensors = [TensorSpec((3,), "INT8", scale, zero_point) for scale, zero_point in ((0.5, 3), (2.0, -7), (0.1, 9))]
    model = single_operator(name, tensors[:2], tensors[2:])
    assert_as_tflm(tflm, model, np.array([[1, 2, 3]], np.int8), np.array([[3, 2, 1]], np.int8))


ROW = TensorSpec((2,), "INT8")
REFUSED = {
    "uint8": ([TensorSpec((2,), "UINT8")] * 2, TensorSpec((2,), "UINT8"), "invoke"),
    "bool": ([TensorSpec((2,), "BOOL")] * 2, TensorSpec((2,), "BOOL"), "invoke"),
}
# What TFLM, without a Prepare, computes from memory that is not the tensor's.
REFUSED_HERE = {
    "other types": ([ROW, TensorSpec((2,), "INT16")], ROW, "allocate"),
    "another output type": ([ROW, ROW], TensorSpec((2,), "INT16"), "allocate"),
    "shapes that do not broadcast": ([ROW, TensorSpec((3,), "INT8")], ROW, "allocate"),
    "another output shape": ([ROW, ROW], TensorSpec((3,), "INT8"), "allocate"),
}


@BOTH
@pytest.mark.parametrize("case", REFUSED)
def test_refused_as_tflm(tflm: TflmSession, name: str, case: str) -> None:
    assert_refused_as_tflm(tflm, single_operator(name, REFUSED[case][0], [REFUSED[case][1]]))


@BOTH
@pytest.mark.parametrize("case", [*REFUSED, *REFUSED_HERE])
def test_refusals(name: str, case: str) -> None:
    inputs, output, expected = {**REFUSED, **REFUSED_HERE}[case]
    phase, message = refusal_of(single_operator(name, inputs, [output]))
    assert phase == expected
    assert f"operator 0 ({name})" in message
    assert "needed" in message
